//! The canonical print: compact JSON, members in order, numbers as they are spelt, the shortest escapes in strings.

use std::slice::Iter;

use smallvec::{SmallVec, smallvec};

use super::ast::{AnythingBut, Bound, Literal, Member, Number, Numeric, Object, OneOrMany, Test, TestKind};

/// Something that is open, with what is still to be printed in it. Nesting is kept on a stack of our own.
enum Level<'p> {
    Members(Iter<'p, Member>),
    Alternatives(Iter<'p, Object>),
}

/// The print of a pattern, given its root.
pub(super) fn pattern(root: &Object) -> String {
    // The print is no longer than the text was.
    let mut out = String::with_capacity(root.span.range().len());
    out.push('{');
    let mut levels: SmallVec<[_; 4]> = smallvec![Level::Members(root.members.iter())];
    // Whether nothing has been printed in the innermost level.
    let mut first = true;
    while let Some(level) = levels.last_mut() {
        if level.is_done() {
            out.push(if matches!(level, Level::Members(_)) { '}' } else { ']' });
            levels.pop();
            first = false;
            continue;
        }
        separate(first, &mut out);
        let inner = match level {
            Level::Members(members) => members.next().and_then(|next| member(next, &mut out)),
            Level::Alternatives(objects) => objects.next().map(|next| alternative(next, &mut out)),
        };
        first = inner.is_some();
        levels.extend(inner);
    }
    out
}

impl Level<'_> {
    fn is_done(&self) -> bool {
        match self {
            Level::Members(members) => members.len() == 0,
            Level::Alternatives(objects) => objects.len() == 0,
        }
    }
}

/// Prints a member, or its beginning and returns the rest.
fn member<'p>(member: &'p Member, out: &mut String) -> Option<Level<'p>> {
    match member {
        Member::Descend { key, object } => {
            string(&key.text, out);
            out.push_str(":{");
            Some(Level::Members(object.members.iter()))
        }
        Member::Or { alternatives, .. } => {
            out.push_str("\"$or\":[");
            Some(Level::Alternatives(alternatives.iter()))
        }
        Member::Field { key, tests, .. } => {
            string(&key.text, out);
            out.push(':');
            list(tests, out, test);
            None
        }
    }
}

/// Prints the beginning of an alternative and returns the rest.
fn alternative<'p>(object: &'p Object, out: &mut String) -> Level<'p> {
    out.push('{');
    Level::Members(object.members.iter())
}

/// The print of a single test.
pub(crate) fn test_text(one: &Test) -> String {
    let mut out = String::new();
    test(one, &mut out);
    out
}

/// The print of a JSON string.
pub(crate) fn string_text(text: &str) -> String {
    let mut out = String::new();
    string(text, &mut out);
    out
}

fn test(test: &Test, out: &mut String) {
    match &test.kind {
        TestKind::String(text) => string(text, out),
        TestKind::Number(text) => number(text, out),
        TestKind::Literal(literal) => out.push_str(match literal {
            Literal::False => "false",
            Literal::True => "true",
            Literal::Null => "null",
        }),
        TestKind::Exactly(text) => operator("exactly", out, |out| string(text, out)),
        TestKind::Prefix(text) => operator("prefix", out, |out| string(text, out)),
        TestKind::PrefixIgnoreCase(text) => operator("prefix", out, |out| ignore_case(text, out)),
        TestKind::Suffix(text) => operator("suffix", out, |out| string(text, out)),
        TestKind::SuffixIgnoreCase(text) => operator("suffix", out, |out| ignore_case(text, out)),
        TestKind::EqualsIgnoreCase(text) => ignore_case(text, out),
        TestKind::Wildcard(text) => operator("wildcard", out, |out| string(text, out)),
        TestKind::Numeric(numeric) => operator("numeric", out, |out| comparisons(numeric, out)),
        TestKind::Cidr(text) => operator("cidr", out, |out| string(text, out)),
        TestKind::Exists(yes) => operator("exists", out, |out| out.push_str(if *yes { "true" } else { "false" })),
        TestKind::AnythingBut(but) => operator("anything-but", out, |out| anything_but(but, out)),
    }
}

fn anything_but(but: &AnythingBut, out: &mut String) {
    match but {
        AnythingBut::Strings(texts) => strings(texts, out),
        AnythingBut::Numbers(numbers) => one_or_many(numbers, out, number),
        AnythingBut::Prefix(texts) => operator("prefix", out, |out| strings(texts, out)),
        AnythingBut::Suffix(texts) => operator("suffix", out, |out| strings(texts, out)),
        AnythingBut::EqualsIgnoreCase(texts) => operator("equals-ignore-case", out, |out| strings(texts, out)),
        AnythingBut::Wildcard(texts) => operator("wildcard", out, |out| strings(texts, out)),
    }
}

fn operator(name: &str, out: &mut String, value: impl FnOnce(&mut String)) {
    out.push_str("{\"");
    out.push_str(name);
    out.push_str("\":");
    value(out);
    out.push('}');
}

fn ignore_case(text: &str, out: &mut String) {
    operator("equals-ignore-case", out, |out| string(text, out));
}

fn comparisons(numeric: &Numeric, out: &mut String) {
    out.push('[');
    match numeric {
        Numeric::Equal(equal) => {
            out.push_str("\"=\",");
            number(equal, out);
        }
        Numeric::Range { lower, upper } => {
            if let Some(lower) = lower {
                bound(lower, '>', out);
            }
            if let Some(upper) = upper {
                separate(lower.is_none(), out);
                bound(upper, '<', out);
            }
        }
    }
    out.push(']');
}

fn bound(bound: &Bound, sign: char, out: &mut String) {
    out.push('"');
    out.push(sign);
    out.push_str(if bound.inclusive { "=\"," } else { "\"," });
    number(&bound.number, out);
}

fn strings(texts: &OneOrMany<Box<str>>, out: &mut String) {
    one_or_many(texts, out, |text, out| string(text, out));
}

fn one_or_many<T>(values: &OneOrMany<T>, out: &mut String, value: impl Fn(&T, &mut String)) {
    match values {
        OneOrMany::One(one) => value(one, out),
        OneOrMany::Many(many) => list(many, out, value),
    }
}

fn list<T>(items: &[T], out: &mut String, item: impl Fn(&T, &mut String)) {
    out.push('[');
    for (index, next) in items.iter().enumerate() {
        separate(index == 0, out);
        item(next, out);
    }
    out.push(']');
}

fn separate(first: bool, out: &mut String) {
    if !first {
        out.push(',');
    }
}

fn number(number: &Number, out: &mut String) {
    out.push_str(&number.text);
}

/// Prints a JSON string: escapes where JSON demands them, the short ones where it has them.
fn string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(special) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        // The special byte is ASCII, so that both sides are text.
        let (plain, after) = rest.split_at_checked(special).unwrap_or((rest, ""));
        out.push_str(plain);
        let mut after = after.chars();
        match after.next().unwrap_or_default() {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control => out.push_str(&format!("\\u{:04x}", u32::from(control))),
        }
        rest = after.as_str();
    }
    out.push_str(rest);
    out.push('"');
}
