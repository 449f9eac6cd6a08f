//! What is wrong with a rule, where, and what to do about it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::ast::Span;
use super::render::{Excerpt, write_excerpt};

/// Why a text is not a pattern, with the place in the text.
///
/// Its [`Display`](fmt::Display) is meant for the author of the rule, over several lines:
///
/// ```text
/// a field's value must be an array of tests, found a string
///   --> line 3, column 13, field `detail.state`
///   |
/// 3 |   "state": "running"
///   |            ^^^^^^^^^
///   = hint: write `["running"]`
/// ```
///
/// There is no line break at the end. Text of the rule is cut to what fits, and characters that would not be seen as they
/// are (control characters, marks of writing direction) are replaced, so that it may be printed to a terminal.
#[derive(Clone, PartialEq, Eq)]
pub struct PatternError {
    // Boxed, so that the result of reading a pattern stays small.
    report: Box<Report>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Report {
    fault: Fault,
    path: String,
    excerpt: Excerpt,
}

/// The same as [`Display`](fmt::Display): this is what a `main` that returns the error shows.
impl fmt::Debug for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The kinds of [`PatternError`], by what has to be done about them.
///
/// `#[non_exhaustive]`, because a new operator or limit brings new ways to be wrong, and nothing is lost: whoever tells
/// the kinds apart still needs an answer for those that it can only print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PatternErrorKind {
    /// The text is not UTF-8.
    Utf8,
    /// The text is not JSON by RFC 8259, or there is text after the rule.
    Syntax,
    /// A string has an escape that is half of a surrogate pair, so that it isn't text.
    Surrogate,
    /// The JSON is not a rule: not an object, a value that is neither an object nor an array, an empty object or array.
    Structure,
    /// A `$or` that isn't an array of at least two objects, or with a reserved name inside. With
    /// [`PatternParser::or_as_field`](crate::PatternParser::or_as_field), a rule that can't be read with `$or` as a
    /// field either.
    Or,
    /// A test object that doesn't have exactly one key, or whose key is not an operator.
    Operator,
    /// An operator's value has the wrong type or shape: a list where a string is needed, an empty range, an unknown
    /// comparison.
    Operand,
    /// A number that is not comparable (semantics, "Numbers") where one is needed.
    Number,
    /// A wildcard with `**`, or with a backslash that escapes neither `*` nor `\`.
    Wildcard,
    /// A `cidr` text that is not an address block (semantics, "Addresses").
    Cidr,
    /// More bytes than [`PatternParser::max_bytes`](crate::PatternParser::max_bytes) allows.
    TooLong,
    /// Deeper than [`PatternParser::max_depth`](crate::PatternParser::max_depth) allows.
    TooDeep,
    /// More tests than [`PatternParser::max_tests`](crate::PatternParser::max_tests) allows.
    TooManyTests,
    /// More than [`PatternParser::max_or_combinations`](crate::PatternParser::max_or_combinations) allows.
    TooManyCombinations,
    /// More than [`PatternParser::max_expansion`](crate::PatternParser::max_expansion) allows.
    TooLarge,
}

impl PatternError {
    /// `text` is the whole rule as it was given; `path` as [`path`](Self::path) shows it.
    pub(super) fn new(fault: Fault, path: String, text: &[u8]) -> Self {
        let excerpt = Excerpt::new(text, fault.span());
        PatternError { report: Box::new(Report { fault, path, excerpt }) }
    }

    /// What kind of error.
    pub fn kind(&self) -> PatternErrorKind {
        self.report.fault.kind()
    }

    /// The path of the field or object in which the error is: keys joined with `.`, as in the rule, and `$or[1]` for
    /// the second alternative of a `$or`. Empty at the top of the rule.
    pub fn path(&self) -> &str {
        &self.report.path
    }

    /// Where in the text, in bytes. Empty at the end of the text, and for a rule that is too long to be read.
    pub fn span(&self) -> Range<usize> {
        self.report.fault.span()
    }

    /// The line in which the span begins; the first is 1.
    pub fn line(&self) -> usize {
        self.report.excerpt.line
    }

    /// The column at which the span begins, in characters; the first is 1.
    pub fn column(&self) -> usize {
        self.report.excerpt.column
    }

    /// What is wrong, in one line.
    pub fn message(&self) -> &str {
        &self.report.fault.0.message
    }

    /// What to do about it, in one line, where that is known.
    pub fn hint(&self) -> Option<&str> {
        self.report.fault.0.hint.as_deref()
    }

    /// The error for people, as its [`Display`](fmt::Display) has it, of a pattern that stands in a larger text, such as a
    /// file of rules. `place` says where in the text a span of the pattern is. Linear in the text before that.
    ///
    /// ```
    /// let (rules, rule) = ("{\n  \"stopped\": {\"state\": 5}\n}", 15..27);
    /// let error = rules[rule.clone()].parse::<eventsieve::Pattern>().unwrap_err();
    /// assert_eq!(
    ///     error.render_in(rules, |span| rule.start + span.start..rule.start + span.end),
    ///     r#"a field's value must be an array of tests, found a number
    ///   --> line 2, column 24, field `state`
    ///   |
    /// 2 |   "stopped": {"state": 5}
    ///   |                        ^
    ///   = hint: write `[5]`"#
    /// );
    /// ```
    pub fn render_in(&self, text: impl AsRef<[u8]>, place: impl Fn(Range<usize>) -> Range<usize>) -> String {
        let mut out = String::new();
        // Writing to a string doesn't fail.
        let _ = self.write(&mut out, &Excerpt::new(text.as_ref(), place(self.span())));
        out
    }

    fn write(&self, out: &mut impl fmt::Write, excerpt: &Excerpt) -> fmt::Result {
        let hint = self.hint().map(|hint| format!("hint: {hint}"));
        writeln!(out, "{}", self.message())?;
        write_excerpt(out, excerpt, self.path(), hint.as_slice())
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &self.report.excerpt)
    }
}

impl std::error::Error for PatternError {}

/// An error before its place is worked out: what the parts of the parser return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault(Box<Details>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    kind: PatternErrorKind,
    span: Range<usize>,
    message: Cow<'static, str>,
    hint: Option<Cow<'static, str>>,
}

impl Fault {
    #[cold]
    pub(super) fn new(kind: PatternErrorKind, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Fault(Box::new(Details { kind, span: span.range(), message: message.into(), hint: None }))
    }

    /// Adds what to do about it.
    pub(super) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds what to do about it, if that is known.
    pub(super) fn maybe_hint(mut self, hint: Option<impl Into<Cow<'static, str>>>) -> Self {
        self.0.hint = hint.map(Into::into);
        self
    }

    /// Replaces the hint of a misshapen `$or` after the option that it speaks of has not helped.
    pub(super) fn also_refused_as_field(self, field: &Fault) -> Self {
        self.hint(format!("with `$or` as the name of a field, the rule is refused too: {}", field.0.message))
    }

    pub(super) fn kind(&self) -> PatternErrorKind {
        self.0.kind
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.0.span.clone()
    }
}
