//! Numbers and literals, checked a block at a time.
//!
//! The grammar of numbers is a matter of what may follow what, so it is put as masks: where a digit must come, where
//! the digits that begin there end (by carry addition), what may come there. A block costs the same whether it holds one
//! number or ten.

use super::bits::Carry;
use super::kernel::Simd;

/// What the numbers and literals before a block ask of it.
#[derive(Debug, Default)]
pub(super) struct Scalars {
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
    /// Checks the block at `offset`: `scalar` are the bytes outside strings that are neither structural nor white
    /// space, `starts` the first of each run of them. Gives a non-zero mask if something is wrong.
    #[inline(always)]
    pub(super) fn check<S: Simd>(
        &mut self,
        simd: S,
        block: S::Block,
        scalar: u64,
        starts: u64,
        text: &[u8],
        offset: usize,
    ) -> u64 {
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
#[inline(always)]
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
