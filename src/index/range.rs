//! Numeric ranges: which of many contain a number.

use std::ops::Range;

use crate::ids::TestId;

/// Ranges by windows of numbers: each window has the ranges that reach into it, end to end, so that what a number asks is
/// one piece of memory.
///
/// Windows are cut so that a number lies in at least half of its window's ranges, but for [`FEW`] of them. Many ranges
/// are in several windows, but on average in few: before a window that starts inside of `m` ranges is cut off, `m / 2`
/// ends have been met in it, and there are two of each range, so all windows together start inside of at most four times
/// as many as there are. (This is Chazelle's filtering search.)
#[derive(Debug)]
pub(crate) struct Ranges {
    windows: Vec<Window>,
    /// By window, its ranges, ascending by lower end: their upper ends, which are included, and their tests.
    highs: Vec<u64>,
    tests: Vec<TestId>,
    /// The lower ends, included, of those that begin in their window.
    lows: Vec<u64>,
}

/// The numbers from `start` up to where the next window starts.
#[derive(Debug)]
struct Window {
    start: u64,
    /// Where its ranges are.
    first: u32,
    /// How many of them begin before it; they come first.
    begun: u32,
    /// Where the lower ends of the others are.
    lows: Range<u32>,
}

/// So many ranges of a window may be asked in vain, however few contain the number: that is quicker than more windows.
const FEW: usize = 16;

struct Row {
    low: u64,
    high: u64,
    test: TestId,
}

impl Ranges {
    /// Indexes `(from, to, test)`, both ends included. O(n log n) in time, O(n) in memory.
    pub(crate) fn new(ranges: impl Iterator<Item = (u64, u64, TestId)>) -> Self {
        let rows = ranges.map(|(low, high, test)| Row { low, high, test });
        // What ends before it begins is a test that no number passes.
        let mut rows: Vec<Row> = rows.filter(|row| row.low <= row.high).collect();
        rows.sort_unstable_by_key(|row| (row.low, row.test));
        let mut highs: Vec<u64> = rows.iter().map(|row| row.high).collect();
        highs.sort_unstable();
        let mut built = Ranges {
            windows: Vec::new(),
            highs: Vec::with_capacity(2 * rows.len()),
            tests: Vec::with_capacity(2 * rows.len()),
            lows: Vec::with_capacity(rows.len()),
        };
        let (mut rows, mut highs) = (rows.as_slice(), highs.as_slice());
        // How many ranges contain the number at hand; any number of the last window, at least; reach into that window.
        let (mut open, mut least, mut length) = (0, 0, 0);
        while let Some(at) = next_change(rows, highs) {
            let (begin, later) = rows.split_at(rows.iter().take_while(|row| row.low == at).count());
            let (ended, others) = highs.split_at(highs.iter().take_while(|high| **high < at).count());
            (rows, highs) = (later, others);
            open = open + begin.len() - ended.len();
            least = open.min(least);
            length += begin.len();
            if built.windows.is_empty() || length > 2 * least + FEW {
                built.cut(at);
                (least, length) = (open, open);
            }
            begin.iter().for_each(|row| built.add(row));
        }
        built.windows.shrink_to_fit();
        built.highs.shrink_to_fit();
        built.tests.shrink_to_fit();
        built
    }

    /// Begins a window, with the ranges of the last one that reach into it.
    fn cut(&mut self, start: u64) {
        let (first, lows) = (self.tests.len(), place(self.lows.len()));
        let last = self.windows.last().map_or(first, |window| window.first as usize);
        for at in last..first {
            if let (Some(high), Some(test)) = (self.highs.get(at), self.tests.get(at))
                && *high >= start
            {
                let (high, test) = (*high, *test);
                self.highs.push(high);
                self.tests.push(test);
            }
        }
        let begun = place(self.tests.len() - first);
        self.windows.push(Window { start, first: place(first), begun, lows: lows..lows });
    }

    /// Adds a range that begins in the last window.
    fn add(&mut self, row: &Row) {
        self.highs.push(row.high);
        self.tests.push(row.test);
        self.lows.push(row.low);
        if let Some(window) = self.windows.last_mut() {
            window.lows.end = place(self.lows.len());
        }
    }

    /// Calls `found` with every range that contains `number`. O(log n + k) for k found of n.
    #[inline]
    pub(crate) fn containing(&self, number: u64, mut found: impl FnMut(TestId)) {
        if self.lows.len() <= FEW {
            // There is one window, and nothing begins before it. To ask all is quicker than to search.
            let contains = |(low, high): (&u64, &u64)| (*low <= number) & (number <= *high);
            return report(self.lows.iter().zip(&self.highs).map(contains), &self.tests, &mut found);
        }
        let after = self.windows.partition_point(|window| window.start <= number);
        let Some(window) = after.checked_sub(1).and_then(|at| self.windows.get(at)) else { return };
        let lows = self.lows.get(window.lows.start as usize..window.lows.end as usize).unwrap_or_default();
        let begun = window.begun as usize + lows.partition_point(|low| *low <= number);
        let first = window.first as usize;
        let highs = self.highs.get(first..first + begun).unwrap_or_default();
        let tests = self.tests.get(first..first + begun).unwrap_or_default();
        if highs.len() <= FEW {
            return highs.iter().zip(tests).filter(|(high, _)| number <= **high).for_each(|(_, test)| found(*test));
        }
        // A branch for each would be guessed wrong half of the time.
        for (highs, tests) in highs.chunks(64).zip(tests.chunks(64)) {
            report(highs.iter().map(|high| number <= *high), tests, &mut found);
        }
    }
}

/// Calls `found` with those of up to 64 tests that pass. It is found out of all before anything is done about one.
#[inline(always)]
fn report(pass: impl DoubleEndedIterator<Item = bool>, tests: &[TestId], found: &mut impl FnMut(TestId)) {
    let mut bits = pass.rfold(0_u64, |bits, passes| bits << 1 | u64::from(passes));
    while bits != 0 {
        tests.get(bits.trailing_zeros() as usize).copied().into_iter().for_each(&mut *found);
        bits &= bits - 1;
    }
}

/// The least number from which on other ranges contain it than before, given the ranges that are still to begin and the
/// upper ends that are still to be met, ascending.
fn next_change(rows: &[Row], highs: &[u64]) -> Option<u64> {
    let begin = rows.first().map(|row| row.low);
    let end = highs.first().and_then(|high| high.checked_add(1));
    begin.into_iter().chain(end).min()
}

/// INVARIANT: there are fewer than 2^28 ranges, of 16 bytes of key each, and at most five times as many rows.
fn place(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares with the filter, at and around every end; gives the number of rows and of windows.
    fn check(ranges: &[(u64, u64)]) -> (usize, usize) {
        let numbered = || ranges.iter().zip(0..).map(|((low, high), id)| (*low, *high, TestId(id)));
        let built = Ranges::new(numbered());
        let ends = ranges.iter().flat_map(|(low, high)| [*low, *high]);
        let mut numbers: Vec<u64> = ends
            .flat_map(|end| [end.saturating_sub(1), end, end.saturating_add(1)])
            .chain([0, 1 << 40, u64::MAX])
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            let expected: Vec<TestId> =
                numbered().filter(|(low, high, _)| (*low..=*high).contains(&number)).map(|(.., test)| test).collect();
            let mut found = Vec::new();
            built.containing(number, |test| found.push(test));
            found.sort_unstable();
            assert_eq!(found, expected, "{number} in {ranges:?}");
        }
        (built.tests.len(), built.windows.len())
    }

    /// Checks ranges, and that what is built of them is as small as it ought to be.
    fn check_size(ranges: &[(u64, u64)]) {
        let (rows, windows) = check(ranges);
        assert!(rows <= 5 * ranges.len(), "{rows} rows of {} ranges", ranges.len());
        assert!(windows <= ranges.len() / 4 + 1, "{windows} windows of {} ranges", ranges.len());
    }

    #[test]
    fn none_and_empty() {
        check(&[]);
        check(&[(u64::MAX, 0), (5, 4)]);
        check(&[(5, 4), (4, 5)]);
    }

    #[test]
    fn equal_ends() {
        check_size(&[(7, 7); 100]);
        check_size(&[(0, u64::MAX); 100]);
        check_size(
            &[(7, 9), (9, 7), (9, 9), (7, 9), (10, 12), (0, 6), (10, 10), (u64::MAX, u64::MAX), (0, 0)].repeat(9),
        );
    }

    #[test]
    fn hostile() {
        const N: u64 = 400;
        let steps = || 0..N;
        check_size(&steps().map(|n| (n, 2 * N - n)).collect::<Vec<_>>());
        check_size(&steps().map(|n| (n, u64::MAX)).collect::<Vec<_>>());
        check_size(&steps().map(|n| (0, n)).collect::<Vec<_>>());
        check_size(&steps().map(|n| (n, n + N)).collect::<Vec<_>>());
        check_size(&steps().map(|n| (2 * n, 2 * n)).collect::<Vec<_>>());
        // Many and few by turns.
        check_size(&steps().map(|n| (n / 40 * 100, n / 40 * 100 + 50)).collect::<Vec<_>>());
        check_size(&steps().map(|n| (n / 40 * 100 + n % 40, n / 40 * 100 + 80 - n % 40)).collect::<Vec<_>>());
    }

    #[test]
    fn random() {
        let mut state = 1_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for round in 0..300 {
            let (count, spread, longest) = (random(200), 1 + random(500), 1 + random(1 << (round % 10)));
            let mut range = |_| {
                let low = random(spread);
                (low, if random(20) == 0 { u64::MAX } else { low + random(longest) })
            };
            let ranges: Vec<(u64, u64)> = (0..count).map(&mut range).collect();
            check_size(&ranges);
        }
    }
}
