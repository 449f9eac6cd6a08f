//! Rules that change while events are matched.
//!
//! A [`generation`] is what readers see: one or two compiled segments, and behind them a [`tail`] that takes new rules
//! one by one. Rules, deaths and paths are only ever added, each with the version from which on it counts, and a reader
//! looks at one version; so a change is seen as a whole when the version is counted up, which is its last step. When the
//! tail has grown, a [`merge`] makes a segment of it and puts a new generation in the place of the old.

mod catalogue;
mod generation;
mod growth;
mod log;
mod merge;
mod rule;
mod snapshot;
mod table;
mod tail;
mod writer;

use arc_swap::ArcSwap;
use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use self::generation::{Generation, Segment, TailView};
use self::merge::{Bulk, Extent, Merger, Plan};
use self::rule::{Draft, Rule};
use self::writer::{Thresholds, Writer};
use crate::compile::store::Store;
use crate::compile::{build, normalise};
use crate::matcher::Settings;
use crate::{CompileError, CompileOptions, Kernel, Pattern, RuleSetError};

pub(crate) use self::generation::{LiveScratch, Place};
pub use self::snapshot::{LiveMatches, LiveRule, Snapshot};

/// Where the work is done that keeps changed rules quick to match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Merging {
    /// On a thread of its own, which is started when there is something to do for the first time.
    #[default]
    Background,
    /// On the thread that makes a change, when it is due: then that change takes longer, up to the time of compiling all
    /// rules anew.
    Caller,
}

/// Rules that are changed, from any thread, while events are matched against them, on any thread.
///
/// Whoever matches takes a [`Snapshot`], which shows one state of the rules, and renews it as often as it wants to see
/// changes. Readers take no lock and never wait. Each change is seen as a whole or not at all, and by every snapshot that
/// is taken or renewed after the call has returned. Those who change rules take turns.
///
/// As in a [`RuleSet`](crate::RuleSet), several patterns under one id are alternatives.
///
/// ```
/// use eventsieve::{LiveRules, MatchSet, Scratch};
///
/// let rules = LiveRules::new()?;
/// rules.insert("stopped", &r#"{"detail": {"state": ["stopped"]}}"#.parse()?)?;
/// let mut snapshot = rules.snapshot();
/// rules.insert("any ec2", &r#"{"source": ["aws.ec2"]}"#.parse()?)?;
///
/// let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
/// let event = br#"{"source": "aws.ec2", "detail": {"state": "stopped"}}"#;
/// let ids: Vec<&&str> = snapshot.matches(event, &mut scratch, &mut set)?.collect();
/// assert_eq!(ids, [&"stopped"], "a snapshot doesn't change");
///
/// snapshot.renew();
/// let ids: Vec<&&str> = snapshot.matches(event, &mut scratch, &mut set)?.collect();
/// assert_eq!(ids, [&"stopped", &"any ec2"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What a change costs
///
/// A change costs time in proportion to its own patterns, whatever the number of rules. Besides, an insertion costs time
/// in proportion to the paths of the rules that were inserted since the last merge, up to a thousand, if its pattern has a
/// path that no merged rule has. Merging happens when some hundred rules have been inserted, or a 512th of all, or a
/// quarter of all has been removed. With [`Merging::Background`] a caller waits only if it is so much quicker than the
/// merging thread that 131,072 rules, or with paths of their own a thousand, are to be merged.
///
/// # Panics
///
/// Nothing panics by itself. Where an id does so in its own `Hash`, `Eq` or `Clone`, the change at hand may be made in part
/// (a rule that was to be replaced may be gone); other rules and later changes are not affected.
pub struct LiveRules<Id> {
    shared: Arc<Shared<Id>>,
    merging: Merging,
}

/// What the handle, its snapshots and the merging thread share.
struct Shared<Id> {
    current: ArcSwap<Generation<Id>>,
    writer: Mutex<Writer<Id>>,
    /// Locked before the writer, if both are.
    merger: Mutex<Merger>,
    /// Tells the merging thread that there may be something to do.
    wake: Condvar,
    /// Tells those who wait for a merge that the tail has been sealed.
    sealed: Condvar,
    compiler: Compiler,
}

/// How segments are compiled.
struct Compiler {
    options: CompileOptions,
    kernel: Kernel,
}

impl Compiler {
    /// Settings with a serial number of their own.
    fn settings(&self) -> Settings {
        self.options.settings_with(self.kernel)
    }
}

/// How long the merging thread waits before it looks again whether readers still hold what is no longer needed.
const PATIENCE: Duration = Duration::from_millis(50);

/// Rules that are added together are merged at once if they are more than this, for it costs less then.
const MANY: usize = 1 << 10;

/// Locks, also after a panic in a caller's `Hash` or `Eq`, as a map of the standard library would go on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Merging {
    fn thresholds(self) -> Thresholds {
        match self {
            Merging::Background => Thresholds { rows: 256, weak: 64, strange_rows: 1 },
            Merging::Caller => Thresholds { rows: 256, weak: 256, strange_rows: 64 },
        }
    }
}

impl<Id> fmt::Debug for LiveRules<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = lock(&self.shared.writer).rules;
        f.debug_struct("LiveRules").field("rules", &rules).field("merging", &self.merging).finish_non_exhaustive()
    }
}

/// The merging thread ends, when it has finished what it is at. Snapshots stay.
impl<Id> Drop for LiveRules<Id> {
    fn drop(&mut self) {
        lock(&self.shared.writer).stopped = true;
        self.shared.wake.notify_all();
    }
}

impl<Id> LiveRules<Id> {
    /// One state of the rules: the latest. Never waits.
    pub fn snapshot(&self) -> Snapshot<Id> {
        Snapshot::new(Arc::clone(&self.shared))
    }

    /// How many patterns there are, over all ids.
    pub fn len(&self) -> usize {
        lock(&self.shared.writer).rules
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kernel that scans events.
    pub fn kernel(&self) -> Kernel {
        self.shared.compiler.kernel
    }
}

impl<Id: Eq + Hash + Send + Sync + 'static> LiveRules<Id> {
    /// No rules, with the default [`CompileOptions`], merged in the background.
    ///
    /// # Errors
    ///
    /// The environment variable `EVENTSIEVE_KERNEL` asks for what cannot be had.
    pub fn new() -> Result<Self, CompileError> {
        LiveRules::with(&CompileOptions::new(), Merging::default())
    }

    /// No rules yet.
    ///
    /// # Errors
    ///
    /// The kernel that is asked for cannot be had.
    pub fn with(options: &CompileOptions, merging: Merging) -> Result<Self, CompileError> {
        let compiler = Compiler { options: options.clone(), kernel: options.chosen_kernel()? };
        let settings = compiler.settings();
        let segment = Segment {
            engine: build(&Store::default(), &[], 0, options, &settings),
            serial: settings.serial,
            rules: Box::default(),
            slot: 0,
            several: false,
            dead: AtomicUsize::new(0),
        };
        let generation = Arc::new(Generation {
            version: AtomicU64::new(0),
            segments: vec![Arc::new(segment)],
            tails: vec![TailView::default()],
            settings,
        });
        let shared = Shared {
            current: ArcSwap::new(Arc::clone(&generation)),
            writer: Mutex::new(Writer::new(generation)),
            merger: Mutex::default(),
            wake: Condvar::new(),
            sealed: Condvar::new(),
            compiler,
        };
        Ok(LiveRules { shared: Arc::new(shared), merging })
    }

    /// Adds a pattern under an id; several under one id are alternatives. Returns `false` if that id has that pattern
    /// already, and changes nothing then.
    ///
    /// Two patterns are the same if their canonical prints are.
    ///
    /// # Errors
    ///
    /// The rules are full, at some four billion parts. They are as they were then.
    pub fn insert(&self, id: Id, pattern: &Pattern) -> Result<bool, RuleSetError> {
        let draft = Draft::new(pattern);
        self.change(|writer| writer.insert(id, draft, pattern))
    }

    /// Adds many rules, all of them at once for those who match. Those that are there already are passed over. Returns how
    /// many are new.
    ///
    /// This is how to load rules: a large number is compiled right away, and takes less time and memory than one by one.
    /// Other changes wait meanwhile. The patterns are asked for one after the other and not kept, so they may be parsed on
    /// the way.
    ///
    /// ```
    /// use eventsieve::{LiveRules, Pattern};
    ///
    /// let rules = LiveRules::new()?;
    /// let texts = [("a", r#"{"source": ["a"]}"#), ("b", r#"{"source": ["b"]}"#), ("a", r#"{"source": ["a"]}"#)];
    /// let patterns = texts.iter().map(|(id, text)| Ok((*id, text.parse()?)));
    /// let patterns: Vec<(&str, Pattern)> = patterns.collect::<Result<_, eventsieve::PatternError>>()?;
    /// assert_eq!(rules.extend(patterns)?, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The rules are full. They are as they were then.
    pub fn extend<P: Borrow<Pattern>>(&self, rules: impl IntoIterator<Item = (Id, P)>) -> Result<usize, RuleSetError> {
        let mut rules = rules.into_iter();
        let first: Vec<(Id, Draft, P)> =
            rules.by_ref().take(MANY + 1).map(|(id, pattern)| (id, Draft::new(pattern.borrow()), pattern)).collect();
        if first.len() <= MANY {
            return self.change(|writer| writer.insert_all(first));
        }
        let mut store = Store::default();
        let mut parts = Vec::new();
        let rest = rules.map(|(id, pattern)| (id, Draft::new(pattern.borrow()), pattern));
        for (id, draft, pattern) in first.into_iter().chain(rest) {
            if !store.has_room(draft.size as usize) {
                return Err(RuleSetError::full());
            }
            parts.push((id, draft, normalise(pattern.borrow(), &mut store)));
        }
        self.load(store, parts)
    }

    /// Merges rules whose parts are in a store.
    fn load(&self, store: Store, new: Vec<(Id, Draft, std::ops::Range<u32>)>) -> Result<usize, RuleSetError> {
        let mut merger = lock(&self.shared.merger);
        let mut writer = lock(&self.shared.writer);
        let size = Draft::size_of_all(new.iter().map(|(_, draft, _)| draft));
        writer.check_room(size)?;
        let mut rules = Vec::new();
        for (id, draft, parts) in new {
            if writer.catalogue.find(&id, &draft).is_none() {
                let rule = {
                    let order = writer.order_of(&id);
                    Rule::new(id, order, draft)
                };
                writer.catalogue.insert(Arc::clone(&rule));
                rules.push((rule, parts));
            }
        }
        let added = rules.len();
        if added == 0 {
            return Ok(0);
        }
        writer.rules += added;
        writer.pending = writer.pending.saturating_add(size);
        let plan = Plan::begin(&mut writer, &self.shared.current, Some(Bulk { store, rules }), Extent::Due);
        if let Some(plan) = plan {
            let merged = plan.run(&mut merger, &self.shared.compiler);
            writer.version += 1;
            merged.publish_to(&mut writer, &self.shared.current);
        }
        self.shared.sealed.notify_all();
        let unused = writer.retired.reap();
        drop((writer, merger));
        drop(unused);
        Ok(added)
    }

    /// Removes an id with all its patterns. Returns `false` if it isn't there.
    pub fn remove(&self, id: &Id) -> bool {
        self.change(|writer| writer.remove(id))
    }

    /// Removes one pattern of an id, and the id with its last one. Returns `false` if that id doesn't have that pattern.
    pub fn remove_pattern(&self, id: &Id, pattern: &Pattern) -> bool {
        let draft = Draft::new(pattern);
        self.change(|writer| writer.remove_pattern(id, &draft))
    }

    /// Puts patterns in the place of all that an id has, if it has any: those who match see the old ones or the new ones.
    /// Without a pattern the id is removed. Returns whether the id was there.
    ///
    /// ```
    /// use eventsieve::LiveRules;
    ///
    /// let rules = LiveRules::new()?;
    /// assert!(!rules.replace("uploads", &[r#"{"source": ["aws.s3"]}"#.parse()?])?);
    /// assert!(rules.replace("uploads", &[r#"{"source": ["aws.s3", "aws.s3express"]}"#.parse()?])?);
    /// assert_eq!(rules.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The rules are full. They are as they were then.
    pub fn replace(&self, id: Id, patterns: &[Pattern]) -> Result<bool, RuleSetError>
    where
        Id: Clone,
    {
        let rules = patterns.iter().map(|pattern| (id.clone(), Draft::new(pattern), pattern)).collect();
        self.change(|writer| writer.replace(&id, rules))
    }

    /// Whether an id has a pattern.
    pub fn contains(&self, id: &Id) -> bool {
        lock(&self.shared.writer).catalogue.contains(id)
    }

    /// Compiles everything anew, on this thread, so that matching is as quick, and takes as little memory, as it can.
    /// There is never a need to: it takes as long as compiling all rules does, and others may change them meanwhile.
    pub fn merge(&self) {
        self.shared.merge(Extent::Everything, self.merging.thresholds());
    }

    /// Merges what was changed into a segment of its own, on this thread.
    #[cfg(feature = "reference")]
    #[doc(hidden)]
    pub fn merge_apart(&self) {
        self.shared.merge(Extent::Small, self.merging.thresholds());
    }

    /// Changes the rules, and sees to it that they are merged when that is due.
    fn change<T>(&self, change: impl FnOnce(&mut Writer<Id>) -> T) -> T {
        let thresholds = self.merging.thresholds();
        let mut writer = lock(&self.shared.writer);
        while writer.is_full() {
            if writer.has_thread {
                self.shared.wake.notify_one();
                writer = self.shared.sealed.wait(writer).unwrap_or_else(PoisonError::into_inner);
            } else {
                drop(writer);
                self.shared.merge(Extent::Due, thresholds);
                writer = lock(&self.shared.writer);
            }
        }
        let result = change(&mut writer);
        if !writer.wants_merge(thresholds) {
            return result;
        }
        if self.merging == Merging::Background {
            if !writer.has_thread {
                let shared = Arc::clone(&self.shared);
                let run = move || {
                    let thread = MergingThread(shared);
                    thread.0.merge_when_due(thresholds);
                };
                writer.has_thread = thread::Builder::new().name("eventsieve-merge".into()).spawn(run).is_ok();
            }
            if writer.has_thread {
                // A thread that is at work looks by itself when it is done.
                if writer.killed.is_none() {
                    self.shared.wake.notify_one();
                }
                return result;
            }
        }
        drop(writer);
        self.shared.merge(Extent::Due, thresholds);
        result
    }
}

/// The thread in the background. Where an id panics as it is dropped, and the thread with it, the next change that needs
/// one starts another, and those that wait for it go on.
struct MergingThread<Id>(Arc<Shared<Id>>);

impl<Id> Drop for MergingThread<Id> {
    fn drop(&mut self) {
        lock(&self.0.writer).has_thread = false;
        self.0.sealed.notify_all();
    }
}

impl<Id> Shared<Id> {
    /// Merges so much, if there is anything to merge.
    fn merge(&self, extent: Extent, thresholds: Thresholds) {
        let mut merger = lock(&self.merger);
        let mut writer = lock(&self.writer);
        let wanted = extent != Extent::Due || writer.wants_merge(thresholds);
        let plan = if wanted { Plan::begin(&mut writer, &self.current, None, extent) } else { None };
        drop(writer);
        self.sealed.notify_all();
        if let Some(plan) = plan {
            plan.run(&mut merger, &self.compiler).publish(&self.writer, &self.current);
        }
        let unused = lock(&self.writer).retired.reap();
        drop(merger);
        drop(unused);
    }

    /// Merges whenever it is due, until the rules are dropped.
    fn merge_when_due(&self, thresholds: Thresholds) {
        loop {
            let mut writer = lock(&self.writer);
            while !writer.stopped && !writer.wants_merge(thresholds) {
                let unused = writer.retired.reap();
                if !unused.is_empty() {
                    drop(writer);
                    drop(unused);
                    writer = lock(&self.writer);
                } else if writer.retired.is_empty() {
                    writer = self.wake.wait(writer).unwrap_or_else(PoisonError::into_inner);
                } else {
                    let waited = self.wake.wait_timeout(writer, PATIENCE);
                    writer = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(writer, _)| writer);
                }
            }
            if writer.stopped {
                return;
            }
            drop(writer);
            self.merge(Extent::Due, thresholds);
        }
    }
}
