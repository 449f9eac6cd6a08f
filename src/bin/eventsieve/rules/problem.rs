//! What is wrong with a rules file.

use std::fmt;

use super::{Place, TOLD};
use crate::failure::Failure;
use crate::input::Source;
use crate::rule_ids;

/// What is wrong with a rule, or with the whole of the file.
#[derive(Clone)]
pub(crate) struct Problem {
    pub(crate) place: Place,
    /// The id of the rule, as JSON.
    pub(crate) rule: Option<String>,
    /// In one line.
    pub(crate) message: String,
    /// What to do about it, in one line.
    pub(crate) hint: Option<String>,
    /// The message for people, maybe with lines of the text.
    pub(super) rendered: String,
}

impl Problem {
    pub(super) fn new(place: Place, rule: Option<String>, message: String) -> Self {
        Problem { place, rule, rendered: message.clone(), message, hint: None }
    }
}

/// Where it is, of which rule, and what, for people; without the file's name.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.place.line, self.place.column)?;
        if let Some(rule) = &self.rule {
            write!(f, "rule `{}`: ", rule_ids::plain(rule))?;
        }
        f.write_str(&self.rendered)
    }
}

/// How many problems of a file are kept; others are only counted.
const KEPT: usize = 1_000;

/// What is wrong with a file.
#[derive(Default)]
pub(crate) struct Problems {
    /// The first [`KEPT`] of them.
    kept: Vec<Problem>,
    count: usize,
}

impl Problems {
    pub(super) fn add(&mut self, problem: Problem) {
        self.count += 1;
        if self.kept.len() < KEPT {
            self.kept.push(problem);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Those that are kept.
    pub(crate) fn kept(&self) -> &[Problem] {
        &self.kept
    }

    pub(super) fn count(&self, what: &str) -> String {
        format!("{} {what}{} can't be read", self.count, if self.count == 1 { "" } else { "s" })
    }

    /// Whether one of them is about the whole file, or may be, as it isn't kept.
    pub(super) fn concern_all(&self) -> bool {
        self.count > self.kept.len() || self.kept.iter().any(|problem| problem.rule.is_none())
    }

    /// Those that are about a rule.
    pub(super) fn of(&self, is_wanted: impl Fn(&str) -> bool) -> Problems {
        let is_of = |problem: &&Problem| problem.rule.as_deref().is_some_and(&is_wanted);
        let kept: Vec<_> = self.kept.iter().filter(is_of).cloned().collect();
        Problems { count: kept.len(), kept }
    }

    /// The first problems for people, each with the file's name.
    pub(crate) fn messages(&self, source: &Source) -> Vec<String> {
        let told = self.kept.iter().take(TOLD).map(|problem| format!("{source}:{problem}"));
        let more = self.count.saturating_sub(TOLD);
        let more = (more > 0).then(|| format!("{source}: {more} more bad rules"));
        told.chain(more).collect()
    }

    pub(super) fn failure(&self, source: &Source) -> Failure {
        Failure::Message(self.messages(source).join("\neventsieve: "))
    }
}
