//! What whoever changes the rules holds, one at a time.

use arc_swap::ArcSwap;
use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::catalogue::Catalogue;
use super::generation::{Generation, Segment, TailRules, TailView};
use super::growth::Growth;
use super::rule::{Draft, Rule, SLOTS};
use super::tail::PathMap;
use crate::compile::store::Store;
use crate::{Pattern, RuleSetError};

/// Rows at which a tail has to be sealed before it grows on.
const MOST_ROWS: u32 = 1 << 17;
/// Paths of its own with which a tail has to be sealed, for each new one costs time in proportion to them.
const MOST_STRANGE_PATHS: usize = 1 << 10;

/// The rules by id, the tail that grows, and what a merge has to be told.
pub(super) struct Writer<Id> {
    pub(super) catalogue: Catalogue<Id>,
    pub(super) generation: Arc<Generation<Id>>,
    pub(super) growth: Growth,
    pub(super) version: u64,
    pub(super) rules: usize,
    next_order: u64,
    /// The rules that were taken out since the present merge began, and when.
    pub(super) killed: Option<Vec<(Arc<Rule<Id>>, u64)>>,
    /// What readers may still hold, so that none of them has to free it.
    pub(super) retired: Retired<Id>,
    /// The rows of the largest table of the big segment's store, and the sizes of the rules that are not in it.
    pub(super) filled: usize,
    pub(super) pending: usize,
    pub(super) stopped: bool,
    pub(super) has_thread: bool,
}

/// Parts of generations that are no longer the latest.
pub(super) struct Retired<Id> {
    pub(super) segments: Vec<Arc<Segment<Id>>>,
    pub(super) tails: Vec<Arc<TailRules<Id>>>,
}

impl<Id> Default for Retired<Id> {
    fn default() -> Self {
        Retired { segments: Vec::new(), tails: Vec::new() }
    }
}

impl<Id> Retired<Id> {
    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty() && self.tails.is_empty()
    }

    /// Takes out what no reader holds, for the caller to free.
    pub(super) fn reap(&mut self) -> Retired<Id> {
        Retired {
            segments: self.segments.extract_if(.., |segment| Arc::strong_count(segment) == 1).collect(),
            tails: self.tails.extract_if(.., |tail| Arc::strong_count(tail) == 1).collect(),
        }
    }
}

/// When a merge is worth its while: sooner if it costs the caller nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thresholds {
    pub(super) rows: usize,
    pub(super) weak: usize,
    pub(super) strange_rows: usize,
}

impl<Id> Writer<Id> {
    pub(super) fn new(generation: Arc<Generation<Id>>) -> Self {
        Writer {
            catalogue: Catalogue::default(),
            generation,
            growth: Growth::default(),
            version: 0,
            rules: 0,
            next_order: 0,
            killed: None,
            retired: Retired::default(),
            filled: 0,
            pending: 0,
            stopped: false,
            has_thread: false,
        }
    }

    /// The tail that grows, and its map.
    fn active(&self) -> Option<&TailView<Id>> {
        self.generation.tails.last()
    }

    /// How many rules the big segment has.
    pub(super) fn base(&self) -> usize {
        self.generation.segments.first().map_or(0, |segment| segment.rules.len())
    }

    fn rows(&self) -> usize {
        self.growth.conjunctions.len()
    }

    fn is_strange(&self) -> bool {
        self.active().is_some_and(|view| view.map.is_strange())
    }

    /// Whether too many rules of a segment are no more. Of a small one more may be: it is merged soon.
    pub(super) fn is_worn(&self, segment: usize) -> bool {
        let Some(segment) = self.generation.segments.get(segment) else { return false };
        let dead = segment.dead.load(Ordering::Relaxed);
        dead > segment.rules.len() / 4 + 256
    }

    /// Whether a merge is worth its while.
    pub(super) fn wants_merge(&self, thresholds: Thresholds) -> bool {
        // A merge numbers all paths.
        let paths = self.generation.segments.last().map_or(0, |segment| segment.engine.paths);
        let strange_rows = thresholds.strange_rows.max(paths / 256).min(MOST_STRANGE_PATHS);
        self.rows() >= thresholds.rows.max(self.base() / 512)
            || self.growth.weak >= thresholds.weak
            || (self.is_strange() && self.rows() >= strange_rows)
            || self.is_worn(0)
            || self.is_worn(1)
            || self.is_full()
    }

    /// Whether the tail must not grow on.
    pub(super) fn is_full(&self) -> bool {
        self.active().is_some_and(|view| view.tail.tail.len() >= MOST_ROWS)
            || (self.is_strange() && self.growth.store.paths().len() >= MOST_STRANGE_PATHS)
    }

    /// Whether rules of so many bytes fit, whatever they are merged with.
    pub(super) fn check_room(&self, size: usize) -> Result<(), RuleSetError> {
        let merged = self.filled.saturating_add(Store::most_rows(self.pending.saturating_add(size)));
        if merged < Store::CAPACITY && self.growth.store.has_room(size) { Ok(()) } else { Err(RuleSetError::full()) }
    }

    /// Lets readers see what was changed.
    pub(super) fn publish(&mut self) {
        self.version += 1;
        self.generation.version.store(self.version, Ordering::Release);
    }

    /// Puts another generation in the place of the present one.
    pub(super) fn replace_generation(
        &mut self,
        current: &ArcSwap<Generation<Id>>,
        segments: Vec<Arc<Segment<Id>>>,
        tails: Vec<TailView<Id>>,
    ) {
        let settings = self.generation.settings;
        let version = AtomicU64::new(self.version);
        self.generation = Arc::new(Generation { version, segments, tails, settings });
        current.store(Arc::clone(&self.generation));
    }

    /// Seals the tail, unless it is empty, and begins another; gives what belongs to the sealed one.
    pub(super) fn seal(&mut self, current: &ArcSwap<Generation<Id>>) -> Option<(Growth, Arc<TailRules<Id>>)> {
        if self.rows() == 0 {
            return None;
        }
        let sealed = Arc::clone(&self.active()?.tail);
        let growth = std::mem::take(&mut self.growth);
        let mut tails = self.generation.tails.clone();
        tails.push(TailView::default());
        self.replace_generation(current, self.generation.segments.clone(), tails);
        Some((growth, sealed))
    }

    /// The present tail's map to the paths of another engine.
    pub(super) fn view_for(&self, segment: &Segment<Id>) -> TailView<Id> {
        let tail = self.active().map_or_else(Arc::default, |view| Arc::clone(&view.tail));
        let map = self.growth.map(&tail.tail, &segment.engine.trie);
        TailView { tail, map: Arc::new(map) }
    }
}

impl<Id: Eq + Hash> Writer<Id> {
    /// See [`LiveRules::insert`](super::LiveRules::insert).
    pub(super) fn insert(&mut self, id: Id, draft: Draft, pattern: &Pattern) -> Result<bool, RuleSetError> {
        if self.catalogue.find(&id, &draft).is_some() {
            return Ok(false);
        }
        self.check_room(draft.size as usize)?;
        let order = self.order_of(&id);
        self.add(id, order, draft, pattern);
        self.publish();
        Ok(true)
    }

    /// See [`LiveRules::extend`](super::LiveRules::extend).
    pub(super) fn insert_all<P: Borrow<Pattern>>(&mut self, rules: Vec<(Id, Draft, P)>) -> Result<usize, RuleSetError> {
        let size = Draft::size_of_all(rules.iter().map(|(_, draft, _)| draft));
        self.check_room(size)?;
        let mut added = 0;
        for (id, draft, pattern) in rules {
            if self.catalogue.find(&id, &draft).is_none() {
                let order = self.order_of(&id);
                self.add(id, order, draft, pattern.borrow());
                added += 1;
            }
        }
        if added > 0 {
            self.publish();
        }
        Ok(added)
    }

    /// See [`LiveRules::replace`](super::LiveRules::replace).
    pub(super) fn replace(&mut self, id: &Id, rules: Vec<(Id, Draft, &Pattern)>) -> Result<bool, RuleSetError> {
        let size = Draft::size_of_all(rules.iter().map(|(_, draft, _)| draft));
        self.check_room(size)?;
        let old: Vec<_> = self.catalogue.rules(id).cloned().collect();
        let (was, order) = (!old.is_empty(), self.catalogue.order(id));
        let mut changed = false;
        for rule in old.iter().filter(|rule| !rules.iter().any(|(_, draft, _)| rule.is(draft))) {
            self.kill(rule);
            changed = true;
        }
        let order = order.unwrap_or_else(|| self.order_of(id));
        for (id, draft, pattern) in rules {
            if self.catalogue.find(&id, &draft).is_none() {
                self.add(id, order, draft, pattern);
                changed = true;
            }
        }
        if changed {
            self.publish();
        }
        Ok(was)
    }

    /// See [`LiveRules::remove`](super::LiveRules::remove).
    pub(super) fn remove(&mut self, id: &Id) -> bool {
        let rules: Vec<_> = self.catalogue.rules(id).cloned().collect();
        rules.iter().for_each(|rule| self.kill(rule));
        if !rules.is_empty() {
            self.publish();
        }
        !rules.is_empty()
    }

    /// See [`LiveRules::remove_pattern`](super::LiveRules::remove_pattern).
    pub(super) fn remove_pattern(&mut self, id: &Id, draft: &Draft) -> bool {
        let Some(rule) = self.catalogue.find(id, draft).cloned() else { return false };
        self.kill(&rule);
        self.publish();
        true
    }

    /// The order of an id: a new one if it is new.
    pub(super) fn order_of(&mut self, id: &Id) -> u64 {
        self.catalogue.order(id).unwrap_or_else(|| {
            self.next_order += 1;
            self.next_order
        })
    }

    /// Adds a rule, for which there is room, to the tail, for the next version.
    fn add(&mut self, id: Id, order: u64, draft: Draft, pattern: &Pattern) {
        let generation = Arc::clone(&self.generation);
        let (Some(view), Some(segment)) = (generation.tails.last(), generation.segments.last()) else { return };
        let TailView { tail, map } = view;
        let size = draft.size as usize;
        let rule = Rule::new(id, order, draft);
        // The rule is there before anything can find its row.
        let row = tail.rules.push(Arc::clone(&rule));
        if let Some(place) = rule.places.get(SLOTS) {
            place.store(row, Ordering::Relaxed);
        }
        self.growth.insert(&tail.tail, map, &segment.engine.trie, pattern, size, self.version + 1);
        self.pending = self.pending.saturating_add(size);
        self.catalogue.insert(rule);
        self.rules += 1;
    }

    /// Takes a rule out, from the next version on.
    fn kill(&mut self, rule: &Arc<Rule<Id>>) {
        let version = self.version + 1;
        self.generation.segments.iter().for_each(|segment| segment.kill(rule, version));
        self.generation.tails.iter().for_each(|view| view.tail.kill(rule, version));
        if let Some(killed) = &mut self.killed {
            killed.push((Arc::clone(rule), version));
        }
        self.catalogue.remove(rule);
        self.rules -= 1;
    }
}

impl<Id> Default for TailView<Id> {
    fn default() -> Self {
        TailView { tail: Arc::default(), map: Arc::new(PathMap::default()) }
    }
}
