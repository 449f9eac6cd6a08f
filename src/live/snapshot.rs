//! One state of the rules, to match with.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Shared;
use super::generation::{Generation, Place};
use super::rule::Rule;
use crate::matcher::engine::Wanted;
use crate::pattern::PatternParser;
use crate::{Event, EventError, MatchSet, Pattern, PatternError, Scratch};

/// One state of [`LiveRules`](super::LiveRules): a set of rules that never changes, and which event is matched by which.
///
/// Each thread that matches has one of its own and [renews](Snapshot::renew) it from time to time, such as before each
/// event. A snapshot keeps alive what it has to show; one that is kept for long, and never renewed, keeps the memory of
/// the rules of its time.
pub struct Snapshot<Id> {
    shared: Arc<Shared<Id>>,
    generation: Arc<Generation<Id>>,
    version: u64,
}

impl<Id> Clone for Snapshot<Id> {
    fn clone(&self) -> Self {
        let Snapshot { shared, generation, version } = self;
        Snapshot { shared: Arc::clone(shared), generation: Arc::clone(generation), version: *version }
    }
}

impl<Id> fmt::Debug for Snapshot<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("version", &self.version).finish_non_exhaustive()
    }
}

impl<Id> Snapshot<Id> {
    pub(super) fn new(shared: Arc<Shared<Id>>) -> Self {
        let generation = shared.current.load_full();
        let version = generation.version.load(Ordering::Acquire);
        Snapshot { shared, generation, version }
    }

    /// Makes it the latest state; gives whether that is another one. Takes some nanoseconds if it isn't; never waits.
    #[inline]
    pub fn renew(&mut self) -> bool {
        let before = self.version;
        let current = self.shared.current.load();
        if !Arc::ptr_eq(&current, &self.generation) {
            self.generation = Arc::clone(&current);
        }
        drop(current);
        self.version = self.generation.version.load(Ordering::Acquire);
        self.version != before
    }

    /// Which state it is: each change counts one up.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The ids of the rules that match the event: each once, in the order in which they were first inserted. An id that was
    /// removed and inserted again counts as new; one whose patterns were replaced keeps its place.
    ///
    /// # Errors
    ///
    /// As [`Matcher::matches`](crate::Matcher::matches). The budget of the array check is for each of the parts in which the
    /// rules lie, of which there are up to four.
    ///
    /// # Complexity
    ///
    /// As [`Matcher::matches`](crate::Matcher::matches) for the rules that have been merged; what was changed since is looked
    /// up besides, by the values of fields, but rules that have no string, number, literal, prefix, suffix or IPv4 block to
    /// be found by are checked one by one until then.
    pub fn matches<'m, 'e>(
        &'m self,
        event: impl Into<Event<'e>>,
        scratch: &mut Scratch,
        set: &'m mut MatchSet,
    ) -> Result<LiveMatches<'m, Id>, EventError> {
        set.live.clear();
        self.generation.run(self.version, event.into(), scratch, Wanted::All, &mut set.live)?;
        Ok(LiveMatches { generation: &self.generation, places: set.live.iter() })
    }

    /// Whether any rule matches the event. It stops at the first one that does.
    ///
    /// # Errors
    ///
    /// As [`Matcher::is_match`](crate::Matcher::is_match).
    pub fn is_match<'e>(&self, event: impl Into<Event<'e>>, scratch: &mut Scratch) -> Result<bool, EventError> {
        let mut found = std::mem::take(&mut scratch.parts.live.places);
        found.clear();
        let result = self.generation.run(self.version, event.into(), scratch, Wanted::Any, &mut found);
        let any = !found.is_empty();
        scratch.parts.live.places = found;
        result.map(|()| any)
    }

    /// The rules, in the order in which their ids were first inserted; several of one id are neighbours.
    ///
    /// # Complexity
    ///
    /// Linear in the rules as a whole; the first one takes time in proportion to the rules that have not been merged.
    pub fn rules(&self) -> impl Iterator<Item = LiveRule<'_, Id>> {
        self.generation.rules(self.version).map(|rule| LiveRule { rule })
    }
}

/// The ids of the rules that match an event: each once, in the order in which they were first inserted.
pub struct LiveMatches<'m, Id> {
    generation: &'m Generation<Id>,
    places: std::slice::Iter<'m, Place>,
}

impl<Id> Clone for LiveMatches<'_, Id> {
    fn clone(&self) -> Self {
        LiveMatches { generation: self.generation, places: self.places.clone() }
    }
}

impl<Id: fmt::Debug> fmt::Debug for LiveMatches<'_, Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.clone()).finish()
    }
}

impl<'m, Id> Iterator for LiveMatches<'m, Id> {
    type Item = &'m Id;

    fn next(&mut self) -> Option<&'m Id> {
        self.generation.rule(*self.places.next()?).map(|rule| &rule.id)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl<Id> ExactSizeIterator for LiveMatches<'_, Id> {}
impl<Id> std::iter::FusedIterator for LiveMatches<'_, Id> {}

/// A rule of a [`Snapshot`]: a pattern under an id.
pub struct LiveRule<'s, Id> {
    rule: &'s Rule<Id>,
}

impl<Id> Clone for LiveRule<'_, Id> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Id> Copy for LiveRule<'_, Id> {}

impl<Id: fmt::Debug> fmt::Debug for LiveRule<'_, Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveRule").field("id", self.id()).field("text", &self.text()).finish_non_exhaustive()
    }
}

impl<'s, Id> LiveRule<'s, Id> {
    /// The id.
    pub fn id(self) -> &'s Id {
        &self.rule.id
    }

    /// The canonical print of the pattern.
    pub fn text(self) -> &'s str {
        &self.rule.text
    }

    /// The pattern, read again from its print.
    ///
    /// # Errors
    ///
    /// None: the print of a pattern is a pattern.
    pub fn pattern(self) -> Result<Pattern, PatternError> {
        PatternParser::unlimited().or_as_field(self.rule.or_as_field).parse(&*self.rule.text)
    }
}
