//! What rules files hold, and how that is told from the file.

use std::ops::Range;

use clap::ValueEnum;
use eventsieve::templates;

use super::text_of;
use crate::cases::json::{Cursor, Members};

/// What a rules file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON object of id → pattern
    Object,
    /// `{"id": text or number, "pattern": …}` on each line, the pattern as JSON or as a string that holds the JSON
    Ndjson,
    /// A pattern on each line, whose id is the line number
    Lines,
    /// One pattern on however many lines, whose id is the number of the first
    Pattern,
    /// CloudFormation or SAM (YAML or JSON), serverless.yml, Terraform (.tf, .tf.json), or what `aws events list-rules`
    /// prints; ids are the names of the rules
    Template,
}

impl Format {
    /// Tells it from the file's name, if that is one of a template, or else from the first value: NDJSON has an `id` that
    /// is no pattern. An object of rules holds nothing but patterns; and where a single pattern could be meant as well
    /// (`{"orders": {"a": [1]}}`), it is the object of rules if it is all that the file holds, unless `detail` is its only
    /// key.
    pub(super) fn of(name: &str, text: &[u8]) -> Self {
        if templates::is_template(name, text) {
            return Format::Template;
        }
        let mut cursor = Cursor::new(text);
        let is_object = |first: &Range<usize>| text.get(first.start) == Some(&b'{');
        let Some(first) = cursor.value().ok().filter(is_object) else {
            // Something is wrong with it: a line that ends as a rule does is one, for the sake of a message that fits.
            let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
            return if lines.next().is_some_and(|line| line.ends_with(b"}")) { Format::Lines } else { Format::Object };
        };
        let value = text.get(first).unwrap_or_default();
        let is_followed = cursor.peek().is_some();
        match Looks::of(value) {
            Looks { id: true, pattern: true, .. } | Looks { id: true, field: false, .. } => Format::Ndjson,
            Looks { field: true, .. } | Looks { only_detail: true, .. } if !is_followed => Format::Pattern,
            Looks { field: true, .. } => Format::Lines,
            _ if is_followed && memchr::memchr(b'\n', value).is_none() => Format::Lines,
            _ => Format::Object,
        }
    }
}

/// What shows the format in a file's first value.
#[derive(Default)]
struct Looks {
    /// It has an `id`, and that is neither an object nor an array, nor the text of an object.
    id: bool,
    /// It has a `pattern`.
    pattern: bool,
    /// One of its members is an array, as in a pattern's fields, and never in an object of patterns; or a value that
    /// somebody forgot to put into one, of a field that events have.
    field: bool,
    /// It has one member, an object called `detail`.
    only_detail: bool,
}

/// Fields of events on EventBridge that nobody names a rule after. (An `id` is that of a rule in NDJSON.)
const FIELDS: [&str; 7] = ["source", "detail-type", "account", "region", "time", "resources", "version"];

impl Looks {
    fn of(object: &[u8]) -> Self {
        let mut looks = Looks::default();
        let Ok(mut members) = Members::new(object) else { return looks };
        let mut count = 0;
        while let Ok(Some((key, value))) = members.next() {
            count += 1;
            let first = object.get(value.start);
            let is_pattern =
                || text_of(object.get(value.clone()).unwrap_or_default()).trim_ascii_start().starts_with(b"{");
            let is_id = key == "id" && first != Some(&b'[') && !is_pattern();
            looks.id |= is_id;
            looks.pattern |= key == "pattern";
            looks.field |=
                first == Some(&b'[') || FIELDS.contains(&key.as_str()) && first != Some(&b'{') && !is_pattern();
            looks.only_detail = count == 1 && key == "detail" && first == Some(&b'{');
        }
        looks
    }
}
