//! Matching events against compiled rules.

pub(crate) mod arrays;
pub(crate) mod block;
mod cell_tree;
pub(crate) mod deaths;
pub(crate) mod engine;
mod found;
pub(crate) mod leaves;
pub(crate) mod sample;
mod search;
#[cfg(feature = "bench-internals")]
mod stages;

use std::fmt;
use std::sync::Arc;

use self::engine::{Engine, EngineScratch, Wanted};
use self::found::Found;
use self::leaves::{LeafStore, Leaves};
use crate::event::{self, Form};
use crate::ids::RuleId;
use crate::live::{LiveScratch, Place};
use crate::scan::trie::PathTrie;
use crate::scan::{self, Mode, ScanScratch};
use crate::{Event, EventError, Kernel};

/// Compiled rules: which of them match an event?
///
/// A matcher is immutable and can be shared between threads; cloning it is as cheap as cloning an [`Arc`]. It is made by
/// [`RuleSet::compile`](crate::RuleSet::compile). The memory that matching needs is the caller's: one [`Scratch`] and one
/// [`MatchSet`] for each thread, kept from event to event.
///
/// ```
/// use eventsieve::{MatchSet, RuleSet, Scratch};
///
/// let mut rules = RuleSet::new();
/// rules.insert("stopped", &r#"{"detail": {"state": ["stopped"]}}"#.parse()?)?;
/// rules.insert("any ec2", &r#"{"source": ["aws.ec2"]}"#.parse()?)?;
/// let matcher = rules.compile()?;
///
/// let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
/// let event = br#"{"source": "aws.ec2", "detail": {"state": "stopped"}}"#;
/// let ids: Vec<&&str> = matcher.matches(event, &mut scratch, &mut set)?.collect();
/// assert_eq!(ids, [&"stopped", &"any ec2"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Matcher<Id> {
    inner: Arc<Inner<Id>>,
}

struct Inner<Id> {
    core: Core,
    ids: Box<[Id]>,
}

/// A matcher but for its ids. Not generic, so that it is compiled with this crate, for speed, and not with its users'.
pub(crate) struct Core {
    engine: Engine,
    settings: Settings,
}

/// What a matcher was compiled with, beside its rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) kernel: Kernel,
    pub(crate) max_event_depth: usize,
    pub(crate) array_budget: u64,
    /// Tells matchers apart, so that a scratch knows whose it is.
    pub(crate) serial: u64,
}

impl<Id> Clone for Matcher<Id> {
    fn clone(&self) -> Self {
        Matcher { inner: Arc::clone(&self.inner) }
    }
}

impl<Id> fmt::Debug for Matcher<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher").field("ids", &self.len()).field("kernel", &self.kernel()).finish_non_exhaustive()
    }
}

/// Working memory of matching: any matcher can use any scratch, one at a time.
///
/// It grows to what the largest event and rule set so far needed, and by a few megabytes at most with what it learns of the
/// shapes of events (which keys and kinds of values follow each other), to scan others like them in less time. After that,
/// matching allocates nothing. Changing from one matcher to another costs time in proportion to the other's number of rules.
#[derive(Default)]
pub struct Scratch {
    pub(crate) parts: Box<ScratchParts>,
}

/// Without what is left of the last event, which may be nobody else's business.
impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").field("memory", &self.memory()).finish_non_exhaustive()
    }
}

/// Aligned so that the scratches of two threads share no cache line.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct ScratchParts {
    owner: u64,
    pub(crate) scan: ScanScratch,
    pub(crate) leaves: LeafStore,
    engine: EngineScratch,
    pub(crate) walk: event::WalkScratch,
    pub(crate) live: LiveScratch,
}

impl Scratch {
    /// An empty scratch.
    pub fn new() -> Self {
        Scratch::default()
    }

    /// Bytes of memory held. A new scratch in place of one that a huge event has made large gives them back.
    pub fn memory(&self) -> usize {
        let ScratchParts { scan, leaves, engine, walk, live, .. } = &*self.parts;
        scan.memory() + leaves.memory() + engine.memory() + walk.memory() + live.memory()
    }
}

/// Where [`Matcher::matches`] keeps its answer; reused from event to event.
#[derive(Clone, Debug, Default)]
pub struct MatchSet {
    pub(crate) rules: Vec<u32>,
    /// What a snapshot of live rules has found.
    pub(crate) live: Vec<Place>,
}

impl MatchSet {
    /// An empty set.
    pub fn new() -> Self {
        MatchSet::default()
    }
}

/// The ids of the rules that match an event: each once, in the order in which they were first inserted.
pub struct Matches<'m, Id> {
    ids: &'m [Id],
    rules: std::slice::Iter<'m, u32>,
}

impl<'m, Id> Matches<'m, Id> {
    pub(crate) fn new(ids: &'m [Id], rules: &'m [u32]) -> Self {
        Matches { ids, rules: rules.iter() }
    }

    /// The ids that are still to come, as positions in [`Matcher::ids`], in ascending order.
    pub fn positions(&self) -> &'m [u32] {
        self.rules.as_slice()
    }
}

impl<Id> Clone for Matches<'_, Id> {
    fn clone(&self) -> Self {
        Matches { ids: self.ids, rules: self.rules.clone() }
    }
}

impl<Id: fmt::Debug> fmt::Debug for Matches<'_, Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.clone()).finish()
    }
}

impl<'m, Id> Iterator for Matches<'m, Id> {
    type Item = &'m Id;

    fn next(&mut self) -> Option<&'m Id> {
        self.ids.get(RuleId(*self.rules.next()?).index())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rules.size_hint()
    }
}

impl<Id> ExactSizeIterator for Matches<'_, Id> {}
impl<Id> std::iter::FusedIterator for Matches<'_, Id> {}

impl<Id> Matcher<Id> {
    pub(crate) fn new(engine: Engine, ids: Box<[Id]>, settings: Settings) -> Self {
        Matcher { inner: Arc::new(Inner { core: Core { engine, settings }, ids }) }
    }

    /// The ids of the rules that match the event: each once, in the order in which they were first inserted.
    ///
    /// # Errors
    ///
    /// An [`EventError`] if the event has no verdict: it is not one well-formed JSON object, it is nested deeper than
    /// [`CompileOptions::max_event_depth`](crate::CompileOptions::max_event_depth), a value has no meaning, or the array
    /// check is too hard.
    ///
    /// # Complexity
    ///
    /// Linear in the event; in the rules, it depends on how many of them the event's values concern, not on how many
    /// there are.
    pub fn matches<'m, 'e>(
        &'m self,
        event: impl Into<Event<'e>>,
        scratch: &mut Scratch,
        set: &'m mut MatchSet,
    ) -> Result<Matches<'m, Id>, EventError> {
        set.rules.clear();
        self.inner.core.matches(event.into(), scratch, &mut set.rules)?;
        Ok(Matches::new(&self.inner.ids, &set.rules))
    }

    /// Whether any rule matches the event. It stops at the first one that does.
    ///
    /// # Errors
    ///
    /// As [`Matcher::matches`]; a text is validated as a whole whatever the verdict. An array check that is too hard is
    /// no error if another rule has matched before it.
    pub fn is_match<'e>(&self, event: impl Into<Event<'e>>, scratch: &mut Scratch) -> Result<bool, EventError> {
        self.inner.core.is_match(event.into(), scratch)
    }

    /// How many ids the rules have.
    pub fn len(&self) -> usize {
        self.inner.ids.len()
    }

    /// Whether there are no rules; then nothing matches.
    pub fn is_empty(&self) -> bool {
        self.inner.ids.is_empty()
    }

    /// The ids, in the order in which they were first inserted.
    pub fn ids(&self) -> &[Id] {
        &self.inner.ids
    }

    pub(crate) fn core(&self) -> &Core {
        &self.inner.core
    }

    /// The kernel that scans events.
    pub fn kernel(&self) -> Kernel {
        self.inner.core.settings.kernel
    }
}

impl Core {
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Appends the positions of the ids that match to `rules`.
    pub(crate) fn matches(
        &self,
        event: Event<'_>,
        scratch: &mut Scratch,
        rules: &mut Vec<u32>,
    ) -> Result<(), EventError> {
        self.run(event, scratch, Wanted::All)?.move_to(rules);
        Ok(())
    }

    /// Appends the position of one id that matches to `rules`, if there is any.
    pub(crate) fn first_match(
        &self,
        event: Event<'_>,
        scratch: &mut Scratch,
        rules: &mut Vec<u32>,
    ) -> Result<(), EventError> {
        let before = rules.len();
        self.run(event, scratch, Wanted::Any)?.move_to(rules);
        rules.truncate(before + 1);
        Ok(())
    }

    fn is_match(&self, event: Event<'_>, scratch: &mut Scratch) -> Result<bool, EventError> {
        Ok(!self.run(event, scratch, Wanted::Any)?.is_empty())
    }

    fn run<'s>(&self, event: Event<'_>, scratch: &'s mut Scratch, wanted: Wanted) -> Result<&'s mut Found, EventError> {
        let ScratchParts { owner, scan, leaves, engine, walk, .. } = &mut *scratch.parts;
        self.claim(owner, engine);
        let mut leaves = self.collect(event, scan, walk, leaves)?;
        self.engine
            .run(&mut leaves, engine, wanted, self.settings.array_budget)
            .map_err(|arrays::TooHard| EventError::array_budget())?;
        Ok(engine.found())
    }

    /// Makes a scratch this matcher's.
    fn claim(&self, owner: &mut u64, scratch: &mut EngineScratch) {
        if *owner != self.settings.serial {
            *owner = self.settings.serial;
            scratch.reset(&self.engine);
        }
    }

    /// Collects an event's wanted leaves.
    fn collect<'e, 's>(
        &self,
        event: Event<'e>,
        scan: &mut ScanScratch,
        walk: &mut event::WalkScratch,
        store: &'s mut LeafStore,
    ) -> Result<Leaves<'e, 's>, EventError> {
        let Core { engine: Engine { trie, paths, .. }, settings } = self;
        collect(event, trie, *paths, settings, scan, walk, store)
    }
}

/// Collects an event's leaves at the paths of a trie, of which there are `paths`.
pub(crate) fn collect<'e, 's>(
    event: Event<'e>,
    trie: &PathTrie,
    paths: usize,
    settings: &Settings,
    scan: &mut ScanScratch,
    walk: &mut event::WalkScratch,
    store: &'s mut LeafStore,
) -> Result<Leaves<'e, 's>, EventError> {
    let Settings { kernel, max_event_depth: depth, .. } = *settings;
    let text = match event.form {
        Form::Strict(text) | Form::Trusted(text) => text,
        _ => &[],
    };
    let mut leaves = Leaves::new(text, store, paths);
    match event.form {
        Form::Strict(text) => scan::scan(kernel, Mode::Strict, depth, text, trie, scan, &mut leaves)?,
        Form::Trusted(text) => scan::scan(kernel, Mode::Trusted, depth, text, trie, scan, &mut leaves)?,
        Form::Value(value) => event::walk_tree(value, depth, trie, walk, &mut leaves)?,
        #[cfg(feature = "simd-json")]
        Form::SimdBorrowed(value) => event::walk_tree(value, depth, trie, walk, &mut leaves)?,
        #[cfg(feature = "simd-json")]
        Form::SimdOwned(value) => event::walk_tree(value, depth, trie, walk, &mut leaves)?,
        #[cfg(feature = "pyo3")]
        Form::Python(object) => event::walk_python(object, depth, trie, walk, &mut leaves)?,
        Form::Fields(fields) => event::walk_fields(fields, trie, walk, &mut leaves)?,
    }
    if leaves.overflowed() { Err(EventError::size()) } else { Ok(leaves) }
}
