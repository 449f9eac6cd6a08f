//! Bit masks as one long number that runs over blocks: what leaves at the top of one enters at the bottom of the next.

use super::kernel::BLOCK;

/// The bit that one block hands to the next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Carry(u64);

impl Carry {
    /// Does the next block get a bit?
    #[inline(always)]
    pub(super) fn is_set(self) -> bool {
        self.0 != 0
    }

    /// The bits that follow those of `mask`.
    #[inline(always)]
    pub(super) fn after(&mut self, mask: u64) -> u64 {
        let after = mask << 1 | self.0;
        self.0 = mask >> 63;
        after
    }

    /// For each run of `run` that begins at a bit of `starts`, the bit that follows it.
    #[inline(always)]
    pub(super) fn run_end(&mut self, starts: u64, run: u64) -> u64 {
        // Adding a run's first bit to the run carries through to its end.
        let (sum, overflow) = starts.overflowing_add(run);
        let (sum, overflow_of_carry) = sum.overflowing_add(self.0);
        self.0 = u64::from(overflow | overflow_of_carry);
        sum & !run
    }

    /// The bytes that a backslash escapes, given the backslashes.
    #[inline(always)]
    pub(super) fn escaped(&mut self, backslashes: u64) -> u64 {
        // In a run of backslashes every other one escapes, and a run may begin at an even or an odd bit. Subtracting
        // the first bits of runs from the odd bits flips all bits of a run that begins at an odd one.
        const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
        let may_escape = backslashes & !self.0;
        let codes = ((may_escape << 1) | ODD).wrapping_sub(may_escape) ^ ODD;
        let escaped = codes ^ (backslashes | self.0);
        self.0 = (codes & backslashes) >> 63;
        escaped
    }
}

/// The bits that lie `BY` (1 to 63) after those of this block and the previous one.
#[inline(always)]
pub(super) fn later<const BY: u32>(mask: u64, previous: u64) -> u64 {
    mask << BY | previous >> (64 - BY)
}

/// Block by block, the bits that stand for the first `count` of something.
#[inline(always)]
pub(super) fn first_bits(count: usize) -> impl Iterator<Item = u64> {
    (0..count).step_by(BLOCK).map(move |first| u64::MAX >> (BLOCK - (count - first).min(BLOCK)))
}
