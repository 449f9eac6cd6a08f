//! What a pattern says, in the order and spelling in which its author said it.
//!
//! The tree keeps everything that the canonical print shows (order of keys, spelling of numbers, a single value or a
//! list of one) and the byte span of every part, so that errors, explanations and lints can point at the text. It
//! knows nothing of how events are matched.

use std::hash::{Hash, Hasher};
use std::ops::Range;

/// A byte range of the pattern's text. It does not take part in comparisons: all spans are equal, so that parts of
/// patterns are equal where they say the same.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

impl Hash for Span {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Span {
    /// Of byte offsets. A text of 4 GiB or more is refused before it is read.
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Span { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
    }

    /// From the start of this span to the end of another.
    pub(crate) fn to(self, last: Span) -> Self {
        Span { start: self.start, end: last.end }
    }

    /// The span as a range of byte offsets.
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A JSON object of a pattern: the whole rule, a level of nesting, or an alternative of `$or`. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Object {
    pub(crate) span: Span,
    pub(crate) members: Vec<Member>,
}

/// One member of an [`Object`], in the order of the text. A key may come twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Member {
    /// `"key": { … }`: the paths inside continue with `key`.
    Descend { key: Key, object: Object },
    /// `"key": [ … ]`: the tests on one field, at least one.
    Field { key: Key, span: Span, tests: Vec<Test> },
    /// `"$or": [ { … }, { … } ]`: at least two alternatives. `span` is the array's.
    Or { key_span: Span, span: Span, alternatives: Vec<Object> },
}

/// A key, unescaped. Its dots are the same as nesting.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) span: Span,
    pub(crate) text: Box<str>,
}

/// One test on a field's value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Test {
    pub(crate) span: Span,
    pub(crate) kind: TestKind,
}

/// The tests of the language. Strings are unescaped, except that a wildcard keeps its own escapes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TestKind {
    /// `"text"`
    String(Box<str>),
    /// `5`, `1.50`, `1e2`
    Number(Number),
    /// `true`, `false`, `null`
    Literal(Literal),
    /// `{"exactly": "text"}`
    Exactly(Box<str>),
    /// `{"prefix": "text"}`
    Prefix(Box<str>),
    /// `{"prefix": {"equals-ignore-case": "text"}}`
    PrefixIgnoreCase(Box<str>),
    /// `{"suffix": "text"}`
    Suffix(Box<str>),
    /// `{"suffix": {"equals-ignore-case": "text"}}`
    SuffixIgnoreCase(Box<str>),
    /// `{"equals-ignore-case": "text"}`
    EqualsIgnoreCase(Box<str>),
    /// `{"wildcard": "te*t"}`, with its escapes `\*` and `\\` as written (after JSON's own are undone)
    /// (see [`wildcard_segments`](super::wildcard_segments)).
    Wildcard(Box<str>),
    /// `{"numeric": [ … ]}`; the numbers are comparable.
    Numeric(Numeric),
    /// `{"cidr": "address/bits"}`, as written; it is a valid block.
    Cidr(Box<str>),
    /// `{"exists": true}`, `{"exists": false}`
    Exists(bool),
    /// `{"anything-but": … }`
    AnythingBut(AnythingBut),
}

impl TestKind {
    /// The text of a test that compares strings, if it has one text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            TestKind::String(text)
            | TestKind::Exactly(text)
            | TestKind::Prefix(text)
            | TestKind::PrefixIgnoreCase(text)
            | TestKind::Suffix(text)
            | TestKind::SuffixIgnoreCase(text)
            | TestKind::EqualsIgnoreCase(text)
            | TestKind::Wildcard(text) => Some(text),
            _ => None,
        }
    }
}

/// A JSON number as it is spelt.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Number {
    pub(crate) text: Box<str>,
}

/// A JSON literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Literal {
    /// `false`
    False,
    /// `true`
    True,
    /// `null`
    Null,
}

/// The comparisons of a `numeric` test.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Numeric {
    /// `["=", n]`
    Equal(Number),
    /// `[">", n]`, `["<=", n]`, `[">=", a, "<", b]`: at least one bound, and lower < upper where there are both.
    Range { lower: Option<Bound>, upper: Option<Bound> },
}

/// One end of a numeric range.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Bound {
    /// `>=` or `<=`, not `>` or `<`
    pub(crate) inclusive: bool,
    pub(crate) number: Number,
}

/// What a leaf must not be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum AnythingBut {
    /// `"text"`, `["a", "b"]`
    Strings(OneOrMany<Box<str>>),
    /// `5`, `[5, 6]`; the numbers are comparable.
    Numbers(OneOrMany<Number>),
    /// `{"prefix": … }`; no text is empty.
    Prefix(OneOrMany<Box<str>>),
    /// `{"suffix": … }`; no text is empty.
    Suffix(OneOrMany<Box<str>>),
    /// `{"equals-ignore-case": … }`
    EqualsIgnoreCase(OneOrMany<Box<str>>),
    /// `{"wildcard": … }`, with escapes as in [`TestKind::Wildcard`].
    Wildcard(OneOrMany<Box<str>>),
}

/// A single value, or a list (which is not empty, and may hold just one).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// The values, one or more.
    pub(crate) fn values(&self) -> &[T] {
        match self {
            OneOrMany::One(value) => std::slice::from_ref(value),
            OneOrMany::Many(values) => values,
        }
    }
}
