//! `{"numeric": [">=", 0, "<", 10]}`: numbers by value.

use super::super::ast::{Bound, Number, Numeric, Span, TestKind};
use super::super::error::Fault;
use super::super::lex::{Lexeme, Lexer, Token};
use super::super::render::{quoted, visible};
use super::operand;
use crate::value::number;

pub(super) const NAME: &str = "numeric";

pub(super) fn parse(lexer: &mut Lexer<'_>) -> Result<TestKind, Fault> {
    let open = lexer.read()?;
    match open.token {
        Token::BeginArray => {}
        Token::Number(text) => {
            let hint = format!("write `[\"=\", {}]`", visible(text, 40));
            return Err(wrong(lexer, &open).hint(hint));
        }
        _ => return Err(wrong(lexer, &open)),
    }
    let first = read_comparison(lexer, open.span)?;
    let next = lexer.read()?;
    let numeric = match next.token {
        Token::EndArray => single(first),
        Token::Comma => {
            let second = read_comparison(lexer, open.span)?;
            let close = lexer.read()?;
            match close.token {
                Token::EndArray => range(open.span.to(close.span), first, second)?,
                Token::Comma => return Err(operand::fault(close.span, "`numeric` takes at most two comparisons")),
                _ => return Err(close.unexpected("`]`")),
            }
        }
        _ => return Err(next.unexpected("`,` or `]`")),
    };
    Ok(TestKind::Numeric(numeric))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    /// `>` or `>=`
    Lower {
        inclusive: bool,
    },
    /// `<` or `<=`
    Upper {
        inclusive: bool,
    },
}

fn wrong(lexer: &mut Lexer<'_>, value: &Lexeme<'_>) -> Fault {
    operand::wrong(lexer, value, format_args!("`numeric`"), "an array such as `[\">=\", 0, \"<\", 10]`")
}

/// An operator and the number that it compares with.
struct Comparison<'t> {
    operator: Operator,
    /// The operator as it is spelt, with its quotes.
    operator_text: &'t str,
    operator_span: Span,
    number: &'t str,
    key: u64,
}

fn read_comparison<'t>(lexer: &mut Lexer<'t>, open: Span) -> Result<Comparison<'t>, Fault> {
    let first = lexer.read()?;
    let Token::String(text) = &first.token else {
        return Err(match first.token {
            Token::EndArray => operand::fault(open.to(first.span), "`numeric` needs a comparison and a number"),
            _ if first.is_value() => {
                let message = format!("expected a comparison such as `\">\"`, found {}", first.found());
                operand::fault(lexer.whole(&first), message)
            }
            _ => first.unexpected("a comparison such as `\">\"`"),
        });
    };
    let operator = match &**text {
        "=" => Operator::Equal,
        ">" => Operator::Lower { inclusive: false },
        ">=" => Operator::Lower { inclusive: true },
        "<" => Operator::Upper { inclusive: false },
        "<=" => Operator::Upper { inclusive: true },
        _ => return Err(unknown(first.span, text)),
    };
    let operator_text = lexer.source(first.span);
    let comma = lexer.read()?;
    match comma.token {
        Token::Comma => {}
        Token::EndArray => return Err(no_number(first.span, operator_text)),
        _ => return Err(comma.unexpected("`,`")),
    }
    let value = lexer.read()?;
    match value.token {
        Token::Number(number) => {
            let key = operand::comparable(value.span, number, NAME)?;
            Ok(Comparison { operator, operator_text, operator_span: first.span, number, key })
        }
        Token::EndArray => Err(no_number(first.span, operator_text)),
        _ => Err(not_a_number(lexer, &value)),
    }
}

fn single(comparison: Comparison<'_>) -> Numeric {
    match comparison.operator {
        Operator::Equal => Numeric::Equal(comparison.number()),
        Operator::Lower { inclusive } => Numeric::Range { lower: Some(comparison.bound(inclusive)), upper: None },
        Operator::Upper { inclusive } => Numeric::Range { lower: None, upper: Some(comparison.bound(inclusive)) },
    }
}

/// Two comparisons: the lower bound, then the upper one.
fn range(span: Span, first: Comparison<'_>, second: Comparison<'_>) -> Result<Numeric, Fault> {
    match (first.operator, second.operator) {
        (Operator::Lower { inclusive: lower }, Operator::Upper { inclusive: upper }) if first.key < second.key => {
            Ok(Numeric::Range { lower: Some(first.bound(lower)), upper: Some(second.bound(upper)) })
        }
        _ => Err(no_range(span, &first, &second)),
    }
}

/// The orders of the least and of the greatest comparable number between two bounds; without a bound, no number has them.
pub(crate) fn orders(lower: Option<&Bound>, upper: Option<&Bound>) -> (u64, u64) {
    // Bounds are comparable. Orders of comparable numbers are more than 0 and less than the greatest `u64`, so ±1 stays in
    // range.
    let order = |bound: &Bound| number::comparable(bound.number.text.as_bytes()).unwrap_or_default();
    let from = lower.map_or(0, |bound| order(bound) + u64::from(!bound.inclusive));
    let to = upper.map_or(u64::MAX, |bound| order(bound) - u64::from(!bound.inclusive));
    (from, to)
}

impl Comparison<'_> {
    fn number(&self) -> Number {
        Number { text: self.number.into() }
    }

    fn bound(&self, inclusive: bool) -> Bound {
        Bound { inclusive, number: self.number() }
    }
}

#[cold]
fn no_range(span: Span, first: &Comparison<'_>, second: &Comparison<'_>) -> Fault {
    use Operator::{Equal, Lower, Upper};
    let ordered = |lower: &Comparison<'_>, lower_number: &str, upper: &Comparison<'_>, upper_number: &str| {
        let numbers = (visible(lower_number, 30), visible(upper_number, 30));
        format!("write `[{}, {}, {}, {}]`", lower.operator_text, numbers.0, upper.operator_text, numbers.1)
    };
    // Either of the two.
    let outside = |one: &Comparison<'_>, other: &Comparison<'_>| {
        let test =
            |one: &Comparison<'_>| format!("{{\"numeric\": [{}, {}]}}", one.operator_text, visible(one.number, 30));
        format!("write two tests: `{}, {}`", test(one), test(other))
    };
    match (first.operator, second.operator) {
        (Equal, _) => operand::fault(first.operator_span, "`=` can't be one of two comparisons"),
        (_, Equal) => operand::fault(second.operator_span, "`=` can't be one of two comparisons"),
        (Lower { .. }, Lower { .. }) => operand::fault(second.operator_span, "a range can't have two lower bounds"),
        (Upper { .. }, Upper { .. }) => operand::fault(second.operator_span, "a range can't have two upper bounds"),
        (Upper { .. }, Lower { .. }) => {
            let fault = operand::fault(span, "the lower bound of a range comes first");
            if second.key < first.key {
                return fault.hint(ordered(second, second.number, first, first.number));
            }
            fault.hint(outside(first, second))
        }
        (Lower { inclusive: lower }, Upper { inclusive: upper }) => {
            let (low, high) = (quoted(first.number), quoted(second.number));
            let fault = operand::fault(
                span,
                format!("the lower bound of a range must be below the upper bound, and {low} is not below {high}"),
            );
            if first.key != second.key {
                let within = ordered(first, second.number, second, first.number);
                fault.hint(format!("{within}; for numbers outside of it, {}", outside(second, first)))
            } else if lower && upper {
                fault.hint(format!("write `[\"=\", {}]`", visible(first.number, 40)))
            } else {
                fault
            }
        }
    }
}

#[cold]
fn unknown(span: Span, text: &str) -> Fault {
    let fault = operand::fault(span, format!("unknown comparison {}", quoted(text)));
    match text {
        "==" | "===" => fault.hint("write `=`"),
        "=>" | "≥" => fault.hint("write `>=`"),
        "=<" | "≤" => fault.hint("write `<=`"),
        "!=" | "<>" | "≠" => fault.hint("for other numbers, write `{\"anything-but\": n}`"),
        _ => fault.hint("the comparisons are `=`, `<`, `<=`, `>`, `>=`"),
    }
}

#[cold]
fn no_number(operator: Span, text: &str) -> Fault {
    operand::fault(operator, format!("a number is missing after `{text}`"))
}

#[cold]
fn not_a_number(lexer: &mut Lexer<'_>, value: &Lexeme<'_>) -> Fault {
    if !value.is_value() {
        return value.unexpected("a number");
    }
    let fault = operand::fault(lexer.whole(value), format!("`numeric` compares with numbers, found {}", value.found()));
    match &value.token {
        Token::String(text) if number::is_number(text.as_bytes()) => {
            fault.hint(format!("write it without the quotes: {}", quoted(text)))
        }
        _ => fault,
    }
}
