//! AVX2: a block is two registers.

use std::arch::x86_64::{
    __m256i, _MM_HINT_T0, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_loadu_si128, _mm_prefetch, _mm_set_epi64x,
    _mm_set1_epi8, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_min_epu8,
    _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_shuffle_epi8, _mm256_storeu_si256,
    _mm256_xor_si256,
};

use std::sync::OnceLock;

use super::portable::padded;
use super::{BLOCK, STRUCTURAL_BY_NIBBLE, Simd, Task, WHITE_SPACE_BY_NIBBLE, compress_bits};

/// Proof that the machine has AVX2, BMI and carry-less multiplication.
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx2(());

impl Avx2 {
    #[inline]
    pub(super) fn new() -> Option<Self> {
        static DETECTED: OnceLock<Option<Avx2>> = OnceLock::new();
        *DETECTED.get_or_init(|| {
            let available = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("popcnt")
                && is_x86_feature_detected!("pclmulqdq");
            available.then_some(Avx2(()))
        })
    }

    #[inline(always)]
    fn splat(self, byte: u8) -> __m256i {
        // SAFETY: `self` proves that the machine has AVX2.
        unsafe { _mm256_set1_epi8(byte.cast_signed()) }
    }

    /// One bit from each byte's highest.
    #[inline(always)]
    fn mask(self, low: __m256i, high: __m256i) -> u64 {
        // SAFETY: `self` proves that the machine has AVX2.
        let (low, high) = unsafe { (_mm256_movemask_epi8(low), _mm256_movemask_epi8(high)) };
        u64::from(low.cast_unsigned()) | u64::from(high.cast_unsigned()) << 32
    }

    #[inline(always)]
    fn eq_blocks(self, a: <Self as Simd>::Block, b: <Self as Simd>::Block) -> u64 {
        // SAFETY: `self` proves that the machine has AVX2.
        unsafe { self.mask(_mm256_cmpeq_epi8(a.0, b.0), _mm256_cmpeq_epi8(a.1, b.1)) }
    }

    #[inline(always)]
    fn look_up(self, table: &[u8; 16], (low, high): <Self as Simd>::Block) -> <Self as Simd>::Block {
        // SAFETY: `self` proves that the machine has AVX2, and `table` is 16 bytes, which needn't be aligned.
        unsafe {
            let table = _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().cast()));
            (_mm256_shuffle_epi8(table, low), _mm256_shuffle_epi8(table, high))
        }
    }
}

impl Simd for Avx2 {
    type Block = (__m256i, __m256i);

    #[inline(always)]
    fn call<T: Task>(self, task: T) -> T::Output {
        #[inline(never)]
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
        fn enter<T: Task>(simd: Avx2, task: T) -> T::Output {
            task.run(simd)
        }
        // SAFETY: `self` proves that the machine has these features.
        unsafe { enter(self, task) }
    }

    #[inline(always)]
    fn prefetch(self, bytes: &[u8; BLOCK]) {
        // SAFETY: `self` proves that the machine has SSE; a prefetch is a hint, and reads nothing.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().cast()) }
    }

    #[inline(always)]
    fn load(self, bytes: &[u8; BLOCK]) -> Self::Block {
        let low = bytes.as_ptr().cast::<__m256i>();
        // SAFETY: `self` proves that the machine has AVX2, and `bytes` are twice 32 bytes, which needn't be aligned.
        unsafe { (_mm256_loadu_si256(low), _mm256_loadu_si256(low.add(1))) }
    }

    #[inline(always)]
    fn load_tail(self, bytes: &[u8]) -> Self::Block {
        self.load(&padded(bytes))
    }

    #[inline(always)]
    fn eq(self, block: Self::Block, byte: u8) -> u64 {
        let byte = self.splat(byte);
        self.eq_blocks(block, (byte, byte))
    }

    #[inline(always)]
    fn same(self, a: Self::Block, b: Self::Block) -> u64 {
        self.eq_blocks(a, b)
    }

    #[inline(always)]
    fn lt(self, (low, high): Self::Block, limit: u8) -> u64 {
        // There is no unsigned comparison: a byte is at most `last` if it is the smaller of the two.
        let last = self.splat(limit.wrapping_sub(1));
        // SAFETY: `self` proves that the machine has AVX2.
        unsafe {
            let low = _mm256_cmpeq_epi8(_mm256_min_epu8(low, last), low);
            let high = _mm256_cmpeq_epi8(_mm256_min_epu8(high, last), high);
            self.mask(low, high)
        }
    }

    #[inline(always)]
    fn fold(self, block: Self::Block) -> Self::Block {
        let bit = self.splat(0x20);
        self.or(block, (bit, bit))
    }

    #[inline(always)]
    fn structural(self, block: Self::Block) -> u64 {
        self.eq_blocks(self.look_up(&STRUCTURAL_BY_NIBBLE, block), self.fold(block))
    }

    #[inline(always)]
    fn white_space(self, block: Self::Block) -> u64 {
        self.eq_blocks(self.look_up(&WHITE_SPACE_BY_NIBBLE, block), block)
    }

    #[inline(always)]
    fn digits(self, (low, high): Self::Block) -> u64 {
        let zero = self.splat(b'0');
        // SAFETY: `self` proves that the machine has AVX2.
        let values = unsafe { (_mm256_xor_si256(low, zero), _mm256_xor_si256(high, zero)) };
        self.lt(values, 10)
    }

    #[inline(always)]
    fn or(self, a: Self::Block, b: Self::Block) -> Self::Block {
        // SAFETY: `self` proves that the machine has AVX2.
        unsafe { (_mm256_or_si256(a.0, b.0), _mm256_or_si256(a.1, b.1)) }
    }

    #[inline(always)]
    fn any_high(self, (low, high): Self::Block) -> bool {
        self.mask(low, high) != 0
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: `self` proves that the machine has carry-less multiplication.
        unsafe {
            let bits = _mm_set_epi64x(0, bits.cast_signed());
            _mm_cvtsi128_si64(_mm_clmulepi64_si128::<0>(bits, _mm_set1_epi8(-1))).cast_unsigned()
        }
    }

    #[inline(always)]
    fn compress(
        self,
        (low, high): Self::Block,
        mask: u64,
        base: u32,
        positions: &mut [u32; BLOCK],
        bytes: &mut [u8; BLOCK],
    ) {
        let mut source = [0; BLOCK];
        let to = source.as_mut_ptr().cast::<__m256i>();
        // SAFETY: `self` proves that the machine has AVX2, and `source` is twice 32 bytes, which needn't be aligned.
        unsafe {
            _mm256_storeu_si256(to, low);
            _mm256_storeu_si256(to.add(1), high);
        }
        compress_bits(&source, mask, base, positions, bytes);
    }
}
