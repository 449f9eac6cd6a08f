//! From a pattern to conjunctions: every combination of `$or` alternatives, as fields in ascending order of path.

use smallvec::{SmallVec, smallvec};
use std::ops::Range;

use super::store::Store;
use super::test::{Kind, block_key};
use crate::ids::{FieldId, PathId, TestId};
use crate::pattern::Pattern;
use crate::pattern::ast::{AnythingBut, Literal, Member, Numeric, Object, OneOrMany, Test, TestKind};
use crate::pattern::{range_orders, wildcard_segments};
use crate::value::address::{self, Address, Block};
use crate::value::{glob, letter_case, number};

/// The fields of one combination of alternatives, in the order of the text; of fields with the same path the last
/// counts.
type Conjunction = SmallVec<[(PathId, FieldId); 8]>;

/// Mostly one.
type Conjunctions = SmallVec<[Conjunction; 1]>;

/// Interns a pattern and adds its conjunctions, at least one, to the store; returns the numbers of their ids. What it
/// takes was bounded when the pattern was parsed.
pub(crate) fn normalise(pattern: &Pattern, store: &mut Store) -> Range<u32> {
    let path = String::with_capacity(USUAL_PATH);
    let mut normaliser = Normaliser { store, path, key: Vec::new(), tests: SmallVec::new() };
    let mut conjunctions: Conjunctions = smallvec![Conjunction::new()];
    normaliser.object(&pattern.root, None, &mut conjunctions);
    order(&mut conjunctions, store.paths());
    let start = store.conjunction_count();
    for fields in &conjunctions {
        store.conjunction(fields.iter().map(|(_, field)| *field));
    }
    start..store.conjunction_count()
}

/// Few paths are longer.
const USUAL_PATH: usize = 64;

/// Puts fields into ascending order of path; of those with the same path the last is kept.
fn order(conjunctions: &mut [Conjunction], texts: &[Box<str>]) {
    if let [conjunction] = conjunctions {
        conjunction.reverse();
        conjunction.sort_by_key(|(path, _)| texts.get(path.index()));
        conjunction.dedup_by_key(|(path, _)| *path);
        return;
    }
    // Paths may be long, and combinations many: the texts are compared once.
    let mut paths: Vec<PathId> = conjunctions.iter().flatten().map(|(path, _)| *path).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.sort_unstable_by_key(|path| texts.get(path.index()));
    let mut ranks: Vec<(PathId, u32)> = paths.into_iter().zip(0..).collect();
    ranks.sort_unstable();
    let rank = |path: PathId| {
        ranks.binary_search_by_key(&path, |(path, _)| *path).ok().and_then(|at| ranks.get(at)).map(|(_, rank)| *rank)
    };
    for conjunction in conjunctions {
        // The sort is stable, and of a run of equal paths the first is kept: so the order is reversed first.
        conjunction.reverse();
        conjunction.sort_by_cached_key(|(path, _)| rank(*path));
        conjunction.dedup_by_key(|(path, _)| *path);
    }
}

struct Normaliser<'s> {
    store: &'s mut Store,
    path: String,
    key: Vec<u8>,
    tests: SmallVec<[TestId; 8]>,
}

impl Normaliser<'_> {
    /// Adds an object's fields to every conjunction. `parent` is the length of the path so far, `None` at the top.
    ///
    /// Recursion is as deep as the pattern's objects, which the parser bounds.
    fn object(&mut self, object: &Object, parent: Option<usize>, conjunctions: &mut Conjunctions) {
        for member in &object.members {
            match member {
                Member::Descend { key, object } => {
                    let path = self.descend(parent, &key.text);
                    self.object(object, Some(path), conjunctions);
                }
                Member::Field { key, tests, .. } => {
                    self.descend(parent, &key.text);
                    let path = self.store.path(&self.path);
                    let field = self.field(path, tests);
                    for conjunction in conjunctions.iter_mut() {
                        conjunction.push((path, field));
                    }
                }
                Member::Or { alternatives, .. } => {
                    let before = std::mem::take(conjunctions);
                    for alternative in alternatives {
                        let mut inside = before.clone();
                        self.object(alternative, parent, &mut inside);
                        conjunctions.append(&mut inside);
                    }
                }
            }
            self.path.truncate(parent.unwrap_or(0));
        }
    }

    fn descend(&mut self, parent: Option<usize>, key: &str) -> usize {
        if parent.is_some() {
            self.path.push('.');
        }
        self.path.push_str(key);
        self.path.len()
    }

    fn field(&mut self, path: PathId, tests: &[Test]) -> FieldId {
        let mut ids = std::mem::take(&mut self.tests);
        ids.clear();
        ids.extend(tests.iter().map(|test| self.test(path, &test.kind)));
        let field = self.store.field(&mut ids);
        self.tests = ids;
        field
    }

    fn test(&mut self, path: PathId, test: &TestKind) -> TestId {
        match test {
            TestKind::String(text) => match address::parse(text.as_bytes()) {
                Some(address) => self.block(path, Block::of(address)),
                None => self.store.test(path, Kind::String, text.as_bytes()),
            },
            TestKind::Exactly(text) => self.store.test(path, Kind::String, text.as_bytes()),
            TestKind::Number(number) => self.number(path, number.text.as_bytes()),
            TestKind::Literal(Literal::False) => self.store.test(path, Kind::False, &[]),
            TestKind::Literal(Literal::True) => self.store.test(path, Kind::True, &[]),
            TestKind::Literal(Literal::Null) => self.store.test(path, Kind::Null, &[]),
            TestKind::Prefix(text) => self.text(path, Kind::Prefix, text),
            TestKind::PrefixIgnoreCase(text) => self.text(path, Kind::PrefixIgnoreCase, &letter_case::canonical(text)),
            TestKind::Suffix(text) => self.text(path, Kind::Suffix, text),
            TestKind::SuffixIgnoreCase(text) => self.text(path, Kind::SuffixIgnoreCase, &letter_case::canonical(text)),
            TestKind::EqualsIgnoreCase(text) => self.equals_ignore_case(path, text),
            TestKind::Wildcard(text) => self.wildcard(path, text),
            TestKind::Numeric(Numeric::Equal(number)) => self.number(path, number.text.as_bytes()),
            TestKind::Numeric(Numeric::Range { lower, upper }) => {
                let (from, to) = range_orders(lower.as_ref(), upper.as_ref());
                self.keyed(path, Kind::Range, |key| {
                    key.extend_from_slice(&from.to_le_bytes());
                    key.extend_from_slice(&to.to_le_bytes());
                })
            }
            TestKind::Cidr(text) => match address::parse_block(text.as_bytes()) {
                Some(block) => self.block(path, block),
                // The parser accepts blocks only; a range without numbers is never entered.
                None => self.keyed(path, Kind::Range, |key| key.extend([[0xff; 8], [0; 8]].concat())),
            },
            TestKind::Exists(true) => self.store.test(path, Kind::Exists, &[]),
            TestKind::Exists(false) => self.store.test(path, Kind::Absent, &[]),
            TestKind::AnythingBut(excluded) => self.anything_but(path, excluded),
        }
    }

    fn keyed(&mut self, path: PathId, kind: Kind, write: impl FnOnce(&mut Vec<u8>)) -> TestId {
        self.key.clear();
        write(&mut self.key);
        self.store.test(path, kind, &self.key)
    }

    /// A prefix or suffix; the empty one holds for every string.
    fn text(&mut self, path: PathId, kind: Kind, text: &str) -> TestId {
        match text {
            "" => self.store.test(path, Kind::AnyString, &[]),
            _ => self.store.test(path, kind, text.as_bytes()),
        }
    }

    fn equals_ignore_case(&mut self, path: PathId, text: &str) -> TestId {
        self.store.test(path, Kind::EqualsIgnoreCase, letter_case::canonical(text).as_bytes())
    }

    fn number(&mut self, path: PathId, text: &[u8]) -> TestId {
        match number::comparable(text) {
            Some(order) => self.store.test(path, Kind::Number, &order.to_le_bytes()),
            None => self.store.test(path, Kind::Spelling, text),
        }
    }

    fn block(&mut self, path: PathId, block: Block) -> TestId {
        let (kind, (key, length)) = match block.address {
            Address::V4(address) => (Kind::Cidr4, block_key(address.to_be_bytes(), block.bits)),
            Address::V6(address) => (Kind::Cidr6, block_key(address.to_be_bytes(), block.bits)),
        };
        self.store.test(path, kind, key.get(..length).unwrap_or_default())
    }

    /// A wildcard, as the simplest test that means the same.
    fn wildcard(&mut self, path: PathId, text: &str) -> TestId {
        let segments = wildcard_segments(text);
        match segments.as_slice() {
            [exact] => self.store.test(path, Kind::String, exact),
            [first, last] if first.is_empty() && last.is_empty() => self.store.test(path, Kind::AnyString, &[]),
            [first, last] if last.is_empty() => self.store.test(path, Kind::Prefix, first),
            [first, last] if first.is_empty() => self.store.test(path, Kind::Suffix, last),
            _ => self.keyed(path, Kind::Wildcard, |key| glob::write_key(&segments, key)),
        }
    }

    fn anything_but(&mut self, path: PathId, excluded: &AnythingBut) -> TestId {
        let texts = |list: &OneOrMany<Box<str>>, test: &mut dyn FnMut(&str) -> TestId| {
            list.values().iter().map(|text| test(text)).collect::<Vec<_>>()
        };
        let mut ids = match excluded {
            AnythingBut::Strings(list) => texts(list, &mut |t| self.store.test(path, Kind::String, t.as_bytes())),
            AnythingBut::Numbers(list) => {
                list.values().iter().map(|number| self.number(path, number.text.as_bytes())).collect()
            }
            AnythingBut::Prefix(list) => texts(list, &mut |t| self.text(path, Kind::Prefix, t)),
            AnythingBut::Suffix(list) => texts(list, &mut |t| self.text(path, Kind::Suffix, t)),
            AnythingBut::EqualsIgnoreCase(list) => texts(list, &mut |t| self.equals_ignore_case(path, t)),
            AnythingBut::Wildcard(list) => texts(list, &mut |t| self.wildcard(path, t)),
        };
        ids.sort_unstable();
        ids.dedup();
        self.keyed(path, Kind::AnythingBut, |key| key.extend(ids.iter().flat_map(|id| id.0.to_le_bytes())))
    }
}
