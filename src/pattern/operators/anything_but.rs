//! `{"anything-but": …}`: leaves that are not one of some values.

use super::super::ast::{AnythingBut, Number, OneOrMany, Span, TestKind};
use super::super::error::Fault;
use super::super::lex::{Lexeme, Lexer, Token};
use super::super::render::quoted;
use super::{
    Owner, close_single_key, equals_ignore_case, is_operator, operand, prefix, read_single_key, suffix, unknown,
    wildcard,
};

pub(super) const NAME: &str = "anything-but";

pub(super) fn parse(lexer: &mut Lexer<'_>) -> Result<TestKind, Fault> {
    let first = lexer.read()?;
    Ok(TestKind::AnythingBut(match first.token {
        Token::String(text) => AnythingBut::Strings(OneOrMany::One(text.into())),
        Token::Number(text) => AnythingBut::Numbers(OneOrMany::One(number(first.span, text)?)),
        Token::BeginArray => list(lexer, first.span)?,
        Token::BeginObject => nested(lexer, first.span)?,
        _ => {
            let takes = "a string, a number, a list of either, or an object";
            return Err(operand::wrong(lexer, &first, format_args!("`anything-but`"), takes));
        }
    }))
}

fn number(span: Span, text: &str) -> Result<Number, Fault> {
    operand::comparable(span, text, NAME)?;
    Ok(Number { text: text.into() })
}

/// A list of strings or a list of numbers, as its first value says.
fn list(lexer: &mut Lexer<'_>, open: Span) -> Result<AnythingBut, Fault> {
    let mut strings: Vec<Box<str>> = Vec::new();
    let mut numbers: Vec<Number> = Vec::new();
    operand::read_list(lexer, open, NAME, |lexer, value| {
        match value.token {
            Token::String(text) if numbers.is_empty() => strings.push(text.into()),
            Token::Number(text) if strings.is_empty() => numbers.push(number(value.span, text)?),
            _ => return Err(not_in_list(lexer, &value)),
        }
        Ok(())
    })?;
    Ok(if numbers.is_empty() {
        AnythingBut::Strings(OneOrMany::Many(strings))
    } else {
        AnythingBut::Numbers(OneOrMany::Many(numbers))
    })
}

#[cold]
fn not_in_list(lexer: &mut Lexer<'_>, value: &Lexeme<'_>) -> Fault {
    match value.token {
        Token::String(_) | Token::Number(_) => {
            operand::fault(value.span, "a list of `anything-but` can't hold both strings and numbers")
        }
        _ if value.is_value() => {
            let message = format!("a list of `anything-but` holds strings or numbers, found {}", value.found());
            let fault = operand::fault(lexer.whole(value), message);
            match value.token {
                Token::BeginObject => {
                    fault.hint("put the list inside the object: `{\"anything-but\": {\"prefix\": [\"a\", \"b\"]}}`")
                }
                _ => fault,
            }
        }
        _ => value.unexpected("a string or a number"),
    }
}

/// An object with another operator: `open` is its brace.
fn nested(lexer: &mut Lexer<'_>, open: Span) -> Result<AnythingBut, Fault> {
    let owner = Owner::Operator(NAME);
    let name = read_single_key(lexer, open, owner)?;
    let but = match &*name.text {
        prefix::NAME => prefix::parse_but(lexer)?,
        suffix::NAME => suffix::parse_but(lexer)?,
        equals_ignore_case::NAME => equals_ignore_case::parse_but(lexer)?,
        wildcard::NAME => wildcard::parse_but(lexer)?,
        text if is_operator(text) => {
            let message = format!("{} can't stand under `anything-but`", quoted(text));
            return Err(operand::fault(name.span, message)
                .hint("it takes `prefix`, `suffix`, `equals-ignore-case` or `wildcard`"));
        }
        _ => return Err(unknown(lexer, &name)),
    };
    close_single_key(lexer, &name, owner)?;
    Ok(but)
}
