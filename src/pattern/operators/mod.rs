//! The tests of the language (semantics, "Tests"): what may stand in a field's array. One operator, one file.
//!
//! Every operator's `parse` reads its value, from behind the colon to the value's end.

mod anything_but;
mod cidr;
mod equals_ignore_case;
mod exactly;
mod exists;
pub(crate) mod numeric;
mod operand;
mod prefix;
mod suffix;
pub(crate) mod wildcard;

use std::borrow::Cow;
use std::fmt;

use super::ast::{AnythingBut, Number, Span, Test, TestKind};
use super::error::{Fault, PatternErrorKind};
use super::lex::{Lexeme, Lexer, Token};
use super::render::{quoted, visible};
use super::{parse, suggest};

/// The operators, in the order in which messages list them.
const OPERATORS: [&str; 9] =
    ["exactly", "prefix", "suffix", "equals-ignore-case", "wildcard", "numeric", "cidr", "exists", "anything-but"];

/// Is this the name of an operator?
pub(crate) fn is_operator(name: &str) -> bool {
    OPERATORS.contains(&name)
}

/// The hint for an operator that stands in the place of a field's array, with the value that it has there, or `…`.
pub(crate) fn array_around(field: &str, operator: &str, value: &str) -> String {
    let field = visible(field, SHOWN);
    format!("for a test on `{field}`, write `\"{field}\": [{{\"{operator}\": {value}}}]`")
}

/// Characters of a field's key in a hint.
const SHOWN: usize = 40;

/// Is this a name that no field inside `$or` may have?
pub(super) fn is_reserved(name: &str) -> bool {
    matches!(
        name,
        "=" | "<"
            | "<="
            | ">"
            | ">="
            | "regex"
            | "not-wildcard"
            | "not-equals-ignore-case"
            | "date-after"
            | "date-on-or-after"
            | "date-before"
            | "date-on-or-before"
            | "in-date-range"
            | "ip-address-in-range"
            | "ip-address-not-in-range"
    ) || is_operator(name)
}

/// Reads a test that begins with `first`.
pub(super) fn parse_test(lexer: &mut Lexer<'_>, first: Lexeme<'_>) -> Result<Test, Fault> {
    let span = first.span;
    let kind = match first.token {
        Token::String(text) => TestKind::String(text.into()),
        Token::Number(text) => TestKind::Number(Number { text: text.into() }),
        Token::Literal(literal) => TestKind::Literal(literal),
        Token::BeginObject => {
            let name = read_single_key(lexer, span, Owner::Test)?;
            let kind = parse_operator(lexer, &name)?;
            let close = close_single_key(lexer, &name, Owner::Test)?;
            return Ok(Test { span: span.to(close), kind });
        }
        Token::BeginArray => {
            let whole = lexer.whole(&first);
            return Err(Fault::new(PatternErrorKind::Structure, whole, "a test can't be an array")
                .hint("the tests on a field are listed side by side in one array"));
        }
        _ => return Err(first.unexpected("a test")),
    };
    Ok(Test { span, kind })
}

/// How many tests this is to the limit.
pub(super) fn count(kind: &TestKind) -> usize {
    match kind {
        TestKind::AnythingBut(AnythingBut::Numbers(numbers)) => numbers.values().len(),
        TestKind::AnythingBut(
            AnythingBut::Strings(texts)
            | AnythingBut::Prefix(texts)
            | AnythingBut::Suffix(texts)
            | AnythingBut::EqualsIgnoreCase(texts)
            | AnythingBut::Wildcard(texts),
        ) => texts.values().len(),
        _ => 1,
    }
}

fn parse_operator(lexer: &mut Lexer<'_>, name: &Name<'_>) -> Result<TestKind, Fault> {
    match &*name.text {
        exactly::NAME => exactly::parse(lexer),
        prefix::NAME => prefix::parse(lexer),
        suffix::NAME => suffix::parse(lexer),
        equals_ignore_case::NAME => equals_ignore_case::parse(lexer),
        wildcard::NAME => wildcard::parse(lexer),
        numeric::NAME => numeric::parse(lexer),
        cidr::NAME => cidr::parse(lexer),
        exists::NAME => exists::parse(lexer),
        anything_but::NAME => anything_but::parse(lexer),
        _ => Err(unknown(lexer, name)),
    }
}

/// The single key of an object that holds an operator.
struct Name<'t> {
    span: Span,
    text: Cow<'t, str>,
}

/// What an object with a single key is.
#[derive(Clone, Copy)]
enum Owner<'o> {
    Test,
    /// The value of an operator.
    Operator(&'o str),
}

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Owner::Test => f.write_str("a test object"),
            Owner::Operator(name) => write!(f, "the object of `{name}`"),
        }
    }
}

/// Reads an object's first key and the colon.
fn read_single_key<'t>(lexer: &mut Lexer<'t>, open: Span, owner: Owner<'_>) -> Result<Name<'t>, Fault> {
    let key = lexer.read()?;
    let text = match key.token {
        Token::String(text) => text,
        Token::EndObject => {
            let message = format!("{owner} must have exactly one key, found none");
            return Err(Fault::new(PatternErrorKind::Operator, open.to(key.span), message));
        }
        _ => return Err(key.unexpected("a key in double quotes")),
    };
    let colon = lexer.read()?;
    match colon.token {
        Token::Colon => Ok(Name { span: key.span, text }),
        _ => Err(colon.unexpected("`:`")),
    }
}

/// Reads the end of an object that was begun by [`read_single_key`]; the span of its brace.
fn close_single_key(lexer: &mut Lexer<'_>, name: &Name<'_>, owner: Owner<'_>) -> Result<Span, Fault> {
    let close = lexer.read()?;
    match close.token {
        Token::EndObject => return Ok(close.span),
        Token::Comma => {}
        _ => return Err(close.unexpected("`}`")),
    }
    let second = lexer.read()?;
    match &second.token {
        Token::String(text) if *text == name.text => {
            let message = format!("{owner} must have exactly one key, found {} twice", quoted(text));
            Err(Fault::new(PatternErrorKind::Operator, second.span, message))
        }
        Token::String(text) => {
            let message = format!("{owner} must have exactly one key, found a second one, {}", quoted(text));
            let fault = Fault::new(PatternErrorKind::Operator, second.span, message);
            Err(if is_operator(text) {
                fault.hint("tests side by side in the array are alternatives: `{ … }, { … }`")
            } else {
                fault
            })
        }
        Token::EndObject => Err(parse::trailing_comma(close.span, "`}`")),
        _ => Err(second.unexpected("a key in double quotes")),
    }
}

/// The error for a key that is no operator.
#[cold]
fn unknown(lexer: &mut Lexer<'_>, name: &Name<'_>) -> Fault {
    let fault = Fault::new(PatternErrorKind::Operator, name.span, format!("unknown operator {}", quoted(&name.text)));
    if let Some(advice) = suggest::advice(&name.text) {
        return fault.hint(advice);
    }
    if let Some(nearest) = suggest::nearest(&name.text, &OPERATORS) {
        return fault.hint(format!("did you mean `{nearest}`?"));
    }
    match lexer.read() {
        Ok(Lexeme { token: Token::BeginArray | Token::BeginObject, .. }) => fault.hint(format!(
            "if {} is a field, write its object without the brackets, also where events have an array",
            quoted(&name.text)
        )),
        _ => fault.hint(format!("the operators are `{}`", OPERATORS.join("`, `"))),
    }
}
