//! The index of wildcards finds what trying each of them finds.

use super::*;
use crate::compile::test::Kind;
use crate::ids::PathId;
use crate::value::glob;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit).unwrap_or(0)
    }

    fn text(&mut self, alphabet: &[u8], longest: u64) -> Vec<u8> {
        let length = self.below(longest + 1);
        (0..length).filter_map(|_| alphabet.get(self.below(alphabet.len() as u64)).copied()).collect()
    }
}

/// Some wildcards as a table of tests.
#[derive(Default)]
struct Table {
    keys: Vec<u8>,
    tests: Vec<Test>,
}

impl Table {
    fn of(wildcards: impl IntoIterator<Item = Vec<Vec<u8>>>) -> Self {
        let mut table = Table::default();
        let mut known = std::collections::HashSet::new();
        for segments in wildcards {
            let mut key = Vec::new();
            glob::write_key(&segments, &mut key);
            if known.insert(key.clone()) {
                let (start, length) = (number(table.keys.len()), number(key.len()));
                table.tests.push(Test { path: PathId(0), start, length, kind: Kind::Wildcard });
                table.keys.extend(key);
            }
        }
        table
    }

    fn parse<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        Table::of(texts.into_iter().map(|text| text.split('*').map(|segment| segment.as_bytes().to_vec()).collect()))
    }

    fn test(&self, id: TestId) -> Test {
        self.tests.get(id.index()).copied().unwrap_or(Test { path: PathId(0), start: 0, length: 0, kind: Kind::Absent })
    }

    fn build(&self) -> Wildcards {
        let ids: Vec<TestId> = (0..self.tests.len()).map(TestId::new).collect();
        Wildcards::new(&ids, |id| self.test(id), &self.keys)
    }

    /// Compares the index with trying each wildcard; returns how many match.
    fn check(&self, index: &Wildcards, value: &[u8], scratch: &mut WildcardScratch) -> usize {
        let matches = |id| glob::matches(self.test(id).key(&self.keys), value);
        let mut found = Vec::new();
        index.matching(value, scratch, matches, |id| found.push(id));
        found.sort_unstable();
        let expected: Vec<TestId> = (0..self.tests.len()).map(TestId::new).filter(|id| matches(*id)).collect();
        assert_eq!(found, expected, "{:?}: {index:?}", String::from_utf8_lossy(value));
        found.len()
    }
}

#[test]
fn random_sets() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut scratch = WildcardScratch::default();
    let (mut matches, mut misses) = (0, 0);
    for round in 0..1_500 {
        let alphabet: &[u8] = match round % 4 {
            0 => b"a",
            1 => b"ab",
            2 => b"abc\0",
            _ => b"abcdefghijklmnopqrstuvwxyz",
        };
        // The thousand's literals are too long together for an automaton.
        let count = [1, 3, 4, 6, 10, 40, 200, 1_000].get(random.below(8)).copied().unwrap_or(1);
        let longest = 1 + random.below(if round % 3 == 0 { 12 } else { 4 }) as u64;
        let stems: Vec<Vec<Vec<u8>>> =
            (0..3).map(|_| (0..random.below(6)).map(|_| random.text(alphabet, longest)).collect()).collect();
        let table = Table::of((0..count).map(|_| {
            let mut middle: Vec<Vec<u8>> = (0..random.below(6)).map(|_| random.text(alphabet, longest)).collect();
            if random.below(2) == 0 {
                let stem = stems.get(random.below(3)).cloned().unwrap_or_default();
                middle.splice(0..0, stem);
            }
            middle.retain(|segment| !segment.is_empty());
            let mut segments = vec![if random.below(2) == 0 { random.text(alphabet, longest) } else { Vec::new() }];
            segments.extend(middle);
            segments.push(if random.below(2) == 0 { random.text(alphabet, longest) } else { Vec::new() });
            segments
        }));
        let index = table.build();
        for length in [0, 1, 2, 3, 4, 5, 8, 20, 60] {
            for _ in 0..3 {
                let mut value = random.text(alphabet, length);
                // Some wildcard's segments, with something between them.
                if random.below(2) == 0 {
                    let test = table.test(TestId::new(random.below(table.tests.len() as u64)));
                    let mut segments: Vec<&[u8]> = glob::Segments::of(test.key(&table.keys)).collect();
                    if segments.len() > 1 {
                        let last = segments.remove(1);
                        segments.push(last);
                    }
                    let gap = random.text(alphabet, 3);
                    value = segments.join(&gap[..]);
                }
                let found = table.check(&index, &value, &mut scratch);
                matches += found;
                misses += table.tests.len() - found;
            }
        }
    }
    assert!(matches > 100_000 && misses > 100_000, "{matches} matches, {misses} misses");
}

#[test]
fn alike() {
    let texts: Vec<String> =
        (1..60).flat_map(|n| ["b", "b*", ""].map(|end| format!("{}*{end}", "*a".repeat(n)))).collect();
    let table = Table::parse(texts.iter().map(String::as_str));
    let (index, mut scratch) = (table.build(), WildcardScratch::default());
    let a = "a".repeat(200);
    for (value, expected) in [("", 0), ("b", 0), (&a, 59), (&format!("b{a}"), 59), (&format!("{a}b"), 177), ("aaab", 9)]
    {
        assert_eq!(table.check(&index, value.as_bytes(), &mut scratch), expected, "{value}");
    }
}

#[test]
fn the_ends_do_not_overlap() {
    let table = Table::parse(["ab*ba", "ab*a", "ab*b*a", "ab*b*ba", "a*b*a", "*ab*ba", "*ab*b*", "abb*ba", "*"]);
    let (index, mut scratch) = (table.build(), WildcardScratch::default());
    for (value, expected) in [("aba", 3), ("ababa", 7), ("abba", 7), ("abbba", 9), ("", 1)] {
        assert_eq!(table.check(&index, value.as_bytes(), &mut scratch), expected, "{value}");
    }
}

/// Deep tries are neither built nor walked by recursion, and rules that are made to collide take no longer.
#[test]
fn hostile() {
    let deep: Vec<String> = (1..2_000).map(|n| format!("{}*", "*a".repeat(n))).collect();
    let table = Table::parse(deep.iter().map(String::as_str));
    let (index, mut scratch) = (table.build(), WildcardScratch::default());
    assert_eq!(table.check(&index, "a".repeat(3_000).as_bytes(), &mut scratch), 1_999);
    let longest = format!("{}*", "*ab".repeat(50_000));
    let table = Table::parse([&*longest, "*ab*b*", "*ab*a*", "*ab*ab*", "*ab*ab*ab*", "x*ab*"]);
    let index = table.build();
    assert_eq!(table.check(&index, "ab".repeat(50_000).as_bytes(), &mut scratch), 5);
    assert_eq!(table.check(&index, "ab".repeat(49_999).as_bytes(), &mut scratch), 4);
}

/// Literals whose pieces are all crowded, alone and among others that have rare ones.
#[test]
fn crowded_pieces() {
    let (mut random, mut scratch) = (Random(1), WildcardScratch::default());
    for others in [0, 2_000] {
        let mut literals: Vec<Vec<u8>> = Vec::new();
        for count in 0..500 + others {
            let alphabet: &[u8] = if count < 500 { b"ab" } else { b"abcdefghijklmnopqrstuvwxyz" };
            literals.push((0..20).filter_map(|_| alphabet.get(random.below(alphabet.len() as u64)).copied()).collect());
        }
        let table = Table::of(literals.iter().map(|literal| vec![Vec::new(), literal.clone(), Vec::new()]));
        let index = table.build();
        for literal in literals.iter().step_by(3) {
            assert!(table.check(&index, literal, &mut scratch) > 0);
        }
        let joined = literals.iter().step_by(5).flatten().copied().collect::<Vec<u8>>();
        assert!(table.check(&index, &joined, &mut scratch) >= literals.len() / 5);
    }
}
