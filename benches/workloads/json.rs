//! JSON text whose keys stay in the order in which they are written down. (`serde_json::json!` sorts them, and the order
//! is part of what a scanner is measured with.)

use std::fmt::Write as _;

/// A JSON text without white space.
#[derive(Clone)]
pub(super) struct Json(String);

/// Writes JSON with Rust in it: a name, or an expression in parentheses. [`Json`] has to be in scope.
macro_rules! json {
    ({ $($key:literal : $value:tt),* $(,)? }) => {
        Json::object([$(($key, json!($value))),*])
    };
    ([ $($value:tt),* $(,)? ]) => {
        Json::array([$(json!($value)),*])
    };
    (null) => {
        Json::raw("null")
    };
    (($value:expr)) => {
        Json::from($value)
    };
    ($value:tt) => {
        Json::from($value)
    };
}

pub(super) use json;

impl Json {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// What is JSON text already.
    pub(super) fn raw(text: impl Into<String>) -> Self {
        Json(text.into())
    }

    pub(super) fn array(items: impl IntoIterator<Item = impl Into<Json>>) -> Self {
        let mut text = String::from("[");
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(item.into().as_str());
        }
        text.push(']');
        Json(text)
    }

    /// An object of these fields, in this order; a key may come twice.
    pub(super) fn object(fields: impl IntoIterator<Item = (impl AsRef<str>, Json)>) -> Self {
        let mut text = String::from("{");
        for (index, (key, value)) in fields.into_iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            quote(key.as_ref(), &mut text);
            text.push(':');
            text.push_str(value.as_str());
        }
        text.push('}');
        Json(text)
    }
}

/// Writes a string of printable characters.
fn quote(string: &str, text: &mut String) {
    debug_assert!(!string.contains(char::is_control), "has no short escape");
    text.push('"');
    for char in string.chars() {
        if matches!(char, '"' | '\\') {
            text.push('\\');
        }
        text.push(char);
    }
    text.push('"');
}

impl From<&str> for Json {
    fn from(string: &str) -> Self {
        let mut text = String::with_capacity(string.len() + 2);
        quote(string, &mut text);
        Json(text)
    }
}

impl From<&&str> for Json {
    fn from(string: &&str) -> Self {
        Json::from(*string)
    }
}

impl From<String> for Json {
    fn from(string: String) -> Self {
        Json::from(string.as_str())
    }
}

impl From<&String> for Json {
    fn from(string: &String) -> Self {
        Json::from(string.as_str())
    }
}

impl From<i32> for Json {
    fn from(number: i32) -> Self {
        Json(number.to_string())
    }
}

impl From<u64> for Json {
    fn from(number: u64) -> Self {
        Json(number.to_string())
    }
}

/// The shortest spelling, with a fraction even if it is zero.
impl From<f64> for Json {
    fn from(number: f64) -> Self {
        let mut text = String::new();
        // INVARIANT: writing to a string does not fail.
        let _ = write!(text, "{number:?}");
        Json(text)
    }
}

impl From<bool> for Json {
    fn from(truth: bool) -> Self {
        Json(truth.to_string())
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(|| Json::raw("null"), Into::into)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Self {
        Json::array(items)
    }
}

impl<T: Into<Json>, const N: usize> From<[T; N]> for Json {
    fn from(items: [T; N]) -> Self {
        Json::array(items)
    }
}
