//! A value of a template, in whatever language.

use std::collections::HashSet;
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

/// A key that an object has already: which of the two counts depends on who reads the template.
#[derive(Debug)]
pub(super) struct Twice(pub(super) Key);

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

    /// The members of this name.
    pub(super) fn all(&self, key: &str) -> impl Iterator<Item = &Node> {
        self.members().iter().filter(move |(name, _)| name.text == key).map(|(_, value)| value)
    }

    /// The member of this name, if there is one, and it isn't null.
    pub(super) fn get(&self, key: &str) -> Result<Option<&Node>, Twice> {
        let mut found = self.members().iter().filter(|(name, _)| name.text == key);
        let first = found.next().map(|(_, value)| value).filter(|value| !value.is_null());
        found.next().map_or(Ok(first), |(key, _)| Err(Twice(key.clone())))
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// Whether it is an object that hasn't this member, nor one that a macro may make into any.
    pub(super) fn is_without(&self, key: Option<&str>) -> bool {
        let may_be =
            |name: &Key, value: &Node| key == Some(&*name.text) && !value.is_null() || name.text.starts_with("Fn::");
        matches!(self.kind, Kind::Object(_)) && !self.members().iter().any(|(name, value)| may_be(name, value))
    }

    /// The members of an object, each of another name.
    pub(super) fn distinct(&self) -> Result<&[(Key, Node)], Twice> {
        let mut names = HashSet::new();
        match self.members().iter().find(|(key, _)| !names.insert(key.text.as_str())) {
            Some((key, _)) => Err(Twice(key.clone())),
            None => Ok(self.members()),
        }
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
