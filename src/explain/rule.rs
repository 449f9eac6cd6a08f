//! A pattern as explanations need it: its fields with their whole paths and where the keys are, the shape of its `$or`,
//! and the combinations of alternatives.

use std::collections::HashMap;

use crate::pattern::Pattern;
use crate::pattern::ast::{Member, Object, Span, Test};

/// A pattern's fields, in the order of the text.
#[derive(Debug)]
pub(super) struct Rule<'p> {
    pub(super) fields: Vec<RuleField<'p>>,
    /// The distinct paths.
    pub(super) paths: Vec<String>,
    pub(super) shape: Vec<Shape>,
    keys: Vec<PathKey>,
    branches: Vec<Branch>,
}

/// A field as it is written.
#[derive(Debug)]
pub(super) struct RuleField<'p> {
    /// Which of the paths.
    pub(super) path: usize,
    pub(super) tests: &'p [Test],
    /// Of the key and the array of tests.
    pub(super) span: Span,
    key: usize,
    /// The alternative that it is in.
    pub(super) branch: Option<usize>,
}

/// A key on the way to a field.
#[derive(Debug)]
struct PathKey {
    outer: Option<usize>,
    span: Span,
    /// Where in the path the key ends.
    end: usize,
}

/// An alternative of a `$or`.
#[derive(Debug)]
struct Branch {
    outer: Option<usize>,
    /// Where the `$or` begins.
    or: u32,
}

/// A member of the pattern: nesting is in the fields' paths.
#[derive(Debug)]
pub(super) enum Shape {
    Field(usize),
    /// With the alternative that it is in.
    Or {
        path: String,
        span: Span,
        branch: Option<usize>,
        alternatives: Vec<(Span, Vec<Shape>)>,
    },
}

/// Fields that have to match together: for each path the last one of the text, in ascending order of path.
pub(super) type Combination = Vec<usize>;

impl<'p> Rule<'p> {
    /// Linear in the pattern with its paths written out, which its parser bounds.
    pub(super) fn new(pattern: &'p Pattern) -> Self {
        let mut rule =
            Rule { fields: Vec::new(), paths: Vec::new(), shape: Vec::new(), keys: Vec::new(), branches: Vec::new() };
        let mut ids = HashMap::new();
        rule.shape = rule.object(&pattern.root, None, "", None, &mut ids);
        rule
    }

    /// Recursion is as deep as the pattern's objects, which the parser bounds.
    fn object(
        &mut self,
        object: &'p Object,
        outer: Option<usize>,
        path: &str,
        branch: Option<usize>,
        ids: &mut HashMap<String, usize>,
    ) -> Vec<Shape> {
        let mut shape = Vec::new();
        for member in &object.members {
            match member {
                Member::Descend { key, object } => {
                    let (path, key) = self.key(outer, path, &key.text, key.span);
                    shape.append(&mut self.object(object, Some(key), &path, branch, ids));
                }
                Member::Field { key, span, tests } => {
                    let whole = key.span.to(*span);
                    let (path, key) = self.key(outer, path, &key.text, key.span);
                    let path = *ids.entry(path).or_insert_with_key(|path| {
                        self.paths.push(path.clone());
                        self.paths.len() - 1
                    });
                    shape.push(Shape::Field(self.fields.len()));
                    self.fields.push(RuleField { path, tests, span: whole, key, branch });
                }
                Member::Or { key_span, span, alternatives } => {
                    let alternatives = alternatives
                        .iter()
                        .map(|alternative| {
                            self.branches.push(Branch { outer: branch, or: span.start });
                            let inside = Some(self.branches.len() - 1);
                            (alternative.span, self.object(alternative, outer, path, inside, ids))
                        })
                        .collect();
                    shape.push(Shape::Or { path: path.to_owned(), span: key_span.to(*span), branch, alternatives });
                }
            }
        }
        shape
    }

    fn key(&mut self, outer: Option<usize>, path: &str, key: &str, span: Span) -> (String, usize) {
        let path = if outer.is_some() { format!("{path}.{key}") } else { key.to_owned() };
        self.keys.push(PathKey { outer, span, end: path.len() });
        (path, self.keys.len() - 1)
    }

    /// The text of a field's path.
    pub(super) fn path(&self, field: &RuleField<'_>) -> &str {
        self.paths.get(field.path).map_or("", String::as_str)
    }

    /// Where in the pattern the key is that spells the byte `at` of a field's path.
    pub(super) fn key_span(&self, field: &RuleField<'_>, at: usize) -> Span {
        let mut span = Span::default();
        let mut next = Some(field.key);
        while let Some(key) = next.and_then(|key| self.keys.get(key)).filter(|key| key.end >= at) {
            span = key.span;
            next = key.outer;
        }
        span
    }

    /// Whether two fields have to be met together in some combination: they aren't in different alternatives of one `$or`.
    pub(super) fn go_together(&self, one: &RuleField<'_>, other: &RuleField<'_>) -> bool {
        let or_of = |branch: &usize| self.branches.get(*branch).map(|branch| branch.or);
        let (one, other): (Vec<_>, Vec<_>) = (self.around(one).collect(), self.around(other).collect());
        // What they have in common is outermost; further in, nothing is.
        let mut apart = one.iter().rev().zip(other.iter().rev()).skip_while(|(one, other)| one == other);
        apart.next().is_none_or(|(one, other)| or_of(one) != or_of(other))
    }

    /// Whether some of these fields are in an alternative. Everything is in none.
    pub(super) fn is_around<'r>(
        &self,
        branch: Option<usize>,
        mut fields: impl Iterator<Item = &'r RuleField<'p>>,
    ) -> bool
    where
        'p: 'r,
    {
        branch.is_none_or(|branch| fields.any(|field| self.around(field).any(|around| around == branch)))
    }

    /// The alternatives that a field is in, the innermost first.
    fn around(&self, field: &RuleField<'_>) -> impl Iterator<Item = usize> {
        std::iter::successors(field.branch, |branch| self.branches.get(*branch)?.outer)
    }

    /// All combinations of alternatives; how many there may be, the parser bounds.
    pub(super) fn combinations(&self) -> Vec<Combination> {
        let mut combinations = extend(vec![Vec::new()], &self.shape);
        let mut order: Vec<usize> = (0..self.paths.len()).collect();
        order.sort_unstable_by_key(|path| self.paths.get(*path));
        let mut rank = vec![0; order.len()];
        for (place, path) in order.into_iter().enumerate() {
            if let Some(rank) = rank.get_mut(path) {
                *rank = place;
            }
        }
        let rank = |field: &usize| self.fields.get(*field).and_then(|field| rank.get(field.path));
        for fields in &mut combinations {
            // The sort is stable, and of a run of equal paths the first is kept: so the order is reversed first.
            fields.reverse();
            fields.sort_by_key(rank);
            fields.dedup_by_key(|field| rank(field));
        }
        combinations
    }
}

fn extend(mut so_far: Vec<Vec<usize>>, shape: &[Shape]) -> Vec<Vec<usize>> {
    for member in shape {
        match member {
            Shape::Field(field) => so_far.iter_mut().for_each(|fields| fields.push(*field)),
            Shape::Or { alternatives, .. } => {
                so_far = alternatives.iter().flat_map(|(_, inside)| extend(so_far.clone(), inside)).collect();
            }
        }
    }
    so_far
}
