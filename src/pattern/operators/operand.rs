//! What the values of several operators have in common: strings, lists of strings, comparable numbers.

use std::borrow::Cow;
use std::fmt::Arguments;

use super::super::ast::{OneOrMany, Span};
use super::super::error::{Fault, PatternErrorKind};
use super::super::lex::{Lexeme, Lexer, Token};
use super::super::parse;
use super::super::render::{quoted, visible};
use crate::value::number;

/// A string operand, unescaped, and its place.
pub(super) struct Text<'t> {
    pub(super) span: Span,
    pub(super) text: Cow<'t, str>,
}

impl From<Text<'_>> for Box<str> {
    fn from(text: Text<'_>) -> Self {
        text.text.into()
    }
}

/// An error in an operator's value.
pub(super) fn fault(span: Span, message: impl Into<Cow<'static, str>>) -> Fault {
    Fault::new(PatternErrorKind::Operand, span, message)
}

/// The value of an operator that takes a string and nothing else.
pub(super) fn read_string<'t>(lexer: &mut Lexer<'t>, operator: &str) -> Result<Text<'t>, Fault> {
    let value = lexer.read()?;
    string(lexer, value, operator)
}

/// As [`read_string`], of a value that begins with `value`.
pub(super) fn string<'t>(lexer: &mut Lexer<'t>, value: Lexeme<'t>, operator: &str) -> Result<Text<'t>, Fault> {
    match value.token {
        Token::String(text) => Ok(Text { span: value.span, text }),
        Token::BeginArray => {
            let fault = wrong(lexer, &value, format_args!("`{operator}`"), "a string");
            Err(fault.hint(format!(
                "write a test for each string: `{{\"{operator}\": …}}, {{\"{operator}\": …}}`; \
                 only `anything-but` takes a list"
            )))
        }
        _ => {
            let fault = wrong(lexer, &value, format_args!("`{operator}`"), "a string");
            Err(fault.maybe_hint(as_string(lexer, &value)))
        }
    }
}

/// The value of an operator under `anything-but`: a string or a list of strings, each of which `check` lets pass.
pub(super) fn read_strings(
    lexer: &mut Lexer<'_>,
    operator: &str,
    check: impl Fn(&Lexer<'_>, &Text<'_>) -> Result<(), Fault>,
) -> Result<OneOrMany<Box<str>>, Fault> {
    let first = lexer.read()?;
    match first.token {
        Token::String(text) => {
            let text = Text { span: first.span, text };
            check(lexer, &text)?;
            Ok(OneOrMany::One(text.into()))
        }
        Token::BeginArray => {
            let texts = read_list(lexer, first.span, operator, |lexer, value| match value.token {
                Token::String(text) => {
                    let text = Text { span: value.span, text };
                    check(lexer, &text)?;
                    Ok(text.into())
                }
                _ if value.is_value() => {
                    let message = format!("a list of `{operator}` holds strings only, found {}", value.found());
                    Err(fault(lexer.whole(&value), message).maybe_hint(as_string(lexer, &value)))
                }
                _ => Err(value.unexpected("a string")),
            })?;
            Ok(OneOrMany::Many(texts))
        }
        _ => {
            let subject = format_args!("`{operator}` under `anything-but`");
            let fault = wrong(lexer, &first, subject, "a string or a list of strings");
            Err(fault.maybe_hint(as_string(lexer, &first)))
        }
    }
}

/// The values of a list, at least one, each read by `read_value` from its first token.
pub(super) fn read_list<'t, T>(
    lexer: &mut Lexer<'t>,
    open: Span,
    operator: &str,
    mut read_value: impl FnMut(&mut Lexer<'t>, Lexeme<'t>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut values = Vec::new();
    let mut next = lexer.read()?;
    if matches!(next.token, Token::EndArray) {
        return Err(fault(open.to(next.span), format!("the list of `{operator}` is empty")));
    }
    loop {
        values.push(read_value(lexer, next)?);
        let separator = lexer.read()?;
        match separator.token {
            Token::EndArray => return Ok(values),
            Token::Comma => next = lexer.read()?,
            _ => return Err(separator.unexpected("`,` or `]`")),
        }
        if matches!(next.token, Token::EndArray) {
            return Err(parse::trailing_comma(separator.span, "`]`"));
        }
    }
}

/// The error for a value that is not what the `subject`, an operator, `takes`.
#[cold]
pub(super) fn wrong(lexer: &mut Lexer<'_>, value: &Lexeme<'_>, subject: Arguments<'_>, takes: &str) -> Fault {
    if !value.is_value() {
        return value.unexpected(takes);
    }
    fault(lexer.whole(value), format!("{subject} takes {takes}, found {}", value.found()))
}

/// The hint for a number where a string is needed.
fn as_string(lexer: &Lexer<'_>, value: &Lexeme<'_>) -> Option<String> {
    matches!(value.token, Token::Number(_))
        .then(|| format!("write it as a string: `\"{}\"`", visible(lexer.source(value.span), 40)))
}

/// The key of a number that has to be comparable.
pub(super) fn comparable(span: Span, text: &str, operator: &str) -> Result<u64, Fault> {
    number::comparable(text.as_bytes()).ok_or_else(|| not_comparable(span, text, operator))
}

#[cold]
fn not_comparable(span: Span, text: &str, operator: &str) -> Fault {
    let fault = |why: &str| {
        let message = format!("`{operator}` can't compare with {}, {why}", quoted(text));
        Fault::new(PatternErrorKind::Number, span, message)
    };
    let value: f64 = text.parse().unwrap_or(f64::NAN);
    if !value.is_finite() {
        return fault("which is beyond the range of a double");
    }
    if value == 0.0 {
        return fault("which is nearer to zero than any double");
    }
    const LONGEST_PLAIN: usize = 24;
    let plain = value.to_string();
    let nearest = if plain.len() > LONGEST_PLAIN { format!("{value:e}") } else { plain };
    fault("which has more digits than a double tells apart")
        .hint(format!("write the number that is compared: `{nearest}`"))
}
