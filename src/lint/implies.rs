//! Whether all that one pattern matches is matched by another.
//!
//! A way to match the one is a choice of values (or of absence) for its fields, whose positions in arrays agree. It is
//! also a way to match the other one if that asks for nothing more of each of its fields. Where a field is chosen to be
//! absent, the choices before it count: absence is judged within the array elements that they lie in.

use super::conjunctions::{Expanded, Field, may_share_array};
use super::values::Budget;
use crate::Pattern;

/// Steps of one question by itself.
const STEPS: u64 = 10_000_000;
/// What looking at a field is, compared with looking at a byte.
const FIELD: usize = 4;

impl Pattern {
    /// Whether every event that this pattern matches is matched by the other one, too.
    ///
    /// A yes is sure. A no may also mean that it could not be told: `{"a": [1, 2]}` implies
    /// `{"$or": [{"a": [1]}, {"a": [2]}]}`, but no single alternative covers it, and that is what is looked for. So it is
    /// with a test that only several others together cover, and with texts that have `${…}` in them, as templates do: two
    /// that differ are not taken for different. Events for which either pattern has no verdict don't count.
    ///
    /// ```
    /// # use eventsieve::Pattern;
    /// let narrow: Pattern = r#"{"source": ["aws.ec2"], "detail": {"state": ["running"]}}"#.parse()?;
    /// let wide: Pattern = r#"{"source": [{"prefix": "aws."}]}"#.parse()?;
    /// assert!(narrow.implies(&wide) && !wide.implies(&narrow));
    /// # Ok::<(), eventsieve::PatternError>(())
    /// ```
    ///
    /// # Complexity
    ///
    /// At worst the product of the two patterns' tests and combinations of `$or`; after ten million steps the answer
    /// is no.
    pub fn implies(&self, other: &Pattern) -> bool {
        implies(&Expanded::new(self), &Expanded::new(other), &mut Budget::new(STEPS))
    }
}

/// Whether every way to match the one is one to match the other, for sure.
pub(super) fn implies(one: &Expanded<'_>, other: &Expanded<'_>, budget: &mut Budget) -> bool {
    one.conjunctions.iter().all(|fields| {
        let fields: Vec<_> = one.fields_of(fields).collect();
        let is_impossible = fields.iter().any(|field| field.accepted.is_nothing());
        is_impossible
            || other.conjunctions.iter().any(|asked| {
                if !budget.take(asked.len() * FIELD) {
                    return false;
                }
                let asked: Vec<_> = other.fields_of(asked).collect();
                conjunction_implies(&fields, &asked, budget)
            })
    })
}

/// Whether fields, in ascending order of path as both are, that are all satisfied satisfy others.
fn conjunction_implies(fields: &[&Field<'_>], asked: &[&Field<'_>], budget: &mut Budget) -> bool {
    let mut rest = fields.iter().peekable();
    // The fields so far that only the first has: whatever is chosen for them has no part in the other.
    let mut left_out: Vec<&str> = Vec::new();
    for (at, asks) in asked.iter().enumerate() {
        while let Some(field) = rest.next_if(|field| field.path < asks.path) {
            left_out.push(&field.path);
        }
        let same = rest.next_if(|field| field.path == asks.path);
        // The same value, or absence among no more values.
        let has_same = same.is_some_and(|field| {
            let absence_stays =
                || asks.accepted.absence && !left_out.iter().any(|path| may_share_array(path, &asks.path));
            (!field.accepted.absence || absence_stays()) && asks.accepted.covers_values(&field.accepted, budget)
        });
        // Whatever there is, if its position then decides nothing.
        let mut later = asked.iter().skip(at + 1);
        let mut anything_goes =
            || !later.any(|field| may_share_array(&field.path, &asks.path)) && asks.accepted.is_everything(budget);
        if !has_same && !anything_goes() {
            return false;
        }
    }
    true
}
