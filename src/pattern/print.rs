//! The canonical print: compact JSON, members in order, numbers as they are spelt, the shortest escapes in strings.

use std::fmt::{self, Formatter, Write};
use std::slice::Iter;

use super::ast::{AnythingBut, Bound, Literal, Member, Number, Numeric, Object, OneOrMany, Test, TestKind};

/// Something that is open, with what is still to be printed in it. Nesting is kept on a stack of our own.
enum Level<'p> {
    Members(Iter<'p, Member>),
    Alternatives(Iter<'p, Object>),
}

/// Prints a pattern's root.
pub(super) fn pattern(root: &Object, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char('{')?;
    let mut levels = vec![Level::Members(root.members.iter())];
    // Whether nothing has been printed in the innermost level.
    let mut first = true;
    while let Some(level) = levels.last_mut() {
        if level.is_done() {
            f.write_char(if matches!(level, Level::Members(_)) { '}' } else { ']' })?;
            levels.pop();
            first = false;
            continue;
        }
        separate(first, f)?;
        let inner = match level {
            Level::Members(members) => members.next().map(|next| member(next, f)),
            Level::Alternatives(objects) => objects.next().map(|next| alternative(next, f)),
        };
        let inner = inner.transpose()?.flatten();
        first = inner.is_some();
        levels.extend(inner);
    }
    Ok(())
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
fn member<'p>(member: &'p Member, f: &mut Formatter<'_>) -> Result<Option<Level<'p>>, fmt::Error> {
    match member {
        Member::Descend { key, object } => {
            string(&key.text, f)?;
            f.write_str(":{")?;
            Ok(Some(Level::Members(object.members.iter())))
        }
        Member::Or { alternatives, .. } => {
            f.write_str("\"$or\":[")?;
            Ok(Some(Level::Alternatives(alternatives.iter())))
        }
        Member::Field { key, tests, .. } => {
            string(&key.text, f)?;
            f.write_char(':')?;
            list(tests, f, test)?;
            Ok(None)
        }
    }
}

/// Prints the beginning of an alternative and returns the rest.
fn alternative<'p>(object: &'p Object, f: &mut Formatter<'_>) -> Result<Option<Level<'p>>, fmt::Error> {
    f.write_char('{')?;
    Ok(Some(Level::Members(object.members.iter())))
}

fn test(test: &Test, f: &mut Formatter<'_>) -> fmt::Result {
    match &test.kind {
        TestKind::String(text) => string(text, f),
        TestKind::Number(text) => number(text, f),
        TestKind::Literal(literal) => f.write_str(match literal {
            Literal::False => "false",
            Literal::True => "true",
            Literal::Null => "null",
        }),
        TestKind::Exactly(text) => operator("exactly", f, |f| string(text, f)),
        TestKind::Prefix(text) => operator("prefix", f, |f| string(text, f)),
        TestKind::PrefixIgnoreCase(text) => operator("prefix", f, |f| ignore_case(text, f)),
        TestKind::Suffix(text) => operator("suffix", f, |f| string(text, f)),
        TestKind::SuffixIgnoreCase(text) => operator("suffix", f, |f| ignore_case(text, f)),
        TestKind::EqualsIgnoreCase(text) => ignore_case(text, f),
        TestKind::Wildcard(text) => operator("wildcard", f, |f| string(text, f)),
        TestKind::Numeric(numeric) => operator("numeric", f, |f| comparisons(numeric, f)),
        TestKind::Cidr(text) => operator("cidr", f, |f| string(text, f)),
        TestKind::Exists(yes) => operator("exists", f, |f| f.write_str(if *yes { "true" } else { "false" })),
        TestKind::AnythingBut(but) => operator("anything-but", f, |f| anything_but(but, f)),
    }
}

fn anything_but(but: &AnythingBut, f: &mut Formatter<'_>) -> fmt::Result {
    match but {
        AnythingBut::Strings(texts) => one_or_many(texts, f, |text, f| string(text, f)),
        AnythingBut::Numbers(numbers) => one_or_many(numbers, f, number),
        AnythingBut::Prefix(texts) => operator("prefix", f, |f| one_or_many(texts, f, |text, f| string(text, f))),
        AnythingBut::Suffix(texts) => operator("suffix", f, |f| one_or_many(texts, f, |text, f| string(text, f))),
        AnythingBut::EqualsIgnoreCase(texts) => {
            operator("equals-ignore-case", f, |f| one_or_many(texts, f, |text, f| string(text, f)))
        }
        AnythingBut::Wildcard(texts) => operator("wildcard", f, |f| one_or_many(texts, f, |text, f| string(text, f))),
    }
}

fn operator(name: &str, f: &mut Formatter<'_>, value: impl FnOnce(&mut Formatter<'_>) -> fmt::Result) -> fmt::Result {
    write!(f, "{{\"{name}\":")?;
    value(f)?;
    f.write_char('}')
}

fn ignore_case(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    operator("equals-ignore-case", f, |f| string(text, f))
}

fn comparisons(numeric: &Numeric, f: &mut Formatter<'_>) -> fmt::Result {
    let bound = |bound: &Bound, sign: char, f: &mut Formatter<'_>| {
        write!(f, "\"{sign}{}\",{}", if bound.inclusive { "=" } else { "" }, bound.number.text)
    };
    f.write_char('[')?;
    match numeric {
        Numeric::Equal(number) => write!(f, "\"=\",{}", number.text)?,
        Numeric::Range { lower, upper } => {
            if let Some(lower) = lower {
                bound(lower, '>', f)?;
            }
            if let Some(upper) = upper {
                separate(lower.is_none(), f)?;
                bound(upper, '<', f)?;
            }
        }
    }
    f.write_char(']')
}

fn one_or_many<T>(
    values: &OneOrMany<T>,
    f: &mut Formatter<'_>,
    value: impl Fn(&T, &mut Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    match values {
        OneOrMany::One(one) => value(one, f),
        OneOrMany::Many(many) => list(many, f, value),
    }
}

fn list<T>(items: &[T], f: &mut Formatter<'_>, item: impl Fn(&T, &mut Formatter<'_>) -> fmt::Result) -> fmt::Result {
    f.write_char('[')?;
    for (index, next) in items.iter().enumerate() {
        separate(index == 0, f)?;
        item(next, f)?;
    }
    f.write_char(']')
}

fn separate(first: bool, f: &mut Formatter<'_>) -> fmt::Result {
    if first { Ok(()) } else { f.write_char(',') }
}

fn number(number: &Number, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str(&number.text)
}

/// Prints a JSON string: escapes where JSON demands them, the short ones where it has them.
fn string(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    let mut rest = text;
    while let Some(special) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        // The special byte is ASCII, so that both sides are text.
        let (plain, after) = rest.split_at_checked(special).unwrap_or((rest, ""));
        f.write_str(plain)?;
        let mut after = after.chars();
        match after.next().unwrap_or_default() {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{c}' => f.write_str("\\f")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            control => write!(f, "\\u{:04x}", u32::from(control))?,
        }
        rest = after.as_str();
    }
    f.write_str(rest)?;
    f.write_char('"')
}
