//! The patterns of one id.

use hashbrown::{DefaultHashBuilder, HashTable};
use smallvec::SmallVec;
use std::hash::BuildHasher;
use std::ops::Range;

use crate::Pattern;
use crate::ids::ConjunctionId;

/// One pattern of an id: its text, and its part of the store.
#[derive(Clone)]
pub(super) struct Rule {
    /// The pattern's canonical print.
    pub(super) text: Box<str>,
    pub(super) or_as_field: bool,
    /// The numbers of its conjunctions.
    pub(super) conjunctions: Range<u32>,
    /// Bytes of the text, and of what it comes to when it is written out.
    pub(super) size: u32,
}

impl Rule {
    pub(super) fn conjunctions(&self) -> impl Iterator<Item = ConjunctionId> + use<> {
        self.conjunctions.clone().map(ConjunctionId)
    }

    fn is(&self, text: &str, or_as_field: bool) -> bool {
        *self.text == *text && self.or_as_field == or_as_field
    }
}

/// More patterns than this are found by hash.
const FEW: usize = 3;

/// The patterns of one id, mostly one, in no order.
#[derive(Clone, Default)]
pub(super) struct Alternatives {
    rules: SmallVec<[Rule; 1]>,
    /// Positions in `rules` by hash of the text, once they have been many.
    table: Option<Box<HashTable<usize>>>,
}

impl Alternatives {
    pub(super) fn iter(&self) -> std::slice::Iter<'_, Rule> {
        self.rules.iter()
    }

    pub(super) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Rule> {
        self.rules.iter_mut()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Where a pattern is, given its canonical print.
    pub(super) fn find(&self, hasher: &DefaultHashBuilder, text: &str, pattern: &Pattern) -> Option<usize> {
        let same = |rule: &Rule| rule.is(text, pattern.or_as_field);
        match &self.table {
            None => self.rules.iter().position(same),
            Some(table) => table.find(hasher.hash_one(text), |at| self.rules.get(*at).is_some_and(same)).copied(),
        }
    }

    /// Adds a pattern that isn't there.
    pub(super) fn push(&mut self, hasher: &DefaultHashBuilder, rule: Rule) {
        self.rules.push(rule);
        // A table stays when they become few again, and then has to have all of them.
        let unknown = match &self.table {
            Some(_) => self.rules.len() - 1..self.rules.len(),
            None if self.rules.len() > FEW => 0..self.rules.len(),
            None => return,
        };
        let rules = &self.rules;
        let hash = |at: &usize| rules.get(*at).map_or(0, |rule| hasher.hash_one(&*rule.text));
        let table = self.table.get_or_insert_default();
        for at in unknown {
            table.insert_unique(hash(&at), at, hash);
        }
    }

    /// Takes out the pattern at a position that [`Alternatives::find`] gave; the last one takes its place.
    pub(super) fn remove(&mut self, hasher: &DefaultHashBuilder, at: usize) -> Rule {
        if let Some(table) = &mut self.table {
            let hash = |at: usize| self.rules.get(at).map_or(0, |rule| hasher.hash_one(&*rule.text));
            let last = self.rules.len() - 1;
            if let Ok(entry) = table.find_entry(hash(at), |other| *other == at) {
                entry.remove();
            }
            if let Some(moved) = table.find_mut(hash(last), |other| *other == last) {
                *moved = at;
            }
        }
        self.rules.swap_remove(at)
    }
}
