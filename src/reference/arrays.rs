//! The array rule: a choice of a value for each field, whose positions agree.

use std::collections::BTreeSet;

use super::ReferenceError;
use super::conjunction::Conjunction;
use super::leaf::{Leaf, Position};
use super::test;
use crate::pattern::ast::{Test, TestKind};

/// What can be chosen for a field. Values at one position are one choice.
struct Field<'l> {
    /// Where a value lies that satisfies a test.
    satisfied: BTreeSet<&'l Position>,
    /// Where any value lies at the field's path, if `exists: false` is among the tests.
    absent_unless: Option<BTreeSet<&'l Position>>,
}

impl<'l> Field<'l> {
    fn new(path: &str, tests: &[Test], leaves: &'l [Leaf<'_>]) -> Self {
        let here = || leaves.iter().filter(|leaf| leaf.path == path);
        let satisfied = |leaf: &&Leaf<'_>| tests.iter().any(|test| test::is_satisfied(&test.kind, leaf.value));
        let absent = tests.iter().any(|test| matches!(test.kind, TestKind::Exists(false)));
        Field {
            satisfied: here().filter(satisfied).map(|leaf| &leaf.position).collect(),
            absent_unless: absent.then(|| here().map(|leaf| &leaf.position).collect()),
        }
    }

    /// The choices that agree with those made for the fields before: `None` is the choice of no value.
    fn choices(
        &self,
        before: &[Option<&'l Position>],
        steps: &mut u64,
    ) -> Result<std::vec::IntoIter<Option<&'l Position>>, ReferenceError> {
        let mut elements = Position::new();
        for position in before.iter().copied().flatten() {
            count(steps, position)?;
            elements.extend(position);
        }
        let mut agrees = |position: &Position| {
            count(steps, position)?;
            let same = |(array, element)| elements.get(array).is_none_or(|chosen| chosen == element);
            Ok::<bool, ReferenceError>(position.iter().all(same))
        };
        let mut choices = Vec::new();
        for &position in &self.satisfied {
            if agrees(position)? {
                choices.push(Some(position));
            }
        }
        if let Some(unless) = &self.absent_unless {
            let mut absent = true;
            for position in unless {
                absent = absent && !agrees(position)?;
            }
            if absent {
                choices.push(None);
            }
        }
        Ok(choices.into_iter())
    }
}

/// Whether some choice satisfies all fields: each field, in ascending order of path, tries its choices one after the
/// other, and if none is left, the field before it tries its next one.
pub(super) fn some_choice(
    conjunction: &Conjunction<'_>,
    leaves: &[Leaf<'_>],
    steps: &mut u64,
) -> Result<bool, ReferenceError> {
    let mut untried = Vec::new();
    let mut chosen = Vec::new();
    let fields: Vec<_> = conjunction.iter().map(|(path, tests)| Field::new(path, tests, leaves)).collect();
    while let Some(field) = fields.get(chosen.len()) {
        if untried.len() == chosen.len() {
            untried.push(field.choices(&chosen, steps)?);
        }
        match untried.last_mut().and_then(Iterator::next) {
            Some(choice) => chosen.push(choice),
            None => {
                untried.pop();
                if chosen.pop().is_none() {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

/// Takes the steps that a look at a position costs.
fn count(steps: &mut u64, position: &Position) -> Result<(), ReferenceError> {
    let cost = 1 + u64::try_from(position.len()).unwrap_or(u64::MAX - 1);
    *steps = steps.checked_sub(cost).ok_or(ReferenceError::TooHard)?;
    Ok(())
}
