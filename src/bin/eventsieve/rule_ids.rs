//! The ids of rules, and how they are written.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write;

use crate::shown::is_hidden;

/// The distinct ids of a rules file. An id is the JSON text of a string or a number, so `1` and `"1"` are two.
#[derive(Debug, Default)]
pub(crate) struct RuleIds {
    json: Vec<Box<str>>,
}

/// Numbers ids in the order of their first coming.
#[derive(Debug, Default)]
pub(crate) struct Numbering {
    ids: RuleIds,
    numbers: HashMap<Box<str>, u32>,
}

impl Numbering {
    /// The number of an id; `None` if there are more than `u32` can count.
    pub(crate) fn number(&mut self, id: Box<str>) -> Option<u32> {
        let next = u32::try_from(self.ids.json.len()).ok()?;
        match self.numbers.entry(id) {
            Entry::Occupied(entry) => Some(*entry.get()),
            Entry::Vacant(entry) => {
                self.ids.json.push(entry.key().clone());
                Some(*entry.insert(next))
            }
        }
    }

    /// The ids, by number.
    pub(crate) fn finish(self) -> RuleIds {
        self.ids
    }
}

impl RuleIds {
    /// Whether there is no rule.
    pub(crate) fn is_empty(&self) -> bool {
        self.json.is_empty()
    }

    /// Appends ids as one field of a line: joined by commas, each as it is, or as its JSON string where it holds
    /// something that would make the field unclear.
    pub(crate) fn write_field<'a>(&self, numbers: impl Iterator<Item = &'a u32>, out: &mut Vec<u8>) {
        self.write_joined(numbers, plain, out);
    }

    /// Appends ids as a JSON array.
    pub(crate) fn write_array<'a>(&self, numbers: impl Iterator<Item = &'a u32>, out: &mut Vec<u8>) {
        out.push(b'[');
        self.write_joined(numbers, |json| json, out);
        out.push(b']');
    }

    fn write_joined<'a>(&self, numbers: impl Iterator<Item = &'a u32>, form: impl Fn(&str) -> &str, out: &mut Vec<u8>) {
        for (position, number) in numbers.enumerate() {
            if position > 0 {
                out.push(b',');
            }
            let json = usize::try_from(*number).ok().and_then(|index| self.json.get(index));
            out.extend_from_slice(json.map_or("", |json| form(json)).as_bytes());
        }
    }
}

/// The JSON text of an id that is a string, with escapes for whatever a terminal would not show but obey.
pub(crate) fn json(id: &str) -> String {
    let text = serde_json::Value::from(id).to_string();
    if !text.contains(is_hidden) {
        return text;
    }
    let mut shown = String::new();
    for character in text.chars() {
        if is_hidden(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether this is the id, as JSON or as the text that the JSON stands for.
pub(crate) fn is(json: &str, id: &str) -> bool {
    json == id || serde_json::from_str::<String>(json).is_ok_and(|text| text == id)
}

/// An id without its quotes, if nothing in it needs them.
pub(crate) fn plain(json: &str) -> &str {
    let content = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(json);
    if content.is_empty() || content.contains(['\\', ',']) { json } else { content }
}
