//! Rules on the events of the bus: of twelve shapes that match rarely, and of nine coarse ones that match often.

use super::bus_events::{REGIONS, STATES, events, odd_events};
use super::json::{Json, json};
use super::random::Random;
use super::{Lines, Workload};

pub(super) const WORKLOADS: &[Workload] = &[
    Workload::new("bus_12", || rules(12), events),
    Workload::new("bus_100", || rules(100), events),
    Workload::new("bus_1k", || rules(1_000), events),
    Workload::new("bus_10k", || rules(10_000), events),
    Workload::new("bus_100k", || rules(100_000), events),
    Workload::new("bus_1m", || rules(1_000_000), events),
    // For engines that don't know `$or`. It is in one rule of twelve, so the names say how many rules there were with it.
    Workload::new("bus_noor_12", || rules_without_or(11), events),
    Workload::new("bus_noor_1k", || rules_without_or(940), events),
    Workload::new("bus_noor_10k", || rules_without_or(9_191), events),
    Workload::new("bus_noor_100k", || rules_without_or(91_678), events),
    // No shape of an event comes twice, so that nothing is gained by knowing shapes.
    Workload::new("bus_odd_12", || rules(12), odd_events),
    Workload::new("bus_hot_100", || hot_rules(100), events),
    Workload::new("bus_hot_1k", || hot_rules(1_000), events),
];

/// Twelve rules of this seed, too, match some events, with and without `$or`.
const SEED: u64 = 14;
/// A hundred rules of this seed match as often, each, as a thousand: ten and 118 an event.
const HOT_SEED: u64 = 8;

type Shape = fn(&mut Random) -> Json;

pub(super) fn rules(count: usize) -> Lines {
    stream(SEED, &[&SHAPES[..], &[region_or_health]].concat()).take(count).collect()
}

fn rules_without_or(count: usize) -> Lines {
    stream(SEED, &SHAPES).take(count).collect()
}

fn hot_rules(count: usize) -> Lines {
    stream(HOT_SEED, &HOT_SHAPES).take(count).collect()
}

fn stream(seed: u64, shapes: &[Shape]) -> impl Iterator<Item = Json> {
    let mut random = Random::new(seed);
    std::iter::repeat_with(move || random.pick(shapes)(&mut random))
}

const SHAPES: [Shape; 11] = [
    instance_state,
    object_created,
    api_call,
    finding,
    failed_execution,
    tenant_errors,
    user_log,
    cache_key,
    items_ordered,
    large_order,
    address_of_instance,
];

fn instance_state(random: &mut Random) -> Json {
    let instance = format!("i-{}", random.hex(17));
    let count = random.between(1, 3);
    json!({
        "source": ["aws.ec2"],
        "detail-type": ["EC2 Instance State-change Notification"],
        "detail": {"instance-id": [instance], "state": (random.sample(&STATES, count))},
    })
}

fn object_created(random: &mut Random) -> Json {
    let bucket = format!("bucket-{}", random.between(0, 5_000));
    let folder = format!("{}/{}/", random.pick(&["images", "logs", "raw"]), random.between(2019, 2026));
    json!({
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [bucket]}, "object": {"key": [{"prefix": folder}]}},
    })
}

fn api_call(random: &mut Random) -> Json {
    let names = random.sample(&["RunInstances", "PutObject", "CreateUser", "DeleteBucket", "AssumeRole"], 2);
    let role = format!("role-{}", random.between(0, 300));
    json!({
        "source": [{"prefix": "aws."}],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"eventName": names, "userIdentity": {"sessionContext": {"sessionIssuer": {"userName": [role]}}}},
    })
}

fn finding(random: &mut Random) -> Json {
    let severity = Json::raw(random.pick(&["4", "7", "8.5"]));
    json!({
        "source": ["aws.guardduty"],
        "detail": {"severity": [{"numeric": [">=", severity]}], "accountId": [(random.account())]},
    })
}

fn failed_execution(random: &mut Random) -> Json {
    let machine = format!(":sm-{}", random.between(0, 99));
    json!({
        "source": ["aws.states"],
        "detail": {
            "status": ["FAILED", "TIMED_OUT"],
            "stateMachineArn": [{"suffix": machine}],
            "input": [{"exists": true}],
        },
        "region": [(random.pick(&REGIONS))],
    })
}

fn tenant_errors(random: &mut Random) -> Json {
    let source = format!("aws.partner/saasus.io/{}", random.between(0, 50));
    let plan = random.pick(&["free", "pro", "enterprise"]);
    json!({
        "source": [{"prefix": source}],
        "detail": {
            "tenant": {"plan": [plan], "id": [{"prefix": (random.hex(3))}]},
            "status": [{"numeric": [">=", 400, "<", 500]}],
        },
    })
}

fn user_log(random: &mut Random) -> Json {
    let user = format!("user{}@example.com", random.between(0, 9_999));
    json!({"detail": {"data": {"user_name": [user], "type": [{"anything-but": ["s", "slo"]}]}}})
}

fn cache_key(random: &mut Random) -> Json {
    let cache = format!("cache-{}", random.between(0, 20));
    json!({
        "detail-type": [(random.pick(&["cacheSet", "cacheDelete", "topicPublish"]))],
        "detail": {"cacheName": [cache], "key": [{"prefix": (random.hex(4))}]},
    })
}

fn items_ordered(random: &mut Random) -> Json {
    let sku = format!("sku-{}", random.between(0, 20_000));
    let quantity = random.between(1, 8);
    json!({
        "source": ["com.acme.orders"],
        "detail": {"order": {"items": {"sku": [sku], "qty": [{"numeric": [">", quantity]}]}}},
    })
}

fn large_order(random: &mut Random) -> Json {
    let customer = format!("c{}", random.between(0, 100_000));
    let total = random.between(0, 2_000);
    json!({
        "source": ["com.acme.orders"],
        "detail": {
            "customer": {"id": [customer], "tier": [{"anything-but": ["bronze"]}]},
            "order": {"total": [{"numeric": [">", total]}]},
        },
    })
}

fn address_of_instance(random: &mut Random) -> Json {
    let block = format!("10.{}.0.0/16", random.between(0, 255));
    json!({"detail": {"instance-id": [{"suffix": (random.hex(4))}], "source-ip": [{"cidr": block}]}})
}

fn region_or_health(random: &mut Random) -> Json {
    json!({
        "account": [(random.account())],
        "region": (random.sample(&REGIONS, 2)),
        "$or": [{"source": ["aws.health"]}, {"detail": {"eventName": ["DeleteBucket"]}}],
    })
}

const HOT_SHAPES: [Shape; 9] =
    [hot_source, hot_region, hot_detail_type, hot_state, hot_order, hot_status, hot_cache, hot_account, hot_address];

fn hot_source(random: &mut Random) -> Json {
    json!({"source": [{"prefix": (random.pick(&["aws.", "aws.partner/", "aws.s", "com.", "aws.partner/saasus"]))}]})
}

fn hot_region(random: &mut Random) -> Json {
    let count = random.between(1, 3);
    json!({
        "region": (random.sample(&REGIONS, count)),
        "detail-type": [{"anything-but": {"prefix": (random.pick(&["EC2", "Object", "cache", "Order"]))}}],
    })
}

fn hot_detail_type(random: &mut Random) -> Json {
    json!({
        "detail-type": [{"prefix": (random.pick(&["EC2", "Object", "AWS API", "cache", "Order", "Step"]))}],
        "detail": {"no-such-key": [{"exists": false}]},
    })
}

fn hot_state(random: &mut Random) -> Json {
    let count = random.between(1, 4);
    json!({"detail": {"state": (random.sample(&STATES, count))}})
}

fn hot_order(random: &mut Random) -> Json {
    let total = random.between(0, 1_500);
    let quantity = random.between(1, 9);
    json!({
        "source": ["com.acme.orders"],
        "detail": {
            "order": {"total": [{"numeric": [">", total]}], "items": {"qty": [{"numeric": [">=", quantity]}]}},
        },
    })
}

fn hot_status(random: &mut Random) -> Json {
    let count = random.between(1, 2);
    let states = random.sample(&["FAILED", "RUNNING", "SUCCEEDED"], count);
    json!({"detail": {"status": [{"anything-but": states}]}})
}

fn hot_cache(random: &mut Random) -> Json {
    json!({"detail": {"cacheName": [{"wildcard": (format!("cache-*{}", random.between(0, 9)))}]}})
}

fn hot_account(random: &mut Random) -> Json {
    json!({
        "account": [{"prefix": (random.between(1, 9).to_string())}],
        "$or": [{"source": [{"suffix": "s"}]}, {"detail": {"readOnly": [(random.chance(0.5))]}}],
    })
}

fn hot_address(random: &mut Random) -> Json {
    let block = format!("10.{}.0.0/{}", random.pick(&[0, 64, 128]), random.pick(&[9, 10, 8]));
    json!({"detail": {"source-ip": [{"cidr": block}]}})
}
