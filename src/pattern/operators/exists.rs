//! `{"exists": true}`, `{"exists": false}`: any leaf value, or none.

use super::super::ast::{Literal, TestKind};
use super::super::error::Fault;
use super::super::lex::{Lexeme, Lexer, Token};
use super::operand;

pub(super) const NAME: &str = "exists";

pub(super) fn parse(lexer: &mut Lexer<'_>) -> Result<TestKind, Fault> {
    let value = lexer.read()?;
    match value.token {
        Token::Literal(Literal::True) => Ok(TestKind::Exists(true)),
        Token::Literal(Literal::False) => Ok(TestKind::Exists(false)),
        Token::String(ref text) if *text == "true" || *text == "false" => {
            let hint = format!("write it without the quotes: `{text}`");
            Err(wrong(lexer, &value).hint(hint))
        }
        _ => Err(wrong(lexer, &value)),
    }
}

fn wrong(lexer: &mut Lexer<'_>, value: &Lexeme<'_>) -> Fault {
    operand::wrong(lexer, value, format_args!("`exists`"), "`true` or `false`")
}
