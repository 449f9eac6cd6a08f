//! Large events of which one or two values are wanted.

use super::json::{Json, json};
use super::random::Random;
use super::{Lines, Workload};

pub(super) const WORKLOADS: &[Workload] =
    &[Workload::new("wide_1field", one_field, events), Workload::new("wide_deep", deep, events)];

fn one_field() -> Lines {
    [json!({"status": ["error"]})].into_iter().collect()
}

fn deep() -> Lines {
    [json!({"k50": {"deep": {"x": [3, 4]}}}), json!({"k99": {"v": [{"prefix": "ab"}]}})].into_iter().collect()
}

fn events() -> Lines {
    let mut random = Random::new(43);
    (0..2_000).map(|_| event(&mut random)).collect()
}

fn event(random: &mut Random) -> Json {
    let mut fields: Vec<(String, Json)> = (0..100)
        .map(|number| {
            let value = random.hex(20);
            let list = [(); 4].map(|()| random.unit());
            let value = match number {
                50 => json!({"v": value, "l": list, "deep": {"x": (random.between(0, 9))}}),
                _ => json!({"v": value, "l": list}),
            };
            (format!("k{number}"), value)
        })
        .collect();
    fields.push(("status".to_owned(), json!((random.pick(&["ok", "error"])))));
    Json::object(fields)
}
