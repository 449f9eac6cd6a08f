//! `{"prefix": "text"}`: strings that begin with a text.

use super::super::ast::{AnythingBut, TestKind};
use super::super::error::Fault;
use super::super::lex::{Lexer, Token};
use super::{equals_ignore_case, operand};

pub(super) const NAME: &str = "prefix";

pub(super) fn parse(lexer: &mut Lexer<'_>) -> Result<TestKind, Fault> {
    let value = lexer.read()?;
    if matches!(value.token, Token::BeginObject) {
        return Ok(TestKind::PrefixIgnoreCase(equals_ignore_case::parse_within(lexer, value.span, NAME)?));
    }
    Ok(TestKind::Prefix(operand::string(lexer, value, NAME)?.into()))
}

/// Under `anything-but`, where an empty text is refused: every string begins with it.
pub(super) fn parse_but(lexer: &mut Lexer<'_>) -> Result<AnythingBut, Fault> {
    let texts = operand::read_strings(lexer, NAME, |_, text| {
        if !text.text.is_empty() {
            return Ok(());
        }
        Err(operand::fault(text.span, "under `anything-but`, the text of `prefix` can't be empty")
            .hint("every string begins with the empty one"))
    })?;
    Ok(AnythingBut::Prefix(texts))
}
