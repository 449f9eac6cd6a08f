//! `{"equals-ignore-case": "text"}`: the same string but for letter case. `prefix` and `suffix` take it as their value.

use super::super::ast::{AnythingBut, Span, TestKind};
use super::super::error::Fault;
use super::super::lex::Lexer;
use super::{Owner, close_single_key, operand, read_single_key};

pub(super) const NAME: &str = "equals-ignore-case";

pub(super) fn parse(lexer: &mut Lexer<'_>) -> Result<TestKind, Fault> {
    Ok(TestKind::EqualsIgnoreCase(operand::read_string(lexer, NAME)?.into()))
}

/// As the value of `operator`: an object, of which `open` is the brace.
pub(super) fn parse_within(lexer: &mut Lexer<'_>, open: Span, operator: &str) -> Result<Box<str>, Fault> {
    let owner = Owner::Operator(operator);
    let name = read_single_key(lexer, open, owner)?;
    if name.text != NAME {
        let message = format!("`{operator}` takes a string or an object with `{NAME}`");
        return Err(operand::fault(name.span, message));
    }
    let text = operand::read_string(lexer, NAME)?;
    close_single_key(lexer, &name, owner)?;
    Ok(text.into())
}

/// Under `anything-but`.
pub(super) fn parse_but(lexer: &mut Lexer<'_>) -> Result<AnythingBut, Fault> {
    Ok(AnythingBut::EqualsIgnoreCase(operand::read_strings(lexer, NAME, |_, _| Ok(()))?))
}
