//! The two halves of a match by themselves, for the benchmarks; feature `bench-internals`. Not part of the interface.

use super::engine::Wanted;
use super::leaves::Leaves;
use super::{Core, MatchSet, Matcher, Scratch, ScratchParts};
use crate::event::Form;
use crate::{Event, EventError};

impl<Id> Matcher<Id> {
    /// Scans an event, leaves what it found in the scratch, and tells how many leaves that is.
    ///
    /// # Errors
    ///
    /// As [`Matcher::matches`].
    #[doc(hidden)]
    pub fn stage_scan(&self, event: Event<'_>, scratch: &mut Scratch) -> Result<usize, EventError> {
        let ScratchParts { scan, leaves, walk, .. } = &mut *scratch.parts;
        Ok(self.inner.core.collect(event, scan, walk, leaves)?.len())
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
        let Core { engine: rules, settings } = &self.inner.core;
        self.inner.core.claim(owner, engine);
        let (Form::Strict(text) | Form::Trusted(text)) = event.form else { return Err(EventError::size()) };
        let mut leaves = Leaves::again(text, leaves);
        rules
            .run(&mut leaves, engine, Wanted::All, settings.array_budget)
            .map_err(|super::arrays::TooHard| EventError::array_budget())?;
        set.rules.clear();
        engine.found().move_to(&mut set.rules);
        Ok(set.rules.len())
    }
}
