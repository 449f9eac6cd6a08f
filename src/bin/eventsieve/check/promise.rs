//! What a caller of trusted mode promises of an event: that no path has two routes outside arrays.

use std::collections::HashMap;

use crate::cases::json::{self, Cursor};

/// Whether some path of an event can be reached by two routes that don't part at an array: by the same key twice in an
/// object, or by keys of which one has a dot that spells the other. The event is well-formed JSON. Linear in its length.
pub(crate) fn has_two_routes(event: &[u8]) -> bool {
    Walk::default().object(event).unwrap_or(false)
}

/// A path: the number of the path that it continues, and its last piece between dots.
type Piece = (usize, Box<[u8]>);

/// What is known of the event's paths. Time is counted in keys and brackets.
#[derive(Default)]
struct Walk {
    /// The arrays and objects around the current place, outermost first.
    open: Vec<Container>,
    /// The number of each path; 0 is the empty one.
    paths: HashMap<Piece, usize>,
    /// When a key last ended each path.
    seen: HashMap<usize, u64>,
    time: u64,
}

struct Container {
    opened: u64,
    /// Of the object, or the array that its elements share.
    path: usize,
    is_array: bool,
}

impl Walk {
    /// `None` if the text isn't JSON after all.
    fn object(&mut self, text: &[u8]) -> Option<bool> {
        let mut cursor = Cursor::new(text);
        let mut path = 0;
        loop {
            match cursor.peek()? {
                open @ (b'{' | b'[') => {
                    cursor.skip_byte();
                    self.time += 1;
                    self.open.push(Container { opened: self.time, path, is_array: open == b'[' });
                }
                b'}' | b']' => {
                    cursor.skip_byte();
                    self.open.pop();
                    if self.open.is_empty() {
                        return Some(false);
                    }
                }
                b',' => cursor.skip_byte(),
                _ => {
                    let value = text.get(cursor.value().ok()?)?;
                    if cursor.peek() == Some(b':') {
                        cursor.skip_byte();
                        // An unpaired surrogate is nothing that a `String` can hold; such a key stands for itself.
                        let key = json::string(value).map_or_else(|| value.to_vec(), String::into_bytes);
                        path = self.continued(self.open.last()?.path, &key);
                        if self.reached_before(path) {
                            return Some(true);
                        }
                        continue;
                    }
                }
            }
            path = self.open.last()?.path;
        }
    }

    /// The number of a path that is continued by a key, whose dots are the same as nesting.
    fn continued(&mut self, path: usize, key: &[u8]) -> usize {
        key.split(|byte| *byte == b'.').fold(path, |path, piece| {
            let next = self.paths.len() + 1;
            *self.paths.entry((path, piece.into())).or_insert(next)
        })
    }

    /// Notes that a key ends this path, and tells whether one did before that is not parted from it by an array: the
    /// innermost container that was open then and still is.
    fn reached_before(&mut self, path: usize) -> bool {
        self.time += 1;
        let Some(before) = self.seen.insert(path, self.time) else { return false };
        let shared = self.open.partition_point(|container| container.opened < before);
        let innermost = shared.checked_sub(1).and_then(|index| self.open.get(index));
        innermost.is_some_and(|container| !container.is_array)
    }
}

#[cfg(test)]
mod tests {
    use super::has_two_routes;

    #[test]
    fn two_routes() {
        for event in [
            r#"{"a": 1, "b": 2, "\u0061": 1}"#,
            r#"{"a": {"b": 1, "b": 2}}"#,
            r#"{"a": [{"b": 1, "b": 2}]}"#,
            r#"{"a.b": 1, "a": {"b": 2}}"#,
            r#"{"a.b": {"c": 1}, "a": {"b": {"d": 2}}}"#,
            r#"{"a": [{"b": 1}], "a.b": 2}"#,
            r#"{"a": {"b.c": 1}, "a.b": [{"c": 2}]}"#,
            r#"{"": 1, "": 2}"#,
            r#"{"a": [1, {"x": [{"y": 1}, {"y": 1}]}, [[{"x": 1, "x": 2}]]]}"#,
        ] {
            assert!(has_two_routes(event.as_bytes()), "{event}");
        }
    }

    #[test]
    fn one_route() {
        for event in [
            "{}",
            r#" { "a" : [ ] , "b" : { } } "#,
            r#"{"a": 1, "b": {"a": 1}}"#,
            r#"{"a": [1, 1, {"b": 1}, {"b": 2}, [{"b": 3}]]}"#,
            r#"{"a": [{"b.c": 1}, {"b": {"c": 2}}]}"#,
            r#"{"a.b": 1, "a": {"c": 2}, "a.d": "a", "a.": "\"a\": {"}"#,
            r#"{"\ud800": 1, "a": "\ud800"}"#,
        ] {
            assert!(!has_two_routes(event.as_bytes()), "{event}");
        }
    }

    #[test]
    fn text_that_is_no_json_is_no_matter() {
        for event in ["", "{", "{\"a\"", "}", "[", "{\"a\":", "{\"a\": \"", "]{", "{:", "{\"a\":}"] {
            assert!(!has_two_routes(event.as_bytes()), "{event}");
        }
    }
}
