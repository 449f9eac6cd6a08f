//! A value of a template, in whatever language.

use std::ops::Range;

#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Bytes of the template.
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    /// As JSON spells it.
    Number(String),
    String(String),
    Array(Vec<Node>),
    /// Keys may come twice.
    Object(Vec<(Key, Node)>),
    /// An expression: what stands in for it.
    Expression(String),
}

#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) span: Range<usize>,
    pub(super) text: String,
}

impl Node {
    /// The members of an object; none of anything else.
    pub(super) fn members(&self) -> &[(Key, Node)] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of an array; of anything else, itself.
    pub(super) fn elements(&self) -> &[Node] {
        match &self.kind {
            Kind::Array(elements) => elements,
            _ => std::slice::from_ref(self),
        }
    }

    /// The last member of this name, as whoever reads the template would have it.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.members().iter().rev().find(|(name, _)| name.text == key).map(|(_, value)| value)
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }
}

impl Node {
    /// Gives this place to all of it.
    pub(super) fn move_to(&mut self, span: &Range<usize>) {
        self.span = span.clone();
        match &mut self.kind {
            Kind::Array(elements) => elements.iter_mut().for_each(|element| element.move_to(span)),
            Kind::Object(members) => {
                for (key, value) in members {
                    key.span = span.clone();
                    value.move_to(span);
                }
            }
            _ => {}
        }
    }
}
