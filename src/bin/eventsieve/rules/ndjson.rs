//! Rules on lines of their own, each an object with an `id` and a `pattern`.

use crate::cases::json::{Members, Unexpected};
use crate::rule_ids;

/// A rule as NDJSON gives it.
pub(super) struct NdjsonRule<'t> {
    /// JSON text
    pub(super) id: String,
    /// JSON text, maybe in a string
    pub(super) pattern: &'t [u8],
    /// Where in the line the pattern begins.
    pub(super) start: usize,
    /// The keys that say nothing to this command.
    pub(super) unknown: Vec<String>,
}

impl<'t> NdjsonRule<'t> {
    pub(super) fn read(line: &'t [u8]) -> Result<Self, String> {
        let unexpected = |error: Unexpected| format!("expected {} at byte {}", error.expected, error.at);
        let mut members = Members::new(line).map_err(unexpected)?;
        let (mut id, mut pattern, mut unknown) = (None, None, Vec::new());
        while let Some((key, value)) = members.next().map_err(unexpected)? {
            let field = match key.as_str() {
                "id" => &mut id,
                "pattern" => &mut pattern,
                _ => {
                    unknown.push(key);
                    continue;
                }
            };
            if field.replace(value).is_some() {
                return Err(format!("`{key}` is given twice"));
            }
        }
        let id = id.ok_or("a rule needs an `id`")?;
        let text = line.get(id).unwrap_or_default().trim_ascii();
        let id = match serde_json::from_slice(text) {
            Ok(serde_json::Value::String(id)) => rule_ids::json(&id),
            // As it is spelt: another spelling is another id, and no digit is lost.
            Ok(serde_json::Value::Number(_)) => String::from_utf8_lossy(text).into_owned(),
            _ => return Err("an `id` is text or a number".to_owned()),
        };
        let pattern = pattern.ok_or("a rule needs a `pattern`")?;
        Ok(NdjsonRule { id, start: pattern.start, pattern: line.get(pattern).unwrap_or_default(), unknown })
    }
}
