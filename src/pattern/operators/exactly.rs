//! `{"exactly": "text"}`: the same string, byte for byte, even where it is an address.

use super::super::ast::TestKind;
use super::super::error::Fault;
use super::super::lex::Lexer;
use super::operand;

pub(super) const NAME: &str = "exactly";

pub(super) fn parse(lexer: &mut Lexer<'_>) -> Result<TestKind, Fault> {
    Ok(TestKind::Exactly(operand::read_string(lexer, NAME)?.into()))
}
