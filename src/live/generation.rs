//! What readers see: compiled segments, and the tails behind them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::rule::{Rule, SLOTS};
use super::tail::{PathMap, Tail, TailScratch};
use crate::event::EventError;
use crate::ids::RuleId;
use crate::matcher::arrays::TooHard;
use crate::matcher::engine::{Engine, EngineScratch, Wanted};
use crate::matcher::{Settings, collect};
use crate::scan::ScanScratch;
use crate::{Event, Scratch};

/// A state of the rules that all later ones, until the next merge, only add to.
pub(super) struct Generation<Id> {
    /// The latest version. It is counted up when everything that it changes has been put down.
    pub(super) version: AtomicU64,
    /// The big segment, and perhaps a small one whose engine knows all the paths of the big one under the same numbers.
    pub(super) segments: Vec<Arc<Segment<Id>>>,
    /// The last one grows; the one before it is being merged.
    pub(super) tails: Vec<TailView<Id>>,
    pub(super) settings: Settings,
}

/// Compiled rules, in the order of their ids.
pub(super) struct Segment<Id> {
    pub(super) engine: Engine,
    /// Tells segments apart, so that a scratch knows whose it is.
    pub(super) serial: u64,
    pub(super) rules: Box<[Arc<Rule<Id>>]>,
    /// Which of a rule's places is that in this segment.
    pub(super) slot: usize,
    /// Whether an id has several rules here.
    pub(super) several: bool,
    /// How many rules are no more.
    pub(super) dead: AtomicUsize,
}

/// A tail, and how its paths are numbered by the segments.
pub(super) struct TailView<Id> {
    pub(super) tail: Arc<TailRules<Id>>,
    pub(super) map: Arc<PathMap>,
}

impl<Id> Clone for TailView<Id> {
    fn clone(&self) -> Self {
        TailView { tail: Arc::clone(&self.tail), map: Arc::clone(&self.map) }
    }
}

/// A tail with its rules, by row.
pub(super) struct TailRules<Id> {
    pub(super) tail: Tail,
    pub(super) rules: super::log::Log<Arc<Rule<Id>>>,
}

impl<Id> Default for TailRules<Id> {
    fn default() -> Self {
        TailRules { tail: Tail::default(), rules: super::log::Log::default() }
    }
}

/// Where a rule was found: in which part of a generation, the segments and then the tails, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    part: u32,
    number: u32,
}

/// Working memory of matching against snapshots.
#[derive(Debug, Default)]
pub(crate) struct LiveScratch {
    /// By segment, with whose it is.
    engines: Vec<(u64, EngineScratch)>,
    tail: TailScratch,
    /// For scanning by a tail's own paths.
    scan: ScanScratch,
    numbers: Vec<u32>,
    pub(super) places: Vec<Place>,
}

impl LiveScratch {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        let LiveScratch { engines, tail, scan, numbers, places } = self;
        engines.iter().map(|(_, engine)| size_of::<(u64, EngineScratch)>() + engine.memory()).sum::<usize>()
            + tail.memory()
            + scan.memory()
            + numbers.capacity() * size_of::<u32>()
            + places.capacity() * size_of::<Place>()
    }
}

impl<Id> Segment<Id> {
    /// The number of a rule, if it is here.
    pub(super) fn number(&self, rule: &Arc<Rule<Id>>) -> Option<RuleId> {
        let number = RuleId(rule.places.get(self.slot)?.load(Ordering::Relaxed));
        self.rules.get(number.index()).filter(|other| Arc::ptr_eq(other, rule)).map(|_| number)
    }

    /// Takes a rule out from a version on, if it is here.
    pub(super) fn kill(&self, rule: &Arc<Rule<Id>>, version: u64) {
        if let Some(number) = self.number(rule) {
            self.engine.deaths.put(number, version);
            self.dead.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many rules have not been taken out.
    pub(super) fn living(&self) -> usize {
        self.rules.len() - self.dead.load(Ordering::Relaxed).min(self.rules.len())
    }
}

impl<Id> TailRules<Id> {
    /// Takes a rule out from a version on, if it is here.
    pub(super) fn kill(&self, rule: &Arc<Rule<Id>>, version: u64) {
        let Some(row) = rule.places.get(SLOTS).map(|place| place.load(Ordering::Relaxed)) else { return };
        if self.rules.get(row).is_some_and(|other| Arc::ptr_eq(other, rule)) {
            self.tail.kill(row, version);
        }
    }
}

impl<Id> Generation<Id> {
    /// The rule at a place.
    pub(super) fn rule(&self, place: Place) -> Option<&Arc<Rule<Id>>> {
        let part = place.part as usize;
        match part.checked_sub(self.segments.len()) {
            None => self.segments.get(part)?.rules.get(place.number as usize),
            Some(tail) => self.tails.get(tail)?.tail.rules.get(place.number),
        }
    }

    /// Finds the rules that match an event in a version: each id once, in the order of their first insertion; or any one
    /// rule.
    pub(super) fn run(
        &self,
        version: u64,
        event: Event<'_>,
        scratch: &mut Scratch,
        wanted: Wanted,
        found: &mut Vec<Place>,
    ) -> Result<(), EventError> {
        let too_hard = |TooHard| EventError::array_budget();
        let budget = self.settings.array_budget;
        let parts = &mut *scratch.parts;
        let live = &mut parts.live;
        let Some(last) = self.segments.last() else { return Ok(()) };
        let (trie, paths) = (&last.engine.trie, last.engine.paths);
        let mut leaves =
            collect(event, trie, paths, &self.settings, &mut parts.scan, &mut parts.walk, &mut parts.leaves)?;
        let mut in_order = true;
        for (part, segment) in (0_u32..).zip(&self.segments) {
            let LiveScratch { engines, numbers, .. } = live;
            let Some(scratch) = claim(engines, part as usize, segment) else { continue };
            scratch.version = version;
            segment.engine.run(&mut leaves, scratch, wanted, budget).map_err(too_hard)?;
            numbers.clear();
            scratch.found().move_to(numbers);
            let start = found.len();
            found.extend(numbers.iter().map(|number| Place { part, number: *number }));
            in_order &= self.follows(found, start) && !(segment.several && found.len() > start + 1);
            if wanted == Wanted::Any && !found.is_empty() {
                return Ok(());
            }
        }
        let tails = || (self.first_tail()..).zip(&self.tails).filter(|(_, view)| view.tail.tail.len() > 0);
        for (part, view) in tails().filter(|(_, view)| !view.map.is_strange()) {
            let tail = &view.tail.tail;
            tail.run(version, Some(&view.map), &mut leaves, &mut live.tail, wanted, budget).map_err(too_hard)?;
            in_order &= self.add_rows(part, live.tail.found(), found);
        }
        for (part, view) in tails().filter(|(_, view)| view.map.is_strange()) {
            if wanted == Wanted::Any && !found.is_empty() {
                return Ok(());
            }
            let tail = &view.tail.tail;
            let Some(trie) = tail.trie.load_full() else { continue };
            let (scan, walk, store) = (&mut live.scan, &mut parts.walk, &mut parts.leaves);
            let mut leaves = collect(event, &trie, tail.path_count(), &self.settings, scan, walk, store)?;
            tail.run(version, None, &mut leaves, &mut live.tail, wanted, budget).map_err(too_hard)?;
            in_order &= self.add_rows(part, live.tail.found(), found);
        }
        if !in_order {
            self.put_in_order(found);
        }
        Ok(())
    }

    fn first_tail(&self) -> u32 {
        RuleId::new(self.segments.len()).0
    }

    /// Adds rows of a tail; gives whether what was found is still in order.
    fn add_rows(&self, part: u32, rows: &[u32], found: &mut Vec<Place>) -> bool {
        let start = found.len();
        found.extend(rows.iter().map(|number| Place { part, number: *number }));
        if found.len() - start > 1 {
            return false;
        }
        self.follows(found, start)
    }

    /// Whether the place at `start`, if there is one, is after the one before it.
    fn follows(&self, found: &[Place], start: usize) -> bool {
        let before = start.checked_sub(1).and_then(|before| found.get(before));
        match (before, found.get(start)) {
            (Some(before), Some(place)) => self.order(*before) < self.order(*place),
            _ => true,
        }
    }

    fn put_in_order(&self, found: &mut Vec<Place>) {
        found.sort_unstable_by_key(|place| self.order(*place));
        found.dedup_by_key(|place| self.order(*place));
    }

    fn order(&self, place: Place) -> u64 {
        self.rule(place).map_or(0, |rule| rule.order)
    }

    /// The rules of a version, in the order of their ids.
    pub(super) fn rules(&self, version: u64) -> impl Iterator<Item = &Arc<Rule<Id>>> {
        let mut parts: Vec<_> = self.segments.iter().map(|segment| segment.rules_at(version).peekable()).collect();
        let mut rows: Vec<&Arc<Rule<Id>>> = self.tails.iter().flat_map(|view| view.tail.rules_at(version)).collect();
        rows.sort_by_key(|rule| rule.order);
        let mut rows = rows.into_iter().peekable();
        std::iter::from_fn(move || {
            let heads = parts.iter_mut().map(|part| part.peek().map_or(u64::MAX, |rule| rule.order));
            let (first, least) = heads.zip(0..).min().map_or((u64::MAX, 0), |(order, part)| (order, part));
            if rows.peek().is_some_and(|rule| rule.order < first) {
                return rows.next();
            }
            parts.get_mut::<usize>(least)?.next()
        })
    }
}

impl<Id> Segment<Id> {
    /// The rules of a version, in the order of their ids.
    pub(super) fn rules_at(&self, version: u64) -> impl Iterator<Item = &Arc<Rule<Id>>> {
        let there = move |number: usize| self.engine.deaths.spare(RuleId::new(number), version);
        self.rules.iter().enumerate().filter(move |(number, _)| there(*number)).map(|(_, rule)| rule)
    }
}

impl<Id> TailRules<Id> {
    /// The rules of a version, in the order in which they came.
    pub(super) fn rules_at(&self, version: u64) -> impl Iterator<Item = &Arc<Rule<Id>>> {
        let there = move |number: u32| self.tail.is_there(RuleId(number), version);
        (0..).zip(self.rules.iter()).filter(move |(number, _)| there(*number)).map(|(_, rule)| rule)
    }
}

/// The scratch of a part, made that segment's.
fn claim<'s, Id>(
    engines: &'s mut Vec<(u64, EngineScratch)>,
    part: usize,
    segment: &Segment<Id>,
) -> Option<&'s mut EngineScratch> {
    if engines.len() <= part {
        engines.resize_with(part + 1, Default::default);
    }
    let (owner, scratch) = engines.get_mut(part)?;
    if *owner != segment.serial {
        *owner = segment.serial;
        scratch.reset(&segment.engine);
    }
    Some(scratch)
}
