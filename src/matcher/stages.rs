//! The two halves of a match by themselves, for the benchmarks; feature `bench-internals`. Not part of the interface.

use super::engine::Wanted;
use super::leaves::Leaves;
use super::{MatchSet, Matcher, Scratch, ScratchParts, Settings};
use crate::event::Form;
use crate::scan::{self, Mode};
use crate::{Event, EventError};

impl<Id> Matcher<Id> {
    /// Scans a text, leaves what it found in the scratch, and tells how many leaves that is.
    ///
    /// # Errors
    ///
    /// As [`Matcher::matches`]; and no forms but text.
    #[doc(hidden)]
    pub fn stage_scan(&self, event: Event<'_>, scratch: &mut Scratch) -> Result<usize, EventError> {
        let ScratchParts { scan, leaves, .. } = &mut *scratch.parts;
        let (mode, text) = mode_and_text(event)?;
        let rules = &self.inner.engine;
        let Settings { kernel, max_event_depth: depth, .. } = self.inner.settings;
        let mut leaves = Leaves::new(text, leaves, rules.paths);
        scan::scan(kernel, mode, depth, text, &rules.trie, scan, &mut leaves)?;
        Ok(leaves.len())
    }

    /// Matches what [`Matcher::stage_scan`] has just found in the same event, and tells how many rules that is.
    ///
    /// # Errors
    ///
    /// As [`Matcher::matches`]; and no forms but text.
    #[doc(hidden)]
    pub fn stage_match(
        &self,
        event: Event<'_>,
        scratch: &mut Scratch,
        set: &mut MatchSet,
    ) -> Result<usize, EventError> {
        let ScratchParts { owner, leaves, engine, .. } = &mut *scratch.parts;
        let rules = &self.inner.engine;
        if *owner != self.inner.settings.serial {
            *owner = self.inner.settings.serial;
            engine.reset(rules);
        }
        let (_, text) = mode_and_text(event)?;
        let mut leaves = Leaves::again(text, leaves);
        rules
            .run(&mut leaves, engine, Wanted::All, self.inner.settings.array_budget)
            .map_err(|super::arrays::TooHard| EventError::array_budget())?;
        let found = engine.found();
        found.sort_unstable();
        set.rules.clear();
        set.rules.extend_from_slice(found);
        Ok(set.rules.len())
    }
}

fn mode_and_text(event: Event<'_>) -> Result<(Mode, &[u8]), EventError> {
    match event.form {
        Form::Strict(text) => Ok((Mode::Strict, text)),
        Form::Trusted(text) => Ok((Mode::Trusted, text)),
        _ => Err(EventError::size()),
    }
}
