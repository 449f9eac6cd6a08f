//! What the benchmarks share.

#![allow(dead_code, reason = "no benchmark needs all of it")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "benchmarks")]

use eventsieve::{CompileOptions, Event, MatchSet, Matcher, RuleSet, Scratch};

use crate::workloads::{Expected, Lines};

/// The two ways in which text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Strict,
    Trusted,
}

impl Mode {
    pub const ALL: [Mode; 2] = [Mode::Strict, Mode::Trusted];

    pub fn name(self) -> &'static str {
        match self {
            Mode::Strict => "strict",
            Mode::Trusted => "trusted",
        }
    }

    #[inline]
    pub fn event(self, text: &str) -> Event<'_> {
        match self {
            Mode::Strict => Event::strict(text.as_bytes()),
            Mode::Trusted => Event::trusted(text.as_bytes()),
        }
    }
}

/// The rules, each under the number of its line.
pub fn rule_set(rules: &Lines) -> RuleSet<u32> {
    let mut set = RuleSet::new();
    for (id, rule) in (0..).zip(rules.iter()) {
        set.insert(id, &rule.parse().unwrap()).unwrap();
    }
    set
}

pub fn compile(rules: &Lines) -> Matcher<u32> {
    rule_set(rules).compile_with(&CompileOptions::new()).unwrap()
}

/// Matches every event.
pub fn count(matcher: &Matcher<u32>, events: &Lines, mode: Mode) -> Expected {
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    let mut found = Expected { rules: matcher.len(), events: events.len(), ..Expected::default() };
    for (number, event) in events.iter().enumerate() {
        for rule in matcher.matches(mode.event(event), &mut scratch, &mut set).unwrap() {
            found.add(number, *rule);
        }
    }
    found
}
