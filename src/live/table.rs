//! A hash table from hashes to numbers that one thread fills while others look things up.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Slots of the first array; each further one has twice as many, and holds all that those before it held.
const FIRST: usize = 32;
const ARRAYS: usize = 26;

/// Numbers by 32 bits of hash. What shares these bits shares the number: whoever looks something up has to check it.
///
/// One thread at a time adds; others look up meanwhile, and find at least what was there when they began to look at
/// whatever told them of it.
#[derive(Debug)]
pub(super) struct Table {
    /// A slot is 0, or the hash above the number plus one.
    arrays: [OnceLock<Box<[AtomicU64]>>; ARRAYS],
    /// Which array is the present one.
    present: AtomicU32,
    entries: AtomicU32,
}

impl Default for Table {
    fn default() -> Self {
        Table { arrays: [const { OnceLock::new() }; ARRAYS], present: AtomicU32::new(0), entries: AtomicU32::new(0) }
    }
}

impl Table {
    #[inline]
    pub(super) fn find(&self, hash: u32) -> Option<u32> {
        let slots = self.slots(self.present.load(Ordering::Acquire))?;
        let mask = slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let (known, number) = split(slots.get(at)?.load(Ordering::Acquire));
            match number.checked_sub(1) {
                None => return None,
                Some(number) if known == hash => return Some(number),
                Some(_) => at = (at + 1) & mask,
            }
        }
    }

    /// Adds a hash that is not there. One thread at a time. Constant on average; at most as many steps as there are
    /// entries.
    pub(super) fn insert(&self, hash: u32, number: u32) {
        let entries = self.entries.load(Ordering::Relaxed);
        let present = self.present.load(Ordering::Relaxed);
        // At most half of the slots are taken.
        if (entries as usize + 1) * 2 > FIRST << present {
            let old = self.slots(present);
            for slot in old.into_iter().flatten() {
                let (hash, number) = split(slot.load(Ordering::Relaxed));
                if number != 0 {
                    self.put(present + 1, hash, number);
                }
            }
            self.present.store(present + 1, Ordering::Release);
        }
        self.put(self.present.load(Ordering::Relaxed), hash, number + 1);
        self.entries.store(entries + 1, Ordering::Relaxed);
    }

    fn slots(&self, array: u32) -> Option<&[AtomicU64]> {
        Some(self.arrays.get(array as usize)?.get()?)
    }

    fn put(&self, array: u32, hash: u32, number: u32) {
        let Some(cell) = self.arrays.get(array as usize) else { return };
        let slots = cell.get_or_init(|| std::iter::repeat_with(AtomicU64::default).take(FIRST << array).collect());
        let mask = slots.len() - 1;
        let mut at = hash as usize & mask;
        while let Some(slot) = slots.get(at) {
            if slot.load(Ordering::Relaxed) == 0 {
                slot.store(u64::from(hash) << 32 | u64::from(number), Ordering::Release);
                return;
            }
            at = (at + 1) & mask;
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the halves")]
fn split(slot: u64) -> (u32, u32) {
    ((slot >> 32) as u32, slot as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_found() {
        let table = Table::default();
        let hash = |number: u32| number.wrapping_mul(0x9e37_79b9) ^ 5;
        for number in 0..10_000 {
            assert_eq!(table.find(hash(number)), None);
            table.insert(hash(number), number);
        }
        assert!((0..10_000).all(|number| table.find(hash(number)) == Some(number)));
    }

    #[test]
    fn hashes_may_be_alike() {
        let table = Table::default();
        for number in 0..1_000 {
            table.insert(number << 16, number);
        }
        assert!((0..1_000).all(|number| table.find(number << 16) == Some(number)));
        assert_eq!(table.find(7), None);
    }
}
