//! From a template's value to the pattern's JSON text.

use std::ops::Range;

use super::node::{Key, Kind, Node};
use super::{Part, Placeholder};
use crate::pattern::placeholder::{OPENING, STAND_INS};

/// A pattern made of a value.
#[derive(Default)]
pub(super) struct Made {
    pub(super) text: Option<String>,
    pub(super) placeholders: Vec<Placeholder>,
    /// What of the template each part of the text was made of.
    pub(super) parts: Vec<Part>,
}

/// Makes a pattern of a value: an object, or a string that holds JSON. No text if nothing can stand in for an expression.
pub(super) fn pattern(value: &Node, template: &str) -> Made {
    let mut printer = Printer { template, out: String::new(), made: Made::default() };
    let is_expression = matches!(value.kind, Kind::Expression(_));
    match &value.kind {
        Kind::Expression(text) if !text.trim_start().starts_with('{') => {
            printer.placeholder(&value.span, None);
            printer.made
        }
        // Or JSON with expressions in it, as `!Sub` has.
        Kind::String(text) | Kind::Expression(text) => {
            let source = template.get(value.span.clone()).unwrap_or_default();
            if let Some(expression) = no_text(text) {
                let start = source.find(expression).map(|at| value.span.start + at);
                let span = start.map_or(value.span.clone(), |start| start..start + expression.len());
                let expression = on_one_line(expression);
                printer.made.placeholders.push(Placeholder { expression, text: None, span });
                return printer.made;
            }
            if is_expression || text.contains(OPENING) {
                printer.placeholder(&value.span, Some(text));
            }
            // Exact where the string is written without escapes and indentation.
            let place = match source.find(text.as_str()) {
                Some(at) if !text.is_empty() => value.span.start + at..value.span.start + at + text.len(),
                _ => value.span.clone(),
            };
            printer.out.clone_from(text);
            printer.part(0, place);
            printer.made.text = Some(printer.out);
            printer.made
        }
        _ => {
            printer.value(value, false);
            printer.made.text = Some(printer.out);
            printer.made
        }
    }
}

struct Printer<'t> {
    template: &'t str,
    out: String,
    made: Made,
}

impl Printer<'_> {
    /// `in_array` tells whether the value is an element. Recursion is as deep as the readers let values nest.
    fn value(&mut self, value: &Node, in_array: bool) {
        let start = self.out.len();
        match &value.kind {
            Kind::Null => self.out.push_str("null"),
            Kind::Bool(yes) => self.out.push_str(if *yes { "true" } else { "false" }),
            Kind::Number(text) => self.out.push_str(text),
            Kind::String(text) => {
                if text.contains(OPENING) {
                    self.placeholder(&value.span, Some(text));
                }
                match is_one_expression(text) {
                    true => self.expression(text, in_array),
                    false => self.string(text),
                }
            }
            Kind::Expression(text) => {
                self.placeholder(&value.span, Some(text));
                self.expression(text, in_array);
            }
            Kind::Array(elements) => {
                self.out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        self.out.push(',');
                    }
                    self.value(element, true);
                }
                self.out.push(']');
            }
            Kind::Object(members) => match in_array.then(|| unknown_test(members)).flatten() {
                Some(text) => {
                    self.placeholder(&value.span, Some(&text));
                    self.string(&text);
                }
                None => self.object(members, in_array),
            },
        }
        self.part(start, value.span.clone());
    }

    /// What was printed from `start` on was made of this.
    fn part(&mut self, start: usize, template: Range<usize>) {
        let is_same = self.template.get(template.clone()) == self.out.get(start..);
        self.made.parts.push(Part { json: start..self.out.len(), template, is_same });
    }

    /// Whether what comes next is the value of a field, and not of an operator.
    fn in_field(&self) -> bool {
        self.out.ends_with(':')
    }

    fn object(&mut self, members: &[(Key, Node)], in_array: bool) {
        self.out.push('{');
        for (index, (key, member)) in members.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            if key.text.contains(OPENING) {
                self.placeholder(&key.span, Some(&key.text));
            }
            let start = self.out.len();
            self.string(&key.text);
            self.part(start, key.span.clone());
            self.out.push(':');
            self.value(member, in_array);
        }
        self.out.push('}');
    }

    /// The text of an expression; in the place of a field's tests, as one test.
    fn expression(&mut self, text: &str, in_array: bool) {
        let is_field = !in_array && self.in_field();
        self.out.push_str(if is_field { "[" } else { "" });
        self.string(text);
        self.out.push_str(if is_field { "]" } else { "" });
    }

    fn string(&mut self, text: &str) {
        self.out.push_str(&serde_json::Value::from(text).to_string());
    }

    /// Tells of an expression, and of the text that stands in for it.
    fn placeholder(&mut self, span: &Range<usize>, text: Option<&str>) {
        let expression = on_one_line(self.template.get(span.clone()).unwrap_or_default());
        self.made.placeholders.push(Placeholder { expression, text: text.map(on_one_line), span: span.clone() });
    }
}

/// What stands in for a test that an expression is part of, in a place where no text can be.
fn unknown_test(members: &[(Key, Node)]) -> Option<String> {
    let [(key, operand)] = members else { return None };
    if !STAND_INS.contains(&key.text.as_str()) {
        return None;
    }
    // Tests that differ have texts that differ.
    let mut text = key.text.clone();
    let mut is_unknown = false;
    for part in operand.elements() {
        if let Kind::Expression(shown) | Kind::String(shown) | Kind::Number(shown) = &part.kind {
            is_unknown |= matches!(part.kind, Kind::Expression(_)) || shown.contains(OPENING);
            text.push(' ');
            text.push_str(shown);
        }
    }
    is_unknown.then_some(text)
}

/// The first expression in a pattern's text in whose place no text can stand: one outside of strings, or one with quotes
/// of its own, which end the string that it is in. There is none in text that is JSON as it is.
fn no_text(text: &str) -> Option<&str> {
    if serde_json::from_str::<serde_json::Value>(text).is_ok() {
        return None;
    }
    let bytes = text.as_bytes();
    let (mut at, mut in_string) = (0, false);
    while let Some(byte) = bytes.get(at) {
        // A directive of Terraform's, `%{ if … }`, goes on behind its braces.
        let begins = matches!(byte, b'$' | b'%') && bytes.get(at + 1) == Some(&b'{');
        match byte {
            _ if begins => {
                let end = end_of_expression(bytes, at);
                let expression = text.get(at..end)?;
                if !in_string || expression.contains('"') {
                    return Some(expression);
                }
                at = end;
                continue;
            }
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether a text is one expression and no more.
fn is_one_expression(text: &str) -> bool {
    text.starts_with(OPENING) && end_of_expression(text.as_bytes(), 0) == text.len()
}

/// Where the expression that begins there ends: behind the brace that closes it, or with the text.
fn end_of_expression(text: &[u8], start: usize) -> usize {
    let (mut at, mut depth, mut in_string) = (start, 0_usize, false);
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// The beginning of a text, to be shown.
fn on_one_line(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut words = String::new();
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
        if words.len() > LONGEST {
            break;
        }
    }
    crate::pattern::render::visible(&words, LONGEST)
}
