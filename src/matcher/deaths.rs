//! Which rules of an engine have been taken out since it was compiled, and when.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::ids::RuleId;

/// When rules were taken out, in versions: a rule is there in the versions before that of its death.
///
/// A bit for each rule that has died, so that matching asks a small part of memory, and behind it the version. Rules die
/// while others match; a version is read only after all deaths up to it have been put down.
#[derive(Debug, Default)]
pub(crate) struct Deaths {
    /// A bit for each rule; none if no rule ever dies.
    bits: Box<[AtomicU64]>,
    versions: Box<[AtomicU64]>,
}

impl Deaths {
    /// No deaths yet among so many rules.
    pub(crate) fn new(rules: usize) -> Self {
        let zeros = |count| std::iter::repeat_with(AtomicU64::default).take(count).collect();
        Deaths { bits: zeros(rules.div_ceil(64)), versions: zeros(rules) }
    }

    /// Whether a rule is there in a version.
    #[inline]
    pub(crate) fn spare(&self, rule: RuleId, version: u64) -> bool {
        match self.bits.get(rule.index() / 64) {
            Some(word) if word.load(Ordering::Acquire) >> (rule.index() % 64) & 1 == 1 => {
                self.versions.get(rule.index()).is_none_or(|death| version < death.load(Ordering::Relaxed))
            }
            _ => true,
        }
    }

    /// Takes a rule out, from a version on.
    pub(crate) fn put(&self, rule: RuleId, version: u64) {
        if let (Some(word), Some(death)) = (self.bits.get(rule.index() / 64), self.versions.get(rule.index())) {
            death.store(version, Ordering::Relaxed);
            word.fetch_or(1 << (rule.index() % 64), Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_there_until_its_death() {
        let deaths = Deaths::new(70);
        deaths.put(RuleId(69), 5);
        for (rule, version, there) in [(69, 4, true), (69, 5, false), (69, 6, false), (68, 6, true), (5, 6, true)] {
            assert_eq!(deaths.spare(RuleId(rule), version), there, "rule {rule} in version {version}");
        }
        assert!(Deaths::default().spare(RuleId(0), u64::MAX), "where no rule dies");
    }
}
