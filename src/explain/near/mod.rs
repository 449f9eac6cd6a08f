//! The nearest miss: what a person who wrote a failing test may have meant, and what is in the event instead.
//!
//! All of it is bounded by one budget of steps, so that an event or a pattern of any size costs no more time than that;
//! when it is spent, reasons are still told, in the plainest form.

mod number;
mod path;
mod text;

use std::ops::Range;

use super::check::{Check, Leaf};
use super::event::{NodeId, Tree};
use super::places::Places;
use super::{Miss, MissKind, Place};
use crate::event::visitor::LeafKind;
use crate::lint::eventbridge::sent_as;
use crate::pattern::ast::{AnythingBut, Literal, Test, TestKind};
use crate::pattern::render::visible;
use crate::pattern::{placeholder, string_text, test_text};

/// Steps, each about a byte that is looked at, for all hints of an explanation.
const STEPS: usize = 20_000_000;

/// Values that a test is compared with.
const VALUES: usize = 32;

/// Characters of a value or a test in a message.
const SHOWN: usize = 60;

/// Whether a text is nothing but digits.
fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A reason, before its lines and columns are worked out.
#[derive(Debug)]
pub(super) struct Reason {
    kind: MissKind,
    message: String,
    hint: Option<String>,
    event: Option<Range<usize>>,
    /// The byte of the path whose key leads nowhere, if it is about the path.
    pub(super) path_offset: usize,
}

impl Reason {
    fn new(kind: MissKind, message: String, event: Range<usize>) -> Self {
        Reason { kind, message, hint: None, event: Some(event), path_offset: 0 }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Points at a part of the value instead.
    fn pointing_at(mut self, part: Range<usize>) -> Self {
        self.event = Some(part);
        self
    }

    pub(super) fn at(self, pattern: Place, event: &Places<'_>) -> Miss {
        Miss {
            kind: self.kind,
            message: self.message,
            hint: self.hint,
            pattern,
            event: self.event.map(|span| event.of(span)),
        }
    }
}

/// A field that fails.
pub(super) struct Subject<'s, 'p> {
    pub(super) path: &'s str,
    pub(super) tests: &'p [Test],
    pub(super) checks: &'s [Check<'p>],
    /// How many values there are at the path.
    pub(super) values: usize,
}

/// Finds the nearest misses of one event.
#[derive(Debug)]
pub(super) struct Near<'n, 'e> {
    tree: &'n Tree<'e>,
    steps: usize,
}

impl<'n, 'e> Near<'n, 'e> {
    pub(super) fn new(tree: &'n Tree<'e>) -> Self {
        Near { tree, steps: STEPS }
    }

    /// Whether so many steps are left; takes them.
    fn may_take(&mut self, steps: usize) -> bool {
        let left = self.steps.checked_sub(steps);
        self.steps = left.unwrap_or(0);
        left.is_some()
    }

    /// Why a test fails on some values of a path, by the one that comes nearest; `None` if there is no value.
    pub(super) fn test(
        &mut self,
        path: &str,
        test: &TestKind,
        check: &Check<'_>,
        leaves: &[Leaf<'e>],
    ) -> Option<Reason> {
        let mut nearest: Option<Reason> = None;
        for leaf in leaves.iter().take(VALUES) {
            let reason = self.value(test, check, leaf);
            if nearest.as_ref().is_none_or(|best| reason.kind.rank() < best.kind.rank()) {
                nearest = Some(reason);
            }
            if self.steps == 0 {
                break;
            }
        }
        let mut reason = nearest?;
        // It is the event that is wrong.
        if let (MissKind::Type | MissKind::Exists, Some(is)) = (reason.kind, sent_as(path))
            && leaves.iter().all(|leaf| leaf.kind != LeafKind::String)
        {
            reason = reason.hint(is);
        }
        let has_placeholder = test.text().is_some_and(|text| text.contains(placeholder::OPENING));
        Some(if reason.hint.is_none() && has_placeholder {
            reason.hint("a template's `${…}` is text like any other here, which the event has to have")
        } else {
            reason
        })
    }

    /// Why a test fails on a value.
    fn value(&mut self, test: &TestKind, check: &Check<'_>, leaf: &Leaf<'e>) -> Reason {
        if !self.may_take(16 + leaf.text.len()) {
            return self.different(leaf, &shown_test(test));
        }
        match test {
            TestKind::String(text) => self.string(text, false, leaf),
            TestKind::Exactly(text) => self.string(text, true, leaf),
            TestKind::Number(number) => self.number(&number.text, leaf),
            TestKind::Literal(literal) => self.literal(*literal, leaf),
            TestKind::Prefix(text) => self.prefix(text, false, leaf),
            TestKind::PrefixIgnoreCase(text) => self.prefix(text, true, leaf),
            TestKind::Suffix(text) => self.suffix(text, false, leaf),
            TestKind::SuffixIgnoreCase(text) => self.suffix(text, true, leaf),
            TestKind::EqualsIgnoreCase(text) => self.equals_ignore_case(text, leaf),
            TestKind::Wildcard(text) => self.wildcard(text, leaf),
            TestKind::Numeric(numeric) => self.numeric(numeric, leaf),
            TestKind::Cidr(text) => self.cidr(text, leaf),
            TestKind::Exists(_) => self.exists(leaf),
            TestKind::AnythingBut(but) => self.excluded(but, check, leaf),
        }
    }

    fn span(&self, leaf: &Leaf<'_>) -> Range<usize> {
        self.tree.span(leaf.node)
    }

    /// A leaf as messages show it.
    fn shown(&self, leaf: &Leaf<'_>) -> String {
        self.shown_node(leaf.node)
    }

    fn shown_node(&self, node: NodeId) -> String {
        format!("`{}`", visible(self.tree.source(node), SHOWN))
    }

    fn different(&self, leaf: &Leaf<'_>, test: &str) -> Reason {
        Reason::new(MissKind::Different, format!("{} does not pass {test}", self.shown(leaf)), self.span(leaf))
    }

    /// A value of a type that a test which sees only `wanted` never passes.
    fn other_type(&self, leaf: &Leaf<'_>, test: &str, wanted: &str) -> Reason {
        let message = match leaf.kind {
            LeafKind::String => format!("{} is a string, and {test} {wanted}", self.shown(leaf)),
            LeafKind::Number => format!("{} is a number, and {test} {wanted}", self.shown(leaf)),
            _ => format!("the value is {}, and {test} {wanted}", self.shown(leaf)),
        };
        Reason::new(MissKind::OtherType, message, self.span(leaf))
    }

    /// The value is spelt like the test, but one of them is in quotes and the other isn't.
    fn other_quotes(&self, leaf: &Leaf<'_>, test: &str) -> Reason {
        let (is, hint) = match leaf.kind {
            LeafKind::String => ("a string", format!("write the test with quotes: `{}`", string_text(&leaf.text))),
            LeafKind::Number => ("a number", format!("write the test without quotes: {}", self.shown(leaf))),
            _ => ("no string", format!("write the test without quotes: {}", self.shown(leaf))),
        };
        let other = if leaf.kind == LeafKind::String { "is not" } else { "is a string" };
        let message = format!("{} is {is} in the event, and the test {test} {other}", self.shown(leaf));
        let message = if leaf.kind == LeafKind::String { message + " one" } else { message };
        Reason::new(MissKind::Type, message, self.span(leaf)).hint(hint)
    }

    fn literal(&self, literal: Literal, leaf: &Leaf<'_>) -> Reason {
        let text = match literal {
            Literal::False => "false",
            Literal::True => "true",
            Literal::Null => "null",
        };
        match leaf.kind {
            LeafKind::String if leaf.text.eq_ignore_ascii_case(text) => self.other_quotes(leaf, &format!("`{text}`")),
            LeafKind::String | LeafKind::Number => {
                self.other_type(leaf, "the test", &format!("is the literal `{text}`"))
            }
            _ => Reason::new(MissKind::Different, format!("{} is not `{text}`", self.shown(leaf)), self.span(leaf)),
        }
    }

    fn exists(&self, leaf: &Leaf<'_>) -> Reason {
        let message = format!("`exists: false` wants no value here, and there is {}", self.shown(leaf));
        let reason = Reason::new(MissKind::Exists, message, self.span(leaf));
        match (leaf.kind, &*leaf.text) {
            (LeafKind::Null, _) => {
                reason.hint("`null` is a value too; to allow both, write `[null, {\"exists\": false}]`")
            }
            (LeafKind::String, "") => {
                reason.hint("an empty string is a value too; to allow both, write `[\"\", {\"exists\": false}]`")
            }
            _ => reason,
        }
    }

    fn excluded(&self, but: &AnythingBut, check: &Check<'_>, leaf: &Leaf<'_>) -> Reason {
        let which = match check {
            Check::Not(checks) => checks.iter().position(|check| check.passes(leaf)),
            _ => None,
        };
        let text = |list: &[Box<str>]| {
            let text = which.and_then(|which| list.get(which)).map(|text| string_text(text)).unwrap_or_default();
            format!("`{}`", visible(&text, SHOWN))
        };
        let shown = self.shown(leaf);
        let message = match but {
            AnythingBut::Strings(_) | AnythingBut::Numbers(_) => format!("{shown} is excluded by `anything-but`"),
            AnythingBut::Prefix(list) => {
                format!("{shown} begins with {}, which `anything-but` excludes", text(list.values()))
            }
            AnythingBut::Suffix(list) => {
                format!("{shown} ends with {}, which `anything-but` excludes", text(list.values()))
            }
            AnythingBut::EqualsIgnoreCase(list) => {
                format!("{shown} is {} in some letter case, which `anything-but` excludes", text(list.values()))
            }
            AnythingBut::Wildcard(list) => {
                format!("{shown} fits the wildcard {}, which `anything-but` excludes", text(list.values()))
            }
        };
        Reason::new(MissKind::Excluded, message, self.span(leaf))
    }
}

/// A test as messages show it.
fn shown_test(test: &TestKind) -> String {
    let print = test_text(&Test { span: crate::pattern::ast::Span::default(), kind: test.clone() });
    format!("`{}`", visible(&print, SHOWN))
}

/// A string as messages show it: a JSON string in backticks.
fn shown_text(text: &str) -> String {
    format!("`{}`", visible(&string_text(text), SHOWN))
}
