//! One pattern against one event.

use super::Pattern;
use crate::{Event, EventError, RuleSet, Scratch};

impl Pattern {
    /// Whether the pattern matches the event.
    ///
    /// For a test now and then: it compiles the pattern each time, which takes some microseconds and, for a pattern of
    /// thousands of tests, milliseconds. To match many events, or one against many patterns, compile a [`RuleSet`].
    ///
    /// ```
    /// let pattern: eventsieve::Pattern = r#"{"detail": {"count": [{"numeric": [">", 5]}]}}"#.parse()?;
    /// assert!(pattern.matches(r#"{"detail": {"count": 7}}"#)?);
    /// assert!(!pattern.matches(r#"{"detail": {"count": "7"}}"#)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Matcher::matches`](crate::Matcher::matches).
    pub fn matches<'e>(&self, event: impl Into<Event<'e>>) -> Result<bool, EventError> {
        RuleSet::of_one(self).is_match(event, &mut Scratch::new())
    }
}
