//! The crate `quamina`, with its limits as they are or, where those refuse a rule, without.

use std::panic::{AssertUnwindSafe, catch_unwind};

use quamina::{MatcherBuildMode, QuaminaBuilder, QuaminaError};

use crate::measure::RuleLines;
use crate::{Engine, locked};

pub struct Quamina {
    mode: MatcherBuildMode,
    engine: Option<quamina::Quamina<u32>>,
    raised: bool,
}

impl Quamina {
    pub fn new(mode: MatcherBuildMode) -> Self {
        Quamina { mode, engine: None, raised: false }
    }

    fn matches(&self, event: &[u8]) -> Option<Vec<u32>> {
        let engine = self.engine.as_ref().expect("built first");
        catch_unwind(AssertUnwindSafe(|| engine.matches_for_event(event).ok())).ok().flatten()
    }
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

impl Engine for Quamina {
    fn version(&self) -> String {
        format!("{}, {:?}", locked("quamina"), self.mode)
    }

    fn build(&mut self, rules: &mut RuleLines) -> Result<Option<Vec<bool>>, String> {
        let mut builder = QuaminaBuilder::<u32>::new();
        if self.raised {
            builder = builder
                .with_max_pattern_depth(100_000)
                .with_max_fields_per_pattern(1 << 20)
                .with_max_states_per_pattern(1 << 24)
                .with_arena_byte_budget(64 << 30);
        }
        let mut engine = builder.build().map_err(|error| error.to_string())?;
        engine.set_matcher_build_mode(self.mode);
        let mut accepted = Vec::new();
        while let Some(rule) = rules.next()? {
            let id = u32::try_from(accepted.len()).map_err(|_| "too many rules".to_owned())?;
            let added = std::str::from_utf8(rule).map(|rule| {
                // A panic is a refusal. What it left behind is the engine's own affair.
                catch_unwind(AssertUnwindSafe(|| engine.add_pattern(id, rule)))
            });
            if let Ok(Ok(Err(QuaminaError::PatternTooComplex(_)))) = added
                && !self.raised
            {
                self.raised = true;
                return Ok(None);
            }
            accepted.push(matches!(added, Ok(Ok(Ok(())))));
        }
        // The first match freezes the automaton, which is part of the build. An engine that panics then has no matcher.
        catch_unwind(AssertUnwindSafe(|| engine.matches_for_event(b"{}").is_ok()))
            .map_err(|panic| format!("it panics when its automaton is frozen: {}", text_of(panic.as_ref())))?;
        self.engine = Some(engine);
        Ok(Some(accepted))
    }

    fn sum(&mut self, event: &[u8]) -> u64 {
        self.matches(event).map_or(0, |ids| ids.into_iter().map(u64::from).sum())
    }

    fn find(&mut self, event: &[u8], found: &mut Vec<u32>) -> bool {
        self.matches(event).map(|ids| found.extend(ids)).is_some()
    }
}
