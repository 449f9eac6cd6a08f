//! Numbers: their grammar, and the key by which they compare (semantics, "Numbers").

mod quick;

use std::fmt;

use self::quick::Verdict;

/// The length of the RFC 8259 number at the start of `text`, or the offset at which a digit is missing.
pub(crate) fn scan(text: &[u8]) -> Result<usize, usize> {
    let digits = |from: usize| -> Result<usize, usize> {
        let rest = text.get(from..).unwrap_or_default();
        match rest.iter().take_while(|byte| byte.is_ascii_digit()).count() {
            0 => Err(from),
            count => Ok(from + count),
        }
    };
    let mut at = usize::from(text.first() == Some(&b'-'));
    at = if text.get(at) == Some(&b'0') { at + 1 } else { digits(at)? };
    if text.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        let signed = matches!(text.get(at + 1), Some(b'+' | b'-'));
        at = digits(at + 1 + usize::from(signed))?;
    }
    Ok(at)
}

/// Is the whole text an RFC 8259 number?
pub(crate) fn is_number(text: &[u8]) -> bool {
    scan(text) == Ok(text.len())
}

/// The key of a comparable number: keys are ordered as the numbers are, and equal where the numbers are equal (`-0` has
/// the key of `0`), and none is 0. `None` if the number is not comparable.
///
/// `text` is an RFC 8259 number; of other text the answer means nothing. Linear in the length of the text; never
/// allocates.
pub(crate) fn comparable(text: &[u8]) -> Option<u64> {
    let (negative, magnitude) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, text),
    };
    let value = match quick::verdict(magnitude) {
        Verdict::Comparable(value) => value,
        Verdict::NotComparable => return None,
        Verdict::Unknown => exact(magnitude)?,
    };
    Some(key(if negative { -value } else { value }))
}

/// [`comparable`] of the part of a text between two offsets; at once for short integers with some text behind them.
#[inline(always)]
pub(crate) fn comparable_within(text: &[u8], start: usize, end: usize) -> Option<u64> {
    let head = text.get(start..).and_then(|rest| rest.first_chunk());
    match head.and_then(|head| quick::leading_integer(u64::from_le_bytes(*head), end.wrapping_sub(start))) {
        Some(integer) => Some(key(integer)),
        None => comparable(text.get(start..end).unwrap_or_default()),
    }
}

/// The key of a finite double.
pub(crate) fn key(value: f64) -> u64 {
    // Adding zero makes -0 into 0 and changes nothing else.
    let bits = (value + 0.0).to_bits();
    const SIGN: u64 = 1 << 63;
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// An exponent of up to three digits.
fn short_exponent(text: &[u8]) -> Option<i32> {
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    if digits.len() > 3 {
        return None;
    }
    let value = digits.iter().try_fold(0, |value, byte| Some(value * 10 + i32::from(digit(*byte)?)))?;
    Some(if negative { -value } else { value })
}

/// No double needs more digits to be told from its neighbours.
const MAX_SHORTEST_DIGITS: usize = 17;

/// The value of any comparable number. Slow, and the judge of what is quick.
fn exact(magnitude: &[u8]) -> Option<f64> {
    let Some(decimal) = Decimal::read(magnitude)? else { return Some(0.0) };
    let value = decimal.nearest_double()?;
    (Decimal::shortest(value)? == decimal).then_some(value)
}

/// A decimal that isn't zero: `digits` × 10^`exponent`, where the last of the digits is not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decimal {
    digits: u64,
    exponent: i64,
}

impl Decimal {
    /// `Some(None)` is zero; `None` has more significant digits than any shortest decimal.
    fn read(magnitude: &[u8]) -> Option<Option<Decimal>> {
        let mut digits: u64 = 0;
        let mut count = 0;
        // Zeros that are significant only if another digit follows them.
        let mut zeros: usize = 0;
        let mut decimals: i64 = 0;
        let mut point = false;
        let mut exponent: i64 = 0;
        let mut bytes = magnitude.iter();
        while let Some(&byte) = bytes.next() {
            match byte {
                b'.' => point = true,
                b'e' | b'E' => {
                    exponent = read_exponent(bytes.as_slice());
                    break;
                }
                _ => {
                    let digit = u64::from(digit(byte)?);
                    decimals += i64::from(point);
                    if digit == 0 {
                        zeros += usize::from(digits != 0);
                        continue;
                    }
                    count += zeros + 1;
                    if count > MAX_SHORTEST_DIGITS {
                        return None;
                    }
                    for _ in 0..=zeros {
                        digits *= 10;
                    }
                    digits += digit;
                    zeros = 0;
                }
            }
        }
        if digits == 0 {
            return Some(None);
        }
        let zeros = i64::try_from(zeros).ok()?;
        Some(Some(Decimal { digits, exponent: exponent.saturating_sub(decimals).saturating_add(zeros) }))
    }

    /// The double nearest to this decimal, if it is finite and not zero.
    fn nearest_double(self) -> Option<f64> {
        // 17 digits at most: beyond ±400 there is only infinity and zero.
        if self.exponent.abs() > 400 {
            return None;
        }
        let mut text = Text::default();
        fmt::Write::write_fmt(&mut text, format_args!("{}e{}", self.digits, self.exponent)).ok()?;
        let value: f64 = text.as_str()?.parse().ok()?;
        (value.is_finite() && value != 0.0).then_some(value)
    }

    /// The shortest decimal that reads back as `value`; of several the nearest.
    fn shortest(value: f64) -> Option<Decimal> {
        let mut text = Text::default();
        fmt::Write::write_fmt(&mut text, format_args!("{value:e}")).ok()?;
        Decimal::read(text.as_str()?.as_bytes())?
    }
}

/// An exponent of any length; one that no number of less than a petabyte can make up for is as good as any other.
fn read_exponent(text: &[u8]) -> i64 {
    const ENOUGH: i64 = 1 << 50;
    let (negative, digits) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    let value =
        digits.iter().fold(
            0,
            |value: i64, byte| if value >= ENOUGH { value } else { value * 10 + i64::from(byte.wrapping_sub(b'0')) },
        );
    if negative { -value } else { value }
}

fn digit(byte: u8) -> Option<u8> {
    byte.is_ascii_digit().then(|| byte - b'0')
}

/// Room on the stack for a decimal's text: 17 digits, a point, `e`, a sign and an exponent of three digits.
#[derive(Default)]
struct Text {
    bytes: [u8; 32],
    len: usize,
}

impl Text {
    fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.bytes.get(..self.len)?).ok()
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let end = self.len + piece.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(piece.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<u64> {
        comparable(text.as_bytes())
    }

    #[test]
    fn grammar() {
        for text in ["0", "-0", "10", "1.50", "1e2", "1E+2", "0e-09", "-1.5E10"] {
            assert!(is_number(text.as_bytes()), "{text}");
        }
        for text in ["", "-", "01", "+1", ".5", "5.", "1e", "1e+", "1.e1", "0x1", "1 ", "NaN", "--1", "1.2.3"] {
            assert!(!is_number(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn equal_values_have_equal_keys() {
        for group in [
            &["0", "-0", "0.0", "-0e0", "0e9999999999999999999", "0.00e-99999999999999999999999"][..],
            &["1", "1.0", "1.000000000000000000000000000000", "10e-1", "0.1e1", "1E0", "1e00000000000000000000000"],
            &["100", "1e2", "1E+2", "0.0000000000000000000000000000001e33"],
            &["9007199254740992", "9007199254740992.0", "9.007199254740992e15"],
            &["1e23", "100000000000000000000000"],
            &["5e-324", "0.5e-323"],
            &["1.7976931348623157e308", "17976931348623157e292"],
            &["-12.5", "-1.25e1", "-125e-1"],
        ] {
            let keys: Vec<_> = group.iter().map(|text| of(text)).collect();
            assert!(keys.iter().all(|key| key.is_some() && *key == keys[0]), "{group:?}: {keys:?}");
        }
        let zeros = "0".repeat(100_000);
        assert_eq!(of(&format!("1{zeros}e-100000")), of("1"));
        assert_eq!(of(&format!("0.{zeros}1e100001")), of("1"));
    }

    #[test]
    fn not_comparable() {
        for text in [
            "9007199254740993",
            "123456789012345678",
            "0.12345678901234567890123",
            "1e400",
            "-1e400",
            "1e-400",
            "4.9e-324",
            "2.4e-324",
            "1.7976931348623159e308",
            "1e9999999999999999999",
            "1e-9999999999999999999",
            "9999999999999999",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn keys_are_ordered_as_the_numbers() {
        let ordered = [
            "-1e308",
            "-5000000000",
            "-1.5",
            "-1e-300",
            "0",
            "5e-324",
            "1e-300",
            "0.1",
            "0.10000000000000002",
            "1",
            "1e22",
        ];
        for pair in ordered.windows(2) {
            assert!(of(pair[0]).unwrap() < of(pair[1]).unwrap(), "{pair:?}");
        }
    }

    /// Every spelling of a double's shortest decimal is comparable with the double's key; one digit more or another
    /// last digit is not, unless that is the shortest decimal of another double.
    #[test]
    fn random_doubles() {
        let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for round in 0..20_000 {
            let value = match round % 3 {
                0 => f64::from_bits(random()),
                1 => (random() % 2_000_000) as f64 / 1000.0 - 1000.0,
                _ => (random() >> (random() % 64)) as f64,
            };
            if !value.is_finite() {
                continue;
            }
            let expected = Some(key(value));
            for text in [format!("{value}"), format!("{value:e}"), format!("{value:?}")] {
                assert_eq!(of(&text), expected, "{text}");
            }
            let more = format!("{value:.25e}");
            let same = exactly_equal(&more, &format!("{value:e}"));
            assert_eq!(of(&more), same.then_some(key(value)), "{more}");
        }
    }

    fn exactly_equal(left: &str, right: &str) -> bool {
        let parts = |text: &str| {
            let (mantissa, exponent) = text.split_once('e').unwrap();
            let digits: String = mantissa.trim_end_matches('0').trim_end_matches('.').to_owned();
            (digits, exponent.to_owned())
        };
        let parts = |text: &str| if text.contains('.') { parts(text) } else { parts(&text.replace('e', ".0e")) };
        parts(left) == parts(right)
    }
}
