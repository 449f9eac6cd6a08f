//! Who answers: the engine, or the slow reference evaluator.

use eventsieve::reference::{self, ReferenceError};
use eventsieve::{CompileOptions, Event, MatchSet, Matcher, Pattern, RuleSet, Scratch};

/// Who is asked, and how.
#[derive(Clone, Debug)]
pub(super) struct Configuration {
    pub(super) reference: bool,
    pub(super) trusted: bool,
    pub(super) options: CompileOptions,
}

/// Rules as they change, and who is asked about them.
pub(super) enum Rules {
    Engine { set: Box<RuleSet<u32>>, options: CompileOptions },
    Reference(Vec<(u32, Pattern)>),
}

/// Rules to be asked.
pub(super) enum Compiled {
    Engine(Matcher<u32>),
    Reference(Vec<(u32, Pattern)>),
}

/// Why there is no verdict.
pub(super) enum NoVerdict {
    /// The event is malformed, or too much for the engine.
    Error(String),
    /// It is too much for the evaluator, which says nothing of the event.
    TooHard,
}

impl Rules {
    pub(super) fn new(configuration: &Configuration) -> Self {
        if configuration.reference {
            return Rules::Reference(Vec::new());
        }
        Rules::Engine { set: Box::default(), options: configuration.options.clone() }
    }

    pub(super) fn insert(&mut self, id: u32, pattern: &Pattern) -> Result<(), String> {
        match self {
            Rules::Engine { set, .. } => {
                set.insert(id, pattern).map_err(|error| error.to_string())?;
            }
            Rules::Reference(rules) => rules.push((id, pattern.clone())),
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, id: u32, pattern: &Pattern) {
        match self {
            Rules::Engine { set, .. } => {
                set.remove_pattern(&id, pattern);
            }
            Rules::Reference(rules) => rules.retain(|(other, rule)| *other != id || rule != pattern),
        }
    }

    pub(super) fn compile(&self) -> Result<Compiled, String> {
        match self {
            Rules::Engine { set, options } => {
                set.compile_with(options).map(Compiled::Engine).map_err(|error| error.to_string())
            }
            Rules::Reference(rules) => Ok(Compiled::Reference(rules.clone())),
        }
    }
}

/// Asks, and keeps the engine's working memory.
#[derive(Default)]
pub(super) struct Asker {
    trusted: bool,
    scratch: Scratch,
    set: MatchSet,
}

impl Asker {
    pub(super) fn new(trusted: bool) -> Self {
        Asker { trusted, ..Asker::default() }
    }

    /// The ids of the rules that match, in ascending order.
    pub(super) fn ask(&mut self, rules: &Compiled, event: &[u8]) -> Result<Vec<u32>, NoVerdict> {
        let mut ids: Vec<u32> = match rules {
            Compiled::Engine(matcher) => {
                let event = if self.trusted { Event::trusted(event) } else { Event::strict(event) };
                let matches = matcher.matches(event, &mut self.scratch, &mut self.set);
                matches.map_err(|error| NoVerdict::Error(error.to_string()))?.copied().collect()
            }
            Compiled::Reference(rules) => ask_reference(rules, event)?,
        };
        ids.sort_unstable();
        Ok(ids)
    }
}

fn ask_reference(rules: &[(u32, Pattern)], event: &[u8]) -> Result<Vec<u32>, NoVerdict> {
    if !reference::accepts(event) {
        return Err(NoVerdict::Error("the event is malformed".to_owned()));
    }
    let mut ids = Vec::new();
    for (id, pattern) in rules {
        match reference::matches(pattern, event) {
            Ok(true) if !ids.contains(id) => ids.push(*id),
            Ok(_) => {}
            Err(ReferenceError::TooHard) => return Err(NoVerdict::TooHard),
            Err(error @ ReferenceError::Malformed(_)) => return Err(NoVerdict::Error(error.to_string())),
        }
    }
    Ok(ids)
}
