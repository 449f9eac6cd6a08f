//! Whether a case holds.

use std::collections::HashMap;
use std::fmt::Write;

use eventsieve::{Pattern, PatternParser, reference};

use super::engine::{Asker, Compiled, Configuration, NoVerdict, Rules};
use super::promise;
use crate::cases::{Case, Labelled, Operation};

/// The most characters of a rule or event that are shown.
const SHOWN: usize = 300;

/// What came of a line's cases.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) cases: u64,
    pub(super) skipped: u64,
    /// What is wrong, for each case that failed.
    pub(super) failures: Vec<String>,
}

impl Verdict {
    fn passed(&mut self) {
        self.cases += 1;
    }

    fn skipped(&mut self) {
        self.cases += 1;
        self.skipped += 1;
    }

    fn failed(&mut self, what: String) {
        self.cases += 1;
        self.failures.push(what);
    }

    /// Another case, which holds if what was found is what was expected.
    fn compare(&mut self, expected: &str, found: &str, texts: &[(&str, &[u8])]) {
        if expected == found {
            self.passed();
        } else {
            self.failed(describe(expected, found, texts));
        }
    }
}

/// What is known of an event.
enum Answer {
    /// The ids of the rules that match, in ascending order.
    Ids(Vec<u32>),
    /// There is no verdict, and why.
    Error(String),
    /// It was not asked.
    Skipped,
}

impl Answer {
    /// How a case says it that is about one rule.
    fn of_rule(&self, id: u32) -> &str {
        match self {
            Answer::Ids(ids) if ids.binary_search(&id).is_ok() => MATCH,
            Answer::Ids(_) => NO_MATCH,
            Answer::Error(error) => error,
            Answer::Skipped => "nothing",
        }
    }
}

const MATCH: &str = "a match";
const NO_MATCH: &str = "no match";
const VERDICT: &str = "a well-formed event";
const NO_VERDICT: &str = "a malformed event";

fn match_or_not(matches: bool) -> &'static str {
    if matches { MATCH } else { NO_MATCH }
}

/// Runs cases.
pub(super) struct Judge {
    configuration: Configuration,
    asker: Asker,
    /// Some rule: for events that are only to be accepted.
    probe: Compiled,
}

impl Judge {
    pub(super) fn new(configuration: &Configuration) -> Result<Self, String> {
        let probe = PatternParser::new().parse(r#"{"k": [{"exists": true}]}"#).map_err(|error| error.to_string())?;
        let mut rules = Rules::new(configuration);
        rules.insert(0, &probe)?;
        let probe = rules.compile()?;
        Ok(Judge { configuration: configuration.clone(), asker: Asker::new(configuration.trusted), probe })
    }

    pub(super) fn judge(&mut self, labelled: &Labelled) -> Verdict {
        let parser = PatternParser::new().or_as_field(labelled.or_as_field);
        let mut verdict = Verdict::default();
        match &labelled.case {
            Case::Pair { rule, event, matches } => self.pair(&parser, rule, event, *matches, &mut verdict),
            Case::Rule { rule, valid } => {
                compare_rule(&mut verdict, *valid, &parse(&parser, rule).map(|_| ()), rule);
            }
            Case::Set { rules, events, matches } => self.set(&parser, rules, events, matches, &mut verdict),
            Case::Sequence(operations) => self.sequence(&parser, operations, &mut verdict),
            Case::Event { event, valid } => self.event(event, *valid, &mut verdict),
        }
        verdict
    }

    fn pair(&mut self, parser: &PatternParser, rule: &[u8], event: &[u8], matches: bool, verdict: &mut Verdict) {
        let mut rules = Rules::new(&self.configuration);
        let compiled = parse(parser, rule).and_then(|pattern| rules.insert(0, &pattern)).and_then(|()| rules.compile());
        let answer = match compiled {
            Ok(compiled) => self.answer(&compiled, event),
            Err(error) => Answer::Error(error),
        };
        match answer {
            Answer::Skipped => verdict.skipped(),
            answer => {
                verdict.compare(match_or_not(matches), answer.of_rule(0), &[("rule", rule), ("event", event)]);
            }
        }
    }

    fn set(
        &mut self,
        parser: &PatternParser,
        texts: &[Vec<u8>],
        events: &[Vec<u8>],
        matches: &[Vec<usize>],
        verdict: &mut Verdict,
    ) {
        let mut rules = Rules::new(&self.configuration);
        let mut refused = HashMap::new();
        for (id, text) in (0..).zip(texts) {
            if let Err(error) = parse(parser, text).and_then(|pattern| rules.insert(id, &pattern)) {
                refused.insert(id, error);
            }
        }
        let compiled = rules.compile();
        for (event, expected) in events.iter().zip(matches) {
            let answer = match &compiled {
                Ok(compiled) => self.answer(compiled, event),
                Err(error) => Answer::Error(error.clone()),
            };
            for (index, (id, text)) in (0..).zip(texts).enumerate() {
                match (&answer, refused.get(&id)) {
                    (Answer::Skipped, None) => verdict.skipped(),
                    (answer, refused) => verdict.compare(
                        match_or_not(expected.contains(&index)),
                        refused.map_or(answer.of_rule(id), String::as_str),
                        &[("rule", text), ("event", event)],
                    ),
                }
            }
        }
    }

    fn sequence(&mut self, parser: &PatternParser, operations: &[Operation], verdict: &mut Verdict) {
        let mut rules = Rules::new(&self.configuration);
        let mut compiled = None;
        let mut names = Names::default();
        for operation in operations {
            match operation {
                Operation::Add { id, rule, valid } => {
                    let added = parse(parser, rule).and_then(|pattern| rules.insert(names.number(id), &pattern));
                    match (valid, &added) {
                        (Some(valid), added) => compare_rule(verdict, *valid, added, rule),
                        (None, Err(_)) => compare_rule(verdict, true, &added, rule),
                        (None, Ok(())) => {}
                    }
                    compiled = None;
                }
                Operation::Remove { id, rule } => {
                    match parse(parser, rule) {
                        Ok(pattern) => rules.remove(names.number(id), &pattern),
                        refused @ Err(_) => compare_rule(verdict, true, &refused.map(|_| ()), rule),
                    }
                    compiled = None;
                }
                Operation::Event { event, ids } => {
                    let answer = match compiled.get_or_insert_with(|| rules.compile()) {
                        Ok(compiled) => self.answer(compiled, event),
                        Err(error) => Answer::Error(error.clone()),
                    };
                    let found = match answer {
                        Answer::Skipped => {
                            verdict.skipped();
                            continue;
                        }
                        Answer::Ids(found) => names.list(&found),
                        Answer::Error(error) => error,
                    };
                    verdict.compare(&format!("[{}]", ids.join(", ")), &found, &[("event", event)]);
                }
            }
        }
    }

    fn event(&mut self, event: &[u8], valid: Option<bool>, verdict: &mut Verdict) {
        let Judge { configuration, asker, probe } = self;
        let found = match answer(configuration, asker, probe, event) {
            Answer::Skipped => return verdict.skipped(),
            Answer::Ids(_) => VERDICT,
            Answer::Error(_) => NO_VERDICT,
        };
        let expected = match valid {
            None => found,
            Some(true) => VERDICT,
            Some(false) => NO_VERDICT,
        };
        verdict.compare(expected, found, &[("event", event)]);
    }

    fn answer(&mut self, rules: &Compiled, event: &[u8]) -> Answer {
        answer(&self.configuration, &mut self.asker, rules, event)
    }
}

fn answer(configuration: &Configuration, asker: &mut Asker, rules: &Compiled, event: &[u8]) -> Answer {
    if configuration.trusted && (!reference::accepts(event) || promise::has_two_routes(event)) {
        return Answer::Skipped;
    }
    match asker.ask(rules, event) {
        Ok(ids) => Answer::Ids(ids),
        Err(NoVerdict::Error(error)) => Answer::Error(format!("no verdict: {error}")),
        Err(NoVerdict::TooHard) => Answer::Skipped,
    }
}

/// The numbers of a sequence's ids.
#[derive(Default)]
struct Names<'a> {
    names: Vec<&'a str>,
    numbers: HashMap<&'a str, u32>,
}

impl<'a> Names<'a> {
    fn number(&mut self, name: &'a str) -> u32 {
        *self.numbers.entry(name).or_insert_with(|| {
            self.names.push(name);
            u32::try_from(self.names.len()).unwrap_or(u32::MAX)
        })
    }

    /// The names of numbers, in their own order.
    fn list(&self, numbers: &[u32]) -> String {
        let index = |number: &u32| usize::try_from(*number).ok()?.checked_sub(1);
        let mut names: Vec<&str> =
            numbers.iter().filter_map(index).filter_map(|index| self.names.get(index).copied()).collect();
        names.sort_unstable();
        format!("[{}]", names.join(", "))
    }
}

/// A case of a rule that is to be accepted or refused.
fn compare_rule(verdict: &mut Verdict, valid: bool, read: &Result<(), String>, rule: &[u8]) {
    match (valid, read) {
        (true, Err(error)) => verdict.failed(describe("an accepted rule", error, &[("rule", rule)])),
        (false, Ok(())) => verdict.failed(describe("a refused rule", "an accepted one", &[("rule", rule)])),
        (true, Ok(())) | (false, Err(_)) => verdict.passed(),
    }
}

fn parse(parser: &PatternParser, rule: &[u8]) -> Result<Pattern, String> {
    parser.parse(rule).map_err(|error| format!("a refused rule: {error}"))
}

/// What was expected and what was found, and the texts that it is about.
fn describe(expected: &str, found: &str, texts: &[(&str, &[u8])]) -> String {
    let mut what = format!("expected {expected}, found {}", found.replace('\n', "\n    "));
    for (name, text) in texts {
        let text = String::from_utf8_lossy(text);
        let _ = match text.char_indices().nth(SHOWN) {
            None => write!(what, "\n    {name}: {text}"),
            Some((end, _)) => write!(what, "\n    {name}: {}…", text.get(..end).unwrap_or_default()),
        };
    }
    what
}
