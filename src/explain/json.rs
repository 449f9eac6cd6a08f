//! Explanations as JSON. The shape is documented in `docs/explain.md`, and is covered by semantic versioning.

use serde_json::{Map, Value as Json, json};

use super::{
    Alternative, Conflict, ConflictArray, Element, Explanation, Field, Miss, Or, Outcome, Part, Place, Test, Value,
};

pub(super) fn explanation(explanation: &Explanation) -> Json {
    json!({
        "matched": explanation.matched,
        "parts": list(&explanation.parts, part),
        "conflicts": list(&explanation.conflicts, conflict),
    })
}

fn list<T>(items: &[T], one: impl Fn(&T) -> Json) -> Json {
    Json::Array(items.iter().map(one).collect())
}

fn part(part: &Part) -> Json {
    match part {
        Part::Field(one) => field(one),
        Part::Or(one) => or(one),
    }
}

fn or(or: &Or) -> Json {
    json!({
        "type": "or",
        "path": or.path,
        "outcome": outcome(or.outcome),
        "pattern": place(&or.place),
        "alternatives": list(&or.alternatives, alternative),
    })
}

fn alternative(alternative: &Alternative) -> Json {
    json!({
        "outcome": outcome(alternative.outcome),
        "pattern": place(&alternative.place),
        "parts": list(&alternative.parts, part),
    })
}

fn field(field: &Field) -> Json {
    let mut object = json!({
        "type": "field",
        "path": field.path,
        "outcome": outcome(field.outcome),
        "pattern": place(&field.place),
        "tests": list(&field.tests, test),
        "values": list(&field.values, value),
        "values_total": field.values_total,
    });
    add(&mut object, "passing", field.passing.as_ref().map(value));
    add(&mut object, "miss", field.miss.as_ref().map(miss));
    object
}

fn test(test: &Test) -> Json {
    let mut object = json!({"text": test.text, "passed": test.passed, "pattern": place(&test.place)});
    add(&mut object, "miss", test.miss.as_ref().map(miss));
    object
}

fn value(value: &Value) -> Json {
    json!({
        "location": value.location,
        "text": value.text,
        "cut": value.cut,
        "passes": value.passes,
        "event": place(&value.place),
    })
}

fn miss(miss: &Miss) -> Json {
    let mut object = json!({"kind": miss.kind.code(), "message": miss.message, "pattern": place(&miss.pattern)});
    add(&mut object, "hint", miss.hint.as_ref().map(|hint| json!(hint)));
    add(&mut object, "event", miss.event.as_ref().map(place));
    object
}

fn conflict(conflict: &Conflict) -> Json {
    json!({
        "fields": conflict.fields,
        "patterns": list(&conflict.places, place),
        "arrays": list(&conflict.arrays, array),
    })
}

fn array(array: &ConflictArray) -> Json {
    json!({
        "location": array.location,
        "event": place(&array.place),
        "elements": list(&array.elements, element),
        "elements_total": array.elements_total,
    })
}

fn element(element: &Element) -> Json {
    json!({
        "index": element.index,
        "fits": element.fits,
        "misses": element.misses,
        "event": place(&element.place),
    })
}

fn place(place: &Place) -> Json {
    json!({"start": place.start, "end": place.end, "line": place.line, "column": place.column})
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Replaced => "replaced",
    }
}

/// Keys of which there is nothing to say are left out.
fn add(object: &mut Json, key: &str, value: Option<Json>) {
    let members: Option<&mut Map<String, Json>> = object.as_object_mut();
    if let (Some(members), Some(value)) = (members, value) {
        members.insert(key.to_owned(), value);
    }
}
