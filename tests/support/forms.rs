//! One event in every form that a matcher reads.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use eventsieve::reference::{self, Json, Leaf};
use eventsieve::{ArrayPosition, Event, Field, FieldValue};

/// A form of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    Strict,
    Trusted,
    Value,
    Fields,
    #[cfg(feature = "simd-json")]
    SimdBorrowed,
    #[cfg(feature = "simd-json")]
    SimdOwned,
}

/// Why an event is not tried in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skip {
    /// It is malformed, and the form has no place for that, or promises that it isn't.
    Malformed,
    /// Some path has several routes, which the producer of a trusted event promises not to write.
    SeveralRoutes,
    /// A key comes twice in one object, and the form keeps one.
    DuplicateKeys,
    /// A number is not comparable, and the form doesn't keep its spelling.
    LostSpelling,
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Skip::Malformed => "malformed",
            Skip::SeveralRoutes => "several routes to one path",
            Skip::DuplicateKeys => "duplicate keys",
            Skip::LostSpelling => "a number's spelling lost",
        })
    }
}

/// Hands over an event in every form, or why it can't have that form.
pub fn each(text: &[u8], mut judge: impl FnMut(Form, Result<Event<'_>, Skip>)) {
    judge(Form::Strict, Ok(Event::strict(text)));
    let json = reference::json::read(text);
    let json = json.as_ref().map_err(|_| Skip::Malformed);

    let routes = json.and_then(|json| if has_one_route(json) { Ok(()) } else { Err(Skip::SeveralRoutes) });
    judge(Form::Trusted, routes.map(|()| Event::trusted(text)));

    let value = json.and_then(value);
    judge(Form::Value, value.as_ref().map(Event::from).map_err(|skip| *skip));

    #[cfg(feature = "simd-json")]
    {
        let value = json.and_then(simd::value);
        judge(Form::SimdBorrowed, value.as_ref().map(Event::from).map_err(|skip| *skip));
        let value = value.map(simd_json::OwnedValue::from);
        judge(Form::SimdOwned, value.as_ref().map(Event::from).map_err(|skip| *skip));
    }

    let fields = json.map(Fields::new);
    let fields = fields.as_ref().map(Fields::list);
    judge(Form::Fields, fields.as_deref().map(Event::fields).map_err(|skip| **skip));
}

/// Whether an event keeps what the producer of a trusted one promises: no key twice in one object, and no key with a
/// dot that spells another path.
pub fn has_one_route(event: &Json) -> bool {
    // Each path of a value, whether leaf or not, and the keys that spell it.
    let mut routes = HashMap::new();
    let mut open = vec![(event, Vec::new())];
    while let Some((value, keys)) = open.pop() {
        match value {
            Json::Object(members) => {
                if has_duplicates(members) {
                    return false;
                }
                for (key, value) in members {
                    let mut keys = keys.clone();
                    keys.push(key.as_str());
                    if *routes.entry(keys.join(".")).or_insert_with(|| keys.clone()) != keys {
                        return false;
                    }
                    open.push((value, keys));
                }
            }
            Json::Array(elements) => open.extend(elements.iter().map(|element| (element, keys.clone()))),
            _ => {}
        }
    }
    true
}

fn has_duplicates(members: &[(String, Json)]) -> bool {
    let by_key: BTreeMap<_, _> = members.iter().map(|(key, value)| (key, value)).collect();
    by_key.len() < members.len()
}

/// A number as the libraries of JSON values keep it.
enum Kept {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// What is kept of a number, unless that is another number to the language.
fn keep(number: &str) -> Result<Kept, Skip> {
    if let Ok(integer) = number.parse::<u64>() {
        return Ok(Kept::Unsigned(integer));
    }
    if let Some(integer) = number.parse::<i64>().ok().filter(|integer| *integer != 0) {
        return Ok(Kept::Signed(integer));
    }
    // A number that is not comparable would become one that is.
    match number.parse() {
        Ok(float) if reference::is_comparable(number) => Ok(Kept::Float(float)),
        _ => Err(Skip::LostSpelling),
    }
}

/// The event as a value of `serde_json`. (Its own parser is not asked: it may round a number to a neighbour.)
pub fn value(json: &Json) -> Result<serde_json::Value, Skip> {
    use serde_json::Value;
    Ok(match json {
        Json::Object(members) => {
            if has_duplicates(members) {
                return Err(Skip::DuplicateKeys);
            }
            let members = members.iter().map(|(key, json)| Ok((key.clone(), value(json)?)));
            Value::Object(members.collect::<Result<_, _>>()?)
        }
        Json::Array(elements) => Value::Array(elements.iter().map(value).collect::<Result<_, _>>()?),
        Json::String(text) => Value::String(text.clone()),
        Json::Number(number) => match keep(number)? {
            Kept::Unsigned(integer) => Value::from(integer),
            Kept::Signed(integer) => Value::from(integer),
            Kept::Float(float) => Value::from(float),
        },
        Json::Bool(yes) => Value::Bool(*yes),
        Json::Null => Value::Null,
    })
}

#[cfg(feature = "simd-json")]
mod simd {
    use super::{Json, Kept, Skip, has_duplicates, keep};
    use simd_json::{BorrowedValue, StaticNode};

    /// The event as a value of `simd-json`.
    pub(super) fn value(json: &Json) -> Result<BorrowedValue<'_>, Skip> {
        Ok(match json {
            Json::Object(members) => {
                if has_duplicates(members) {
                    return Err(Skip::DuplicateKeys);
                }
                let members = members.iter().map(|(key, json)| Ok((key.as_str().into(), value(json)?)));
                BorrowedValue::Object(Box::new(members.collect::<Result<_, _>>()?))
            }
            Json::Array(elements) => {
                BorrowedValue::Array(Box::new(elements.iter().map(value).collect::<Result<_, _>>()?))
            }
            Json::String(text) => BorrowedValue::String(text.as_str().into()),
            Json::Number(number) => BorrowedValue::Static(match keep(number)? {
                Kept::Unsigned(integer) => StaticNode::U64(integer),
                Kept::Signed(integer) => StaticNode::I64(integer),
                Kept::Float(float) => StaticNode::F64(float),
            }),
            Json::Bool(yes) => BorrowedValue::Static(StaticNode::Bool(*yes)),
            Json::Null => BorrowedValue::Static(StaticNode::Null),
        })
    }
}

/// The event as name–value pairs.
pub struct Fields<'j> {
    leaves: Vec<Leaf<'j>>,
    positions: Vec<Vec<ArrayPosition>>,
}

impl<'j> Fields<'j> {
    pub fn new(json: &'j Json) -> Self {
        let leaves = reference::leaves(json);
        let id = |number: usize| u32::try_from(number).unwrap();
        let positions = leaves.iter().map(|leaf| {
            let elements = leaf.position.iter();
            elements.map(|(&array, &element)| ArrayPosition { array: id(array), element: id(element) }).collect()
        });
        let positions = positions.collect();
        Fields { leaves, positions }
    }

    pub fn list(&self) -> Vec<Field<'_>> {
        let fields = self.leaves.iter().zip(&self.positions).enumerate();
        fields
            .map(|(index, (leaf, position))| Field {
                path: &leaf.path,
                value: field_value(leaf.value, index),
                position,
            })
            .collect()
    }
}

/// Every other number goes as it is spelt, the rest as what it is.
fn field_value(json: &Json, index: usize) -> FieldValue<'_> {
    match json {
        Json::String(text) => FieldValue::String(text),
        Json::Number(number) if index.is_multiple_of(2) => FieldValue::Number(number),
        Json::Number(number) => match keep(number) {
            Ok(Kept::Unsigned(integer)) => {
                i64::try_from(integer).map_or(FieldValue::Number(number), FieldValue::Integer)
            }
            Ok(Kept::Signed(integer)) => FieldValue::Integer(integer),
            Ok(Kept::Float(float)) => FieldValue::Float(float),
            Err(_) => FieldValue::Number(number),
        },
        Json::Bool(yes) => FieldValue::Bool(*yes),
        // The leaves of an event are neither objects nor arrays.
        Json::Null | Json::Object(_) | Json::Array(_) => FieldValue::Null,
    }
}
