//! Numbers and addresses that nearly pass.

use super::super::check::Leaf;
use super::{MissKind, Near, Reason, is_digits, shown_text};
use crate::event::visitor::LeafKind;
use crate::pattern::ast::{Bound, Numeric};
use crate::pattern::render::visible;
use crate::value::address::{self, Address, Block};
use crate::value::number;

const NUMBERS_ONLY: &str = "sees numbers only";

/// The key of a text that is a comparable number.
pub(super) fn key(text: &str) -> Option<u64> {
    number::is_number(text.as_bytes()).then(|| number::comparable(text.as_bytes())).flatten()
}

fn shown_number(text: &str) -> String {
    format!("`{}`", visible(text, 40))
}

impl Near<'_, '_> {
    pub(super) fn number(&self, text: &str, leaf: &Leaf<'_>) -> Reason {
        let test = shown_number(text);
        match leaf.kind {
            LeafKind::Number if leaf.number.is_none() => self.not_comparable(leaf),
            LeafKind::Number if key(text).is_none() => {
                let message = format!(
                    "{test} has more digits than a double holds: it equals only a number that is spelt the same, and {} \
                     is not",
                    self.shown(leaf)
                );
                Reason::new(MissKind::NotComparable, message, self.span(leaf))
            }
            LeafKind::Number => {
                Reason::new(MissKind::Different, format!("{} is not {test}", self.shown(leaf)), self.span(leaf))
            }
            LeafKind::String if *leaf.text == *text || key(&leaf.text).is_some_and(|it| Some(it) == key(text)) => {
                self.other_quotes(leaf, &test)
            }
            _ => self.other_type(leaf, "the test", &format!("is the number {test}")),
        }
    }

    fn not_comparable(&self, leaf: &Leaf<'_>) -> Reason {
        let message = format!(
            "{} has more digits than a double holds: no comparison holds for it, and it equals only the same spelling",
            self.shown(leaf)
        );
        Reason::new(MissKind::NotComparable, message, self.span(leaf))
    }

    pub(super) fn numeric(&self, numeric: &Numeric, leaf: &Leaf<'_>) -> Reason {
        match leaf.kind {
            LeafKind::Number => {}
            LeafKind::String if key(&leaf.text).is_some() => {
                let message = format!("{} is a string, and `numeric` {NUMBERS_ONLY}", self.shown(leaf));
                return Reason::new(MissKind::Type, message, self.span(leaf)).hint(format!(
                    "whoever sends the event would have to send the number {}; no test compares numbers in strings",
                    shown_number(&leaf.text)
                ));
            }
            _ => return self.other_type(leaf, "`numeric`", NUMBERS_ONLY),
        }
        let Some(value) = leaf.number else { return self.not_comparable(leaf) };
        let (lower, upper) = match numeric {
            Numeric::Equal(equal) => {
                let message = format!("{} is not {}", self.shown(leaf), shown_number(&equal.text));
                return Reason::new(MissKind::Different, message, self.span(leaf));
            }
            Numeric::Range { lower, upper } => (lower.as_ref(), upper.as_ref()),
        };
        let below = lower.and_then(|bound| Some((bound, key(&bound.number.text)?))).filter(|(_, key)| value <= *key);
        let above = upper.and_then(|bound| Some((bound, key(&bound.number.text)?))).filter(|(_, key)| value >= *key);
        let (bound, limit, sign, side) = match (below, above) {
            (Some((bound, key)), _) => (bound, key, '>', "too small"),
            (_, Some((bound, key))) => (bound, key, '<', "too large"),
            _ => return self.different(leaf, "the range"),
        };
        self.out_of_range(leaf, bound, value == limit, sign, side)
    }

    fn out_of_range(&self, leaf: &Leaf<'_>, bound: &Bound, is_bound: bool, sign: char, side: &str) -> Reason {
        let (shown, number) = (self.shown(leaf), visible(&bound.number.text, 40));
        if is_bound {
            let message = format!("{shown} is the bound itself, which `{sign}` leaves out");
            let hint = format!("to let it in, write `\"{sign}=\", {number}`");
            return Reason::new(MissKind::Range, message, self.span(leaf)).hint(hint);
        }
        let equals = if bound.inclusive { "=" } else { "" };
        let message = format!("{shown} is {side}: it has to be `{sign}{equals} {number}`");
        Reason::new(MissKind::Range, message, self.span(leaf))
    }

    pub(super) fn cidr(&self, text: &str, leaf: &Leaf<'_>) -> Reason {
        const STRINGS_ONLY: &str = "sees strings that are IP addresses only";
        if leaf.kind != LeafKind::String {
            return self.other_type(leaf, "`cidr`", STRINGS_ONLY);
        }
        let shown = self.shown(leaf);
        let (Some(block), span) = (address::parse_block(text.as_bytes()), self.span(leaf)) else {
            return self.different(leaf, &shown_text(text));
        };
        let block_text = format!("`{}`", visible(text, 60));
        match (leaf.address, block.address) {
            (Some(Address::V4(_)), Address::V6(_)) => {
                let message = format!("{shown} is an IPv4 address, and {block_text} is a block of IPv6");
                Reason::new(MissKind::Range, message, span)
            }
            (Some(Address::V6(_)), Address::V4(_)) => {
                let message = format!("{shown} is an IPv6 address, and {block_text} is a block of IPv4");
                Reason::new(MissKind::Range, message, span)
            }
            (Some(_), _) => {
                let (first, last) = ends(&block);
                let message = format!("{shown} is outside of {block_text}, which is `{first}` to `{last}`");
                Reason::new(MissKind::Range, message, span)
            }
            (None, _) => self.no_address(leaf, &format!("`cidr` {STRINGS_ONLY}")),
        }
    }

    /// A string that is no address literal, though it may hold one.
    fn no_address(&self, leaf: &Leaf<'_>, test: &str) -> Reason {
        let reason = |what: &str| {
            let message = format!("{} {what}, and {test}", self.shown(leaf));
            Reason::new(MissKind::Address, message, self.span(leaf))
        };
        let text: &str = &leaf.text;
        let is_address = |text: &str| address::parse(text.as_bytes()).is_some();
        if is_address(text.trim()) {
            return reason("has white space around the address");
        }
        if text.split_once('/').is_some_and(|(address, _)| is_address(address)) {
            return reason("is an address with a number of bits");
        }
        let bare = text.split_once(']').map_or(text, |(address, _)| address).trim_start_matches('[');
        if bare.len() < text.len() && is_address(bare) {
            return reason("is an address in brackets");
        }
        if text.rsplit_once(':').is_some_and(|(address, port)| is_address(address) && is_digits(port)) {
            return reason("is an address with a port");
        }
        if text.split_once('%').is_some_and(|(address, _)| is_address(address)) {
            return reason("is an address with a zone");
        }
        if text.contains('.') && text.parse::<std::net::Ipv6Addr>().is_ok() {
            return reason("is an IPv6 address with a dotted part, which counts as an ordinary string");
        }
        let message = format!("{} is not an IP address", self.shown(leaf));
        Reason::new(MissKind::Different, message, self.span(leaf))
    }
}

/// The first and the last address of a block.
fn ends(block: &Block) -> (String, String) {
    match block.address {
        Address::V4(first) => {
            let host = u32::MAX.checked_shr(u32::from(block.bits)).unwrap_or(0);
            (std::net::Ipv4Addr::from(first).to_string(), std::net::Ipv4Addr::from(first | host).to_string())
        }
        Address::V6(first) => {
            let host = u128::MAX.checked_shr(u32::from(block.bits)).unwrap_or(0);
            (std::net::Ipv6Addr::from(first).to_string(), std::net::Ipv6Addr::from(first | host).to_string())
        }
    }
}
