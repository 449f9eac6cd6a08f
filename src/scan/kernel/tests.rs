//! Each primitive of each kernel against the obvious.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "tests")]

use super::*;

/// Asks a kernel everything about 64 bytes.
struct Ask<'a> {
    bytes: &'a [u8; BLOCK],
    other: &'a [u8; BLOCK],
    mask: u64,
}

fn mask_of(bytes: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    bytes.iter().enumerate().fold(0, |mask, (i, byte)| mask | u64::from(is(*byte)) << i)
}

impl Task for Ask<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Ask { bytes, other, mask } = self;
        let block = simd.load(bytes);
        for byte in 0..=255 {
            assert_eq!(simd.eq(block, byte), mask_of(bytes, |b| b == byte));
        }
        assert_eq!(simd.same(block, block), u64::MAX);
        let changed = std::array::from_fn(|i| if mask >> i & 1 == 0 { bytes[i] } else { other[i] });
        let alike = (0..BLOCK).fold(0, |alike, i| alike | u64::from(bytes[i] == changed[i]) << i);
        assert_eq!(simd.same(block, simd.load(&changed)), alike);
        for limit in 1..=128 {
            assert_eq!(simd.lt(block, limit), mask_of(bytes, |b| b < limit));
        }
        assert_eq!(simd.eq(simd.fold(block), b'{'), mask_of(bytes, |b| b | 0x20 == b'{'));
        let control = simd.lt(block, 0x20);
        assert_eq!(simd.structural(block) & !control, mask_of(bytes, |b| b"{}[]:,".contains(&b)));
        assert_eq!(simd.white_space(block), mask_of(bytes, |b| b" \n\r\t".contains(&b)));
        assert_eq!(simd.digits(block), mask_of(bytes, |b| b.is_ascii_digit()));
        assert_eq!(simd.any_high(block), bytes.iter().any(|b| *b >= 0x80));
        let or = simd.or(block, simd.load(other));
        for bit in 0..8 {
            let both = std::array::from_fn(|i| bytes[i] | other[i]);
            assert_eq!(simd.eq(or, 1 << bit), mask_of(&both, |b| b == 1 << bit));
        }
        let parity = (0..64).fold(0, |all, i| all | u64::from((mask << (63 - i)).count_ones() % 2) << i);
        assert_eq!(simd.prefix_xor(mask), parity);

        let (mut positions, mut tokens) = ([7; BLOCK], [7; BLOCK]);
        simd.compress(block, mask, 1000, &mut positions, &mut tokens);
        for (n, i) in (0..64).filter(|i| mask >> i & 1 != 0).enumerate() {
            assert_eq!((positions[n], tokens[n]), (1000 + i, bytes[i as usize]));
        }

        let length = mask as usize % BLOCK;
        let tail: Box<[u8]> = bytes[..length].into();
        let padded = std::array::from_fn(|i| tail.get(i).copied().unwrap_or(b' '));
        for byte in [b' ', b'"', b'{', 0] {
            assert_eq!(simd.eq(simd.load_tail(&tail), byte), mask_of(&padded, |b| b == byte));
        }
    }
}

#[test]
fn kernels_answer_alike() {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        state >> 24
    };
    for round in 0..300 {
        let near_ascii = round % 2 == 0;
        let bytes = std::array::from_fn(|_| next() as u8 & if near_ascii { 0x7f } else { 0xff });
        let other = std::array::from_fn(|_| next() as u8);
        let mut mask = next() << 40 ^ next();
        mask = [mask, mask & next(), 0, u64::MAX, mask | next() << 30][round % 5];
        for kernel in Kernel::all() {
            kernel.run(Ask { bytes: &bytes, other: &other, mask });
        }
    }
}

#[test]
fn kernels_have_names() {
    for kernel in Kernel::all() {
        assert_eq!(kernel.to_string().parse(), Ok(*kernel));
    }
    assert!(Kernel::Portable.is_available());
    assert!(Kernel::detect().is_available());
    let error = "sse9".parse::<Kernel>().unwrap_err();
    assert_eq!(error.to_string(), "unknown kernel `sse9`, expected one of `portable`, `neon`, `avx2`, `avx512`");
}
