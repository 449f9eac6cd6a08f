//! A pattern's fields, and the combinations of them that its `$or` comes to.

use crate::pattern::ast::{Member, Object, Span, Test};
use crate::pattern::{Pattern, first_key};

use super::values::Accepted;

/// A field as it is written, in one place of the pattern.
pub(super) struct Field<'p> {
    /// Keys joined with `.`: fields with the same path are the same field.
    pub(super) path: String,
    /// The path with the alternatives on the way, as messages show it.
    pub(super) shown: String,
    pub(super) key: Span,
    pub(super) tests: &'p [Test],
    pub(super) accepted: Accepted,
}

/// A pattern with its alternatives written out. Its size was bounded when the pattern was read.
pub(super) struct Expanded<'p> {
    /// In the order of the text.
    pub(super) fields: Vec<Field<'p>>,
    /// Each is a way to match: indexes of fields, in ascending order of path, no path twice.
    pub(super) conjunctions: Vec<Vec<usize>>,
    /// Pairs of fields: where the first stood, the second counted. In ascending order, each once.
    pub(super) overwritten: Vec<(usize, usize)>,
}

impl<'p> Expanded<'p> {
    pub(super) fn new(pattern: &'p Pattern) -> Self {
        let mut expansion = Expansion { fields: Vec::new(), path: String::new(), shown: String::new() };
        let mut conjunctions = vec![Vec::new()];
        expansion.object(&pattern.root, true, &mut conjunctions);
        let fields = expansion.fields;
        let ranks = ranks(&fields);
        let rank = |field: usize| ranks.get(field).copied();
        let mut overwritten = Vec::new();
        for conjunction in &mut conjunctions {
            // The later in the text come first among those of the same path.
            conjunction.sort_unstable_by_key(|field| (rank(*field), std::cmp::Reverse(*field)));
            conjunction.dedup_by(|later, kept| {
                let same = rank(*later) == rank(*kept);
                if same {
                    overwritten.push((*later, *kept));
                }
                same
            });
        }
        overwritten.sort_unstable();
        overwritten.dedup();
        Expanded { fields, conjunctions, overwritten }
    }

    pub(super) fn field(&self, index: usize) -> Option<&Field<'p>> {
        self.fields.get(index)
    }

    /// The fields of a conjunction, in ascending order of path.
    pub(super) fn fields_of<'s>(&'s self, conjunction: &'s [usize]) -> impl DoubleEndedIterator<Item = &'s Field<'p>> {
        conjunction.iter().filter_map(|index| self.fields.get(*index))
    }
}

/// For each field the place of its path among all paths; the same for the same path.
fn ranks(fields: &[Field<'_>]) -> Vec<usize> {
    let mut sorted: Vec<(&str, usize)> = fields.iter().enumerate().map(|(at, field)| (&*field.path, at)).collect();
    sorted.sort_unstable();
    let mut ranks = vec![0; fields.len()];
    let (mut rank, mut last) = (0, None);
    for (path, field) in sorted {
        rank += usize::from(last.is_some_and(|last| last != path));
        last = Some(path);
        if let Some(place) = ranks.get_mut(field) {
            *place = rank;
        }
    }
    ranks
}

/// Whether an array may lie on the way to both fields, which is then at or below their first key: only values under one array can have positions that disagree.
pub(super) fn may_share_array(path: &str, other: &str) -> bool {
    first_key(path) == first_key(other)
}

struct Expansion<'p> {
    fields: Vec<Field<'p>>,
    path: String,
    shown: String,
}

impl<'p> Expansion<'p> {
    /// Adds an object's fields to every conjunction. Recursion is as deep as the pattern's objects, which the parser
    /// bounds.
    fn object(&mut self, object: &'p Object, top: bool, conjunctions: &mut Vec<Vec<usize>>) {
        let (path, shown) = (self.path.len(), self.shown.len());
        let add = |text: &mut String, key: &str, first: bool| {
            if !first {
                text.push('.');
            }
            text.push_str(key);
        };
        for member in &object.members {
            match member {
                Member::Descend { key, object } => {
                    add(&mut self.path, &key.text, top);
                    add(&mut self.shown, &key.text, shown == 0);
                    self.object(object, false, conjunctions);
                }
                Member::Field { key, tests, .. } => {
                    add(&mut self.path, &key.text, top);
                    add(&mut self.shown, &key.text, shown == 0);
                    let field = self.fields.len();
                    self.fields.push(Field {
                        path: self.path.clone(),
                        shown: self.shown.clone(),
                        key: key.span,
                        tests,
                        accepted: Accepted::of(tests),
                    });
                    for conjunction in conjunctions.iter_mut() {
                        conjunction.push(field);
                    }
                }
                Member::Or { alternatives, .. } => {
                    let before = std::mem::take(conjunctions);
                    for (index, alternative) in alternatives.iter().enumerate() {
                        let mut inside = before.clone();
                        add(&mut self.shown, &format!("$or[{index}]"), shown == 0);
                        self.object(alternative, top, &mut inside);
                        self.shown.truncate(shown);
                        conjunctions.append(&mut inside);
                    }
                }
            }
            self.path.truncate(path);
            self.shown.truncate(shown);
        }
    }
}
