//! `simd-json` values as events.

use simd_json::{BorrowedValue, OwnedValue, StaticNode};

use super::EventError;
use super::tree::{Members, Tree, View, WalkScratch};
use super::visitor::LeafKind;

impl<'t, 'v: 't> Tree<'t> for &'t BorrowedValue<'v> {
    type Key = &'t str;
    type Elements = std::slice::Iter<'t, BorrowedValue<'v>>;
    type Members = Members<<&'t simd_json::borrowed::Object<'v> as IntoIterator>::IntoIter>;

    fn view(self, number: &mut String) -> Result<View<'t, Self>, EventError> {
        Ok(match self {
            BorrowedValue::Static(node) => view_static(node, number)?,
            BorrowedValue::String(text) => View::Leaf(LeafKind::String, text),
            BorrowedValue::Array(elements) => View::Array(elements.iter()),
            BorrowedValue::Object(members) => View::Object(Members(members.iter())),
        })
    }
}

impl<'t> Tree<'t> for &'t OwnedValue {
    type Key = &'t str;
    type Elements = std::slice::Iter<'t, OwnedValue>;
    type Members = Members<<&'t simd_json::owned::Object as IntoIterator>::IntoIter>;

    fn view(self, number: &mut String) -> Result<View<'t, Self>, EventError> {
        Ok(match self {
            OwnedValue::Static(node) => view_static(node, number)?,
            OwnedValue::String(text) => View::Leaf(LeafKind::String, text),
            OwnedValue::Array(elements) => View::Array(elements.iter()),
            OwnedValue::Object(members) => View::Object(Members(members.iter())),
        })
    }
}

/// A literal or number, the same in both kinds of values.
fn view_static<'t, T: Tree<'t>>(node: &StaticNode, number: &mut String) -> Result<View<'t, T>, EventError> {
    match node {
        StaticNode::Null => return Ok(View::Leaf(LeafKind::Null, "")),
        StaticNode::Bool(false) => return Ok(View::Leaf(LeafKind::False, "")),
        StaticNode::Bool(true) => return Ok(View::Leaf(LeafKind::True, "")),
        #[allow(clippy::clone_on_copy, clippy::useless_conversion, reason = "a feature of simd-json wraps the double")]
        StaticNode::F64(value) => {
            let value = f64::from(value.clone());
            if !value.is_finite() {
                return Err(EventError::value("a finite number"));
            }
            WalkScratch::spell(number, format_args!("{value:e}"));
        }
        // An integer, which prints as JSON spells it.
        integer => WalkScratch::spell(number, integer),
    }
    Ok(View::Spelt(LeafKind::Number))
}
