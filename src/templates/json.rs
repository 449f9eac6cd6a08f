//! From a template's value to the pattern's JSON text.

use std::ops::Range;

use super::node::{Kind, Node};
use super::{Part, Placeholder};

/// A pattern made of a value.
#[derive(Default)]
pub(super) struct Made {
    pub(super) text: Option<String>,
    pub(super) placeholders: Vec<Placeholder>,
    /// What of the template each part of the text was made of.
    pub(super) parts: Vec<Part>,
}

/// Makes a pattern of a value: an object, or a string that holds JSON.
pub(super) fn pattern(value: &Node, template: &str) -> Made {
    let mut printer = Printer { template, out: String::new(), made: Made::default() };
    match &value.kind {
        Kind::Expression(_) => {
            printer.placeholder(value);
            printer.made
        }
        Kind::String(text) => {
            let source = template.get(value.span.clone()).unwrap_or_default();
            if text.contains("${") {
                printer.placeholder(value);
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
                if text.contains("${") {
                    self.placeholder(value);
                }
                self.string(text);
            }
            Kind::Expression(text) => {
                self.placeholder(value);
                // In the place of a field's tests, one test.
                let is_field = !in_array && self.in_field();
                self.out.push_str(if is_field { "[" } else { "" });
                self.string(text);
                self.out.push_str(if is_field { "]" } else { "" });
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
            Kind::Object(members) => {
                self.out.push('{');
                for (index, (key, member)) in members.iter().enumerate() {
                    if index > 0 {
                        self.out.push(',');
                    }
                    let start = self.out.len();
                    self.string(&key.text);
                    self.part(start, key.span.clone());
                    self.out.push(':');
                    self.value(member, in_array);
                }
                self.out.push('}');
            }
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

    fn string(&mut self, text: &str) {
        self.out.push_str(&serde_json::Value::from(text).to_string());
    }

    fn placeholder(&mut self, value: &Node) {
        const LONGEST: usize = 60;
        let source = self.template.get(value.span.clone()).unwrap_or_default();
        let mut words = String::new();
        for word in source.split_whitespace() {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
            if words.len() > LONGEST {
                break;
            }
        }
        let expression = crate::pattern::render::visible(&words, LONGEST);
        self.made.placeholders.push(Placeholder { expression, span: value.span.clone() });
    }
}
