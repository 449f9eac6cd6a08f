//! What matches in each workload, put down so that no figure is ever taken of wrong answers.

/// `NAME RULES EVENTS MATCHES HASH`, tabs between; `cargo bench --bench workloads -- --count` prints it.
const TABLE: &str = include_str!("expected.tsv");

/// How many pairs of event and rule match, and the sum of their hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    pub rules: usize,
    pub events: usize,
    pub matches: u64,
    pub hash: u64,
}

impl Expected {
    pub(super) fn find(name: &str) -> Option<Expected> {
        let row = TABLE.lines().map(|line| line.split('\t').collect::<Vec<_>>()).find(|row| row[0] == name)?;
        Some(Expected {
            rules: row[1].parse().unwrap(),
            events: row[2].parse().unwrap(),
            matches: row[3].parse().unwrap(),
            hash: u64::from_str_radix(row[4], 16).unwrap(),
        })
    }

    /// Counts a match.
    pub fn add(&mut self, event: usize, rule: u32) {
        self.matches += 1;
        self.hash = self.hash.wrapping_add(pair_hash(event, rule));
    }
}

/// Hash of a match, rules and events being numbered from 0 by line. A sum of these, modulo 2⁶⁴, does not depend on the
/// order in which matches are found.
fn pair_hash(event: usize, rule: u32) -> u64 {
    // The finaliser of splitmix64.
    let mut hash = (event as u64) << 32 | u64::from(rule);
    hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ hash >> 31
}
