//! One pattern under an id, and where it is filed.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

/// A pattern under an id. It is shared by everything that has to do with it.
pub(super) struct Rule<Id> {
    pub(super) id: Id,
    /// Numbers ids in the order in which they were first inserted.
    pub(super) order: u64,
    /// The pattern's canonical print.
    pub(super) text: Box<str>,
    pub(super) or_as_field: bool,
    /// Bytes of the text, and of what it comes to when it is written out.
    pub(super) size: u32,
    /// Its numbers where it may be: by a segment's [`slot`](super::generation::Segment::slot), and then in a tail. Some
    /// may be out of date, so each has to be checked.
    pub(super) places: [AtomicU32; SLOTS + 1],
}

/// As many segments as may hold a rule at a time: of two that readers see, and of the one that is being made of them.
pub(super) const SLOTS: usize = 3;

impl<Id> Rule<Id> {
    pub(super) fn new(id: Id, order: u64, draft: Draft) -> Arc<Self> {
        let Draft { text, or_as_field, size } = draft;
        Arc::new(Rule { id, order, text, or_as_field, size, places: Default::default() })
    }

    pub(super) fn is(&self, draft: &Draft) -> bool {
        self.or_as_field == draft.or_as_field && self.text == draft.text
    }
}

/// A pattern that is to be a rule.
pub(super) struct Draft {
    pub(super) text: Box<str>,
    pub(super) or_as_field: bool,
    pub(super) size: u32,
}

impl Draft {
    pub(super) fn new(pattern: &crate::Pattern) -> Self {
        let text = pattern.print().into_boxed_str();
        let size = text.len().saturating_add(crate::pattern::expansion(&pattern.root));
        Draft { text, or_as_field: pattern.or_as_field, size: u32::try_from(size).unwrap_or(u32::MAX) }
    }

    /// The size of several together.
    pub(super) fn size_of_all<'d>(drafts: impl Iterator<Item = &'d Draft>) -> usize {
        drafts.map(|draft| draft.size as usize).fold(0, usize::saturating_add)
    }
}
