//! Strings that nearly pass.

use std::ops::Range;

use super::super::check::{Leaf, Wildcard};
use super::number::key as number_key;
use super::{MissKind, Near, Reason, shown_text};
use crate::event::visitor::LeafKind;
use crate::pattern::ast::Span;
use crate::pattern::render::visible;
use crate::pattern::{span_in_string, string_text, suggest};
use crate::value::address::{self, Block};
use crate::value::letter_case;

const STRINGS_ONLY: &str = "sees strings only";

/// Characters of texts whose edit distance is worked out.
const DISTANCE_CHARACTERS: usize = 64;

/// Characters that a value and a test must have in common at least, to say where they part.
const COMMON: usize = 3;

impl<'e> Near<'_, 'e> {
    pub(super) fn string(&mut self, text: &str, exactly: bool, leaf: &Leaf<'e>) -> Reason {
        match leaf.kind {
            LeafKind::String => self.text(text, exactly, leaf),
            _ if spells(text, leaf) => self.other_quotes(leaf, &shown_text(text)),
            _ => self.other_type(leaf, "the test", &format!("is the string {}", shown_text(text))),
        }
    }

    pub(super) fn equals_ignore_case(&mut self, text: &str, leaf: &Leaf<'e>) -> Reason {
        if leaf.kind != LeafKind::String {
            return self.other_type(leaf, "`equals-ignore-case`", STRINGS_ONLY);
        }
        if leaf.text.to_lowercase() == text.to_lowercase() {
            let message =
                format!("{} has a letter that is neither the lower nor the upper case of the test's", self.shown(leaf));
            return Reason::new(MissKind::LetterCase, message, self.span(leaf));
        }
        self.text(text, true, leaf)
    }

    /// A string that is not the test's.
    fn text(&mut self, text: &str, exactly: bool, leaf: &Leaf<'e>) -> Reason {
        let value: &str = &leaf.text;
        let (span, shown) = (self.span(leaf), format!("{} is not {}", self.shown(leaf), shown_text(text)));
        let reason = |kind, why: &str| Reason::new(kind, format!("{shown}{why}"), span.clone());
        if exactly && leaf.address.is_some() && leaf.address == address::parse(text.as_bytes()) {
            return reason(MissKind::Address, ": the same address in another spelling")
                .hint(format!("as a plain string, `{}` passes each spelling", string_text(text)));
        }
        if letter_case::equals(text, value.as_bytes()) {
            return reason(MissKind::LetterCase, ": only the letter case differs")
                .hint(format!("to match it in any letter case, write {}", operator("equals-ignore-case", text)));
        }
        if value.to_lowercase() == text.to_lowercase() {
            return reason(MissKind::LetterCase, ": only the letter case differs");
        }
        if value.trim() == text.trim() {
            return reason(MissKind::WhiteSpace, ": one of them has white space before or after it");
        }
        if let Some(reason) = self.plain_text(text, leaf) {
            return reason;
        }
        if !text.is_empty() && text.len() < value.len() {
            if value.starts_with(text) {
                return reason(MissKind::PartOfText, ", which is only its beginning")
                    .hint(affix("begins", "prefix", text));
            }
            if value.ends_with(text) {
                return reason(MissKind::PartOfText, ", which is only its end").hint(affix("ends", "suffix", text));
            }
            if text.len() >= COMMON && value.contains(text) {
                return reason(MissKind::PartOfText, ", which is only a part of it").hint(holding(text));
            }
        }
        if value.len() >= COMMON && text.contains(value) {
            return reason(MissKind::PartOfText, ": it is only a part of what the test asks for");
        }
        let parts = common(text.chars(), value.chars());
        if self.is_slip(text, value) {
            let at = self.at(leaf, parts.bytes..value.len());
            return reason(MissKind::Spelling, ", but nearly: they differ from here on").pointing_at(at);
        }
        if parts.characters >= 8 && parts.bytes * 2 >= text.len().min(value.len()) {
            let at = self.at(leaf, parts.bytes..value.len());
            let why = format!(": they are the same for {}", characters(parts.characters));
            return reason(MissKind::Different, &why).pointing_at(at);
        }
        reason(MissKind::Different, "")
    }

    /// A plain string that was meant as a range of addresses, a wildcard or a regular expression.
    fn plain_text(&mut self, text: &str, leaf: &Leaf<'e>) -> Option<Reason> {
        if let (Some(address), Some(block)) = (leaf.address, address::parse_block(text.as_bytes()))
            && block.contains(Block::of(address))
        {
            let message = format!("{} is a plain string, and no range of addresses", shown_text(text));
            return Some(
                Reason::new(MissKind::PlainText, message, self.span(leaf))
                    .hint(format!("write {}", operator("cidr", text))),
            );
        }
        if let Some(reason) = self.star("the plain string", text, text, leaf) {
            return Some(reason);
        }
        let meant = text.trim_start_matches('^').trim_end_matches('$').replace(".*", "*");
        (meant != text && self.would_fit(&meant, leaf)).then(|| {
            let message = format!("{} is a plain string: there are no regular expressions", shown_text(text));
            Reason::new(MissKind::PlainText, message, self.span(leaf))
                .hint(format!("write {}", operator("wildcard", &meant)))
        })
    }

    /// A `*` that stands for itself, in a text that was meant as a wildcard.
    fn star(&mut self, place: &str, text: &str, meant: &str, leaf: &Leaf<'e>) -> Option<Reason> {
        (text.contains('*') && self.would_fit(meant, leaf)).then(|| {
            let message = format!("in {place} {} a `*` stands for itself", shown_text(text));
            Reason::new(MissKind::PlainText, message, self.span(leaf))
                .hint(format!("to have it stand for any text, write {}", operator("wildcard", meant)))
        })
    }

    /// Whether a text, as a wildcard, would pass; its `*` is not one already.
    fn would_fit(&mut self, text: &str, leaf: &Leaf<'e>) -> bool {
        text.contains('*')
            && !text.contains("**")
            && !text.contains('\\')
            && self.may_take(text.len() + leaf.text.len())
            && Wildcard::new(text).matches(&leaf.text)
    }

    /// Whether two texts are a slip or two apart.
    fn is_slip(&mut self, text: &str, value: &str) -> bool {
        let (long, short) = (text.len().max(value.len()), text.len().min(value.len()));
        if short < COMMON || long > DISTANCE_CHARACTERS || long - short > 2 || !self.may_take(long * short) {
            return false;
        }
        let distance = suggest::distance(text, value);
        // Texts with digits are often names with numbers: one is not a slip for another.
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        distance <= 2 && distance * 4 <= short && digits(text) == digits(value)
    }

    pub(super) fn prefix(&mut self, text: &str, ignore_case: bool, leaf: &Leaf<'e>) -> Reason {
        if leaf.kind != LeafKind::String {
            return self.other_type(leaf, "`prefix`", STRINGS_ONLY);
        }
        let value: &str = &leaf.text;
        let (span, shown) = (self.span(leaf), format!("{} does not begin with {}", self.shown(leaf), shown_text(text)));
        let reason = |kind, why: &str| Reason::new(kind, format!("{shown}{why}"), span.clone());
        if !ignore_case && letter_case::starts_with(text, value.as_bytes()) {
            return reason(MissKind::LetterCase, ": only the letter case differs").hint(any_case("prefix", text));
        }
        if value.trim_start().starts_with(text) {
            return reason(MissKind::WhiteSpace, ": there is white space before it");
        }
        if let Some(reason) = self.star("the prefix", text, &format!("{}*", text.trim_end_matches('*')), leaf) {
            return reason;
        }
        if text.len() >= COMMON && value.ends_with(text) {
            return reason(MissKind::PartOfText, ", but ends with it").hint(affix("ends", "suffix", text));
        }
        if text.len() >= COMMON && value.contains(text) {
            return reason(MissKind::PartOfText, ", but has it further on").hint(holding(text));
        }
        let parts = if ignore_case {
            common(text.chars().flat_map(char::to_lowercase), value.chars().flat_map(char::to_lowercase))
        } else {
            common(text.chars(), value.chars())
        };
        if parts.characters < COMMON {
            return reason(MissKind::Different, "");
        }
        if parts.bytes >= value.len() {
            return reason(MissKind::Stops, ": it ends before that");
        }
        let rest = text.get(parts.bytes..).unwrap_or_default();
        let why = format!(": it does for {}, then {} should follow", characters(parts.characters), shown_text(rest));
        reason(MissKind::Stops, &why).pointing_at(self.at(leaf, parts.bytes..value.len()))
    }

    pub(super) fn suffix(&mut self, text: &str, ignore_case: bool, leaf: &Leaf<'e>) -> Reason {
        if leaf.kind != LeafKind::String {
            return self.other_type(leaf, "`suffix`", STRINGS_ONLY);
        }
        let value: &str = &leaf.text;
        let (span, shown) = (self.span(leaf), format!("{} does not end with {}", self.shown(leaf), shown_text(text)));
        let reason = |kind, why: &str| Reason::new(kind, format!("{shown}{why}"), span.clone());
        if !ignore_case && letter_case::ends_with(text, value.as_bytes()) {
            return reason(MissKind::LetterCase, ": only the letter case differs").hint(any_case("suffix", text));
        }
        if value.trim_end().ends_with(text) {
            return reason(MissKind::WhiteSpace, ": there is white space after it");
        }
        if let Some(reason) = self.star("the suffix", text, &format!("*{}", text.trim_start_matches('*')), leaf) {
            return reason;
        }
        if text.len() >= COMMON && value.starts_with(text) {
            return reason(MissKind::PartOfText, ", but begins with it").hint(affix("begins", "prefix", text));
        }
        if text.len() >= COMMON && value.contains(text) {
            return reason(MissKind::PartOfText, ", but has it further in front").hint(holding(text));
        }
        let parts = common(text.chars().rev(), value.chars().rev());
        if parts.characters < COMMON {
            return reason(MissKind::Different, "");
        }
        if parts.bytes >= value.len() {
            return reason(MissKind::Stops, ": it is too short for that");
        }
        let front = text.get(..text.len().saturating_sub(parts.bytes)).unwrap_or_default();
        let why =
            format!(": its last {} do, before them should be {}", characters(parts.characters), shown_text(front));
        reason(MissKind::Stops, &why).pointing_at(self.at(leaf, 0..value.len() - parts.bytes))
    }

    pub(super) fn wildcard(&mut self, text: &str, leaf: &Leaf<'e>) -> Reason {
        if leaf.kind != LeafKind::String {
            return self.other_type(leaf, "`wildcard`", STRINGS_ONLY);
        }
        let value: &str = &leaf.text;
        let test = format!("`{}`", visible(text, super::SHOWN));
        let shown = format!("{} does not fit the wildcard {test}", self.shown(leaf));
        if !self.may_take(4 * (text.len() + value.len())) {
            return Reason::new(MissKind::Different, shown, self.span(leaf));
        }
        let reason = |kind, why: &str| Reason::new(kind, format!("{shown}{why}"), self.span(leaf));
        if Wildcard::new(&text.to_lowercase()).matches(&value.to_lowercase()) {
            return reason(MissKind::LetterCase, ": only the letter case differs")
                .hint("no wildcard ignores letter case: list each spelling that occurs");
        }
        if Wildcard::new(text).matches(value.trim()) {
            return reason(MissKind::WhiteSpace, ": there is white space before or after it");
        }
        for (more, why) in [
            (format!("{text}*"), ": it goes on behind it"),
            (format!("*{text}"), ": it has something in front of it"),
            (format!("*{text}*"), ": it has something in front of it and goes on behind it"),
        ] {
            if !more.contains("**") && Wildcard::new(&more).matches(value) {
                return reason(MissKind::PartOfText, why).hint(format!("write {}", operator("wildcard", &more)));
            }
        }
        self.stop(text, leaf, &shown)
    }

    /// Where a value stops to fit a wildcard: the first of its pieces that is not found.
    fn stop(&self, text: &str, leaf: &Leaf<'e>, shown: &str) -> Reason {
        let value = leaf.text.as_bytes();
        let reason = |why: &str, from: usize| {
            let at = if from < value.len() { self.at(leaf, from..value.len()) } else { self.span(leaf) };
            Reason::new(MissKind::Stops, format!("{shown}: {why}"), self.span(leaf)).pointing_at(at)
        };
        let wildcard = Wildcard::new(text);
        let piece = |segment: &[u8]| shown_text(&String::from_utf8_lossy(segment));
        let [first, middle @ .., last] = wildcard.segments.as_slice() else {
            return Reason::new(MissKind::Different, shown.to_owned(), self.span(leaf));
        };
        let Some(mut rest) = value.strip_prefix(first.as_slice()) else {
            let first = String::from_utf8_lossy(first);
            let parts = common(first.chars(), leaf.text.chars());
            if parts.characters < COMMON {
                let message = format!("{shown}: it does not begin with {}", shown_text(&first));
                return Reason::new(MissKind::Different, message, self.span(leaf));
            }
            let why = format!("it does for {}, then {} should follow", characters(parts.characters), {
                shown_text(first.get(parts.bytes..).unwrap_or_default())
            });
            return reason(&why, parts.bytes);
        };
        for segment in middle {
            let from = value.len() - rest.len();
            let Some(at) = memchr::memmem::find(rest, segment) else {
                return reason(&format!("there is no {} from here on", piece(segment)), from);
            };
            rest = rest.get(at + segment.len()..).unwrap_or_default();
        }
        let from = value.len() - rest.len();
        if !value.ends_with(last) {
            return reason(&format!("it does not end with {}", piece(last)), from);
        }
        reason(&format!("the text that is left does not hold {}", piece(last)), from)
    }

    /// Where in the event some bytes of a string are.
    fn at(&self, leaf: &Leaf<'_>, bytes: Range<usize>) -> Range<usize> {
        let span = self.tree.span(leaf.node);
        span_in_string(self.tree.text(), Span::new(span.start, span.end), bytes).range()
    }
}

/// Whether a text in quotes would be this number or literal.
fn spells(text: &str, leaf: &Leaf<'_>) -> bool {
    match leaf.kind {
        LeafKind::Number => *leaf.text == *text || leaf.number.is_some() && number_key(text) == leaf.number,
        _ => leaf.text.eq_ignore_ascii_case(text),
    }
}

/// A test as one would write it.
fn operator(name: &str, text: &str) -> String {
    format!("`{{\"{name}\":{}}}`", visible(&string_text(text), super::SHOWN))
}

fn any_case(name: &str, text: &str) -> String {
    let text = visible(&string_text(text), super::SHOWN);
    format!("to match it in any letter case, write `{{\"{name}\":{{\"equals-ignore-case\":{text}}}}}`")
}

/// How to ask for a text at one end.
fn affix(does: &str, name: &str, text: &str) -> String {
    format!("to match what {does} so, write {}", operator(name, text))
}

/// How to ask for a text anywhere.
fn holding(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('*', "\\*");
    format!("to match what holds it anywhere, write {}", operator("wildcard", &format!("*{escaped}*")))
}

/// What two texts have in common at one end.
struct Common {
    characters: usize,
    /// Of the value.
    bytes: usize,
}

fn common(text: impl Iterator<Item = char>, value: impl Iterator<Item = char>) -> Common {
    let same = text.zip(value).take_while(|(one, other)| one == other);
    same.fold(Common { characters: 0, bytes: 0 }, |common, (_, character)| Common {
        characters: common.characters + 1,
        bytes: common.bytes + character.len_utf8(),
    })
}

fn characters(count: usize) -> String {
    if count == 1 { "1 character".to_owned() } else { format!("{count} characters") }
}
