//! `{"suffix": "text"}`: strings that end with a text.

use super::super::ast::{AnythingBut, TestKind};
use super::super::error::Fault;
use super::super::lex::{Lexer, Token};
use super::{equals_ignore_case, operand};

pub(super) const NAME: &str = "suffix";

pub(super) fn parse(lexer: &mut Lexer<'_>) -> Result<TestKind, Fault> {
    let value = lexer.read()?;
    if matches!(value.token, Token::BeginObject) {
        return Ok(TestKind::SuffixIgnoreCase(equals_ignore_case::parse_within(lexer, value.span, NAME)?));
    }
    Ok(TestKind::Suffix(operand::string(lexer, value, NAME)?.into()))
}

/// Under `anything-but`, where an empty text is refused: every string ends with it.
pub(super) fn parse_but(lexer: &mut Lexer<'_>) -> Result<AnythingBut, Fault> {
    let texts = operand::read_strings(lexer, NAME, |_, text| {
        if !text.text.is_empty() {
            return Ok(());
        }
        Err(operand::fault(text.span, "under `anything-but`, the text of `suffix` can't be empty")
            .hint("every string ends with the empty one"))
    })?;
    Ok(AnythingBut::Suffix(texts))
}
