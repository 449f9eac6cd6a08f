//! Numeric ranges: which of many contain a number.

use crate::ids::TestId;

/// An interval tree laid out in an array: sorted by lower end, each subtree's middle is its root and knows the greatest
/// upper end below it.
#[derive(Debug, Default)]
pub(crate) struct Ranges {
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    from: u64,
    to: u64,
    greatest: u64,
    test: TestId,
}

impl Ranges {
    /// Builds the tree of `(from, to, test)`, both ends included.
    pub(crate) fn new(ranges: impl Iterator<Item = (u64, u64, TestId)>) -> Self {
        let mut rows: Vec<Row> = ranges.map(|(from, to, test)| Row { from, to, greatest: to, test }).collect();
        rows.sort_unstable_by_key(|row| (row.from, row.to));
        summarise(&mut rows);
        Ranges { rows }
    }

    /// Calls `found` with every range that contains `number`. O(k log n) for k found of n.
    #[inline]
    pub(crate) fn containing(&self, number: u64, mut found: impl FnMut(TestId)) {
        visit(&self.rows, number, &mut found);
    }
}

/// Recursion is as deep as the logarithm of the number of rows.
fn summarise(rows: &mut [Row]) -> u64 {
    let middle = rows.len() / 2;
    let (before, rest) = rows.split_at_mut(middle);
    let Some((row, after)) = rest.split_first_mut() else { return 0 };
    row.greatest = row.to.max(summarise(before)).max(summarise(after));
    row.greatest
}

fn visit(rows: &[Row], number: u64, found: &mut impl FnMut(TestId)) {
    let (before, rest) = rows.split_at(rows.len() / 2);
    let Some((row, after)) = rest.split_first() else { return };
    if row.greatest < number {
        return;
    }
    visit(before, number, found);
    if row.from <= number {
        if number <= row.to {
            found(row.test);
        }
        visit(after, number, found);
    }
}
