//! What is found out about many events, in columns.

use std::fmt;
use std::iter::Peekable;
use std::ops::Range;
use std::slice;

use crate::{EventError, Matches};

/// The verdicts on some events in a row, in their order.
///
/// Iterate over them, or take the columns as they are: what [`Verdicts::offsets`] and [`Verdicts::rules`] give are the
/// two parts of an Arrow list array.
pub struct Verdicts<'v, Id> {
    ids: &'v [Id],
    columns: &'v Columns,
    first: usize,
}

impl<Id> Clone for Verdicts<'_, Id> {
    fn clone(&self) -> Self {
        Verdicts { ..*self }
    }
}

impl<Id: fmt::Debug> fmt::Debug for Verdicts<'_, Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The verdict on one event.
//
// Exhaustive: that is what a verdict is, and fields are taken apart more easily than they are called.
#[derive(Debug)]
pub struct Verdict<'v, Id> {
    /// Where the event is in the text that the batch was given. What is given event by event is a text each.
    pub range: Range<usize>,
    /// The ids of the rules that match, as [`Matcher::matches`](crate::Matcher::matches) gives them, or why there is no
    /// verdict.
    pub matches: Result<Matches<'v, Id>, &'v EventError>,
}

impl<Id> Clone for Verdict<'_, Id> {
    fn clone(&self) -> Self {
        Verdict { range: self.range.clone(), matches: self.matches.clone() }
    }
}

/// The memory of [`Verdicts`], used again and again.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) ranges: Vec<Range<usize>>,
    /// INVARIANT: as many as there are `ranges`, and one more; each is at most the next, the last is the length of
    /// `rules`. Empty before the first use.
    pub(super) offsets: Vec<usize>,
    pub(super) rules: Vec<u32>,
    pub(super) errors: Vec<(usize, EventError)>,
    /// How many lines were passed.
    pub(super) lines: usize,
}

impl Columns {
    pub(super) fn clear(&mut self) {
        let Columns { ranges, offsets, rules, errors, lines } = self;
        ranges.clear();
        offsets.clear();
        offsets.push(0);
        rules.clear();
        errors.clear();
        *lines = 0;
    }

    /// Ends the verdict on an event, whose rules were appended.
    pub(super) fn end(&mut self, range: Range<usize>, result: Result<(), EventError>) {
        if let Err(error) = result {
            self.errors.push((self.ranges.len(), error));
        }
        self.ranges.push(range);
        self.offsets.push(self.rules.len());
    }
}

impl<'v, Id> Verdicts<'v, Id> {
    pub(super) fn new(ids: &'v [Id], columns: &'v Columns, first: usize) -> Self {
        Verdicts { ids, columns, first }
    }

    /// How many events these are.
    pub fn len(&self) -> usize {
        self.columns.ranges.len()
    }

    /// Whether these are none.
    pub fn is_empty(&self) -> bool {
        self.columns.ranges.is_empty()
    }

    /// How many events of the same call came before these.
    pub fn first(&self) -> usize {
        self.first
    }

    /// Where each event is, as in [`Verdict::range`].
    pub fn ranges(&self) -> &'v [Range<usize>] {
        &self.columns.ranges
    }

    /// Where in [`Verdicts::rules`] each event's rules begin, and at the end, where the last one's end: one more than
    /// there are events. An event without a verdict has no rules.
    pub fn offsets(&self) -> &'v [usize] {
        &self.columns.offsets
    }

    /// The rules that match, of all events end to end, as positions in [`Matcher::ids`](crate::Matcher::ids); those of
    /// an event in ascending order.
    pub fn rules(&self) -> &'v [u32] {
        &self.columns.rules
    }

    /// The events that have no verdict, counted from 0 among these, and why.
    pub fn errors(&self) -> &'v [(usize, EventError)] {
        &self.columns.errors
    }

    /// How many lines there were, blank ones included; 0 if the events were not given as lines.
    pub fn lines(&self) -> usize {
        self.columns.lines
    }

    /// The verdicts one by one.
    pub fn iter(&self) -> impl Iterator<Item = Verdict<'v, Id>> + use<'v, Id> {
        let Columns { ranges, offsets, rules, errors, .. } = self.columns;
        Iter {
            ids: self.ids,
            ranges: ranges.iter().enumerate(),
            offsets: offsets.windows(2),
            rules,
            errors: errors.iter().peekable(),
        }
    }
}

struct Iter<'v, Id> {
    ids: &'v [Id],
    ranges: std::iter::Enumerate<slice::Iter<'v, Range<usize>>>,
    offsets: slice::Windows<'v, usize>,
    rules: &'v [u32],
    errors: Peekable<slice::Iter<'v, (usize, EventError)>>,
}

impl<'v, Id> Iterator for Iter<'v, Id> {
    type Item = Verdict<'v, Id>;

    fn next(&mut self) -> Option<Verdict<'v, Id>> {
        let (index, range) = self.ranges.next()?;
        let rules = match self.offsets.next()? {
            [start, end] => self.rules.get(*start..*end)?,
            _ => return None,
        };
        let matches = match self.errors.next_if(|(number, _)| *number == index) {
            Some((_, error)) => Err(error),
            None => Ok(Matches::new(self.ids, rules)),
        };
        Some(Verdict { range: range.clone(), matches })
    }
}
