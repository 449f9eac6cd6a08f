//! Terraform's own syntax, HCL.

use hcl_edit::Span;
use hcl_edit::expr::{Expression, Object, ObjectKey};
use hcl_edit::parser;
use hcl_edit::template::Element;
use std::ops::Range;

use super::node::{Key, Kind, Node};
use super::terraform::{PATTERN, RESOURCE};
use super::{TemplateError, TemplateRule, rule};

/// Adds the rules of a configuration.
pub(super) fn rules(text: &str, found: &mut Vec<TemplateRule>) -> Result<(), TemplateError> {
    let body = parser::parse_body(text).map_err(|error| {
        let location = error.location();
        TemplateError::new(format!("not HCL: {}", error.message()), location.line(), location.column())
    })?;
    for block in body.get_blocks("resource") {
        let labels: Vec<_> = block.labels.iter().map(|label| label.as_str()).collect();
        let [RESOURCE, name] = labels.as_slice() else { continue };
        let pattern = block.body.get_attribute(PATTERN).map(|pattern| pattern_of(&pattern.value, text));
        if let Some(pattern) = pattern.filter(|pattern| !pattern.is_null()) {
            found.push(rule((*name).to_owned(), &pattern, text));
        }
    }
    Ok(())
}

/// The value of an expression by itself; `None` if it is not one, or is no call of `jsonencode`.
pub(super) fn expression(text: &str) -> Option<Node> {
    let expression = parser::parse_expr(text).ok()?;
    encoded(&expression).map(|value| node(value, text))
}

/// What is encoded as JSON.
fn encoded(expression: &Expression) -> Option<&Expression> {
    match expression {
        Expression::FuncCall(call) if call.name.namespace.is_empty() && call.name.name.as_str() == "jsonencode" => {
            call.args.get(0)
        }
        Expression::Parenthesis(inner) => encoded(inner.inner()),
        _ => None,
    }
}

/// The value of `event_pattern`: JSON in a string, or what `jsonencode` is called with.
fn pattern_of(expression: &Expression, text: &str) -> Node {
    node(encoded(expression).unwrap_or(expression), text)
}

/// Recursion is as deep as the parser lets expressions nest.
fn node(expression: &Expression, text: &str) -> Node {
    let span = expression.span().unwrap_or_default();
    let kind = match expression {
        Expression::Null(_) => Kind::Null,
        Expression::Bool(yes) => Kind::Bool(*yes.value()),
        Expression::Number(number) => Kind::Number(spelling(text, &span).unwrap_or_else(|| number.value().to_string())),
        Expression::String(string) => Kind::String(string.value().clone()),
        Expression::Array(array) => Kind::Array(array.iter().map(|element| node(element, text)).collect()),
        Expression::Object(object) => Kind::Object(members(object, text)),
        Expression::StringTemplate(template) => written(template.iter(), text),
        Expression::HeredocTemplate(heredoc) => written(heredoc.template.iter(), text),
        Expression::Parenthesis(inner) => return node(inner.inner(), text),
        Expression::UnaryOp(_) => match spelling(text, &span) {
            Some(number) => Kind::Number(number),
            None => placeholder(text, &span),
        },
        _ => placeholder(text, &span),
    };
    Node { span, kind }
}

/// What stands in for an expression.
fn placeholder(text: &str, span: &Range<usize>) -> Kind {
    let source = text.get(span.clone()).unwrap_or_default().trim();
    Kind::Expression(format!("${{{source}}}"))
}

/// A number as it is written, where JSON would write it so.
fn spelling(text: &str, span: &Range<usize>) -> Option<String> {
    let source = text.get(span.clone())?.trim();
    crate::value::number::is_number(source.as_bytes()).then(|| source.to_owned())
}

fn members(object: &Object, text: &str) -> Vec<(Key, Node)> {
    object
        .iter()
        .map(|(key, value)| {
            let span = key.span().unwrap_or_default();
            let name = match key {
                ObjectKey::Ident(ident) => ident.as_str().to_owned(),
                ObjectKey::Expression(Expression::String(string)) => string.value().clone(),
                // A name in parentheses, or with parts that only the deployment knows.
                ObjectKey::Expression(expression) => match node(expression, text).kind {
                    Kind::String(name) | Kind::Expression(name) | Kind::Number(name) => name,
                    _ => String::new(),
                },
            };
            (Key { span, text: name }, node(value.expr(), text))
        })
        .collect()
}

/// A template's text, its expressions as they are written.
fn written<'e>(elements: impl Iterator<Item = &'e Element>, text: &str) -> Kind {
    let mut out = String::new();
    let mut has_directive = false;
    for element in elements {
        has_directive |= element.is_directive();
        match element {
            Element::Literal(literal) => out.push_str(literal.as_str()),
            Element::Interpolation(_) | Element::Directive(_) => {
                let span = element.span().unwrap_or_default();
                out.push_str(text.get(span).unwrap_or_default());
            }
        }
    }
    // A directive, `%{ if … }`, is not seen in the text.
    if has_directive { Kind::Expression(out) } else { Kind::String(out) }
}
