//! Labelled cases: what a line of a case file says. It knows nothing of how a case is run.
//!
//! A line is a JSON object of one of these shapes, in which a rule or an event is given as JSON, or as a string that
//! holds the JSON text, and other keys mean nothing:
//!
//! - `{"rule", "event", "match": true|false}`: one case;
//! - `{"rule", "valid": true|false}`: whether the rule is accepted, one case;
//! - `{"rules": […], "events": […], "matches": [[rule indexes] per event]}`: one rule set, a case for each rule × event;
//! - `{"ops": […]}`: one rule set as it changes, by `{"add": id, "rule"}`, `{"remove": id, "rule"}` (that one rule of
//!   that id) and `{"event", "match": [ids, each once]}`; a case for each event, and for each `add` that has `"valid"`;
//! - `{"event", "event_valid": true|false|null}`: whether the event gets a verdict, where `null` leaves it open.
//!
//! `"event_base64"` may stand for `"event"`. With `"or_as_field": true` every `$or` in the line's rules is an ordinary
//! field name. `"name"` names the case.

#[path = "json.rs"]
pub(crate) mod json;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use json::{Elements, Members, Unexpected};

/// A line of a case file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Labelled {
    pub(crate) name: Option<String>,
    pub(crate) or_as_field: bool,
    pub(crate) case: Case,
}

/// What is claimed. Rules and events are JSON text, and may be anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// The rule is accepted, and matches the event or not.
    Pair { rule: Vec<u8>, event: Vec<u8>, matches: bool },
    /// The rule is accepted, or refused.
    Rule { rule: Vec<u8>, valid: bool },
    /// `matches[e]` are the indexes of the rules that match `events[e]`; there are as many of the one as of the other.
    Set { rules: Vec<Vec<u8>>, events: Vec<Vec<u8>>, matches: Vec<Vec<usize>> },
    /// What is done to a rule set, and what it then says.
    Sequence(Vec<Operation>),
    /// The event gets a verdict, or is malformed; `None` if either answer is right.
    Event { event: Vec<u8>, valid: Option<bool> },
}

/// One step of a [`Case::Sequence`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// `valid` is `None` where nothing is claimed: the rule is then to be accepted, and is no case of its own.
    Add { id: String, rule: Vec<u8>, valid: Option<bool> },
    /// Removes this one rule of the id.
    Remove { id: String, rule: Vec<u8> },
    /// The ids that match, each once, in ascending order.
    Event { event: Vec<u8>, ids: Vec<String> },
}

/// Reads one line.
///
/// # Errors
///
/// Says, for people, why the line is no case of any shape.
pub(crate) fn parse(line: &[u8]) -> Result<Labelled, String> {
    let fields = Fields::read(line)?;
    let name = fields.name.map(text_of).transpose()?.map(|name| String::from_utf8_lossy(&name).into_owned());
    let or_as_field = fields.or_as_field.map(|value| boolean(value, "or_as_field")).transpose()?.unwrap_or(false);
    Ok(Labelled { name, or_as_field, case: fields.case()? })
}

/// The values of a line, or of one operation in it, by key, in their own text.
#[derive(Default)]
struct Fields<'t> {
    name: Option<&'t [u8]>,
    or_as_field: Option<&'t [u8]>,
    rule: Option<&'t [u8]>,
    event: Option<&'t [u8]>,
    event_base64: Option<&'t [u8]>,
    event_valid: Option<&'t [u8]>,
    matches: Option<&'t [u8]>,
    valid: Option<&'t [u8]>,
    rules: Option<&'t [u8]>,
    events: Option<&'t [u8]>,
    set_matches: Option<&'t [u8]>,
    ops: Option<&'t [u8]>,
    add: Option<&'t [u8]>,
    remove: Option<&'t [u8]>,
}

impl<'t> Fields<'t> {
    fn read(text: &'t [u8]) -> Result<Self, String> {
        let mut fields = Fields::default();
        let mut members = Members::new(text).map_err(not_json)?;
        while let Some((key, value)) = members.next().map_err(not_json)? {
            let field = match key.as_str() {
                "name" => &mut fields.name,
                "or_as_field" => &mut fields.or_as_field,
                "rule" => &mut fields.rule,
                "event" => &mut fields.event,
                "event_base64" => &mut fields.event_base64,
                "event_valid" => &mut fields.event_valid,
                "match" => &mut fields.matches,
                "valid" => &mut fields.valid,
                "rules" => &mut fields.rules,
                "events" => &mut fields.events,
                "matches" => &mut fields.set_matches,
                "ops" => &mut fields.ops,
                "add" => &mut fields.add,
                "remove" => &mut fields.remove,
                _ => continue,
            };
            if field.replace(text.get(value).unwrap_or_default()).is_some() {
                return Err(format!("`{key}` is given twice"));
            }
        }
        Ok(fields)
    }

    fn case(&self) -> Result<Case, String> {
        if let Some(operations) = self.ops {
            return elements(operations, "ops")?
                .into_iter()
                .map(|operation| Fields::read(operation)?.operation())
                .collect::<Result<_, _>>()
                .map(Case::Sequence);
        }
        if let Some(rules) = self.rules {
            return self.set(rules);
        }
        if let Some(rule) = self.rule {
            let rule = text_of(rule)?;
            return match (self.matches, self.valid) {
                (_, Some(valid)) => Ok(Case::Rule { rule, valid: boolean(valid, "valid")? }),
                (Some(matches), None) => {
                    Ok(Case::Pair { rule, event: self.event()?, matches: boolean(matches, "match")? })
                }
                (None, None) => Err("a `rule` needs a `match` or a `valid`".to_owned()),
            };
        }
        let Some(valid) = self.event_valid else {
            return Err("none of the keys that make a case: `rule`, `rules`, `ops`, `event_valid`".to_owned());
        };
        let valid = if valid == b"null" { None } else { Some(boolean(valid, "event_valid")?) };
        Ok(Case::Event { event: self.event()?, valid })
    }

    fn set(&self, rules: &[u8]) -> Result<Case, String> {
        let texts = |array, key| elements(array, key)?.into_iter().map(text_of).collect::<Result<Vec<_>, _>>();
        let rules = texts(rules, "rules")?;
        let events = texts(self.events.ok_or("`rules` need `events`")?, "events")?;
        let matches = self.set_matches.ok_or("`rules` need `matches`")?;
        let matches: Vec<Vec<usize>> = serde_json::from_slice(matches)
            .map_err(|_| "`matches` must be a list of lists of rule indexes".to_owned())?;
        if matches.len() != events.len() {
            return Err(format!("{} `events`, but {} lists in `matches`", events.len(), matches.len()));
        }
        if let Some(index) = matches.iter().flatten().find(|index| **index >= rules.len()) {
            return Err(format!("there is no rule {index} in `rules`"));
        }
        Ok(Case::Set { rules, events, matches })
    }

    fn operation(&self) -> Result<Operation, String> {
        let rule = || text_of(self.rule.ok_or("an operation on a rule needs the `rule`")?);
        match (self.add, self.remove, self.matches) {
            (Some(id), None, None) => {
                let valid = self.valid.map(|valid| boolean(valid, "valid")).transpose()?;
                Ok(Operation::Add { id: id_of(id)?, rule: rule()?, valid })
            }
            (None, Some(id), None) => Ok(Operation::Remove { id: id_of(id)?, rule: rule()? }),
            (None, None, Some(ids)) => {
                let mut ids = elements(ids, "match")?.into_iter().map(id_of).collect::<Result<Vec<_>, _>>()?;
                ids.sort_unstable();
                Ok(Operation::Event { event: self.event()?, ids })
            }
            _ => Err("an operation has just one of `add`, `remove` and `match`".to_owned()),
        }
    }

    fn event(&self) -> Result<Vec<u8>, String> {
        match (self.event, self.event_base64) {
            (Some(event), None) => text_of(event),
            (None, Some(encoded)) => {
                STANDARD.decode(text_of(encoded)?).map_err(|error| format!("`event_base64` is not Base64: {error}"))
            }
            (None, None) => Err("no `event` and no `event_base64`".to_owned()),
            (Some(_), Some(_)) => Err("both `event` and `event_base64`".to_owned()),
        }
    }
}

/// A text that is given as itself, or in a JSON string.
fn text_of(value: &[u8]) -> Result<Vec<u8>, String> {
    if value.first() != Some(&b'"') {
        return Ok(value.to_vec());
    }
    match json::string(value) {
        Some(text) => Ok(text.into_bytes()),
        None => Err(format!("not a JSON string: {}", String::from_utf8_lossy(value))),
    }
}

/// An id is a string or a number; it stands for itself as it is spelt, so `1` and `"1"` are two.
fn id_of(value: &[u8]) -> Result<String, String> {
    match value.first() {
        Some(b'"' | b'-' | b'0'..=b'9') => Ok(String::from_utf8_lossy(value).into_owned()),
        _ => Err(format!("an id is text or a number, not {}", String::from_utf8_lossy(value))),
    }
}

fn boolean(value: &[u8], key: &str) -> Result<bool, String> {
    match value {
        b"true" => Ok(true),
        b"false" => Ok(false),
        _ => Err(format!("`{key}` must be `true` or `false`, not {}", String::from_utf8_lossy(value))),
    }
}

fn elements<'t>(array: &'t [u8], key: &str) -> Result<Vec<&'t [u8]>, String> {
    let in_array = |error: Unexpected| format!("`{key}`: {}", not_json(error));
    let mut elements = Elements::new(array).map_err(in_array)?;
    let mut values = Vec::new();
    while let Some(value) = elements.next().map_err(in_array)? {
        values.push(array.get(value).unwrap_or_default());
    }
    Ok(values)
}

fn not_json(error: Unexpected) -> String {
    format!("expected {} at byte {}", error.expected, error.at)
}

#[cfg(test)]
impl Case {
    /// How many cases the line counts as.
    pub(crate) fn count(&self) -> usize {
        match self {
            Case::Pair { .. } | Case::Rule { .. } | Case::Event { .. } => 1,
            Case::Set { rules, events, .. } => rules.len() * events.len(),
            Case::Sequence(operations) => operations
                .iter()
                .filter(|operation| {
                    matches!(operation, Operation::Event { .. } | Operation::Add { valid: Some(_), .. })
                })
                .count(),
        }
    }
}

/// The cases of a file, each with its line number, for the tests that run them in the process.
///
/// # Errors
///
/// If the file can't be read.
#[cfg(test)]
pub(crate) fn read(path: &std::path::Path) -> std::io::Result<Vec<(usize, Result<Labelled, String>)>> {
    use std::io::Read;

    let file = std::fs::File::open(path)?;
    let mut text = Vec::new();
    if path.extension().is_some_and(|name| name == "gz") {
        flate2::read::MultiGzDecoder::new(file).read_to_end(&mut text)?;
    } else {
        std::io::BufReader::new(file).read_to_end(&mut text)?;
    }
    let lines = text.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !json::is_blank(line));
    Ok(lines.map(|(index, line)| (index + 1, parse(line))).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{Case, parse, read};

    #[test]
    fn the_files_have_as_many_cases_as_they_say() {
        let Some(folder) = std::env::var_os("EVENTSIEVE_CONFORMANCE").map(std::path::PathBuf::from) else {
            println!("EVENTSIEVE_CONFORMANCE is not set: its case files are left out");
            return;
        };
        for (file, count) in [("rulesets.jsonl.gz", 102_893), ("sequences.jsonl.gz", 6_045), ("or_as_field.jsonl", 179)]
        {
            let cases = read(&folder.join(file)).unwrap();
            assert_eq!(
                cases.iter().map(|(_, case)| case.as_ref().unwrap().case.count()).sum::<usize>(),
                count,
                "{file}"
            );
        }
    }

    #[test]
    fn json_keeps_its_spelling() {
        let case = parse(br#"{"event": {"a": 1.50, "a": [ ]}, "event_valid": true}"#).unwrap().case;
        assert_eq!(case, Case::Event { event: br#"{"a": 1.50, "a": [ ]}"#.to_vec(), valid: Some(true) });
    }
}
