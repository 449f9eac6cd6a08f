//! What a lint finds, and how that is shown.

use std::fmt;
use std::ops::Range;

use serde_json::{Value, json};

use crate::pattern::render::{Excerpt, write_excerpt};

/// Something about a pattern that its author may not have meant.
///
/// The message, the hint and the related places are for people and may change; the code stays.
///
/// Non-exhaustive, as there may be more to say of a finding one day; nobody but a lint has to make one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Finding {
    /// What kind of finding it is.
    pub code: LintCode,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, in one line, without a final period.
    pub message: String,
    /// What to do about it, in one line, where that is known.
    pub hint: Option<String>,
    /// Where in the pattern's text, in bytes.
    pub span: Range<usize>,
    /// The path of the field, as [`PatternError::path`](crate::PatternError::path) has it. Empty if it is about the
    /// whole pattern.
    pub path: String,
    /// Other places of the same pattern that have to do with it.
    pub related: Vec<Related>,
}

/// Another place of the pattern, and what it has to do with a [`Finding`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Related {
    /// Where in the pattern's text, in bytes.
    pub span: Range<usize>,
    /// What is there, in one line.
    pub message: String,
}

/// How bad a [`Finding`] is. Ordered, notes first.
///
/// Exhaustive: these are the levels that editors, CI systems and SARIF know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing need be wrong.
    Note,
    /// Most likely not what was meant.
    Warning,
    /// The rule can't do its work.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kinds of [`Finding`]. Each has a [`code`](LintCode::code) under which [the list of lints](crate::_lint) explains
/// it with an example.
///
/// Non-exhaustive: there will be more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LintCode {
    /// No event matches the pattern.
    NeverMatches,
    /// Every event matches the pattern.
    AlwaysMatches,
    /// A test that no value passes.
    ImpossibleTest,
    /// A field whose tests hold for every event.
    FieldAlwaysHolds,
    /// A field that doesn't count, as a later one has the same path.
    OverwrittenField,
    /// A test that is there twice, if in another spelling.
    DuplicateTest,
    /// A test that accepts nothing that another one of the field doesn't.
    SubsumedTest,
    /// Tests that accept every value together, though none does alone.
    AnyValue,
    /// A field that is named like an operator.
    OperatorAsField,
    /// A `*` in a text that is no wildcard.
    PlainText,
    /// A number that equals only numbers that are spelt as it is.
    NotComparable,
    /// A value and fields are expected at one path.
    ValueAndFields,
    /// A rule that matches nothing that another one doesn't.
    CoveredRule,
    /// EventBridge's limit on the length of a pattern.
    EventbridgeSize,
    /// EventBridge's limit on the combinations of `$or`.
    EventbridgeOr,
    /// EventBridge's limit on the complexity of wildcards.
    EventbridgeWildcard,
    /// A field that events on EventBridge don't have, or that can't have such a value there.
    EventbridgeField,
    /// There was too much to compare, and not all of it was.
    Incomplete,
}

impl LintCode {
    /// All codes, in the order of the documentation.
    pub const ALL: &'static [LintCode] = &[
        LintCode::NeverMatches,
        LintCode::AlwaysMatches,
        LintCode::ImpossibleTest,
        LintCode::FieldAlwaysHolds,
        LintCode::OverwrittenField,
        LintCode::DuplicateTest,
        LintCode::SubsumedTest,
        LintCode::AnyValue,
        LintCode::OperatorAsField,
        LintCode::PlainText,
        LintCode::NotComparable,
        LintCode::ValueAndFields,
        LintCode::CoveredRule,
        LintCode::EventbridgeSize,
        LintCode::EventbridgeOr,
        LintCode::EventbridgeWildcard,
        LintCode::EventbridgeField,
        LintCode::Incomplete,
    ];

    /// The code's name, such as `never-matches`. It stays what it is.
    pub fn code(self) -> &'static str {
        match self {
            LintCode::NeverMatches => "never-matches",
            LintCode::AlwaysMatches => "always-matches",
            LintCode::ImpossibleTest => "impossible-test",
            LintCode::FieldAlwaysHolds => "field-always-holds",
            LintCode::OverwrittenField => "overwritten-field",
            LintCode::DuplicateTest => "duplicate-test",
            LintCode::SubsumedTest => "subsumed-test",
            LintCode::AnyValue => "any-value",
            LintCode::OperatorAsField => "operator-as-field",
            LintCode::PlainText => "plain-text",
            LintCode::NotComparable => "not-comparable",
            LintCode::ValueAndFields => "value-and-fields",
            LintCode::CoveredRule => "covered-rule",
            LintCode::EventbridgeSize => "eventbridge-size",
            LintCode::EventbridgeOr => "eventbridge-or",
            LintCode::EventbridgeWildcard => "eventbridge-wildcard",
            LintCode::EventbridgeField => "eventbridge-field",
            LintCode::Incomplete => "incomplete",
        }
    }

    /// What findings of this kind say, in one line.
    pub fn summary(self) -> &'static str {
        match self {
            LintCode::NeverMatches => "no event matches the pattern",
            LintCode::AlwaysMatches => "every event matches the pattern",
            LintCode::ImpossibleTest => "no value passes the test",
            LintCode::FieldAlwaysHolds => "the field holds for every event",
            LintCode::OverwrittenField => "a later field of the same path counts instead",
            LintCode::DuplicateTest => "the field has the same test twice",
            LintCode::SubsumedTest => "another test of the field accepts all that this one does",
            LintCode::AnyValue => "the tests of the field accept every value together",
            LintCode::OperatorAsField => "the field is named like an operator",
            LintCode::PlainText => "a `*` stands for itself where it looks like a wildcard",
            LintCode::NotComparable => "the number equals only numbers that are spelt as it is",
            LintCode::ValueAndFields => "a value and fields are expected at one path",
            LintCode::CoveredRule => "another rule matches all that this one does",
            LintCode::EventbridgeSize => "the pattern is longer than EventBridge allows",
            LintCode::EventbridgeOr => "`$or` comes to more combinations than EventBridge allows",
            LintCode::EventbridgeWildcard => "the wildcards may be more complex than EventBridge allows",
            LintCode::EventbridgeField => "events on EventBridge don't have this field, or no such value in it",
            LintCode::Incomplete => "there was too much to compare",
        }
    }
}

/// The [code](LintCode::code).
impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Finding {
    pub(super) fn new(code: LintCode, severity: Severity, span: Range<usize>, message: impl Into<String>) -> Self {
        let (hint, path, related) = (None, String::new(), Vec::new());
        Finding { code, severity, message: message.into(), hint, span, path, related }
    }

    pub(super) fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn related(mut self, span: Range<usize>, message: impl Into<String>) -> Self {
        self.related.push(Related { span, message: message.into() });
        self
    }

    /// The line and the column at which [`Finding::span`] begins, in the text that the pattern was read from; the first
    /// are 1, and columns are counted in characters. Linear in the offset.
    ///
    /// ```
    /// # use eventsieve::Pattern;
    /// let pattern: Pattern = "{\"source\":\n [\"é\", \"x\", \"x\"]}".parse()?;
    /// assert_eq!(pattern.lint()[0].place_in(pattern.text()), (2, 13));
    /// # Ok::<(), eventsieve::PatternError>(())
    /// ```
    pub fn place_in(&self, text: impl AsRef<[u8]>) -> (usize, usize) {
        let Excerpt { line, column, .. } = Excerpt::new(text.as_ref(), self.span.clone());
        (line, column)
    }

    /// The finding as JSON: an object of `code`, `severity`, `message`, `span` (its two ends in bytes), `path`, `hint`
    /// if there is one, and `related` (objects of `span` and `message`).
    pub fn to_json(&self) -> Value {
        let related: Vec<_> = self
            .related
            .iter()
            .map(|related| json!({"span": [related.span.start, related.span.end], "message": related.message}))
            .collect();
        let mut json = json!({
            "code": self.code.code(),
            "severity": self.severity.as_str(),
            "message": self.message,
            "span": [self.span.start, self.span.end],
            "path": self.path,
            "related": related,
        });
        if let (Some(hint), Some(object)) = (&self.hint, json.as_object_mut()) {
            object.insert("hint".to_owned(), Value::from(hint.as_str()));
        }
        json
    }

    /// The finding of which [`Finding::to_json`] is this; `None` if it is of none, or of one with a code that is not known
    /// here.
    ///
    /// ```
    /// # use eventsieve::{Finding, Pattern};
    /// let pattern: Pattern = r#"{"source": ["x", "x"]}"#.parse()?;
    /// let finding = &pattern.lint()[0];
    /// assert_eq!(Finding::from_json(&finding.to_json()).as_ref(), Some(finding));
    /// # Ok::<(), eventsieve::PatternError>(())
    /// ```
    pub fn from_json(json: &Value) -> Option<Self> {
        let text = |json: &Value, key: &str| json.get(key).and_then(Value::as_str).map(str::to_owned);
        let end = |json: &Value, which: usize| usize::try_from(json.get("span")?.get(which)?.as_u64()?).ok();
        let span = |json: &Value| Some(end(json, 0)?..end(json, 1)?);
        let related = |json: &Value| Some(Related { span: span(json)?, message: text(json, "message")? });
        let (code, severity) = (text(json, "code")?, text(json, "severity")?);
        let severities = [Severity::Note, Severity::Warning, Severity::Error];
        Some(Finding {
            code: LintCode::ALL.iter().copied().find(|known| known.code() == code)?,
            severity: severities.into_iter().find(|known| known.as_str() == severity)?,
            message: text(json, "message")?,
            hint: text(json, "hint"),
            span: span(json)?,
            path: text(json, "path")?,
            related: json.get("related")?.as_array()?.iter().map(related).collect::<Option<_>>()?,
        })
    }

    /// The finding for people, over several lines, with marks under the place in the pattern's text. `text` is what the
    /// pattern was read from.
    ///
    /// ```
    /// let text = r#"{"source": [{"prefix": "aws."}, "aws.ec2"]}"#;
    /// let finding = &text.parse::<eventsieve::Pattern>()?.lint()[0];
    /// assert_eq!(
    ///     finding.render(text),
    ///     r#"warning[subsumed-test]: the test accepts nothing that another one of the field doesn't
    ///   --> line 1, column 33, field `source`
    ///   |
    /// 1 | {"source": [{"prefix": "aws."}, "aws.ec2"]}
    ///   |                                 ^^^^^^^^^
    ///   = column 13: this test accepts all of it"#
    /// );
    /// # Ok::<(), eventsieve::PatternError>(())
    /// ```
    pub fn render(&self, text: impl AsRef<[u8]>) -> String {
        self.render_in(text, |span| span)
    }

    /// As [`Finding::render`], of a pattern that stands in a larger text, such as a file of rules. `place` says where in
    /// the text a span of the pattern is.
    pub fn render_in(&self, text: impl AsRef<[u8]>, place: impl Fn(Range<usize>) -> Range<usize>) -> String {
        let text = text.as_ref();
        let excerpt = Excerpt::new(text, place(self.span.clone()));
        let mut out = format!("{}[{}]: {}\n", self.severity, self.code, self.message);
        let mut notes = Vec::new();
        for related in &self.related {
            let at = Excerpt::new(text, place(related.span.clone()));
            let line = if at.line == excerpt.line { String::new() } else { format!("line {}, ", at.line) };
            notes.push(format!("{line}column {}: {}", at.column, related.message));
        }
        notes.extend(self.hint.as_ref().map(|hint| format!("hint: {hint}")));
        // Writing to a string doesn't fail.
        let _ = write_excerpt(&mut out, &excerpt, &self.path, &notes);
        out
    }
}

/// The first lines of [`Finding::render`], which need no text: severity, code, message.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity, self.code, self.message)
    }
}
