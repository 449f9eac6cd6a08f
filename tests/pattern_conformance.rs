//! Every labelled rule of the conformance files is accepted or refused as labelled, and comes back from its print.
//!
//! The folder is named by the environment variable `EVENTSIEVE_CONFORMANCE`; without it, the test says what it left out.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use eventsieve::{Pattern, PatternParser};
use flate2::read::GzDecoder;
use serde_json::Value;

const FILES: [&str; 8] = [
    "pairs.jsonl.gz",
    "malformed.jsonl.gz",
    "edges.jsonl.gz",
    "rulesets.jsonl.gz",
    "sequences.jsonl.gz",
    "or_as_field.jsonl",
    "aws_validated.jsonl",
    "divergences.jsonl",
];

#[test]
fn rules_are_accepted_or_refused_as_labelled() {
    let Some(folder) = std::env::var_os("EVENTSIEVE_CONFORMANCE").map(PathBuf::from) else {
        println!("EVENTSIEVE_CONFORMANCE is not set: the rules of {} files are left out", FILES.len());
        return;
    };
    for file in FILES {
        let rules = labelled_rules(&read(&folder.join(file)));
        assert!(!rules.is_empty(), "{file} has no rules");
        let mut refused = 0;
        for ((rule, or_as_field), valid) in &rules {
            let parser = PatternParser::new().or_as_field(*or_as_field);
            match parser.parse(rule) {
                Ok(pattern) => {
                    assert!(valid, "{file}: accepted {rule}");
                    assert_comes_back(&parser, &pattern);
                }
                Err(error) => {
                    assert!(!valid, "{file}: refused {rule}\n{error}");
                    assert!(rule.get(error.span()).is_some(), "{file}: span {:?} of {rule}", error.span());
                    refused += 1;
                }
            }
        }
        println!("{file}: {} rules, {refused} of them refused", rules.len());
    }
}

fn assert_comes_back(parser: &PatternParser, pattern: &Pattern) {
    let print = pattern.to_string();
    let again = parser.parse(&print).unwrap_or_else(|error| panic!("the print is refused: {error}"));
    assert_eq!(again, *pattern);
    assert_eq!(again.to_string(), print);
}

fn read(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
    let mut text = String::new();
    match path.extension().is_some_and(|extension| extension == "gz") {
        true => GzDecoder::new(&*bytes).read_to_string(&mut text).unwrap(),
        false => bytes.as_slice().read_to_string(&mut text).unwrap(),
    };
    text
}

/// The distinct rules of a file, with whether they are to be read with `or_as_field`, and whether they are valid.
fn labelled_rules(lines: &str) -> HashMap<(String, bool), bool> {
    let mut rules = HashMap::new();
    let mut add = |case: &Value| {
        let Some(rule) = case["rule"].as_str() else { return };
        let or_as_field = case["or_as_field"] == true;
        let valid = case["valid"] != false;
        let before = rules.insert((rule.to_owned(), or_as_field), valid);
        assert!(before.is_none_or(|before| before == valid), "labelled both ways: {rule}");
    };
    for line in lines.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        add(&case);
        case["ops"].as_array().into_iter().flatten().for_each(&mut add);
        for rule in case["rules"].as_array().into_iter().flatten() {
            add(&serde_json::json!({ "rule": rule }));
        }
    }
    rules
}
