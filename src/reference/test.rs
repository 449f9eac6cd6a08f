//! The table of tests.

use super::address::{Address, Block};
use super::number::{self, Comparison};
use super::{Json, letter_case, wildcard};
use crate::pattern::ast::{AnythingBut, Literal, Numeric, OneOrMany, TestKind};

/// Whether a leaf satisfies a test. No leaf satisfies `exists: false`: the array rule is about that.
pub(super) fn is_satisfied(test: &TestKind, leaf: &Json) -> bool {
    match (test, leaf) {
        (TestKind::String(text), Json::String(value)) => equals_as_address(text, value),
        (TestKind::Number(number), Json::Number(value)) => number::equal(&number.text, value),
        (TestKind::Literal(Literal::True), Json::Bool(value)) => *value,
        (TestKind::Literal(Literal::False), Json::Bool(value)) => !*value,
        (TestKind::Literal(Literal::Null), Json::Null) => true,
        (TestKind::Exactly(text), Json::String(value)) => **text == **value,
        (TestKind::Prefix(text), Json::String(value)) => value.starts_with(&**text),
        (TestKind::PrefixIgnoreCase(text), Json::String(value)) => letter_case::starts(value, text),
        (TestKind::Suffix(text), Json::String(value)) => value.ends_with(&**text),
        (TestKind::SuffixIgnoreCase(text), Json::String(value)) => letter_case::ends(value, text),
        (TestKind::EqualsIgnoreCase(text), Json::String(value)) => letter_case::equals(value, text),
        (TestKind::Wildcard(text), Json::String(value)) => wildcard::matches(text, value),
        (TestKind::Numeric(numeric), Json::Number(value)) => in_range(numeric, value),
        (TestKind::Cidr(text), Json::String(value)) => in_block(text, value),
        (TestKind::Exists(yes), _) => *yes,
        (TestKind::AnythingBut(but), _) => !is_excluded(but, leaf),
        _ => false,
    }
}

/// The same string, or literals of the same address.
fn equals_as_address(text: &str, value: &str) -> bool {
    text == value || Address::read(text).is_some_and(|address| Address::read(value) == Some(address))
}

fn in_block(text: &str, value: &str) -> bool {
    match (Block::read(text), Address::read(value)) {
        (Some(block), Some(address)) => block.contains(address),
        _ => false,
    }
}

fn in_range(numeric: &Numeric, value: &str) -> bool {
    match numeric {
        Numeric::Equal(number) => number::compare(value, Comparison::Equal, &number.text),
        Numeric::Range { lower, upper } => {
            let lower = lower.as_ref().is_none_or(|bound| {
                let comparison = if bound.inclusive { Comparison::GreaterOrEqual } else { Comparison::Greater };
                number::compare(value, comparison, &bound.number.text)
            });
            let upper = upper.as_ref().is_none_or(|bound| {
                let comparison = if bound.inclusive { Comparison::LessOrEqual } else { Comparison::Less };
                number::compare(value, comparison, &bound.number.text)
            });
            lower && upper
        }
    }
}

/// Whether a leaf is one of those that `anything-but` names.
fn is_excluded(but: &AnythingBut, leaf: &Json) -> bool {
    match (but, leaf) {
        (AnythingBut::Strings(texts), Json::String(value)) => any(texts, |text| **text == **value),
        (AnythingBut::Numbers(numbers), Json::Number(value)) => {
            any(numbers, |number| number::compare(value, Comparison::Equal, &number.text))
        }
        (AnythingBut::Prefix(texts), Json::String(value)) => any(texts, |text| value.starts_with(&**text)),
        (AnythingBut::Suffix(texts), Json::String(value)) => any(texts, |text| value.ends_with(&**text)),
        (AnythingBut::EqualsIgnoreCase(texts), Json::String(value)) => {
            any(texts, |text| letter_case::equals(value, text))
        }
        (AnythingBut::Wildcard(texts), Json::String(value)) => any(texts, |text| wildcard::matches(text, value)),
        _ => false,
    }
}

fn any<T>(values: &OneOrMany<T>, is_it: impl Fn(&T) -> bool) -> bool {
    values.values().iter().any(is_it)
}
