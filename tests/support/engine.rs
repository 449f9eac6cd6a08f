//! The engine in every configuration, on one event after the other.

use std::collections::BTreeMap;
use std::fmt;

use eventsieve::reference;
use eventsieve::{
    CompileOptions, Event, EventError, EventErrorKind, Kernel, MatchSet, Matcher, Pattern, PatternError, PatternParser,
    RuleSet, SaveId, Scratch,
};

use super::cases::Rule;
use super::forms::{self, Form, Skip};

/// The kernels of this machine.
pub fn kernels() -> Vec<Kernel> {
    Kernel::all().iter().copied().filter(|kernel| kernel.is_available()).collect()
}

/// A pattern that is valid.
pub fn pattern(text: &str) -> Pattern {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A rule of a case.
pub fn parse(rule: &Rule) -> Result<Pattern, PatternError> {
    PatternParser::new().or_as_field(rule.or_as_field).parse(&rule.text)
}

/// Rules compiled for every kernel, some of them saved and loaded. Their ids are their indexes.
pub struct Matchers(Vec<Matcher<usize>>);

/// How often each form was tried, and not tried.
#[derive(Default)]
pub struct Counts {
    tried: BTreeMap<Form, usize>,
    skipped: BTreeMap<(Form, Skip), usize>,
    /// Events whose array check was given up, as it may be where paths have several routes.
    over_budget: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (form, count) in &self.tried {
            write!(f, "\n  {form:?}: {count} tried")?;
            for ((_, skip), count) in self.skipped.iter().filter(|((other, _), _)| other == form) {
                write!(f, ", {count} skipped ({skip})")?;
            }
        }
        if self.over_budget > 0 {
            write!(f, "\n  {} over the budget of the array check", self.over_budget)?;
        }
        Ok(())
    }
}

/// Runs matchers over events in every form and keeps the score. One scratch space and one match set serve all of them.
pub struct Judge {
    kernels: Vec<Kernel>,
    options: CompileOptions,
    scratch: Scratch,
    set: MatchSet,
    pub counts: Counts,
    pub failures: Vec<String>,
}

impl Judge {
    pub fn new() -> Self {
        Judge::with(CompileOptions::new())
    }

    /// Of rules that are compiled with these options.
    pub fn with(options: CompileOptions) -> Self {
        Judge {
            kernels: kernels(),
            options,
            scratch: Scratch::new(),
            set: MatchSet::new(),
            counts: Counts::default(),
            failures: Vec::new(),
        }
    }

    /// Compiles patterns for every kernel.
    pub fn compile<'p>(&self, patterns: impl IntoIterator<Item = &'p Pattern>) -> Matchers {
        Matchers(compile(patterns, &self.kernels, &self.options))
    }

    /// Compiles patterns for one of the kernels, another one for the next `turn`.
    pub fn compile_for_one<'p>(&self, turn: usize, patterns: impl IntoIterator<Item = &'p Pattern>) -> Matchers {
        let kernel = self.kernels[turn % self.kernels.len()];
        Matchers(compile(patterns, &[kernel], &self.options))
    }

    /// As [`Judge::compile_for_one`], with conjunctions in blocks, which few rules are not by themselves.
    pub fn compile_blocks<'p>(&self, turn: usize, patterns: impl IntoIterator<Item = &'p Pattern>) -> Matchers {
        let kernel = self.kernels[turn % self.kernels.len()];
        Matchers(compile(patterns, &[kernel], &self.options.clone().blocks_anyway()))
    }

    /// Expects that exactly these rules match an event, in this order, or that it has no verdict.
    pub fn expect(&mut self, matchers: &Matchers, event: &[u8], expected: Option<&[usize]>, what: impl fmt::Display) {
        self.each(
            matchers,
            event,
            |found| if found.ok() == expected { Ok(()) } else { Err(format!("{expected:?}")) },
            what,
        );
    }

    /// Expects that one of the rules matches an event, or doesn't, whatever the others do.
    pub fn expect_of(&mut self, matchers: &Matchers, event: &[u8], id: usize, matches: bool, what: impl fmt::Display) {
        let right = |found: Result<&[usize], EventErrorKind>| {
            let right = found.is_ok_and(|ids| ids.contains(&id) == matches);
            if right { Ok(()) } else { Err(format!("{id}: {matches}")) }
        };
        self.each(matchers, event, right, what);
    }

    fn each(
        &mut self,
        matchers: &Matchers,
        event: &[u8],
        right: impl Fn(Result<&[usize], EventErrorKind>) -> Result<(), String>,
        what: impl fmt::Display,
    ) {
        let Judge { scratch, set, counts, failures, .. } = self;
        forms::each(event, |form, event_in_form| {
            let event_in_form = match event_in_form {
                Ok(event) => event,
                Err(skip) => {
                    *counts.skipped.entry((form, skip)).or_default() += 1;
                    return;
                }
            };
            *counts.tried.entry(form).or_default() += 1;
            for matcher in &matchers.0 {
                let found = find(matcher, event_in_form, scratch, set);
                if is_over_budget(&found, event) {
                    counts.over_budget += 1;
                    continue;
                }
                let kind = found.as_ref().map(Vec::as_slice).map_err(EventError::kind);
                if let Err(expected) = right(kind) {
                    let event = String::from_utf8_lossy(event);
                    let kernel = matcher.kernel();
                    failures.push(format!("{what}: {form:?} {kernel:?}: {found:?}, not {expected}, on {event}"));
                }
            }
        });
    }

    /// Matches an event in the mode that trusts it, to see that nothing bad happens. The verdict means nothing.
    pub fn try_trusted(&mut self, matchers: &Matchers, event: &[u8]) {
        for matcher in &matchers.0 {
            let _any = matcher.matches(Event::trusted(event), &mut self.scratch, &mut self.set);
        }
    }

    /// Fails if anything was not as expected; else says what was tried.
    pub fn finish(self, name: &str) {
        let shown = self.failures.len().min(10);
        assert!(
            self.failures.is_empty(),
            "{name}: {} failures, the first:\n{}",
            self.failures.len(),
            self.failures[..shown].join("\n")
        );
        super::cases::say(&format!("{name}, kernels {:?}:{}", self.kernels, self.counts));
    }
}

fn compile<'p>(
    patterns: impl IntoIterator<Item = &'p Pattern>,
    kernels: &[Kernel],
    options: &CompileOptions,
) -> Vec<Matcher<usize>> {
    let mut rules = RuleSet::new();
    for (id, pattern) in patterns.into_iter().enumerate() {
        rules.insert(id, pattern).unwrap();
    }
    let compiled = |kernel: &Kernel| {
        let options = options.clone().kernel(*kernel);
        let matcher = rules.compile_with(&options).unwrap();
        // Those for other kernels than the best are saved and loaded again.
        if *kernel == Kernel::detect() { matcher } else { Matcher::load_with(&save(&matcher), &options).unwrap() }
    };
    kernels.iter().map(compiled).collect()
}

/// A matcher as a file.
pub fn save<Id: SaveId>(matcher: &Matcher<Id>) -> Vec<u8> {
    let mut file = Vec::new();
    matcher.save(&mut file).unwrap();
    file
}

/// The ids of the rules that match, and that the other ways of asking agree.
pub fn find<Id: Clone + PartialEq + fmt::Debug>(
    matcher: &Matcher<Id>,
    event: Event<'_>,
    scratch: &mut Scratch,
    set: &mut MatchSet,
) -> Result<Vec<Id>, EventError> {
    let some = matcher.is_match(event, scratch);
    let mut ask = || {
        matcher.matches(event, scratch, set).map(|ids| {
            let count = ids.len();
            let ids: Vec<_> = ids.cloned().collect();
            assert_eq!(count, ids.len(), "the length that the iterator promised");
            ids
        })
    };
    let found = ask();
    // By now the shape of the event is known.
    assert!(ask() == found, "the third time it is something else than {found:?}");
    match (&some, &found) {
        (Ok(some), Ok(ids)) => assert_eq!(*some, !ids.is_empty(), "is_match and matches disagree"),
        // The array check may be needed for one and not for the other.
        (_, Err(error)) if error.kind() == EventErrorKind::ArrayBudget => {}
        (Ok(_), Err(error)) => panic!("matches found an error that is_match did not: {error}"),
        (Err(error), Ok(_)) => panic!("is_match found an error that matches did not: {error}"),
        (Err(one), Err(other)) => assert_eq!(one, other),
    }
    found
}

/// Whether the array check was given up where that is allowed.
fn is_over_budget<T>(found: &Result<T, EventError>, event: &[u8]) -> bool {
    let gave_up = found.as_ref().is_err_and(|error| error.kind() == EventErrorKind::ArrayBudget);
    gave_up && reference::json::read(event).is_ok_and(|json| !forms::has_one_route(&json))
}
