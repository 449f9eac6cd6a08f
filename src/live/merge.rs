//! Making a segment of a tail, and of segments.

use arc_swap::ArcSwap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::generation::{Generation, Segment, TailRules};
use super::growth::Growth;
use super::rule::{Rule, SLOTS};
use super::writer::{Retired, Writer};
use super::{Compiler, lock};
use crate::compile::store::Store;
use crate::compile::{Absorber, build};
use crate::ids::{ConjunctionId, RuleId};
use crate::matcher::deaths::Deaths;

/// The small segment is merged into the big one when it has one rule for so many of that.
const RATIO: usize = 32;
/// Removed rules whose parts are not worth a new store, in bytes.
const SMALL_GARBAGE: usize = 64 << 10;
/// So many rules that were taken out while a merge went on are put down while nobody else can take out any.
const FEW: usize = 64;

/// What each segment was compiled from. Only merging needs it.
pub(super) struct Merger {
    /// One for each segment.
    sources: Vec<Source>,
}

impl Default for Merger {
    /// What an empty segment is compiled from.
    fn default() -> Self {
        Merger { sources: vec![Source::default()] }
    }
}

/// The interned parts of a segment's rules.
#[derive(Default)]
pub(super) struct Source {
    pub(super) store: Store,
    /// By rule of the segment, the numbers of the conjunctions.
    conjunctions: Vec<Range<u32>>,
    /// The sizes of all rules that the store has held.
    size: usize,
}

/// A rule, and the numbers of its conjunctions in a store.
pub(super) type Parts<Id> = (Arc<Rule<Id>>, Range<u32>);

/// Rules that were never in a tail.
pub(super) struct Bulk<Id> {
    pub(super) store: Store,
    pub(super) rules: Vec<Parts<Id>>,
}

/// How much is to be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// What is worth its while.
    Due,
    Everything,
    /// The tail and the small segment, whatever their sizes: few rules don't come to have a small segment otherwise.
    #[cfg(feature = "reference")]
    Small,
}

/// What is to be merged.
pub(super) struct Plan<Id> {
    /// The first segment that is replaced.
    first: usize,
    generation: Arc<Generation<Id>>,
    /// The rules of this version are merged; those that die later are put down afterwards.
    version: u64,
    sealed: Option<(Growth, Arc<TailRules<Id>>)>,
    bulk: Option<Bulk<Id>>,
}

impl<Id> Plan<Id> {
    /// Begins a merge: seals the tail. `None` if nothing is to be done.
    pub(super) fn begin(
        writer: &mut Writer<Id>,
        current: &ArcSwap<Generation<Id>>,
        bulk: Option<Bulk<Id>>,
        extent: Extent,
    ) -> Option<Self> {
        let sealed = writer.seal(current);
        let segments = &writer.generation.segments;
        let new = sealed.as_ref().map_or(0, |(growth, _)| growth.conjunctions.len())
            + bulk.as_ref().map_or(0, |bulk| bulk.rules.len())
            + segments.get(1).map_or(0, |segment| segment.living());
        let dead = segments.iter().any(|segment| segment.dead.load(Ordering::Relaxed) > 0);
        let everything = extent == Extent::Everything;
        let worn = writer.is_worn(0) || writer.is_worn(1) || everything && (dead || segments.len() > 1);
        if sealed.is_none() && bulk.is_none() && !worn {
            return None;
        }
        let whole = everything || writer.is_worn(0) || new.saturating_mul(RATIO) >= writer.base();
        #[cfg(feature = "reference")]
        let whole = whole && extent != Extent::Small;
        writer.killed = Some(Vec::new());
        Some(Plan {
            first: usize::from(!whole),
            generation: Arc::clone(&writer.generation),
            version: writer.version,
            sealed,
            bulk,
        })
    }

    /// Compiles the segment. Takes time in proportion to what is merged.
    pub(super) fn run(self, merger: &mut Merger, compiler: &Compiler) -> Merged<Id> {
        let Plan { first, generation, version, sealed, bulk } = self;
        let mut sources = merger.sources.split_off(first.min(merger.sources.len())).into_iter();
        let mut segments = generation.segments.iter().skip(first);
        // A small segment numbers the big one's paths as that does.
        let seed = merger.sources.first().map(|source| source.store.paths()).unwrap_or_default();
        let (mut target, mut rules) = (Source::seeded(seed), Vec::new());
        if let (Some(source), Some(segment)) = (sources.next(), segments.next()) {
            rules.extend(source.living(segment, version));
            target = source.tidied(&mut rules, seed);
        }
        for (source, segment) in sources.zip(segments) {
            target.add(&source.store, source.living(segment, version), &mut rules);
        }
        if let Some((growth, tail)) = &sealed {
            let numbers = (0..).zip(tail.rules.iter()).zip(&growth.conjunctions);
            let living = numbers.filter(|((row, _), _)| tail.tail.is_there(RuleId(*row), version));
            let living = living.map(|((_, rule), parts)| (Arc::clone(rule), parts.clone()));
            target.add(&growth.store, living, &mut rules);
        }
        if let Some(bulk) = bulk {
            target.add(&bulk.store, bulk.rules.into_iter(), &mut rules);
        }
        let segment = target.compile(rules, &generation.segments, compiler);
        let filled = target.store.filled();
        merger.sources.push(target);
        Merged { first, segment: Arc::new(segment), sealed: sealed.map(|(_, tail)| tail), filled }
    }
}

impl Source {
    /// No rules, but paths, in this order.
    fn seeded(paths: &[Box<str>]) -> Self {
        let mut source = Source::default();
        for path in paths {
            source.store.path(path);
        }
        source
    }

    /// The rules of a segment that are there in a version.
    fn living<'s, Id>(&'s self, segment: &'s Segment<Id>, version: u64) -> impl Iterator<Item = Parts<Id>> + 's {
        let there = move |number: usize| segment.engine.deaths.spare(RuleId::new(number), version);
        let numbered = segment.rules.iter().zip(&self.conjunctions).enumerate();
        numbered.filter(move |(number, _)| there(*number)).map(|(_, (rule, parts))| (Arc::clone(rule), parts.clone()))
    }

    /// This source, or if much of it is of no use to these rules a copy of the rest.
    fn tidied<Id>(self, rules: &mut [Parts<Id>], seed: &[Box<str>]) -> Self {
        let living: usize = rules.iter().map(|(rule, _)| rule.size as usize).sum();
        if self.size - living.min(self.size) <= self.size / 3 + SMALL_GARBAGE {
            return self;
        }
        let mut new = Source { size: living, ..Source::seeded(seed) };
        let mut absorber = Absorber::new(&self.store);
        rules.iter_mut().for_each(|(_, parts)| *parts = absorber.rule(parts.clone(), &mut new.store));
        new
    }

    /// Adds rules whose parts are in another store.
    fn add<Id>(&mut self, from: &Store, new: impl Iterator<Item = Parts<Id>>, rules: &mut Vec<Parts<Id>>) {
        let mut absorber = Absorber::new(from);
        for (rule, parts) in new {
            self.size += rule.size as usize;
            let parts = absorber.rule(parts, &mut self.store);
            rules.push((rule, parts));
        }
    }

    /// Compiles a segment of rules, and keeps which parts are whose.
    fn compile<Id>(
        &mut self,
        mut rules: Vec<Parts<Id>>,
        present: &[Arc<Segment<Id>>],
        compiler: &Compiler,
    ) -> Segment<Id> {
        let orders: Vec<u64> = rules.iter().map(|(rule, _)| rule.order).collect();
        if !orders.is_sorted() {
            rules.sort_by_key(|(rule, _)| rule.order);
        }
        let several = rules.windows(2).any(|two| matches!(two, [(a, _), (b, _)] if a.order == b.order));
        let numbered = (0..).zip(&rules).map(|(number, (_, parts))| (RuleId::new(number), parts));
        let conjunctions: Vec<(RuleId, ConjunctionId)> =
            numbered.flat_map(|(number, parts)| parts.clone().map(move |id| (number, ConjunctionId(id)))).collect();
        let settings = compiler.settings();
        let mut engine = build(&self.store, &conjunctions, rules.len(), &compiler.options, &settings);
        engine.deaths = Deaths::new(rules.len());
        drop(conjunctions);
        let slot = (0..SLOTS).find(|slot| present.iter().all(|segment| segment.slot != *slot)).unwrap_or(0);
        self.conjunctions = rules.iter().map(|(_, parts)| parts.clone()).collect();
        for (number, (rule, _)) in (0_u32..).zip(&rules) {
            if let Some(place) = rule.places.get(slot) {
                place.store(number, Ordering::Relaxed);
            }
        }
        let rules = rules.into_iter().map(|(rule, _)| rule).collect();
        Segment { engine, serial: settings.serial, rules, slot, several, dead: AtomicUsize::new(0) }
    }
}

/// A segment that readers don't see yet.
pub(super) struct Merged<Id> {
    first: usize,
    segment: Arc<Segment<Id>>,
    sealed: Option<Arc<TailRules<Id>>>,
    filled: usize,
}

impl<Id> Merged<Id> {
    /// Lets readers see the segment in place of what it was made of.
    ///
    /// Rules that were taken out meanwhile are taken out of it, most of them while others go on.
    pub(super) fn publish(self, writer: &Mutex<Writer<Id>>, current: &ArcSwap<Generation<Id>>) {
        loop {
            let mut guard = lock(writer);
            let killed = guard.killed.replace(Vec::new()).unwrap_or_default();
            if killed.len() <= FEW {
                guard.killed = Some(killed);
                return self.publish_to(&mut guard, current);
            }
            drop(guard);
            killed.iter().for_each(|(rule, version)| self.segment.kill(rule, *version));
        }
    }

    /// [`Merged::publish`], of one who has not let others change anything since the merge began, or not much.
    pub(super) fn publish_to(self, writer: &mut Writer<Id>, current: &ArcSwap<Generation<Id>>) {
        let Merged { first, segment, sealed, filled } = self;
        for (rule, version) in writer.killed.take().unwrap_or_default() {
            segment.kill(&rule, version);
        }
        let tail = writer.view_for(&segment);
        let mut segments = writer.generation.segments.clone();
        let replaced = segments.split_off(first.min(segments.len()));
        segments.push(segment);
        writer.replace_generation(current, segments, vec![tail]);
        if first == 0 {
            writer.filled = filled;
            writer.pending = writer.growth.size;
        }
        let Retired { segments, tails } = &mut writer.retired;
        segments.extend(replaced);
        tails.extend(sealed);
    }
}
