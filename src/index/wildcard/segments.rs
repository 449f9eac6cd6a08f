//! The segments of a path's wildcards, each distinct one once, and the choice of the one to search for.

use hashbrown::HashMap;

use super::number;
use crate::ids::TestId;
use crate::value::glob;

/// A number of a wildcard among those of its path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wildcard(u32);

/// The wildcards of a path as lists of segments. Only there while the index is built.
pub(super) struct Segments<'k> {
    texts: Vec<&'k [u8]>,
    /// By segment: how many wildcards have it, and how often.
    uses: Vec<Uses>,
    /// By wildcard, end to end: the last segment, the first, the middle ones.
    lists: Vec<u32>,
    rows: Vec<(usize, usize, TestId)>,
}

#[derive(Clone, Copy, Default)]
struct Uses {
    wildcards: u32,
    times: u32,
    /// The last wildcard that was counted, from 1.
    latest: u32,
}

impl<'k> Segments<'k> {
    pub(super) fn new(keys: impl Iterator<Item = (&'k [u8], TestId)>) -> Self {
        let mut segments = Segments { texts: Vec::new(), uses: Vec::new(), lists: Vec::new(), rows: Vec::new() };
        let mut numbers: HashMap<&[u8], u32> = HashMap::new();
        for (key, id) in keys {
            let start = segments.lists.len();
            for text in glob::Segments::of(key) {
                let segment = *numbers.entry(text).or_insert_with(|| {
                    segments.texts.push(text);
                    segments.uses.push(Uses::default());
                    number(segments.texts.len() - 1)
                });
                segments.lists.push(segment);
                segments.count(segment);
            }
            // A key has the last segment behind the first; here it lies before it, so that the others are in order.
            if let Some([first, last, ..]) = segments.lists.get_mut(start..) {
                std::mem::swap(first, last);
            }
            segments.rows.push((start, segments.lists.len(), id));
        }
        segments
    }

    fn count(&mut self, segment: u32) {
        let now = number(self.rows.len() + 1);
        if let Some(uses) = self.uses.get_mut(segment as usize) {
            uses.times += 1;
            uses.wildcards += u32::from(uses.latest != now);
            uses.latest = now;
        }
    }

    /// Each wildcard with the segment to search for, sorted by segment.
    pub(super) fn by_literal(&self) -> Vec<(u32, Wildcard)> {
        let rows = self.rows.iter().enumerate();
        let mut literals: Vec<(u32, Wildcard)> =
            rows.map(|(at, (start, end, _))| (self.literal(*start, *end), Wildcard(number(at)))).collect();
        literals.sort_unstable_by_key(|(literal, Wildcard(at))| (*literal, *at));
        literals
    }

    /// The segment that is expected to wake the fewest wildcards in vain: each byte makes it rarer in values, and each
    /// wildcard that has it makes it dearer, as it may be what these all have in common. Of equals the longer one, then
    /// the one that occurs less often, then the last.
    fn literal(&self, start: usize, end: usize) -> u32 {
        let cost = |segment: &u32| {
            let text = self.text(*segment);
            let uses = self.uses.get(*segment as usize).copied().unwrap_or_default();
            // A byte is taken to be one of sixteen. Past eight the rest of it makes no difference.
            let dear = u64::from(uses.wildcards) << (4 * (8 - text.len().min(8)));
            (text.is_empty(), dear, usize::MAX - text.len(), uses.times)
        };
        let list = self.lists.get(start..end).unwrap_or_default();
        list.iter().rev().min_by_key(|segment| cost(segment)).copied().unwrap_or(0)
    }

    pub(super) fn text(&self, segment: u32) -> &'k [u8] {
        self.texts.get(segment as usize).copied().unwrap_or_default()
    }

    pub(super) fn texts(&self) -> &[&'k [u8]] {
        &self.texts
    }

    pub(super) fn test(&self, Wildcard(at): Wildcard) -> TestId {
        self.rows.get(at as usize).map_or(TestId(u32::MAX), |(_, _, id)| *id)
    }

    /// The last segment of a wildcard, and those before it in their order.
    pub(super) fn of(&self, Wildcard(at): Wildcard) -> (u32, &[u32]) {
        let (start, end, _) = self.rows.get(at as usize).copied().unwrap_or((0, 0, TestId(0)));
        match self.lists.get(start..end) {
            Some([last, others @ ..]) => (*last, others),
            _ => (0, &[]),
        }
    }
}
