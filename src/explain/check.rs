//! Running single tests on single leaves (semantics, "Tests").

use std::borrow::Cow;

use super::event::{Kind, NodeId, Tree};
use crate::event::visitor::LeafKind;
use crate::pattern::ast::{AnythingBut, Literal, Numeric, OneOrMany, TestKind};
use crate::pattern::{range_orders, wildcard_segments};
use crate::value::address::{self, Address, Block};
use crate::value::{glob, letter_case, number};

/// A leaf, with what its text means.
#[derive(Debug)]
pub(super) struct Leaf<'e> {
    pub(super) node: NodeId,
    pub(super) kind: LeafKind,
    /// A string's content unescaped, anything else as it is spelt.
    pub(super) text: Cow<'e, str>,
    /// The key of a comparable number.
    pub(super) number: Option<u64>,
    /// Of a string that is an address literal.
    pub(super) address: Option<Address>,
}

impl<'e> Leaf<'e> {
    /// The leaf at a node; `None` if that is none.
    pub(super) fn new(tree: &Tree<'e>, node: NodeId) -> Option<Self> {
        let Kind::Leaf(kind) = tree.kind(node) else { return None };
        let text = tree.leaf_text(node);
        let number = if kind == LeafKind::Number { number::comparable(text.as_bytes()) } else { None };
        let address = if kind == LeafKind::String { address::parse(text.as_bytes()) } else { None };
        Some(Leaf { node, kind, text, number, address })
    }

    /// A string's text.
    fn string(&self) -> Option<&str> {
        (self.kind == LeafKind::String).then_some(&*self.text)
    }
}

/// A test, ready to run.
#[derive(Debug)]
pub(super) enum Check<'p> {
    String(&'p str),
    Address(Address),
    Number(Equal<'p>),
    Literal(LeafKind),
    Prefix(&'p str),
    PrefixIgnoreCase(&'p str),
    Suffix(&'p str),
    SuffixIgnoreCase(&'p str),
    EqualsIgnoreCase(&'p str),
    Wildcard(Wildcard),
    /// Keys of comparable numbers, both included.
    Range(u64, u64),
    Block(Block),
    Exists,
    /// `exists: false`, which no leaf passes.
    Absent,
    /// Any leaf that passes none of these.
    Not(Vec<Check<'p>>),
}

/// A number to be equal to.
#[derive(Debug)]
pub(super) enum Equal<'p> {
    Value(u64),
    /// Of one that is not comparable.
    Spelling(&'p str),
}

/// A wildcard, ready to match.
#[derive(Debug)]
pub(super) struct Wildcard {
    /// What is between the stars.
    pub(super) segments: Vec<Vec<u8>>,
    key: Vec<u8>,
}

impl Wildcard {
    /// Of a wildcard as it is written in a pattern.
    pub(super) fn new(text: &str) -> Self {
        let segments = wildcard_segments(text);
        let mut key = Vec::new();
        if segments.len() > 1 {
            glob::write_key(&segments, &mut key);
        }
        Wildcard { segments, key }
    }

    pub(super) fn matches(&self, value: &str) -> bool {
        match self.segments.as_slice() {
            [exact] => exact == value.as_bytes(),
            _ => glob::matches(&self.key, value.as_bytes()),
        }
    }
}

impl<'p> Check<'p> {
    pub(super) fn new(test: &'p TestKind) -> Self {
        match test {
            TestKind::String(text) => match address::parse(text.as_bytes()) {
                Some(address) => Check::Address(address),
                None => Check::String(text),
            },
            TestKind::Exactly(text) => Check::String(text),
            TestKind::Number(number) | TestKind::Numeric(Numeric::Equal(number)) => Check::number(&number.text),
            TestKind::Literal(literal) => Check::Literal(match literal {
                Literal::False => LeafKind::False,
                Literal::True => LeafKind::True,
                Literal::Null => LeafKind::Null,
            }),
            TestKind::Prefix(text) => Check::Prefix(text),
            TestKind::PrefixIgnoreCase(text) => Check::PrefixIgnoreCase(text),
            TestKind::Suffix(text) => Check::Suffix(text),
            TestKind::SuffixIgnoreCase(text) => Check::SuffixIgnoreCase(text),
            TestKind::EqualsIgnoreCase(text) => Check::EqualsIgnoreCase(text),
            TestKind::Wildcard(text) => Check::Wildcard(Wildcard::new(text)),
            TestKind::Numeric(Numeric::Range { lower, upper }) => {
                let (from, to) = range_orders(lower.as_ref(), upper.as_ref());
                Check::Range(from, to)
            }
            TestKind::Cidr(text) => match address::parse_block(text.as_bytes()) {
                Some(block) => Check::Block(block),
                // The parser accepts blocks only.
                None => Check::Range(1, 0),
            },
            TestKind::Exists(true) => Check::Exists,
            TestKind::Exists(false) => Check::Absent,
            TestKind::AnythingBut(but) => Check::Not(Check::excluded(but)),
        }
    }

    fn number(text: &'p str) -> Self {
        Check::Number(match number::comparable(text.as_bytes()) {
            Some(key) => Equal::Value(key),
            None => Equal::Spelling(text),
        })
    }

    /// What `anything-but` leaves out.
    fn excluded(but: &'p AnythingBut) -> Vec<Self> {
        let texts = |list: &'p OneOrMany<Box<str>>, check: fn(&'p str) -> Check<'p>| {
            list.values().iter().map(|text| check(text)).collect::<Vec<_>>()
        };
        match but {
            AnythingBut::Strings(list) => texts(list, Check::String),
            AnythingBut::Numbers(list) => list.values().iter().map(|number| Check::number(&number.text)).collect(),
            AnythingBut::Prefix(list) => texts(list, Check::Prefix),
            AnythingBut::Suffix(list) => texts(list, Check::Suffix),
            AnythingBut::EqualsIgnoreCase(list) => texts(list, Check::EqualsIgnoreCase),
            AnythingBut::Wildcard(list) => texts(list, |text| Check::Wildcard(Wildcard::new(text))),
        }
    }

    /// Whether a leaf passes. Linear in the leaf's text, for each value that the test lists.
    pub(super) fn passes(&self, leaf: &Leaf<'_>) -> bool {
        let string = |passes: &dyn Fn(&str) -> bool| leaf.string().is_some_and(passes);
        match self {
            Check::String(text) => string(&|value| value == *text),
            Check::Address(address) => leaf.address == Some(*address),
            Check::Number(Equal::Value(key)) => leaf.number == Some(*key),
            Check::Number(Equal::Spelling(text)) => leaf.kind == LeafKind::Number && leaf.text == *text,
            Check::Literal(kind) => leaf.kind == *kind,
            Check::Prefix(text) => string(&|value| value.starts_with(text)),
            Check::PrefixIgnoreCase(text) => string(&|value| letter_case::starts_with(text, value.as_bytes())),
            Check::Suffix(text) => string(&|value| value.ends_with(text)),
            Check::SuffixIgnoreCase(text) => string(&|value| letter_case::ends_with(text, value.as_bytes())),
            Check::EqualsIgnoreCase(text) => string(&|value| letter_case::equals(text, value.as_bytes())),
            Check::Wildcard(wildcard) => string(&|value| wildcard.matches(value)),
            Check::Range(from, to) => leaf.number.is_some_and(|key| (*from..=*to).contains(&key)),
            Check::Block(block) => leaf.address.is_some_and(|address| block.contains(Block::of(address))),
            Check::Exists => true,
            Check::Absent => false,
            Check::Not(excluded) => !excluded.iter().any(|check| check.passes(leaf)),
        }
    }
}
