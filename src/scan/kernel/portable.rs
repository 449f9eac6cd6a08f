//! Plain Rust: eight bytes at a time in ordinary registers. What the other kernels are tested against.

use super::{BLOCK, Simd, Task, compress_bits};

/// The instructions that every machine has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portable;

const LOW_BITS: u64 = splat(0x7f);

/// `byte` eight times.
const fn splat(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Flags the zero bytes of a word.
#[inline(always)]
const fn zeros(word: u64) -> u64 {
    !(((word & LOW_BITS) + LOW_BITS) | word)
}

/// From flags in the highest bits of the bytes of eight words to one bit a byte. Other bits of the words don't count.
#[inline(always)]
fn pack(words: [u64; 8]) -> u64 {
    let mut mask = 0;
    for word in words.iter().rev() {
        // The flag of byte i, at bit 8i, times bit 56 - 7i is bit 56 + i; no two other products fall on one bit, so
        // nothing carries.
        let flags = (word >> 7) & splat(1);
        mask = mask << 8 | flags.wrapping_mul(0x0102_0408_1020_4080) >> 56;
    }
    mask
}

impl Simd for Portable {
    type Block = [u64; 8];

    #[inline(never)]
    fn call<T: Task>(self, task: T) -> T::Output {
        task.run(self)
    }

    #[inline(always)]
    fn prefetch(self, _: &[u8; BLOCK]) {}

    #[inline(always)]
    fn load(self, bytes: &[u8; BLOCK]) -> [u64; 8] {
        let (words, _) = bytes.as_chunks::<8>();
        let mut block = [0; 8];
        for (word, bytes) in block.iter_mut().zip(words) {
            *word = u64::from_le_bytes(*bytes);
        }
        block
    }

    #[inline(always)]
    fn load_tail(self, bytes: &[u8]) -> [u64; 8] {
        self.load(&padded(bytes))
    }

    #[inline(always)]
    fn eq(self, block: [u64; 8], byte: u8) -> u64 {
        pack(block.map(|word| zeros(word ^ splat(byte))))
    }

    #[inline(always)]
    fn same(self, mut a: [u64; 8], b: [u64; 8]) -> u64 {
        a.iter_mut().zip(b).for_each(|(a, b)| *a ^= b);
        pack(a.map(zeros))
    }

    #[inline(always)]
    fn lt(self, block: [u64; 8], limit: u8) -> u64 {
        pack(block.map(|word| !(((word & LOW_BITS) + splat(0x80 - limit)) | word)))
    }

    #[inline(always)]
    fn fold(self, block: [u64; 8]) -> [u64; 8] {
        block.map(|word| word | splat(0x20))
    }

    #[inline(always)]
    fn structural(self, block: [u64; 8]) -> u64 {
        let folded = self.fold(block);
        pack(std::array::from_fn(|i| match (block.get(i), folded.get(i)) {
            (Some(word), Some(folded)) => {
                zeros(folded ^ splat(b'{'))
                    | zeros(folded ^ splat(b'}'))
                    | zeros(word ^ splat(b':'))
                    | zeros(word ^ splat(b','))
            }
            _ => 0,
        }))
    }

    #[inline(always)]
    fn white_space(self, block: [u64; 8]) -> u64 {
        let white_space = self.eq(block, b' ');
        if self.lt(block, 0x20) == 0 {
            return white_space;
        }
        white_space | self.eq(block, b'\n') | self.eq(block, b'\r') | self.eq(block, b'\t')
    }

    #[inline(always)]
    fn digits(self, block: [u64; 8]) -> u64 {
        self.lt(block.map(|word| word ^ splat(b'0')), 10)
    }

    #[inline(always)]
    fn or(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        let mut or = a;
        for (a, b) in or.iter_mut().zip(b) {
            *a |= b;
        }
        or
    }

    #[inline(always)]
    fn any_high(self, block: [u64; 8]) -> bool {
        block.iter().fold(0, |all, word| all | word) & splat(0x80) != 0
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        prefix_xor(bits)
    }

    #[inline(always)]
    fn compress(self, block: [u64; 8], mask: u64, base: u32, positions: &mut [u32; BLOCK], bytes: &mut [u8; BLOCK]) {
        let mut source = [0; BLOCK];
        let (words, _) = source.as_chunks_mut::<8>();
        for (bytes, word) in words.iter_mut().zip(block) {
            *bytes = word.to_le_bytes();
        }
        compress_bits(&source, mask, base, positions, bytes);
    }
}

/// [`Simd::prefix_xor`] by shifts.
#[inline(always)]
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// The bytes, followed by spaces.
#[inline(always)]
pub(super) fn padded(bytes: &[u8]) -> [u8; BLOCK] {
    let mut block = [b' '; BLOCK];
    for (to, from) in block.iter_mut().zip(bytes) {
        *to = *from;
    }
    block
}
