//! Options and limits of reading a pattern.

use super::ast::{Object, Span};
use super::error::{Fault, PatternError, PatternErrorKind};
use super::expansion::expansion;
use super::limits::Limits;
use super::parse::{Failure, Reading};
use super::{Pattern, parse};

/// Reads patterns, with options and limits.
///
/// ```
/// # use eventsieve::PatternParser;
/// let parser = PatternParser::new().max_bytes(2048);
/// let pattern = parser.parse(r#"{"source": ["aws.ec2"]}"#)?;
/// # Ok::<(), eventsieve::PatternError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatternParser {
    limits: Limits,
    or_as_field: bool,
}

impl PatternParser {
    /// The default limits, and no option on.
    pub fn new() -> Self {
        PatternParser::default()
    }

    /// For texts that were accepted before, perhaps under other limits.
    pub(crate) fn unlimited() -> Self {
        PatternParser::new()
            .max_bytes(usize::MAX)
            .max_depth(usize::MAX)
            .max_tests(usize::MAX)
            .max_or_combinations(usize::MAX)
            .max_expansion(usize::MAX)
    }

    /// Whether a rule in which any `$or` has another shape than the operator's is read again, with every `$or` in it as
    /// an ordinary field name (semantics, "Rules"). Off by default.
    ///
    /// For rules that are older than the operator. With it on, a rule that was meant as an alternative but is
    /// misspelt (a single alternative, say) may be read as one on a field `$or`, and then silently never match.
    #[must_use]
    pub fn or_as_field(mut self, yes: bool) -> Self {
        self.or_as_field = yes;
        self
    }

    /// How many bytes a rule may have: 256 KiB by default, at most 4 GiB − 1.
    ///
    /// A pattern holds several times the bytes of its text. The default is a hundred times what EventBridge allows
    /// (2,048 characters), which leaves room for lists of accounts or instances that a program has written.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.limits.max_bytes = bytes.min(Limits::HIGHEST_BYTES);
        self
    }

    /// How deep objects may be nested, the rule itself and alternatives of `$or` counted: 100 by default. More than
    /// 1,000 counts as 1,000, since a pattern's tree may be walked by recursion.
    ///
    /// Events of AWS services nest less than 20 deep, so a deeper rule is a mistake or an attack.
    #[must_use]
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.limits.max_depth = depth.min(Limits::HIGHEST_DEPTH);
        self
    }

    /// How many tests a rule may have as written, each value of an `anything-but` list counted: 10,000 by default.
    ///
    /// What a compiled rule costs in memory grows with its tests (some hundred bytes each), so this and the number of
    /// rules bound a rule set. The default is more than fits into EventBridge's 2,048 characters ten times over.
    #[must_use]
    pub fn max_tests(mut self, tests: usize) -> Self {
        self.limits.max_tests = tests;
        self
    }

    /// How many combinations of alternatives a rule's `$or` may come to: 1,000 by default, as EventBridge documents,
    /// and at least 1.
    ///
    /// Several `$or` multiply; the alternatives of one `$or` add up, each with the product of the `$or` inside it. Each
    /// combination is compiled as a rule of its own, and twenty `$or` of two alternatives are a million already.
    #[must_use]
    pub fn max_or_combinations(mut self, combinations: usize) -> Self {
        self.limits.max_or_combinations = combinations.max(1);
        self
    }

    /// How many bytes a rule's paths and combinations of `$or` may take when they are written out: 16 MiB by default.
    ///
    /// A short text can say much: a long key before thousands of short ones, a thousand combinations of hundreds of
    /// fields. The paths of all fields count, 8 bytes for each field of each combination, and 32 for each combination.
    #[must_use]
    pub fn max_expansion(mut self, bytes: usize) -> Self {
        self.limits.max_expansion = bytes;
        self
    }

    /// Reads a pattern from JSON text. Linear in the length of the text, valid or not.
    ///
    /// # Errors
    ///
    /// A [`PatternError`] if the text is not a rule (semantics, "Rules" and "Tests") or exceeds a limit. A text that
    /// isn't UTF-8, or that begins with a byte order mark, is an error like any other.
    pub fn parse(&self, text: impl AsRef<[u8]>) -> Result<Pattern, PatternError> {
        let bytes = text.as_ref();
        self.read(bytes).map_err(|failure| PatternError::new(failure.fault, failure.path, bytes))
    }

    fn read(&self, bytes: &[u8]) -> Result<Pattern, Failure> {
        let text = self.check_text(bytes)?;
        match self.read_as(text, Reading::OrAsOperator) {
            Err(operator) if self.or_as_field && operator.fault.kind() == PatternErrorKind::Or => {
                match self.read_as(text, Reading::OrAsField) {
                    Ok(root) => Ok(Pattern { root, or_as_field: true, source: text.into() }),
                    // The reading that came further knows better what is wrong.
                    Err(field) if field.fault.span().end > operator.fault.span().end => Err(field),
                    Err(field) => {
                        Err(Failure { fault: operator.fault.also_refused_as_field(&field.fault), ..operator })
                    }
                }
            }
            Err(failure) => Err(failure),
            Ok(root) => Ok(Pattern { root, or_as_field: false, source: text.into() }),
        }
    }

    fn read_as(&self, text: &str, reading: Reading) -> Result<Object, Failure> {
        let root = parse::Parser::new(text, &self.limits, reading).rule()?;
        let (bytes, max) = (expansion(&root), self.limits.max_expansion);
        if bytes > max {
            let message = format!(
                "the rule takes {bytes} bytes when its paths and `$or` are written out, at most {max} are allowed"
            );
            return Err(Failure::outside(Fault::new(PatternErrorKind::TooLarge, root.span, message)));
        }
        Ok(root)
    }

    /// What can be said of the text before it is read.
    fn check_text<'t>(&self, bytes: &'t [u8]) -> Result<&'t str, Failure> {
        let (len, max) = (bytes.len(), self.limits.max_bytes);
        if len > max {
            let message = format!("the rule is too long: {len} bytes, at most {max} are allowed");
            return Err(Failure::outside(Fault::new(PatternErrorKind::TooLong, Span::new(0, 0), message)));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let start = error.valid_up_to();
            let end = error.error_len().map_or(len, |bad| start + bad);
            let fault = Fault::new(PatternErrorKind::Utf8, Span::new(start, end), "the rule is not UTF-8 text");
            let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
            Failure::outside(if utf16 { fault.hint("it looks like UTF-16; save it as UTF-8") } else { fault })
        })?;
        const BYTE_ORDER_MARK: char = '\u{feff}';
        if text.starts_with(BYTE_ORDER_MARK) {
            let span = Span::new(0, BYTE_ORDER_MARK.len_utf8());
            let fault = Fault::new(PatternErrorKind::Syntax, span, "the rule begins with a byte order mark")
                .hint("save it as UTF-8 without the mark (U+FEFF)");
            return Err(Failure::outside(fault));
        }
        Ok(text)
    }
}
