//! The default event bus of an account, with what its services, its partners and its own programs send: some 670 bytes
//! an event.

use super::Lines;
use super::json::{Json, json};
use super::random::Random;

pub(super) const REGIONS: [&str; 6] =
    ["us-east-1", "us-west-2", "ap-northeast-1", "ap-south-1", "eu-west-1", "eu-central-1"];
pub(super) const STATES: [&str; 6] = ["pending", "running", "stopping", "stopped", "shutting-down", "terminated"];

const EVENTS: usize = 20_000;
const SERVICES: [&str; 16] = [
    "ec2",
    "s3",
    "guardduty",
    "ecs",
    "codepipeline",
    "states",
    "cloudwatch",
    "health",
    "rds",
    "autoscaling",
    "lambda",
    "iam",
    "kms",
    "sns",
    "sqs",
    "dynamodb",
];

pub(super) fn events() -> Lines {
    stream().collect()
}

/// The same with an array at the end whose strings and numbers take turns as they please: no two events are alike but for
/// what their values spell.
pub(super) fn odd_events() -> Lines {
    const ODD: usize = 32;
    let mut random = Random::new(13);
    let odd = |event: Json| {
        let items = Json::array((0..ODD).map(|_| Json::raw(random.pick(&["0", "\"\""]))));
        let members = event.as_str().strip_suffix('}').unwrap_or_default();
        Json::raw(format!("{members},\"odd\":{}}}", items.as_str()))
    };
    stream().map(odd).collect()
}

fn stream() -> impl Iterator<Item = Json> {
    let mut random = Random::new(11);
    (0..EVENTS).map(move |_| event(&mut random))
}

/// What all events have, and the choices that more than one part of an event shows.
struct Envelope {
    account: String,
    region: &'static str,
    time: String,
}

fn event(random: &mut Random) -> Json {
    let envelope = Envelope { account: random.account(), region: random.pick(&REGIONS), time: time(random) };
    let producer = random.pick(&[
        instance_state,
        object_change,
        api_call,
        finding,
        execution,
        tenant_change,
        partner_log,
        cache_change,
        order,
    ]);
    producer(random, envelope)
}

impl Envelope {
    fn around(
        self,
        random: &mut Random,
        source: impl Into<Json>,
        detail_type: &str,
        resources: Vec<String>,
        detail: Json,
    ) -> Json {
        json!({
            "version": "0",
            "id": ([8, 4, 4, 4, 12].map(|digits| random.hex(digits)).join("-")),
            "detail-type": detail_type,
            "source": (source.into()),
            "account": (self.account),
            "time": (self.time),
            "region": (self.region),
            "resources": resources,
            "detail": detail,
        })
    }
}

fn time(random: &mut Random) -> String {
    let [month, day] = [12, 28].map(|last| random.between(1, last));
    let [hour, minute, second] = [24, 60, 60].map(|limit| random.below(limit));
    format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn instance_state(random: &mut Random, envelope: Envelope) -> Json {
    let instance = format!("i-{}", random.hex(17));
    let resource = format!("arn:aws:ec2:{}:{}:instance/{instance}", envelope.region, envelope.account);
    let detail = json!({
        "instance-id": instance,
        "state": (random.pick(&STATES)),
        "c-count": (random.between(0, 9)),
        "d-count": (random.between(0, 20)),
        "x-limit": (random.decimal(600.0, 1)),
        "source-ip": (format!("10.{}.{}.{}", random.below(256), random.below(256), random.between(1, 254))),
    });
    envelope.around(random, "aws.ec2", "EC2 Instance State-change Notification", vec![resource], detail)
}

fn object_change(random: &mut Random, envelope: Envelope) -> Json {
    let bucket = format!("bucket-{}", random.between(0, 5_000));
    let resource = format!("arn:aws:s3:::{bucket}");
    let key = format!(
        "{}/{}/{}.{}",
        random.pick(&["images", "logs", "raw", "tmp"]),
        random.between(2019, 2026),
        random.hex(10),
        random.pick(&["png", "jpg", "json", "gz", "parquet"]),
    );
    let detail = json!({
        "version": "0",
        "bucket": {"name": bucket},
        "object": {
            "key": key,
            "size": (random.between(1, 1_000_000_000)),
            "etag": (random.hex(32)),
            "sequencer": (random.hex(18).to_uppercase()),
        },
        "request-id": (random.hex(16).to_uppercase()),
        "requester": (&envelope.account),
        "source-ip-address": (random.address()),
        "reason": "PutObject",
    });
    let detail_type = random.pick(&["Object Created", "Object Deleted"]);
    envelope.around(random, "aws.s3", detail_type, vec![resource], detail)
}

fn api_call(random: &mut Random, envelope: Envelope) -> Json {
    const NAMES: [&str; 8] = [
        "RunInstances",
        "PutObject",
        "CreateUser",
        "DeleteBucket",
        "AssumeRole",
        "Decrypt",
        "UpdateItem",
        "DescribeInstances",
    ];
    let service = random.pick(&SERVICES);
    let account = &envelope.account;
    let resources: Vec<Json> = (0..random.between(0, 4))
        .map(|_| json!({"type": "AWS::EC2::Instance", "id": (format!("i-{}", random.hex(17)))}))
        .collect();
    let tags: Vec<String> = (0..random.between(0, 6)).map(|_| format!("k{}", random.between(0, 20))).collect();
    let detail = json!({
        "eventVersion": "1.08",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": (format!("AROA{}:s", random.hex(17).to_uppercase())),
            "arn": (format!("arn:aws:sts::{account}:assumed-role/role-{}/s", random.between(0, 300))),
            "accountId": account,
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "userName": (format!("role-{}", random.between(0, 300)))},
                "attributes": {
                    "mfaAuthenticated": (random.pick(&["true", "false"])),
                    "creationDate": (&envelope.time),
                },
            },
        },
        "eventTime": (&envelope.time),
        "eventSource": (format!("{service}.amazonaws.com")),
        "eventName": (random.pick(&NAMES)),
        "awsRegion": (envelope.region),
        "sourceIPAddress": (random.address()),
        "userAgent": "aws-cli/2.17.0 Python/3.11 Linux/6.1",
        "requestParameters": {"resources": resources, "tags": tags},
        "responseElements": null,
        "requestID": (random.hex(36)),
        "eventID": (random.hex(36)),
        "readOnly": (random.chance(0.5)),
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": account,
    });
    envelope.around(random, format!("aws.{service}"), "AWS API Call via CloudTrail", vec![], detail)
}

fn finding(random: &mut Random, envelope: Envelope) -> Json {
    const TYPES: [&str; 3] = [
        "Recon:EC2/PortProbeUnprotectedPort",
        "UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B",
        "CryptoCurrency:EC2/BitcoinTool.B!DNS",
    ];
    let interfaces: Vec<Json> = (0..random.between(1, 3)).map(|_| network_interface(random)).collect();
    let probes: Vec<Json> = (0..random.between(1, 3)).map(|_| port_probe(random)).collect();
    let detail = json!({
        "schemaVersion": "2.0",
        "accountId": (&envelope.account),
        "region": (envelope.region),
        "partition": "aws",
        "id": (random.hex(32)),
        "type": (random.pick(&TYPES)),
        "severity": (Json::raw(random.pick(&["2", "5", "8", "8.9"]))),
        "resource": {
            "resourceType": "Instance",
            "instanceDetails": {
                "instanceId": (format!("i-{}", random.hex(17))),
                "networkInterfaces": interfaces,
            },
        },
        "service": {
            "action": {
                "actionType": "PORT_PROBE",
                "portProbeAction": {"blocked": false, "portProbeDetails": probes},
            },
            "count": (random.between(1, 90)),
        },
        "title": "An unprotected port is being probed.",
        "description": ("x".repeat(random.between(40, 400) as usize)),
    });
    envelope.around(random, "aws.guardduty", "GuardDuty Finding", vec![], detail)
}

fn network_interface(random: &mut Random) -> Json {
    let address = format!("10.0.{}.{}", random.between(0, 255), random.between(1, 254));
    let groups = [(); 2].map(|()| {
        json!({
            "groupName": (format!("sg{}", random.between(0, 9))),
            "groupId": (format!("sg-{}", random.hex(8))),
        })
    });
    json!({"privateIpAddress": address, "securityGroups": groups})
}

fn port_probe(random: &mut Random) -> Json {
    json!({
        "localPortDetails": {"port": (random.pick(&[22, 80, 443, 3389]))},
        "remoteIpDetails": {
            "ipAddressV4": (random.address()),
            "country": {"countryName": (random.pick(&["Japan", "Germany", "Brazil"]))},
        },
    })
}

fn execution(random: &mut Random, envelope: Envelope) -> Json {
    let machine = |random: &mut Random, kind: &str| {
        format!("arn:aws:states:{}:{}:{kind}:sm-{}", envelope.region, envelope.account, random.between(0, 99))
    };
    let resource = format!("{}:{}", machine(random, "execution"), random.hex(8));
    let input_digits = random.between(10, 300);
    let detail = json!({
        "executionArn": (format!("{}:{}", machine(random, "execution"), random.hex(8))),
        "stateMachineArn": (machine(random, "stateMachine")),
        "name": (random.hex(8)),
        "status": (random.pick(&["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])),
        "startDate": (random.between(1_700_000_000_000, 1_800_000_000_000)),
        "stopDate": null,
        "input": (format!(r#"{{"k": "{}"}}"#, random.hex(input_digits))),
        "output": null,
    });
    envelope.around(random, "aws.states", "Step Functions Execution Status Change", vec![resource], detail)
}

fn tenant_change(random: &mut Random, envelope: Envelope) -> Json {
    let source = format!("aws.partner/saasus.io/{}", random.between(0, 50));
    let detail_type = random.pick(&["CreateTenant", "DeleteTenantUser", "UpdateTenantPlan", "CreateSaasUser"]);
    let detail = json!({
        "trace_id": (random.hex(32)),
        "tenant": {"id": (random.hex(12)), "plan": (random.pick(&["free", "pro", "enterprise"]))},
        "request": {"method": (random.pick(&["POST", "DELETE", "PATCH"])), "path": "/v1/auth/tenants"},
        "status": (random.pick(&[200, 201, 400, 404, 500])),
    });
    envelope.around(random, source, detail_type, vec![], detail)
}

fn partner_log(random: &mut Random, envelope: Envelope) -> Json {
    let source = match random.below(3) {
        0 => format!("aws.partner/auth0.com/tenant-{}/auth0.logs", random.between(0, 9)),
        1 => format!("aws.partner/zendesk.com/{}/default", random.between(0, 99)),
        _ => format!("aws.partner/pagerduty.com/{}", random.hex(4)),
    };
    let detail_type = random.pick(&["Auth0 log", "Support Ticket: Ticket Created", "Incident Triggered"]);
    let detail = json!({
        "log_id": (random.hex(24)),
        "data": {
            "type": (random.pick(&["s", "f", "fp", "slo"])),
            "ip": (random.address()),
            "user_name": (format!("user{}@example.com", random.between(0, 9_999))),
            "sentiment": (random.pick(&["positive", "negative", "neutral"])),
        },
        "incident": {
            "urgency": (random.pick(&["high", "low"])),
            "service": {"name": (format!("svc-{}", random.between(0, 200)))},
        },
    });
    envelope.around(random, source, detail_type, vec![], detail)
}

fn cache_change(random: &mut Random, envelope: Envelope) -> Json {
    let detail_type = random.pick(&["cacheSet", "cacheDelete", "topicPublish"]);
    let detail = json!({
        "cacheName": (format!("cache-{}", random.between(0, 20))),
        "key": (random.hex(10)),
        "message": ("m".repeat(random.between(5, 200) as usize)),
        "ttl": (random.between(1, 900)),
        "topicName": (format!("topic-{}", random.between(0, 9))),
    });
    envelope.around(random, "demo", detail_type, vec![], detail)
}

fn order(random: &mut Random, envelope: Envelope) -> Json {
    let detail_type = random.pick(&["OrderPlaced", "OrderShipped", "PaymentFailed"]);
    let item = |random: &mut Random| {
        json!({
            "sku": (format!("sku-{}", random.between(0, 20_000))),
            "qty": (random.between(1, 9)),
            "price": (random.decimal(200.0, 2)),
        })
    };
    let items: Vec<Json> = (0..random.between(1, 8)).map(|_| item(random)).collect();
    let detail = json!({
        "order": {
            "id": (random.between(1, 10_000_000)),
            "total": (random.decimal(2_000.0, 2)),
            "currency": (random.pick(&["USD", "JPY", "EUR"])),
            "items": items,
        },
        "customer": {
            "id": (format!("c{}", random.between(0, 100_000))),
            "tier": (random.pick(&["gold", "silver", "bronze"])),
            "country": (random.pick(&["JP", "US", "DE", "FR", "IN"])),
        },
    });
    envelope.around(random, "com.acme.orders", detail_type, vec![], detail)
}
