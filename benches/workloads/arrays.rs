//! Large arrays, and rules that ask for fields of one element.

use super::json::{Json, json};
use super::random::Random;
use super::{Lines, Workload};

pub(super) const WORKLOADS: &[Workload] = &[
    Workload::new("array_100", rules, || events(100, 600)),
    Workload::new("array_1000", rules, || events(1_000, 60)),
    Workload::new("array_3000", rules, || events(3_000, 20)),
];

fn rules() -> Lines {
    [
        json!({"d": {"a": [{"exists": true}], "b": [{"exists": true}]}}),
        json!({"d": {"a": [7], "b": [(-1)]}}),
        json!({"tags": [{"exists": true}], "type": ["x"]}),
        json!({"d": {"t": [{"prefix": "t1"}], "b": [{"numeric": [">", 999_999]}]}}),
        json!({"tags": [{"prefix": "t"}], "d": {"b": [{"numeric": ["<", 0]}]}}),
    ]
    .into_iter()
    .collect()
}

fn events(size: u64, count: usize) -> Lines {
    let mut random = Random::new(41);
    let mut event = || {
        let elements: Vec<Json> = (0..size)
            .map(|number| json!({"a": number, "b": (random.between(0, 1_000_000)), "t": (format!("t{number}"))}))
            .collect();
        let tags: Vec<String> = (0..size).map(|number| format!("t{number}")).collect();
        json!({"d": elements, "tags": tags, "type": "x"})
    };
    (0..count).map(|_| event()).collect()
}
