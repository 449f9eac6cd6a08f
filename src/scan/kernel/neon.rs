//! NEON: a block is four registers.

use std::arch::aarch64::{
    uint8x16_t, vandq_u8, vceqq_u8, vcltq_u8, vdupq_n_u8, veorq_u8, vgetq_lane_u64, vld1q_u8, vmaxvq_u8, vorrq_u8,
    vpaddq_u8, vqtbl1q_u8, vreinterpretq_u64_u8, vst1q_u8,
};

use super::portable::{padded, prefix_xor};
use super::{BLOCK, STRUCTURAL_BY_NIBBLE, Simd, Task, WHITE_SPACE_BY_NIBBLE, compress_bits};

/// Proof that the machine has NEON.
#[derive(Clone, Copy, Debug)]
pub(super) struct Neon(());

/// Four times 16 bytes.
type Block = [uint8x16_t; 4];

impl Neon {
    #[inline]
    pub(super) fn new() -> Option<Self> {
        std::arch::is_aarch64_feature_detected!("neon").then_some(Neon(()))
    }

    #[inline(always)]
    fn splat(self, byte: u8) -> uint8x16_t {
        // SAFETY: `self` proves that the machine has NEON.
        unsafe { vdupq_n_u8(byte) }
    }

    /// One bit from each byte, of which all bits are set, or none.
    #[inline(always)]
    fn mask(self, bytes: Block) -> u64 {
        const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
        let [a, b, c, d] = bytes;
        // SAFETY: `self` proves that the machine has NEON, and `BITS` is 16 bytes.
        unsafe {
            let bits = vld1q_u8(BITS.as_ptr());
            // Adding neighbours three times leaves the sum of each eight bytes, whose bits differ.
            let low = vpaddq_u8(vandq_u8(a, bits), vandq_u8(b, bits));
            let high = vpaddq_u8(vandq_u8(c, bits), vandq_u8(d, bits));
            let sums = vpaddq_u8(low, high);
            vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)))
        }
    }

    #[inline(always)]
    fn eq_blocks(self, a: Block, b: Block) -> u64 {
        let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (a, b);
        // SAFETY: `self` proves that the machine has NEON.
        let equal = unsafe { [vceqq_u8(a0, b0), vceqq_u8(a1, b1), vceqq_u8(a2, b2), vceqq_u8(a3, b3)] };
        self.mask(equal)
    }

    /// Looks up bytes by their low halves; finds zero for bytes from 0x80.
    #[inline(always)]
    fn look_up(self, table: &[u8; 16], block: Block) -> Block {
        // SAFETY: `self` proves that the machine has NEON, and `table` is 16 bytes.
        let table = unsafe { vld1q_u8(table.as_ptr()) };
        let index = self.splat(0x8f);
        // SAFETY: `self` proves that the machine has NEON. An index past the table finds zero.
        block.map(|bytes| unsafe { vqtbl1q_u8(table, vandq_u8(bytes, index)) })
    }
}

impl Simd for Neon {
    type Block = Block;

    #[inline(always)]
    fn call<T: Task>(self, task: T) -> T::Output {
        #[inline(never)]
        #[target_feature(enable = "neon")]
        fn enter<T: Task>(simd: Neon, task: T) -> T::Output {
            task.run(simd)
        }
        // SAFETY: `self` proves that the machine has NEON.
        unsafe { enter(self, task) }
    }

    /// The processor looks ahead by itself; there is no stable intrinsic to ask it.
    #[inline(always)]
    fn prefetch(self, _: &[u8; BLOCK]) {}

    #[inline(always)]
    fn load(self, bytes: &[u8; BLOCK]) -> Block {
        let start = bytes.as_ptr();
        // SAFETY: `self` proves that the machine has NEON, and `bytes` are four times 16 bytes.
        unsafe { [vld1q_u8(start), vld1q_u8(start.add(16)), vld1q_u8(start.add(32)), vld1q_u8(start.add(48))] }
    }

    #[inline(always)]
    fn load_tail(self, bytes: &[u8]) -> Block {
        self.load(&padded(bytes))
    }

    #[inline(always)]
    fn eq(self, block: Block, byte: u8) -> u64 {
        self.eq_blocks(block, [self.splat(byte); 4])
    }

    #[inline(always)]
    fn same(self, a: Block, b: Block) -> u64 {
        self.eq_blocks(a, b)
    }

    #[inline(always)]
    fn lt(self, block: Block, limit: u8) -> u64 {
        let limit = self.splat(limit);
        // SAFETY: `self` proves that the machine has NEON.
        self.mask(block.map(|bytes| unsafe { vcltq_u8(bytes, limit) }))
    }

    #[inline(always)]
    fn fold(self, block: Block) -> Block {
        self.or(block, [self.splat(0x20); 4])
    }

    #[inline(always)]
    fn structural(self, block: Block) -> u64 {
        self.eq_blocks(self.look_up(&STRUCTURAL_BY_NIBBLE, block), self.fold(block))
    }

    #[inline(always)]
    fn white_space(self, block: Block) -> u64 {
        self.eq_blocks(self.look_up(&WHITE_SPACE_BY_NIBBLE, block), block)
    }

    #[inline(always)]
    fn digits(self, block: Block) -> u64 {
        let zero = self.splat(b'0');
        // SAFETY: `self` proves that the machine has NEON.
        self.lt(block.map(|bytes| unsafe { veorq_u8(bytes, zero) }), 10)
    }

    #[inline(always)]
    fn or(self, a: Block, b: Block) -> Block {
        let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (a, b);
        // SAFETY: `self` proves that the machine has NEON.
        unsafe { [vorrq_u8(a0, b0), vorrq_u8(a1, b1), vorrq_u8(a2, b2), vorrq_u8(a3, b3)] }
    }

    #[inline(always)]
    fn any_high(self, [a, b, c, d]: Block) -> bool {
        // SAFETY: `self` proves that the machine has NEON.
        unsafe { vmaxvq_u8(vorrq_u8(vorrq_u8(a, b), vorrq_u8(c, d))) >= 0x80 }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        prefix_xor(bits)
    }

    #[inline(always)]
    fn compress(self, block: Block, mask: u64, base: u32, positions: &mut [u32; BLOCK], bytes: &mut [u8; BLOCK]) {
        let mut source = [0; BLOCK];
        let (chunks, _) = source.as_chunks_mut::<16>();
        for (to, from) in chunks.iter_mut().zip(block) {
            // SAFETY: `self` proves that the machine has NEON, and `to` is 16 bytes.
            unsafe { vst1q_u8(to.as_mut_ptr(), from) }
        }
        compress_bits(&source, mask, base, positions, bytes);
    }
}
