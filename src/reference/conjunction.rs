//! A rule without its `$or`: the ways to match it.

use std::collections::BTreeMap;

use super::leaf::join;
use crate::pattern::ast::{Member, Object, Test};

/// Fields that must all match: the tests of each, by path. The order of the paths is that of their bytes.
pub(super) type Conjunction<'p> = BTreeMap<String, &'p [Test]>;

/// All ways to match a rule, one for each choice of alternatives.
pub(super) fn of(rule: &Object) -> Vec<Conjunction<'_>> {
    extend(vec![Conjunction::new()], rule, None)
}

/// What becomes of the ways `so_far` when the members of an object are read, in the order of the text. The recursion is
/// as deep as the rule, which its parser limits.
fn extend<'p>(mut so_far: Vec<Conjunction<'p>>, object: &'p Object, path: Option<&str>) -> Vec<Conjunction<'p>> {
    for member in &object.members {
        match member {
            Member::Descend { key, object } => {
                so_far = extend(so_far, object, Some(&join(path, &key.text)));
            }
            // The later field of the same path replaces the earlier one.
            Member::Field { key, tests, .. } => {
                for conjunction in &mut so_far {
                    conjunction.insert(join(path, &key.text), tests);
                }
            }
            Member::Or { alternatives, .. } => {
                so_far = alternatives.iter().flat_map(|object| extend(so_far.clone(), object, path)).collect();
            }
        }
    }
    so_far
}
