//! Numbers: which are comparable, and how they compare.

/// A relation between two numbers.
#[derive(Clone, Copy)]
pub(super) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Whether `left` stands in a relation to `right`, each a JSON number. False if one of them is not comparable.
pub(super) fn compare(left: &str, comparison: Comparison, right: &str) -> bool {
    let (Some(left), Some(right)) = (comparable(left), comparable(right)) else { return false };
    match comparison {
        Comparison::Equal => left == right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}

/// Whether two JSON numbers are equal: by value if they are comparable, by spelling otherwise.
pub(super) fn equal(left: &str, right: &str) -> bool {
    left == right || compare(left, Comparison::Equal, right)
}

/// The double of a comparable number: the shortest decimal that reads back as the double has the same value as the
/// number's own. (Two comparable numbers of different value so have different doubles.)
pub(super) fn comparable(number: &str) -> Option<f64> {
    let decimal = Decimal::read(number);
    let double = decimal.nearest_double()?;
    (Decimal::read(&format!("{double:e}")) == decimal).then_some(double)
}

/// The value of a decimal: `0.digits` times ten to the power of `exponent`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    /// Neither the first nor the last of them is a zero; there are none if the number is zero.
    digits: String,
    exponent: i128,
}

impl Decimal {
    /// Reads a JSON number.
    fn read(number: &str) -> Self {
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(mantissa) => (true, mantissa),
            None => (false, mantissa),
        };
        let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{integer}{fraction}");
        let significant = digits.trim_start_matches('0');
        let leading_zeros = digits.len() - significant.len();
        if significant.is_empty() {
            return Decimal { negative: false, digits: String::new(), exponent: 0 };
        }
        // An exponent of so many digits outweighs any number of zeros that a text can hold.
        let huge = if exponent.starts_with('-') { -i128::pow(10, 30) } else { i128::pow(10, 30) };
        let exponent = exponent.parse().unwrap_or(huge).clamp(-i128::pow(10, 30), i128::pow(10, 30));
        let places = i128::try_from(integer.len()).unwrap_or(0) - i128::try_from(leading_zeros).unwrap_or(0);
        Decimal { negative, digits: significant.trim_end_matches('0').to_owned(), exponent: exponent + places }
    }

    /// The double nearest to the value, unless that is infinite.
    fn nearest_double(&self) -> Option<f64> {
        if self.digits.is_empty() {
            return Some(0.0);
        }
        let sign = if self.negative { "-" } else { "" };
        // Doubles end long before these exponents, and the standard library's reader is not asked about longer ones.
        let exponent = self.exponent.clamp(-1_000, 1_000);
        let double: f64 = format!("{sign}0.{}e{exponent}", self.digits).parse().ok()?;
        double.is_finite().then_some(double)
    }
}
