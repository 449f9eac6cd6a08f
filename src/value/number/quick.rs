//! Numbers of usual length: whether they are comparable, in a few dozen instructions.
//!
//! What this file can't tell it leaves to [`super::exact`], which writes the double out and compares. Here nothing is
//! written out: a decimal is the shortest of its double if it is the nearest one of its length and the two next to it
//! that are a digit shorter read as other doubles, and for that it is enough to know how far it is from the double.

use super::short_exponent;
use crate::value::bytes::ends;

/// What is known of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    /// It is comparable, and this is its double.
    Comparable(f64),
    NotComparable,
    /// To be found out in another way.
    Unknown,
}

/// Powers of ten: exact up to the 22nd, the others as near as a double is.
const TENS: [f64; 28] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22, 1e23, 1e24, 1e25, 1e26, 1e27,
];

/// The last power of [`TENS`] that is exact.
const EXACT_TENS: u32 = 22;

/// Powers of five that fit 64 bits with one to spare.
const FIVES: [u64; 28] = {
    let mut powers = [1; 28];
    let mut at = 1;
    while at < powers.len() {
        #[expect(clippy::indexing_slicing, reason = "evaluated while compiling")]
        {
            powers[at] = powers[at - 1] * 5;
        }
        at += 1;
    }
    powers
};

/// 15 significant digits always come back from their double, so that no other decimal as short reads as the same: such
/// a number is always comparable (away from the ends of the exponent's range).
const ALWAYS_COMPARABLE: u64 = 10_u64.pow(15);

/// How far from the ends of the exponent's range is far enough, for up to 15 digits before it.
const FAR_FROM_THE_ENDS: u32 = 290;

/// No double needs more than 17 digits to be told from its neighbours.
const TOO_MANY_DIGITS: u64 = 10_u64.pow(17);

/// What can be said quickly of an RFC 8259 number without its sign.
pub(super) fn verdict(magnitude: &[u8]) -> Verdict {
    if let Some(integer) = short_integer(magnitude) {
        return Verdict::Comparable(integer);
    }
    let Some((mut mantissa, mut exponent)) = read(magnitude) else { return Verdict::Unknown };
    if mantissa >= ALWAYS_COMPARABLE {
        while mantissa % 10 == 0 {
            mantissa /= 10;
            exponent += 1;
        }
    }
    if mantissa < ALWAYS_COMPARABLE {
        return few_digits(mantissa, exponent, magnitude).map_or(Verdict::Unknown, Verdict::Comparable);
    }
    if mantissa >= TOO_MANY_DIGITS {
        return Verdict::NotComparable;
    }
    many_digits(mantissa, exponent)
}

/// The number, if it is made of one to seven digits alone.
#[inline(always)]
fn short_integer(magnitude: &[u8]) -> Option<f64> {
    // The last four may be some of the first four too.
    let (first, last) = ends(magnitude);
    leading_integer(first | last << ((8 * magnitude.len().saturating_sub(4)) & 63), magnitude.len())
}

/// The number that the first `length` of eight bytes spell, if they are one to seven, and digits.
#[inline(always)]
pub(super) fn leading_integer(bytes: u64, length: usize) -> Option<f64> {
    if !(1..8).contains(&length) {
        return None;
    }
    // Zeros stand before them.
    let digits = bytes << (64 - 8 * length) | DIGITS >> (8 * length);
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53")]
    (digits & HIGH_HALVES == DIGITS).then(|| eight_digits(digits) as f64)
}

/// The high halves of eight bytes.
const HIGH_HALVES: u64 = 0xf0f0_f0f0_f0f0_f0f0;

/// Those of digits. Of the bytes of numbers (digits, point, signs and `e`) only the digits have it.
const DIGITS: u64 = 0x3030_3030_3030_3030;

/// The double of a number of at most 15 significant digits.
#[inline]
fn few_digits(mantissa: u64, exponent: i32, magnitude: &[u8]) -> Option<f64> {
    let size = exponent.unsigned_abs();
    if size <= EXACT_TENS {
        // Mantissa and power are exact doubles, so that one division or multiplication rounds once, correctly.
        let power = *TENS.get(usize::try_from(size).ok()?)?;
        #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53")]
        let mantissa = mantissa as f64;
        return Some(if exponent < 0 { mantissa / power } else { mantissa * power });
    }
    if mantissa == 0 || size > FAR_FROM_THE_ENDS {
        return None;
    }
    str::from_utf8(magnitude).ok()?.parse().ok()
}

/// Whether `mantissa` × 10^`exponent`, of 16 or 17 digits of which the last is not 0, is comparable.
///
/// The decimal and the double are compared as whole multiples of 1 / (5^k 2^k 2^t), with which both are whole, as k is
/// the number of decimals and t makes up for a double's fraction that is longer. All of it fits 124 bits: the mantissas
/// have 57 and 53, a power of five 63, and of the two shifts only the one that makes the smaller number as large as the
/// other is not zero.
fn many_digits(mantissa: u64, exponent: i32) -> Verdict {
    const FRACTION: u64 = (1 << 52) - 1;
    let decimals = usize::try_from(-exponent).unwrap_or(usize::MAX);
    let (Some(ten), Some(five)) = (TENS.get(decimals), FIVES.get(decimals)) else { return Verdict::Unknown };
    // Wrong by three units in the last place at most: mantissa, power and quotient are each rounded.
    #[expect(clippy::cast_precision_loss, reason = "set right below")]
    let near = (mantissa as f64 / ten).to_bits();
    let mut significand = near & FRACTION | (FRACTION + 1);
    // The double is significand × 2^(biased − 1075); in the common multiples, × 5^k 2^(biased − 1075 + k + t).
    let biased = i32::try_from(near >> 52).unwrap_or(0);
    let shift = biased - 1075 - exponent;
    let (up, down) = (shift.max(0).unsigned_abs(), shift.min(0).unsigned_abs());
    let unit = 1_i128 << down;
    let ulp = i128::from(*five) << up;
    let decimal = i128::from(mantissa) << down;
    let double = (i128::from(significand) * i128::from(*five)) << up;
    let mut twice_ahead = (decimal - double) << 1;
    for _ in 0..4 {
        if twice_ahead > ulp {
            significand += 1;
            twice_ahead -= ulp << 1;
        } else if twice_ahead < -ulp {
            significand -= 1;
            twice_ahead += ulp << 1;
        } else {
            break;
        }
    }
    // At a power of two the doubles below lie closer together; half-way between two doubles, or two decimals, there are
    // rules for which one is taken.
    if twice_ahead.abs() >= ulp || significand <= FRACTION + 1 || significand > FRACTION << 1 {
        return Verdict::Unknown;
    }
    let last = i128::from(mantissa % 10);
    let shorter_below = ((last * unit) << 1) - twice_ahead;
    let shorter_above = (((10 - last) * unit) << 1) + twice_ahead;
    let nearest_shorter = shorter_below.min(shorter_above);
    if twice_ahead.abs() == unit || nearest_shorter == ulp {
        Verdict::Unknown
    } else if twice_ahead.abs() > unit || nearest_shorter < ulp {
        Verdict::NotComparable
    } else {
        Verdict::Comparable(f64::from_bits(near & !FRACTION | significand & FRACTION))
    }
}

/// The digits and the exponent of a number of at most 19 digits after leading zeros.
#[inline]
fn read(magnitude: &[u8]) -> Option<(u64, i32)> {
    const LONGEST: usize = 64;
    if magnitude.len() > LONGEST {
        return None;
    }
    let (mut mantissa, mut rest) = digits(0, magnitude, magnitude)?;
    let mut exponent = 0;
    if let [b'.', fraction @ ..] = rest {
        (mantissa, rest) = digits(mantissa, fraction, magnitude)?;
        exponent = -i32::try_from(fraction.len() - rest.len()).ok()?;
    }
    if let [_, digits @ ..] = rest {
        exponent += short_exponent(digits)?;
    }
    Some((mantissa, exponent))
}

/// Reads the digits at the start of `rest`, the end of `whole`, behind those of `mantissa`, as long as there are not more
/// than 19.
#[inline(always)]
fn digits<'t>(mut mantissa: u64, mut rest: &'t [u8], whole: &[u8]) -> Option<(u64, &'t [u8])> {
    while let Some((chunk, after)) = rest.split_first_chunk() {
        let chunk = u64::from_le_bytes(*chunk);
        if chunk & HIGH_HALVES != DIGITS {
            break;
        }
        mantissa = append(mantissa, 8, eight_digits(chunk))?;
        rest = after;
    }
    // The last few, without a branch for each: with as many of the bytes before them as make eight, taken for zeros.
    if let (left @ 1..8, Some(last)) = (rest.len(), whole.last_chunk()) {
        let ours = !0 << (64 - 8 * left);
        let chunk = u64::from_le_bytes(*last) & ours | DIGITS & !ours;
        if chunk & HIGH_HALVES == DIGITS {
            return Some((append(mantissa, left, eight_digits(chunk))?, &[]));
        }
    }
    while let [byte, after @ ..] = rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        mantissa = append(mantissa, 1, u64::from(digit))?;
        rest = after;
    }
    Some((mantissa, rest))
}

/// `count` digits, at most eight, behind those of `mantissa`, if there are not more than 19 then.
#[inline(always)]
fn append(mantissa: u64, count: usize, digits: u64) -> Option<u64> {
    /// Each power of ten, with the one that makes it the 19th.
    const POWERS: [(u64, u64); 9] = {
        let mut powers = [(1, 10_u64.pow(19)); 9];
        let mut at = 1;
        while at < powers.len() {
            #[expect(clippy::indexing_slicing, reason = "evaluated while compiling")]
            {
                powers[at] = (powers[at - 1].0 * 10, powers[at - 1].1 / 10);
            }
            at += 1;
        }
        powers
    };
    let (power, room) = *POWERS.get(count)?;
    (mantissa < room).then(|| mantissa * power + digits)
}

/// The number that eight digits spell, the first in the lowest byte: neighbours are joined to pairs, those to fours.
#[inline(always)]
fn eight_digits(text: u64) -> u64 {
    let pairs = (text & 0x0f0f_0f0f_0f0f_0f0f).wrapping_mul(1 + (10 << 8)) >> 8;
    let fours = (pairs & 0x00ff_00ff_00ff_00ff).wrapping_mul(1 + (100 << 16)) >> 16;
    (fours & 0x0000_ffff_0000_ffff).wrapping_mul(1 + (10_000 << 32)) >> 32
}

#[cfg(test)]
mod tests {
    use super::super::exact;
    use super::*;

    /// How many numbers of each sort are tried; a run by hand has tried millions.
    const ROUNDS: u64 = 30_000;

    /// The quick way says what the exact one does, or nothing. Says whether it said something.
    fn check(text: &str) -> bool {
        let said = match verdict(text.as_bytes()) {
            Verdict::Comparable(value) => Some(value),
            Verdict::NotComparable => None,
            Verdict::Unknown => return false,
        };
        assert_eq!(said.map(f64::to_bits), exact(text.as_bytes()).map(f64::to_bits), "{text}");
        true
    }

    fn random(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    #[test]
    fn boundaries() {
        let mut texts: Vec<String> =
            ["0", "0.0", "0e0", "0e99", "0.000", "1E+2", "1e-2", "0.1", "5e-324", "1e-400", "1e400"]
                .map(str::to_owned)
                .into();
        texts.extend(
            ["9007199254740993", "9007199254740992.5", "1125899906842624.2", "1125899906842624.3"].map(str::to_owned),
        );
        for power in 0..20 {
            let ten = 10_u128.pow(power);
            texts.extend([ten - 1, ten, ten + 1, 2 * ten + 5, 5 * ten].map(|n| n.to_string()));
        }
        for power in 48..64 {
            for offset in 0..40 {
                texts.extend(
                    [(1_u64 << power) - 20 + offset, (3_u64 << (power - 2)) - 20 + offset].map(|n| n.to_string()),
                );
            }
        }
        for text in &texts {
            check(text);
            if !text.contains(['e', 'E', '.']) {
                for exponent in -340..320 {
                    check(&format!("{text}e{exponent}"));
                }
                for decimals in 1..text.len() {
                    let (whole, fraction) = text.split_at(decimals);
                    check(&format!("{whole}.{fraction}"));
                    check(&format!("{whole}.{fraction}000"));
                }
                for zeros in 0..30 {
                    check(&format!("0.{}{text}", "0".repeat(zeros)));
                }
            }
        }
    }

    /// Decimals near a double's shortest: itself, its neighbours, one digit more and one less.
    #[test]
    fn near_doubles() {
        let (mut state, mut said) = (0x9e37_79b9_7f4a_7c15, 0);
        for round in 0..ROUNDS {
            let bits = random(&mut state);
            // Doubles from 2^-40 to 2^60; every fourth has few significant bits, so that it is near half-way marks.
            let fraction = bits & ((1 << 52) - 1) & if round % 4 == 0 { !0 << (bits >> 58 & 31) } else { !0 };
            let value = f64::from_bits((1023 - 40 + random(&mut state) % 100) << 52 | fraction);
            for digits in 14..18 {
                let text = format!("{value:.digits$e}");
                said += u64::from(check(&text));
                if let Some((mantissa, exponent)) = text.replace('.', "").split_once('e')
                    && let (Ok(mantissa), Ok(exponent)) = (mantissa.parse::<u64>(), exponent.parse::<i32>())
                    && let Ok(decimals) = i32::try_from(digits)
                {
                    for mantissa in [mantissa - 1, mantissa, mantissa + 1] {
                        said += u64::from(check(&format!("{mantissa}e{}", exponent - decimals)));
                    }
                }
            }
            check(&value.to_string());
        }
        assert!(said > ROUNDS * 14, "only {said} of {} are quick", ROUNDS * 16);
    }

    /// Decimals of 1 to 19 digits with a point anywhere.
    #[test]
    fn random_decimals() {
        let (mut state, mut said) = (0x2545_f491_4f6c_dd1d, 0);
        for _ in 0..ROUNDS {
            let mut text = (random(&mut state) >> (random(&mut state) % 64)).to_string();
            let point = 1 + usize::try_from(random(&mut state) % 24).unwrap_or(0);
            if point < text.len() {
                text.insert(point, '.');
            }
            said += u64::from(check(&text));
        }
        assert!(said > ROUNDS * 9 / 10, "only {said} of {ROUNDS} are quick");
    }
}
