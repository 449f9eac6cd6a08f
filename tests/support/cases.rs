//! The conformance cases, as files of one JSON object a line.

use std::env;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::read::GzDecoder;
use serde_json::Value;

/// The variable that names the folder of the cases that are not copied here.
const FOLDER: &str = "EVENTSIEVE_CONFORMANCE";

/// A file of cases.
pub struct CaseFile {
    pub name: &'static str,
    /// How many cases it holds.
    pub cases: usize,
    /// Whether it is in `tests/corpus`, and not only in the folder that the variable names.
    copied: bool,
}

impl CaseFile {
    const fn new(name: &'static str, cases: usize, copied: bool) -> Self {
        CaseFile { name, cases, copied }
    }

    /// Its cases with the numbers of their lines. `None`, and a word about it, if the file is not here.
    pub fn read(&self) -> Option<Vec<(usize, Case)>> {
        let Some(path) = self.path() else {
            say(&format!("{}: {} cases left out, {FOLDER} is not set", self.name, self.cases));
            return None;
        };
        let cases = read(&path);
        assert_eq!(cases.iter().map(|(_, case)| case.count()).sum::<usize>(), self.cases, "{}", self.name);
        Some(cases)
    }

    fn path(&self) -> Option<PathBuf> {
        let folder = if self.copied {
            // The crate's own folder, and for the fuzz targets the one around theirs.
            let mut folders =
                Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("tests/corpus"));
            folders.find(|folder| folder.is_dir()).unwrap()
        } else {
            PathBuf::from(env::var_os(FOLDER)?)
        };
        Some(folder.join(self.name))
    }
}

pub const PAIRS: CaseFile = CaseFile::new("pairs.jsonl.gz", 23_945, true);
pub const MALFORMED: CaseFile = CaseFile::new("malformed.jsonl.gz", 5_994, true);
pub const EDGES: CaseFile = CaseFile::new("edges.jsonl.gz", 3_385, true);
pub const RULESETS: CaseFile = CaseFile::new("rulesets.jsonl.gz", 102_893, true);
pub const OR_AS_FIELD: CaseFile = CaseFile::new("or_as_field.jsonl", 179, true);
pub const DIVERGENCES: CaseFile = CaseFile::new("divergences.jsonl", 152, true);
pub const EVENTS: CaseFile = CaseFile::new("events.jsonl.gz", 6_025, true);
pub const SEQUENCES: CaseFile = CaseFile::new("sequences.jsonl.gz", 6_496, false);
pub const AWS_VALIDATED: CaseFile = CaseFile::new("aws_validated.jsonl", 154, false);
pub const JSON_TEXTS: CaseFile = CaseFile::new("json_texts.jsonl.gz", 318, false);

/// The content of one line.
pub enum Case {
    /// A rule, and the event that it matches or not.
    Verdict { rule: Rule, event: String, matches: bool },
    /// A rule that must be accepted or refused.
    Rule { rule: Rule, valid: bool },
    /// Rules, and for each event the indexes of those that match.
    Set { rules: Vec<Rule>, events: Vec<(String, Vec<usize>)> },
    /// Changes of a rule set, and events between them.
    Sequence(Vec<Operation>),
    /// An event that has a verdict or not; `None` if either is right.
    Event { text: Vec<u8>, valid: Option<bool> },
}

/// A rule's text, and how to read it.
pub struct Rule {
    pub text: String,
    pub or_as_field: bool,
}

/// A step of a sequence.
pub enum Operation {
    Add { id: String, rule: Rule, valid: bool },
    Remove { id: String, rule: Rule },
    Event { text: String, matches: Vec<String> },
}

impl Case {
    /// How many cases it counts as.
    pub fn count(&self) -> usize {
        match self {
            Case::Verdict { .. } | Case::Rule { .. } | Case::Event { .. } => 1,
            Case::Set { rules, events } => rules.len() * events.len(),
            Case::Sequence(operations) => operations.len(),
        }
    }
}

/// Says something, also from a test that passes.
pub fn say(line: &str) {
    let _closed = writeln!(io::stderr(), "{line}");
}

fn read(path: &Path) -> Vec<(usize, Case)> {
    let mut text = String::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    } else {
        text = fs::read_to_string(path).unwrap();
    }
    text.lines().enumerate().map(|(index, line)| (index + 1, case(&serde_json::from_str(line).unwrap()))).collect()
}

fn case(line: &Value) -> Case {
    if let Some(rules) = line.get("rules") {
        let events = strings(&line["events"]).into_iter().zip(array(&line["matches"]));
        let indexes =
            |matches: &Value| array(matches).iter().map(|n| n.as_u64().unwrap().try_into().unwrap()).collect();
        return Case::Set {
            rules: strings(rules).into_iter().map(|text| Rule { text, or_as_field: false }).collect(),
            events: events.map(|(event, matches)| (event, indexes(matches))).collect(),
        };
    }
    if let Some(operations) = line.get("ops") {
        return Case::Sequence(array(operations).iter().map(operation).collect());
    }
    if let Some(event) = line.get("event_base64") {
        let text = BASE64_STANDARD.decode(event.as_str().unwrap()).unwrap();
        return Case::Event { text, valid: line["event_valid"].as_bool() };
    }
    let rule = rule(line);
    match line.get("valid") {
        Some(valid) => Case::Rule { rule, valid: valid.as_bool().unwrap() },
        None => Case::Verdict { rule, event: string(&line["event"]), matches: line["match"].as_bool().unwrap() },
    }
}

fn operation(line: &Value) -> Operation {
    if let Some(id) = line.get("add") {
        let valid = line.get("valid").is_none_or(|valid| valid.as_bool().unwrap());
        return Operation::Add { id: string(id), rule: rule(line), valid };
    }
    match line.get("remove") {
        Some(id) => Operation::Remove { id: string(id), rule: rule(line) },
        None => Operation::Event { text: string(&line["event"]), matches: strings(&line["match"]) },
    }
}

fn rule(line: &Value) -> Rule {
    Rule { text: string(&line["rule"]), or_as_field: line.get("or_as_field") == Some(&Value::Bool(true)) }
}

fn string(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn strings(value: &Value) -> Vec<String> {
    array(value).iter().map(string).collect()
}
