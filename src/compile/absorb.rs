//! From one store into another: what rules of several stores share is one again, and what no rule uses stays behind.

use smallvec::SmallVec;
use std::ops::Range;

use super::store::Store;
use super::test::Kind;
use crate::ids::{ConjunctionId, FieldId, PathId, TestId};

/// Copies conjunctions of one store into another; what they share is looked up once.
pub(crate) struct Absorber<'s> {
    from: &'s Store,
    /// By number in `from`, the number in the other store, or [`UNKNOWN`].
    paths: Vec<u32>,
    tests: Vec<u32>,
    fields: Vec<u32>,
    key: Vec<u8>,
}

const UNKNOWN: u32 = u32::MAX;

impl<'s> Absorber<'s> {
    /// Takes conjunctions out of a store, always for the same other one. Linear in the store.
    pub(crate) fn new(from: &'s Store) -> Self {
        let unknown = |count| vec![UNKNOWN; count];
        Absorber {
            from,
            paths: unknown(from.paths().len()),
            tests: unknown(from.tests().len()),
            fields: unknown(from.field_count()),
            key: Vec::new(),
        }
    }

    /// Copies the conjunctions of a rule; gives their numbers in the other store, which has to have room for them.
    pub(crate) fn rule(&mut self, conjunctions: Range<u32>, to: &mut Store) -> Range<u32> {
        let start = to.conjunction_count();
        for id in conjunctions {
            let fields: SmallVec<[FieldId; 8]> =
                self.from.conjunction_fields(ConjunctionId(id)).iter().map(|id| self.field(*id, to)).collect();
            to.conjunction(fields.into_iter());
        }
        start..to.conjunction_count()
    }

    fn field(&mut self, id: FieldId, to: &mut Store) -> FieldId {
        match self.fields.get(id.index()) {
            Some(known) if *known != UNKNOWN => FieldId(*known),
            _ => {
                let mut tests = self.from.field_tests(id).iter().map(|id| self.test(*id, to)).collect();
                let new = to.field(&mut tests);
                note(&mut self.fields, id.index(), new.0);
                new
            }
        }
    }

    fn test(&mut self, id: TestId, to: &mut Store) -> TestId {
        match (self.tests.get(id.index()), self.from.tests().get(id.index())) {
            (Some(known), _) if *known != UNKNOWN => TestId(*known),
            (_, Some(test)) => {
                let path = self.path(test.path, to);
                let key = test.key(self.from.keys());
                let new = if test.kind == Kind::AnythingBut {
                    // Its key are the numbers of tests, none of which is such a one itself.
                    let mut excluded: SmallVec<[TestId; 8]> =
                        test.excluded(self.from.keys()).map(|id| self.test(id, to)).collect();
                    excluded.sort_unstable();
                    self.key.clear();
                    self.key.extend(excluded.iter().flat_map(|id| id.0.to_le_bytes()));
                    to.test(path, test.kind, &self.key)
                } else {
                    to.test(path, test.kind, key)
                };
                note(&mut self.tests, id.index(), new.0);
                new
            }
            // INVARIANT: fields hold numbers of tests that are there.
            (_, None) => id,
        }
    }

    fn path(&mut self, id: PathId, to: &mut Store) -> PathId {
        match (self.paths.get(id.index()), self.from.paths().get(id.index())) {
            (Some(known), _) if *known != UNKNOWN => PathId(*known),
            (_, Some(text)) => {
                let new = to.path(text);
                note(&mut self.paths, id.index(), new.0);
                new
            }
            // INVARIANT: tests hold numbers of paths that are there.
            (_, None) => id,
        }
    }
}

fn note(numbers: &mut [u32], at: usize, number: u32) {
    if let Some(known) = numbers.get_mut(at) {
        *known = number;
    }
}
