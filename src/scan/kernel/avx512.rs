//! AVX-512: a block is one register, comparisons give masks at once, and selected bytes are packed by one instruction.

use std::arch::x86_64::{
    __m512i, _MM_HINT_T0, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_loadu_si128, _mm_prefetch, _mm_set_epi64x,
    _mm_set1_epi8, _mm512_add_epi32, _mm512_broadcast_i32x4, _mm512_castsi512_si128, _mm512_cmpeq_epi8_mask,
    _mm512_cmplt_epu8_mask, _mm512_cvtepu8_epi32, _mm512_extracti32x4_epi32, _mm512_loadu_si512,
    _mm512_mask_loadu_epi8, _mm512_maskz_compress_epi8, _mm512_movepi8_mask, _mm512_or_si512, _mm512_set1_epi8,
    _mm512_set1_epi32, _mm512_shuffle_epi8, _mm512_storeu_si512, _mm512_xor_si512,
};

use std::sync::OnceLock;

use super::{BLOCK, STRUCTURAL_BY_NIBBLE, Simd, Task, WHITE_SPACE_BY_NIBBLE};

/// Proof that the machine has AVX-512 with VBMI2, BMI and carry-less multiplication.
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx512(());

/// 0 to 63.
static NUMBERS: [u8; BLOCK] = {
    let mut numbers = [0; BLOCK];
    let mut i = 0u8;
    while i < 64 {
        #[expect(clippy::indexing_slicing, reason = "in range; evaluated by the compiler")]
        {
            numbers[i as usize] = i;
        }
        i += 1;
    }
    numbers
};

impl Avx512 {
    #[inline]
    pub(super) fn new() -> Option<Self> {
        static DETECTED: OnceLock<Option<Avx512>> = OnceLock::new();
        *DETECTED.get_or_init(|| {
            let available = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vbmi")
                && is_x86_feature_detected!("avx512vbmi2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("popcnt")
                && is_x86_feature_detected!("pclmulqdq");
            available.then_some(Avx512(()))
        })
    }

    #[inline(always)]
    fn splat(self, byte: u8) -> __m512i {
        // SAFETY: `self` proves that the machine has AVX-512 F.
        unsafe { _mm512_set1_epi8(byte.cast_signed()) }
    }

    #[inline(always)]
    fn eq_blocks(self, a: __m512i, b: __m512i) -> u64 {
        // SAFETY: `self` proves that the machine has AVX-512 BW.
        unsafe { _mm512_cmpeq_epi8_mask(a, b) }
    }

    #[inline(always)]
    fn look_up(self, table: &[u8; 16], block: __m512i) -> __m512i {
        // SAFETY: `self` proves that the machine has AVX-512 BW, and `table` is 16 bytes, which needn't be aligned.
        unsafe { _mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_loadu_si128(table.as_ptr().cast())), block) }
    }
}

impl Simd for Avx512 {
    type Block = __m512i;

    #[inline(always)]
    fn call<T: Task>(self, task: T) -> T::Output {
        #[inline(never)]
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
        fn enter<T: Task>(simd: Avx512, task: T) -> T::Output {
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
    fn load(self, bytes: &[u8; BLOCK]) -> __m512i {
        // SAFETY: `self` proves that the machine has AVX-512 F, and `bytes` are 64, which needn't be aligned.
        unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
    }

    #[inline(always)]
    fn load_tail(self, bytes: &[u8]) -> __m512i {
        let mask = if bytes.len() < BLOCK { (1 << bytes.len()) - 1 } else { u64::MAX };
        // SAFETY: `self` proves that the machine has AVX-512 BW; the mask covers no byte past `bytes`, and a masked
        // load doesn't touch the others.
        unsafe { _mm512_mask_loadu_epi8(self.splat(b' '), mask, bytes.as_ptr().cast()) }
    }

    #[inline(always)]
    fn eq(self, block: __m512i, byte: u8) -> u64 {
        self.eq_blocks(block, self.splat(byte))
    }

    #[inline(always)]
    fn same(self, a: __m512i, b: __m512i) -> u64 {
        self.eq_blocks(a, b)
    }

    #[inline(always)]
    fn lt(self, block: __m512i, limit: u8) -> u64 {
        // SAFETY: `self` proves that the machine has AVX-512 BW.
        unsafe { _mm512_cmplt_epu8_mask(block, self.splat(limit)) }
    }

    #[inline(always)]
    fn fold(self, block: __m512i) -> __m512i {
        self.or(block, self.splat(0x20))
    }

    #[inline(always)]
    fn structural(self, block: __m512i) -> u64 {
        self.eq_blocks(self.look_up(&STRUCTURAL_BY_NIBBLE, block), self.fold(block))
    }

    #[inline(always)]
    fn white_space(self, block: __m512i) -> u64 {
        self.eq_blocks(self.look_up(&WHITE_SPACE_BY_NIBBLE, block), block)
    }

    #[inline(always)]
    fn digits(self, block: __m512i) -> u64 {
        // SAFETY: `self` proves that the machine has AVX-512 F.
        let values = unsafe { _mm512_xor_si512(block, self.splat(b'0')) };
        self.lt(values, 10)
    }

    #[inline(always)]
    fn or(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: `self` proves that the machine has AVX-512 F.
        unsafe { _mm512_or_si512(a, b) }
    }

    #[inline(always)]
    fn any_high(self, block: __m512i) -> bool {
        // SAFETY: `self` proves that the machine has AVX-512 BW.
        unsafe { _mm512_movepi8_mask(block) != 0 }
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
    fn compress(self, block: __m512i, mask: u64, base: u32, positions: &mut [u32; BLOCK], bytes: &mut [u8; BLOCK]) {
        let count = mask.count_ones();
        // SAFETY: `self` proves that the machine has AVX-512 F and VBMI2; 64 bytes fit in `bytes`, and four times 16
        // positions in `positions`; neither needs to be aligned.
        unsafe {
            let tokens = _mm512_maskz_compress_epi8(mask, block);
            _mm512_storeu_si512(bytes.as_mut_ptr().cast(), tokens);

            let bits = _mm512_maskz_compress_epi8(mask, self.load(&NUMBERS));
            let base = _mm512_set1_epi32(base.cast_signed());
            let out = positions.as_mut_ptr().cast::<__m512i>();
            let widen = |quarter| _mm512_add_epi32(_mm512_cvtepu8_epi32(quarter), base);
            _mm512_storeu_si512(out, widen(_mm512_castsi512_si128(bits)));
            if count > 16 {
                _mm512_storeu_si512(out.add(1), widen(_mm512_extracti32x4_epi32::<1>(bits)));
                if count > 32 {
                    _mm512_storeu_si512(out.add(2), widen(_mm512_extracti32x4_epi32::<2>(bits)));
                    _mm512_storeu_si512(out.add(3), widen(_mm512_extracti32x4_epi32::<3>(bits)));
                }
            }
        }
    }
}
