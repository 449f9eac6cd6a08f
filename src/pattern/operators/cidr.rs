//! `{"cidr": "address/bits"}`: address literals in a block.

use super::super::ast::TestKind;
use super::super::error::{Fault, PatternErrorKind};
use super::super::lex::Lexer;
use super::super::render::quoted;
use super::operand::{self, Text};
use crate::value::address::{self, Address};

pub(super) const NAME: &str = "cidr";

pub(super) fn parse(lexer: &mut Lexer<'_>) -> Result<TestKind, Fault> {
    let text = operand::read_string(lexer, NAME)?;
    match address::parse_block(text.text.as_bytes()) {
        Some(_) => Ok(TestKind::Cidr(text.into())),
        None => Err(not_a_block(&text)),
    }
}

#[cold]
fn not_a_block(text: &Text<'_>) -> Fault {
    let fault = |message: String| Fault::new(PatternErrorKind::Cidr, text.span, message);
    let shown = quoted(&text.text);
    let Some((literal, bits)) = text.text.split_once('/') else {
        return match address::parse(text.text.as_bytes()) {
            Some(_) => fault(format!("the address block {shown} has no number of bits")).hint(single(&text.text)),
            None => fault(format!("{shown} is not an address block"))
                .hint("write an address, a slash and the number of bits that count: `10.0.0.0/8`"),
        };
    };
    let Some(address) = address::parse(literal.as_bytes()) else {
        return fault(format!("{} is not an IP address", quoted(literal))).maybe_hint(address_hint(literal));
    };
    let digits = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
    let (family, highest) = match address {
        Address::V4(_) => ("IPv4", 31),
        Address::V6(_) => ("IPv6", 127),
    };
    if !digits {
        return fault(format!("{} is not a number of bits", quoted(bits)))
            .hint(format!("bits are ASCII digits, 0 to {highest} for {family}"));
    }
    let fault = fault(format!("an {family} block has 0 to {highest} bits, found {}", quoted(bits)));
    let is_mapped = highest == 31 && literal.contains(':');
    if bits.parse::<u16>().is_ok_and(|bits| bits == highest + 1) {
        fault.hint(single(literal))
    } else if is_mapped {
        fault.hint("an address under `::ffff:0:0/96` is the IPv4 address")
    } else {
        fault
    }
}

fn single(literal: &str) -> String {
    format!("for a single address, write the string itself as the test: {}", quoted(&format!("\"{literal}\"")))
}

/// What trips people who write addresses that other systems accept.
fn address_hint(literal: &str) -> Option<&'static str> {
    if literal.contains(':') && literal.contains('.') {
        Some("an IPv6 address has no dotted part here: write all of it in hexadecimal")
    } else if literal.contains('%') {
        Some("an address has no zone here")
    } else if literal.starts_with('[') {
        Some("an address has no brackets here")
    } else if !literal.is_empty() && literal.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        Some("an IPv4 address is four numbers up to 255: `10.0.0.0`")
    } else {
        None
    }
}
