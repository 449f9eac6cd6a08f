//! Numbers and literals, checked a block at a time.
//!
//! The grammar of numbers is a matter of what may follow what, so it is put as masks: where a digit must come, where
//! the digits that begin there end (by carry addition), what may come there. A block costs the same whether it holds one
//! number or ten.

use super::Malformed;
use super::bits::Carry;
use super::kernel::{Simd, Task};

/// A block with scalars in it, or right before it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ScalarBlock {
    /// The bytes outside strings that are neither structural nor white space.
    pub(super) scalar: u64,
    /// The first of each run of them.
    pub(super) starts: u64,
    pub(super) offset: usize,
}

/// Checks the scalars of a text.
pub(super) struct CheckScalars<'e> {
    pub(super) text: &'e [u8],
    pub(super) blocks: &'e [ScalarBlock],
}

impl Task for CheckScalars<'_> {
    type Output = Result<(), Malformed>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Result<(), Malformed> {
        let mut scalars = Scalars::default();
        let mut errors = 0;
        for block in self.blocks {
            errors |= scalars.check(simd, self.text, *block);
        }
        if errors == 0 { Ok(()) } else { Err(Malformed) }
    }
}

/// What the numbers and literals before a block ask of it.
#[derive(Debug, Default)]
struct Scalars {
    /// Bytes of a literal that began in the block before.
    literal: u64,
    minus: Carry,
    zero: Carry,
    integer: Carry,
    point: Carry,
    fraction: Carry,
    exponent: Carry,
    sign: Carry,
}

impl Scalars {
    /// Checks a block; gives a non-zero mask if something is wrong.
    #[inline(always)]
    fn check<S: Simd>(&mut self, simd: S, text: &[u8], at: ScalarBlock) -> u64 {
        let ScalarBlock { scalar, starts, offset } = at;
        let rest = text.get(offset..).unwrap_or_default();
        let block = match rest.first_chunk() {
            Some(bytes) => simd.load(bytes),
            None => simd.load_tail(rest),
        };
        let digits = simd.digits(block);
        let minus = simd.eq(block, b'-');
        let mut errors = 0;
        let mut number = scalar & !self.literal;
        self.literal = 0;
        let literals = starts & !(digits | minus);
        if literals != 0 {
            let found = find_literals(text, offset, literals);
            number &= !found.bytes;
            self.literal = found.bytes_of_next;
            errors |= u64::from(found.malformed);
        }

        let digits = digits & number;
        let minus = minus & number;
        let starts = starts & number;
        let negative = starts & minus;
        let integer = starts & !minus | self.minus.after(negative);
        errors |= integer & !digits;
        let zero = integer & simd.eq(block, b'0');
        errors |= self.zero.after(zero) & digits;
        let integer_end = self.integer.run_end(integer, digits);

        let point = simd.eq(block, b'.') & number;
        errors |= point & !integer_end;
        let fraction = self.point.after(point);
        errors |= fraction & !digits;
        let fraction_end = self.fraction.run_end(fraction & digits, digits);

        let others = number & !(digits | point | negative);
        if others != 0 || self.exponent.is_set() || self.sign.is_set() {
            let exponent = simd.eq(simd.fold(block), b'e') & number;
            errors |= exponent & !(integer_end | fraction_end);
            let after = self.exponent.after(exponent);
            let sign = others & (minus | simd.eq(block, b'+'));
            errors |= sign & !after;
            let digit = after & !sign | self.sign.after(sign);
            errors |= digit & !digits;
            errors |= others & !(exponent | sign);
        }
        errors
    }
}

struct Literals {
    bytes: u64,
    bytes_of_next: u64,
    malformed: bool,
}

/// The bytes of the literals that begin at `starts`, in the block at `offset` and the next.
#[inline(never)]
fn find_literals(text: &[u8], offset: usize, mut starts: u64) -> Literals {
    let mut found = Literals { bytes: 0, bytes_of_next: 0, malformed: false };
    while starts != 0 {
        let start = starts.trailing_zeros();
        starts &= starts - 1;
        let Some(literal) = text.get(offset + start as usize..).and_then(literal) else {
            found.malformed = true;
            continue;
        };
        let bytes = u128::from(literal) << start;
        #[expect(clippy::cast_possible_truncation, reason = "the low and the high half")]
        {
            found.bytes |= bytes as u64;
            found.bytes_of_next |= (bytes >> 64) as u64;
        }
    }
    found
}

/// A mask of the literal that the text begins with, if nothing else is in its run.
#[inline]
fn literal(text: &[u8]) -> Option<u64> {
    let (bytes, rest) = match text {
        [b't', b'r', b'u', b'e', rest @ ..] | [b'n', b'u', b'l', b'l', rest @ ..] => (0b1111, rest),
        [b'f', b'a', b'l', b's', b'e', rest @ ..] => (0b1_1111, rest),
        _ => return None,
    };
    matches!(rest, [b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t', ..]).then_some(bytes)
}
