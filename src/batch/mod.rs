//! Matching many events at a time, on several threads.

mod lines;
mod ordered;
mod verdicts;

use std::fmt;
use std::ops::{ControlFlow, Range};
use std::sync::{Mutex, PoisonError};
use std::thread;

use self::lines::Pieces;
use self::verdicts::Columns;
use crate::matcher::Core;
use crate::{Event, Matcher, Scratch};

pub use self::lines::Lines;
pub use self::verdicts::{Verdict, Verdicts};

/// How much text a thread takes at a time, in bytes. Less would be felt as overhead, and much more wouldn't stay in the
/// processor's cache.
const PIECE_SIZE: usize = 128 * 1024;
/// How many events a thread takes at a time, however short they are.
const PIECE_EVENTS: usize = 1024;

/// Matches many events at a time, on several threads; the verdicts come in the order of the events.
///
/// The events are cut into pieces of some hundred, which the threads take in turn. The verdicts on each piece are handed
/// to the caller's closure, which can end it all. Finished pieces wait for those before them, but only a few: if the
/// closure is slow, the threads wait. Its memory is kept from call to call, and when warm, a batch allocates nothing for
/// an event, and one of a single thread nothing at all.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use eventsieve::{Batch, RuleSet};
///
/// let mut rules = RuleSet::new();
/// rules.insert("stopped", &r#"{"detail": {"state": ["stopped"]}}"#.parse()?)?;
/// rules.insert("any ec2", &r#"{"source": ["aws.ec2"]}"#.parse()?)?;
/// let mut batch = Batch::new(rules.compile()?);
///
/// let text = br#"{"source": "aws.ec2", "detail": {"state": "stopped"}}
/// {"source": "aws.ec2", }
///
/// {"source": "aws.s3"}
/// "#;
/// let mut found = Vec::new();
/// let _ = batch.lines(text, |verdicts| {
///     for verdict in verdicts.iter() {
///         match verdict.matches {
///             Ok(ids) => found.push((verdict.range.start, format!("{ids:?}"))),
///             Err(error) => found.push((verdict.range.start, error.to_string())),
///         }
///     }
///     ControlFlow::<()>::Continue(())
/// });
/// assert_eq!(
///     found,
///     [
///         (0, r#"{"stopped", "any ec2"}"#.to_owned()),
///         (54, "not well-formed JSON at byte 22: expected a key".to_owned()),
///         (79, "{}".to_owned()),
///     ]
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Batch<Id> {
    matcher: Matcher<Id>,
    plan: Plan,
    /// One for each thread.
    desks: Vec<Desk>,
    spare: Mutex<Vec<Columns>>,
}

/// How events are matched.
#[derive(Clone, Copy, Debug, Default)]
struct Plan {
    trusted: bool,
    first_only: bool,
}

/// A thread's working memory. It shares no cache line, nor a pair of them, with another's: that would have both threads
/// wait for each other's writes at each event.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Desk {
    scratch: Scratch,
    columns: Columns,
}

/// A thread of [`Batch::stream`]: it matches what its closure gives it.
pub struct Worker<'w, Id> {
    matcher: &'w Matcher<Id>,
    plan: Plan,
    desk: &'w mut Desk,
}

impl<Id> fmt::Debug for Batch<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Batch { matcher, plan, desks, .. } = self;
        let mut shown = f.debug_struct("Batch");
        shown.field("matcher", matcher).field("plan", plan).field("threads", &desks.len()).finish_non_exhaustive()
    }
}

impl<Id> fmt::Debug for Worker<'_, Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("matcher", self.matcher).field("plan", &self.plan).finish_non_exhaustive()
    }
}

impl<Id> Batch<Id> {
    /// A batch for the rules of a matcher, with a thread for each processor.
    pub fn new(matcher: Matcher<Id>) -> Self {
        let batch = Batch { matcher, plan: Plan::default(), desks: Vec::new(), spare: Mutex::default() };
        batch.threads(thread::available_parallelism().map_or(1, usize::from))
    }

    /// Matches on so many threads, the calling one included: with 1 (or 0) no thread is started. More than there are
    /// processors are of no use.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.desks.resize_with(threads.max(1), Desk::default);
        self
    }

    /// Reads events as [`Event::trusted`]: the caller promises what is said there. The default is [`Event::strict`].
    #[must_use]
    pub fn trusted(mut self, trusted: bool) -> Self {
        self.plan.trusted = trusted;
        self
    }

    /// Stops at the first rule that matches an event, as [`Matcher::is_match`] does: each verdict has at most one id.
    /// Of several, it may be any.
    #[must_use]
    pub fn first_only(mut self, first_only: bool) -> Self {
        self.plan.first_only = first_only;
        self
    }

    /// The matcher.
    pub fn matcher(&self) -> &Matcher<Id> {
        &self.matcher
    }
}

impl<Id: Send + Sync> Batch<Id> {
    /// Matches the events of newline-delimited JSON; [`Lines`] says what a line is. An event that has no verdict is no
    /// reason to end: its error is in its place, and the others are matched.
    ///
    /// `sink` gets the verdicts piece by piece, in order, and ends it all with [`ControlFlow::Break`], which is returned.
    /// It is called on any of the threads, but never on two at once.
    ///
    /// # Panics
    ///
    /// If `sink` does: when the other threads have ended, the panic goes on to the caller.
    ///
    /// # Complexity
    ///
    /// Linear in the text; the rules cost what they cost [`Matcher::matches`]. Verdicts wait for those before them on at
    /// most four pieces of 128 KiB (or of one line) for each thread.
    pub fn lines<B: Send>(
        &mut self,
        text: &[u8],
        sink: impl FnMut(Verdicts<'_, Id>) -> ControlFlow<B> + Send,
    ) -> ControlFlow<B> {
        let mut pieces = Pieces::new(text, PIECE_SIZE);
        let threads = text.len().div_ceil(PIECE_SIZE);
        let source = || pieces.next();
        let work = |worker: &mut Worker<'_, Id>, (before, piece): (usize, &[u8])| {
            worker.desk.lines(worker.matcher.core(), worker.plan, piece, before);
        };
        self.each(threads, source, work, sink)
    }

    /// Matches events that are apart already. Otherwise as [`Batch::lines`]: the `n`th verdict is that on the `n`th
    /// event.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use eventsieve::{Batch, RuleSet};
    ///
    /// let mut rules = RuleSet::new();
    /// rules.insert(7, &r#"{"source": ["aws.ec2"]}"#.parse()?)?;
    /// let mut batch = Batch::new(rules.compile()?);
    ///
    /// let events = [r#"{"source": "aws.ec2"}"#, r#"{"source": "aws.s3"}"#];
    /// let mut matched = 0;
    /// let _ = batch.events(&events, |verdicts| {
    ///     matched += verdicts.rules().len();
    ///     ControlFlow::<()>::Continue(())
    /// });
    /// assert_eq!(matched, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// As [`Batch::lines`].
    pub fn events<B: Send>(
        &mut self,
        events: &[impl AsRef<[u8]> + Sync],
        sink: impl FnMut(Verdicts<'_, Id>) -> ControlFlow<B> + Send,
    ) -> ControlFlow<B> {
        let mut rest = events;
        let source = || {
            let mut bytes = 0_usize;
            let full = |event: &_| {
                let full = bytes >= PIECE_SIZE;
                bytes = bytes.saturating_add(AsRef::<[u8]>::as_ref(event).len());
                full
            };
            let count = rest.iter().take(PIECE_EVENTS).position(full).unwrap_or(rest.len().min(PIECE_EVENTS));
            let (piece, others) = rest.split_at_checked(count)?;
            rest = others;
            (!piece.is_empty()).then_some(piece)
        };
        let work = |worker: &mut Worker<'_, Id>, piece: &[_]| {
            worker.events(piece);
        };
        self.each(events.len(), source, work, sink)
    }

    /// Matches what comes from somewhere, as it comes, and does more on the threads than matching.
    ///
    /// `source` gives an item after the other, such as a part of a file; it may wait for it. `work` does what there is to
    /// do to an item, with a [`Worker`] that matches; several threads do that to several items at once. `sink` gets what
    /// `work` has made of the items, in their order, as soon as it is made. Source and sink are called on any of the
    /// threads, each by one at a time.
    ///
    /// If `sink` ends it all while `source` waits on another thread, this returns only after that.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use eventsieve::{Batch, RuleSet};
    ///
    /// let mut rules = RuleSet::new();
    /// rules.insert(7, &r#"{"source": ["aws.ec2"]}"#.parse()?)?;
    /// let mut batch = Batch::new(rules.compile()?);
    ///
    /// let mut files = ["{\"source\": \"aws.ec2\"}\n", "{\"source\": \"aws.s3\"}\n"].into_iter();
    /// let mut counts = Vec::new();
    /// let _ = batch.stream(
    ///     || files.next(),
    ///     |worker, text| worker.lines(text.as_bytes()).rules().len(),
    ///     |count| {
    ///         counts.push(count);
    ///         ControlFlow::<()>::Continue(())
    ///     },
    /// );
    /// assert_eq!(counts, [1, 0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If one of the closures does, as [`Batch::lines`].
    pub fn stream<I, O: Send, B: Send>(
        &mut self,
        source: impl FnMut() -> Option<I> + Send,
        work: impl Fn(&mut Worker<'_, Id>, I) -> O + Sync,
        sink: impl FnMut(O) -> ControlFlow<B> + Send,
    ) -> ControlFlow<B> {
        let Batch { matcher, plan, desks, .. } = self;
        let (matcher, plan) = (&*matcher, *plan);
        ordered::run(desks, source, |desk, item| work(&mut Worker { matcher, plan, desk }, item), sink)
    }

    /// Matches pieces on no more than `most` threads.
    fn each<I, B: Send>(
        &mut self,
        most: usize,
        source: impl FnMut() -> Option<I> + Send,
        work: impl Fn(&mut Worker<'_, Id>, I) + Sync,
        mut sink: impl FnMut(Verdicts<'_, Id>) -> ControlFlow<B> + Send,
    ) -> ControlFlow<B> {
        let Batch { matcher, plan, desks, spare } = self;
        let (matcher, plan, spare) = (&*matcher, *plan, &*spare);
        let count = desks.len().min(most).max(1);
        let desks = desks.get_mut(..count).unwrap_or_default();
        let spare = || spare.lock().unwrap_or_else(PoisonError::into_inner);
        let work = |desk: &mut Desk, item| {
            desk.columns = spare().pop().unwrap_or_default();
            work(&mut Worker { matcher, plan, desk }, item);
            std::mem::take(&mut desk.columns)
        };
        let mut first = 0;
        ordered::run(desks, source, work, |columns| {
            let flow = sink(Verdicts::new(matcher.ids(), &columns, first));
            first += columns.ranges.len();
            spare().push(columns);
            flow
        })
    }
}

impl<Id> Worker<'_, Id> {
    /// Matches the events of newline-delimited JSON, one after the other.
    pub fn lines(&mut self, text: &[u8]) -> Verdicts<'_, Id> {
        self.desk.lines(self.matcher.core(), self.plan, text, 0);
        Verdicts::new(self.matcher.ids(), &self.desk.columns, 0)
    }

    /// Matches events that are apart already, one after the other.
    pub fn events<E: AsRef<[u8]>>(&mut self, events: impl IntoIterator<Item = E>) -> Verdicts<'_, Id> {
        let Worker { matcher, plan, desk } = self;
        desk.columns.clear();
        for event in events {
            let event = event.as_ref();
            desk.event(matcher.core(), *plan, event, 0..event.len());
        }
        Verdicts::new(matcher.ids(), &desk.columns, 0)
    }
}

/// Not generic by the id, so that it is compiled with this crate.
impl Desk {
    /// `before` bytes of what the caller knows are before the text.
    fn lines(&mut self, core: &Core, plan: Plan, text: &[u8], before: usize) {
        self.columns.clear();
        let mut lines = Lines::new(text);
        for range in lines.by_ref() {
            let event = text.get(range.clone()).unwrap_or_default();
            self.event(core, plan, event, before + range.start..before + range.end);
        }
        self.columns.lines = lines.passed();
    }

    fn event(&mut self, core: &Core, plan: Plan, text: &[u8], range: Range<usize>) {
        let Desk { scratch, columns } = self;
        let event = if plan.trusted { Event::trusted(text) } else { Event::strict(text) };
        let result = match plan.first_only {
            true => core.first_match(event, scratch, &mut columns.rules),
            false => core.matches(event, scratch, &mut columns.rules),
        };
        columns.end(range, result);
    }
}
