//! What a rule comes to when its paths and its combinations of `$or` are written out, as a compiler has to.

use super::ast::{Member, Object};

/// Bytes that a field takes in each combination.
const FIELD: usize = 8;

/// Bytes that a combination takes by itself.
const COMBINATION: usize = 32;

/// Bytes of the paths of all fields and of all combinations of alternatives, written out. Linear in the rule.
pub(crate) fn expansion(rule: &Object) -> usize {
    let mut paths = 0_usize;
    let combinations = measure(rule, 0, Combinations { count: 1, fields: 0 }, &mut paths);
    let fields = combinations.fields.saturating_mul(FIELD);
    paths.saturating_add(fields).saturating_add(combinations.count.saturating_mul(COMBINATION))
}

/// How many combinations there are, and how many fields they have together.
#[derive(Clone, Copy)]
struct Combinations {
    count: usize,
    fields: usize,
}

/// Recursion is as deep as the rule's objects, which the parser bounds.
fn measure(object: &Object, path: usize, mut combinations: Combinations, paths: &mut usize) -> Combinations {
    for member in &object.members {
        match member {
            Member::Descend { key, object } => {
                combinations = measure(object, path + key.text.len() + 1, combinations, paths);
            }
            Member::Field { key, .. } => {
                *paths = paths.saturating_add(path + key.text.len());
                combinations.fields = combinations.fields.saturating_add(combinations.count);
            }
            Member::Or { alternatives, .. } => {
                let mut together = Combinations { count: 0, fields: 0 };
                for alternative in alternatives {
                    let inside = measure(alternative, path, combinations, paths);
                    together.count = together.count.saturating_add(inside.count);
                    together.fields = together.fields.saturating_add(inside.fields);
                }
                combinations = together;
            }
        }
    }
    combinations
}
