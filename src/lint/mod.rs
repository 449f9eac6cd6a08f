//! What a pattern's author may not have meant, and whether one pattern covers another.
//!
//! ```text
//! pattern ─ conjunctions (alternatives written out) ─┬─ tests_of_field, pattern, eventbridge ─▶ findings
//!             └ values (what a test accepts)         └─ implies ─ rules ─▶ findings of a rule set
//! ```
//!
//! What is said to hold of all events holds of all by [the semantics](crate::_semantics); where that can't be told,
//! nothing is said.

mod complexity;
mod conjunctions;
pub(crate) mod eventbridge;
mod finding;
mod implies;
mod pattern;
mod rules;
mod tests_of_field;
mod values;

use self::conjunctions::Expanded;
use self::values::Budget;
use crate::Pattern;

pub use self::finding::{Finding, LintCode, Related, Severity};

/// Steps of one pattern's lint; a step compares two tests.
const STEPS: u64 = 5_000_000;

/// Looks for what is suspicious about patterns. [The list of lints](crate::_lint) has each with an example.
///
/// ```
/// use eventsieve::{LintCode, Linter, Pattern};
///
/// let pattern: Pattern = r#"{"total": [{"numeric": [">", 100]}, 250]}"#.parse()?;
/// let codes = |linter: Linter| linter.pattern(&pattern).iter().map(|finding| finding.code).collect::<Vec<_>>();
///
/// // Events on EventBridge have their own fields in `detail`.
/// assert_eq!(codes(Linter::new()), [LintCode::EventbridgeField, LintCode::SubsumedTest]);
/// assert_eq!(codes(Linter::new().eventbridge(false)), [LintCode::SubsumedTest]);
/// # Ok::<(), eventsieve::PatternError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linter {
    eventbridge: bool,
}

impl Default for Linter {
    fn default() -> Self {
        Linter { eventbridge: true }
    }
}

/// A finding about one of several patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleFinding<Id> {
    /// The id of the rule.
    pub id: Id,
    /// Which pattern: its position among all that were given, over all ids.
    pub pattern: usize,
    /// What was found.
    pub finding: Finding,
    /// The pattern that the finding is about, besides: its id and its position. For [`LintCode::CoveredRule`] the one
    /// that covers.
    pub other: Option<(Id, usize)>,
}

impl Linter {
    /// All lints.
    pub fn new() -> Self {
        Linter::default()
    }

    /// Whether patterns are for Amazon EventBridge: whether to look for what it refuses, and for fields that its events
    /// can't have. On by default; off, only what holds of events of any shape is told.
    #[must_use]
    pub fn eventbridge(mut self, yes: bool) -> Self {
        self.eventbridge = yes;
        self
    }

    /// What is suspicious about one pattern, in the order of the text.
    ///
    /// # Complexity
    ///
    /// Linear in the pattern and its combinations of `$or`, and in the product of a field's tests and those of them that
    /// accept more than one value. After five million comparisons the rest is left out, with a finding that says so
    /// ([`LintCode::Incomplete`]).
    pub fn pattern(&self, pattern: &Pattern) -> Vec<Finding> {
        self.expanded(pattern, &Expanded::new(pattern))
    }

    fn expanded(&self, pattern: &Pattern, expanded: &Expanded<'_>) -> Vec<Finding> {
        let mut budget = Budget::new(STEPS);
        let mut findings = Vec::new();
        for field in &expanded.fields {
            tests_of_field::lint(field, &mut budget, &mut findings);
        }
        pattern::lint(pattern, expanded, &mut budget, &mut findings);
        if self.eventbridge {
            eventbridge::lint(pattern, expanded, &mut budget, &mut findings);
        }
        if budget.is_spent() {
            let message = "the pattern has too many tests for all of them to be compared";
            findings.push(Finding::new(LintCode::Incomplete, Severity::Note, pattern.root.span.range(), message));
        }
        findings.sort_by(|one, other| {
            (one.span.start, one.code, one.span.end).cmp(&(other.span.start, other.code, other.span.end))
        });
        findings
    }

    /// What is suspicious about each of several patterns, and which of them are covered by others. In the order in which
    /// they are given; patterns may share an id and are alternatives then.
    ///
    /// ```
    /// use eventsieve::{LintCode, Linter, Pattern};
    ///
    /// let wide: Pattern = r#"{"source": [{"prefix": "aws."}]}"#.parse()?;
    /// let narrow: Pattern = r#"{"source": ["aws.ec2"], "region": ["eu-west-1"]}"#.parse()?;
    /// let findings = Linter::new().rules([("narrow", &narrow), ("wide", &wide)]);
    /// assert_eq!((findings[0].id, findings[0].finding.code), ("narrow", LintCode::CoveredRule));
    /// assert_eq!(findings[0].other, Some(("wide", 1)));
    /// # Ok::<(), eventsieve::PatternError>(())
    /// ```
    ///
    /// # Complexity
    ///
    /// As [`Linter::pattern`] for each. Each pattern is compared only with those that ask for one of its fields in a way
    /// that fits; there is a bound for each pattern and for all, and a finding says so where it was met.
    pub fn rules<'p, Id: Clone + Eq>(
        &self,
        patterns: impl IntoIterator<Item = (Id, &'p Pattern)>,
    ) -> Vec<RuleFinding<Id>> {
        let rules: Vec<(Id, &Pattern)> = patterns.into_iter().collect();
        let expanded: Vec<_> = rules.iter().map(|(_, pattern)| Expanded::new(pattern)).collect();
        let covered = rules::covered(&expanded);
        let mut findings = Vec::new();
        for (number, (((id, pattern), expanded), by)) in rules.iter().zip(&expanded).zip(&covered.by).enumerate() {
            let mut add = |finding, other| {
                findings.push(RuleFinding { id: id.clone(), pattern: number, finding, other });
            };
            if let Some((by, (other, _))) = by.and_then(|by| Some((by, rules.get(by)?))) {
                let message = if other == id {
                    "another pattern of the same rule matches all that this one does"
                } else {
                    "another rule matches all that this one does"
                };
                let finding = Finding::new(LintCode::CoveredRule, Severity::Note, pattern.root.span.range(), message);
                add(finding, Some((other.clone(), by)));
            }
            self.expanded(pattern, expanded).into_iter().for_each(|finding| add(finding, None));
        }
        if let (1.., Some((id, pattern))) = (covered.unfinished, rules.last()) {
            let message = format!("{} rules were not compared with all that might cover them", covered.unfinished);
            let finding = Finding::new(LintCode::Incomplete, Severity::Note, pattern.root.span.range(), message);
            findings.push(RuleFinding { id: id.clone(), pattern: rules.len() - 1, finding, other: None });
        }
        findings
    }
}

impl Pattern {
    /// What is suspicious about this pattern: [`Linter::pattern`] with all lints.
    ///
    /// ```
    /// # use eventsieve::{LintCode, Pattern};
    /// let pattern: Pattern = r#"{"account": [123456789012]}"#.parse()?;
    /// let findings = pattern.lint();
    /// assert_eq!(findings[0].code, LintCode::EventbridgeField); // an account is a string
    /// # Ok::<(), eventsieve::PatternError>(())
    /// ```
    pub fn lint(&self) -> Vec<Finding> {
        Linter::new().pattern(self)
    }
}
