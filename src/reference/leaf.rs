//! An event's leaves: the values that tests look at.

use std::collections::BTreeMap;

use super::Json;

/// A string, number, `true`, `false` or `null` somewhere in an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf<'j> {
    /// The keys on the way to it, joined with `.`.
    pub path: String,
    /// Neither an object nor an array.
    pub value: &'j Json,
    /// For each array on the way to it, which element it is under, if that element is not the leaf itself.
    pub position: Position,
}

/// Elements of some of an event's arrays, by array. The arrays of an event are numbered in the order of the text, from 0,
/// and so are the elements of each.
pub type Position = BTreeMap<usize, usize>;

/// All leaves of an event, in the order of the text.
pub fn leaves(event: &Json) -> Vec<Leaf<'_>> {
    leaves_where(event, |_| true)
}

/// The leaves at the paths that are `wanted`.
pub(super) fn leaves_where(event: &Json, wanted: impl Fn(&str) -> bool) -> Vec<Leaf<'_>> {
    let mut walk = Walk { wanted, arrays: 0, leaves: Vec::new() };
    walk.value(event, None, &Position::new());
    walk.leaves
}

struct Walk<'j, W> {
    wanted: W,
    /// How many arrays were met so far.
    arrays: usize,
    leaves: Vec<Leaf<'j>>,
}

impl<'j, W: Fn(&str) -> bool> Walk<'j, W> {
    /// `path` is `None` for the event itself, which is not the same as the empty path of an empty key. The recursion
    /// is as deep as the event, which its reader limits.
    fn value(&mut self, value: &'j Json, path: Option<&str>, position: &Position) {
        match value {
            Json::Object(members) => {
                for (key, value) in members {
                    let path = join(path, key);
                    self.value(value, Some(&path), position);
                }
            }
            Json::Array(elements) => {
                let array = self.arrays;
                self.arrays += 1;
                for (index, element) in elements.iter().enumerate() {
                    let mut position = position.clone();
                    if matches!(element, Json::Object(_) | Json::Array(_)) {
                        position.insert(array, index);
                    }
                    self.value(element, path, &position);
                }
            }
            Json::String(_) | Json::Number(_) | Json::Bool(_) | Json::Null => {
                let path = path.unwrap_or_default();
                if (self.wanted)(path) {
                    self.leaves.push(Leaf { path: path.to_owned(), value, position: position.clone() });
                }
            }
        }
    }
}

/// The path that `key` leads to from `path`, or from the top if there is none.
pub(super) fn join(path: Option<&str>, key: &str) -> String {
    match path {
        Some(path) => format!("{path}.{key}"),
        None => key.to_owned(),
    }
}
