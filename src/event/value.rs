//! `serde_json` values as events.

use serde_json::Value;

use super::EventError;
use super::tree::{Members, Tree, View, WalkScratch};
use super::visitor::LeafKind;

impl<'t> Tree<'t> for &'t Value {
    type Key = &'t str;
    type Elements = std::slice::Iter<'t, Value>;
    type Members = Members<serde_json::map::Iter<'t>>;

    fn view(self, number: &mut String) -> Result<View<'t, Self>, EventError> {
        Ok(match self {
            Value::Null => View::Leaf(LeafKind::Null, ""),
            Value::Bool(false) => View::Leaf(LeafKind::False, ""),
            Value::Bool(true) => View::Leaf(LeafKind::True, ""),
            Value::String(text) => View::Leaf(LeafKind::String, text),
            Value::Number(value) => {
                WalkScratch::spell(number, value);
                View::Spelt(LeafKind::Number)
            }
            Value::Array(elements) => View::Array(elements.iter()),
            Value::Object(members) => View::Object(Members(members.iter())),
        })
    }
}
