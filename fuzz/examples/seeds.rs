//! Makes `seeds/`, a few dozen small inputs for each target, of the conformance cases in `tests/corpus`.
//!
//! `cargo run --example seeds`, in `fuzz/`. The same cases give the same seeds.

use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::path::Path;

use eventsieve_fuzz::support::cases::{self, Case, CaseFile};

/// How many seeds of the cases a target gets.
const SEEDS: usize = 32;
/// How long a seed may be, in bytes.
const LONGEST: usize = 600;

fn main() -> Result<(), Box<dyn Error>> {
    let mut pattern_parse = Vec::new();
    let mut event_scan = Vec::new();
    let mut engine = Vec::new();
    let mut rule_set = Vec::new();
    let files = [
        cases::PAIRS,
        cases::MALFORMED,
        cases::EDGES,
        cases::OR_AS_FIELD,
        cases::DIVERGENCES,
        cases::RULESETS,
        cases::EVENTS,
    ];
    for case in files.iter().filter_map(CaseFile::read).flatten().map(|(_, case)| case) {
        match case {
            Case::Rule { rule, .. } => pattern_parse.push(rule.text.into_bytes()),
            Case::Verdict { rule, event, .. } => {
                engine.push(scene([rule.text.as_str()], [event.as_str()]));
                pattern_parse.push(rule.text.into_bytes());
                event_scan.push(event.into_bytes());
            }
            Case::Set { rules, events } => {
                for (rules, events) in rules.chunks(3).zip(events.chunks(2)) {
                    let rules = rules.iter().map(|rule| rule.text.as_str());
                    let mut scene = scene(rules, events.iter().map(|(event, _)| event.as_str()));
                    engine.push(scene.clone());
                    scene.extend_from_slice(b"\n\n");
                    scene.extend(decisions(scene.len(), 60));
                    rule_set.push(scene);
                }
            }
            Case::Event { text, .. } => event_scan.push(text),
            Case::Sequence(_) => {}
        }
    }
    write("pattern_parse", diverse(pattern_parse))?;
    write("event_scan", diverse(event_scan))?;
    // Four targets read decisions for the generators, too.
    let generated = || (1..=8).map(|start| decisions(start, 100 * start));
    write("engine", diverse(engine).into_iter().chain(generated()))?;
    let rule_set: Vec<_> = diverse(rule_set).into_iter().chain(generated()).collect();
    write("live_rules", rule_set.clone())?;
    write("load", rule_set.clone())?;
    write("rule_set", rule_set)
}

/// Patterns and events as the targets read them, if no line break within them stands against that.
fn scene<'t>(rules: impl IntoIterator<Item = &'t str>, events: impl IntoIterator<Item = &'t str>) -> Vec<u8> {
    let lines =
        |texts: Vec<&'t str>| texts.into_iter().map(|text| text.replace('\n', " ")).collect::<Vec<_>>().join("\n");
    let (rules, events) = (lines(rules.into_iter().collect()), lines(events.into_iter().collect()));
    format!("{}\n\n{events}", rules.trim_start()).into_bytes()
}

/// Bytes without a pattern, the first not `{`.
fn decisions(start: usize, count: usize) -> Vec<u8> {
    let mut state = start as u64;
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    let mut bytes: Vec<u8> = (0..count).map(|_| byte()).collect();
    if let Some(first) = bytes.first_mut().filter(|first| **first == b'{') {
        *first = 0;
    }
    bytes
}

/// Some of the texts, from the shortest on, that have much in them that the others have not.
fn diverse(mut texts: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    texts.retain(|text| text.len() <= LONGEST);
    texts.sort_by(|left, right| left.len().cmp(&right.len()).then_with(|| left.cmp(right)));
    // How much has to be new in a text for it to be taken: as much as leaves about the right number.
    let mut new = std::iter::successors(Some(8), |new| Some(new + new / 8));
    new.find_map(|new| pick(&texts, new)).unwrap_or_default()
}

/// The texts that have so much new in them, if they are not too many.
fn pick(texts: &[Vec<u8>], new: usize) -> Option<Vec<Vec<u8>>> {
    let mut seen: HashSet<&[u8]> = HashSet::new();
    let mut picked = Vec::new();
    for text in texts {
        let parts: HashSet<_> = text.windows(4).collect();
        if parts.difference(&seen).count() >= new {
            seen.extend(parts);
            picked.push(text.clone());
            if picked.len() > SEEDS {
                return None;
            }
        }
    }
    Some(picked)
}

fn write(target: &str, seeds: impl IntoIterator<Item = Vec<u8>>) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for (index, seed) in seeds.into_iter().enumerate() {
        fs::write(folder.join(format!("{index:02}")), seed)?;
    }
    Ok(())
}
