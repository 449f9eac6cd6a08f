//! eventsieve itself.

use eventsieve::{CompileOptions, Event, EventError, Kernel, MatchSet, Matcher, Matches, Pattern, RuleSet, Scratch};

use crate::measure::RuleLines;
use crate::{Engine, locked};

#[derive(Clone, Copy)]
pub enum Mode {
    Strict,
    Trusted,
}

pub struct Sieve {
    mode: Mode,
    options: CompileOptions,
    matcher: Option<Matcher<u32>>,
    scratch: Scratch,
    set: MatchSet,
}

impl Sieve {
    /// With the best kernel if none is named.
    pub fn new(mode: Mode, kernel: Option<Kernel>) -> Self {
        let options = CompileOptions::new();
        let options = match kernel {
            Some(kernel) => options.kernel(kernel),
            None => options,
        };
        Sieve { mode, options, matcher: None, scratch: Scratch::new(), set: MatchSet::new() }
    }

    #[inline]
    fn matches(&mut self, event: &[u8]) -> Result<Matches<'_, u32>, EventError> {
        let matcher = self.matcher.as_ref().expect("built first");
        let event = match self.mode {
            Mode::Strict => Event::strict(event),
            Mode::Trusted => Event::trusted(event),
        };
        matcher.matches(event, &mut self.scratch, &mut self.set)
    }
}

impl Engine for Sieve {
    fn version(&self) -> String {
        match RuleSet::<u32>::new().compile_with(&self.options) {
            Ok(matcher) => format!("{}, kernel {}", locked("eventsieve"), matcher.kernel()),
            Err(error) => format!("unavailable: {error}"),
        }
    }

    fn build(&mut self, rules: &mut RuleLines) -> Result<Option<Vec<bool>>, String> {
        let mut set = RuleSet::new();
        let mut accepted = Vec::new();
        while let Some(rule) = rules.next()? {
            let id = u32::try_from(accepted.len()).map_err(|_| "too many rules".to_owned())?;
            let pattern = std::str::from_utf8(rule).ok().and_then(|rule| rule.parse::<Pattern>().ok());
            accepted.push(pattern.is_some_and(|pattern| set.insert(id, &pattern).is_ok()));
        }
        self.matcher = Some(set.compile_with(&self.options).map_err(|error| error.to_string())?);
        Ok(Some(accepted))
    }

    fn sum(&mut self, event: &[u8]) -> u64 {
        self.matches(event).map_or(0, |ids| ids.map(|id| u64::from(*id)).sum())
    }

    fn find(&mut self, event: &[u8], found: &mut Vec<u32>) -> bool {
        self.matches(event).map(|ids| found.extend(ids)).is_ok()
    }
}
