//! The rules that an event matches: each once, in ascending order.

use crate::ids::RuleId;

/// A set of rules, a bit for each.
///
/// Bits rather than a list that is sorted: where an event matches a hundred rules of a thousand, sorting took a quarter
/// of the time. Where it matches few of many thousand, sorting just the words that aren't zero took as much; so they, too,
/// are bits, and the words of those again.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// First a bit for each rule, then in each level one for each word of the level before that is not zero.
    levels: [Vec<u64>; 3],
    /// Whether there is any.
    any: bool,
}

impl Found {
    /// An empty set of rules below `rules`.
    pub(super) fn reset(&mut self, rules: usize) {
        self.any = false;
        let mut bits = rules;
        for level in &mut self.levels {
            bits = bits.div_ceil(64);
            level.clear();
            level.resize(bits, 0);
        }
    }

    /// Bytes of memory held.
    pub(super) fn memory(&self) -> usize {
        self.levels.iter().map(Vec::capacity).sum::<usize>() * size_of::<u64>()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        !self.any
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        if !self.is_empty() {
            self.take(|_| {});
        }
    }

    #[inline]
    pub(super) fn contains(&self, rule: RuleId) -> bool {
        let [rules, ..] = &self.levels;
        rules.get(rule.index() / 64).is_some_and(|word| word >> (rule.index() % 64) & 1 == 1)
    }

    #[inline]
    pub(super) fn insert(&mut self, rule: RuleId) {
        let mut bit = rule.index();
        for level in &mut self.levels {
            let Some(word) = level.get_mut(bit / 64) else { return };
            let before = *word;
            *word |= 1 << (bit % 64);
            if before != 0 {
                return;
            }
            bit /= 64;
        }
        self.any = true;
    }

    /// Moves the rules to the end of a list, in ascending order.
    #[inline]
    pub(crate) fn move_to(&mut self, rules: &mut Vec<u32>) {
        if !self.is_empty() {
            self.move_some_to(rules);
        }
    }

    #[inline(never)]
    fn move_some_to(&mut self, rules: &mut Vec<u32>) {
        self.take(|rule| rules.push(RuleId::new(rule).0));
    }

    /// Takes out the rules, in ascending order.
    #[inline]
    fn take(&mut self, mut each: impl FnMut(usize)) {
        self.any = false;
        let [first, second, third] = &mut self.levels;
        for word in 0..third.len() {
            for word in take_bits(third, word) {
                for word in take_bits(second, word) {
                    take_bits(first, word).for_each(&mut each);
                }
            }
        }
    }
}

/// Takes the bits out of a word, by their numbers among those of all words, ascending.
#[inline(always)]
fn take_bits(words: &mut [u64], number: usize) -> impl Iterator<Item = usize> + use<> {
    let mut bits = words.get_mut(number).map_or(0, std::mem::take);
    std::iter::from_fn(move || {
        let bit = (bits != 0).then_some(bits.trailing_zeros() as usize)?;
        bits &= bits - 1;
        Some(number * 64 + bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_once_in_order() {
        let mut found = Found::default();
        found.reset(300_001);
        let mut rules = Vec::new();
        for _ in 0..2 {
            for rule in [199, 3, 300_000, 64, 3, 0, 63, 128, 4_095, 5_000, 262_144, 300_001 + 63] {
                found.insert(RuleId(rule));
            }
            assert!(found.contains(RuleId(64)) && !found.contains(RuleId(65)) && !found.is_empty());
            rules.clear();
            found.move_to(&mut rules);
            assert_eq!(rules, [0, 3, 63, 64, 128, 199, 4_095, 5_000, 262_144, 300_000]);
            assert!(found.is_empty() && !found.contains(RuleId(64)));
        }
        found.insert(RuleId(7));
        found.clear();
        assert!(found.is_empty() && !found.contains(RuleId(7)));
    }
}
