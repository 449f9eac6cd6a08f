//! Lists of postings.

use super::LoadError;
use super::decode::Decoder;
use crate::ids::{ConjunctionId, RuleId, TestId};
use crate::matcher::engine::{BLOCK, Postings, SAME};

/// Which fields have been met in entries of conjunctions, by field.
pub(super) struct Uses {
    /// How many fields are shared: the first ones.
    shared: u32,
    conjunctions: usize,
    /// By field, the entry that had it last, and the conjunction, both from 1.
    last: Vec<(u64, u32)>,
    entries: u64,
}

impl Uses {
    pub(super) fn new(fields: usize, shared: u32, conjunctions: usize) -> Self {
        Uses { shared, conjunctions, last: vec![(0, 0); fields], entries: 0 }
    }

    /// Whether an entry, a conjunction and its fields that are left to check, is right.
    ///
    /// INVARIANT: fields are distinct, and one that several conjunctions have is shared, so that an event takes no
    /// longer than checking each field once, or its only conjunction whenever that is woken.
    pub(super) fn are_right(&mut self, conjunction: u32, fields: &[u32]) -> bool {
        let is_known = (conjunction as usize) < self.conjunctions && conjunction != BLOCK;
        is_known
            && self.are_distinct(fields)
            && fields.iter().all(|field| {
                self.last.get_mut(*field as usize).is_some_and(|(_, last)| {
                    let owner = std::mem::replace(last, conjunction + 1);
                    *field < self.shared || owner == 0 || owner == conjunction + 1
                })
            })
    }

    /// Whether fields are, and each once.
    pub(super) fn are_distinct(&mut self, fields: &[u32]) -> bool {
        self.entries += 1;
        let entry = self.entries;
        let mut last = |field: &u32| Some(std::mem::replace(&mut self.last.get_mut(*field as usize)?.0, entry));
        fields.iter().all(|field| last(field).is_some_and(|last| last != entry))
    }
}

/// Reads so many lists of postings of conjunctions of these rules, and how many blocks they name.
pub(super) fn read_postings(
    from: &mut Decoder<'_>,
    lists: usize,
    rules: &[RuleId],
    uses: &mut Uses,
) -> Result<(Postings, usize), LoadError> {
    let starts = from.u64s()?;
    let stream = from.u32s()?;
    starts.starts(lists, stream.values.len())?;
    let mut heads = Vec::new();
    for ends in starts.values.windows(2) {
        let [start, end] = *ends else { continue };
        // INVARIANT: what `starts` has checked to be below a length fits.
        let [start, end] = [start, end].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
        let mut list = stream.values.get(start..end).unwrap_or_default();
        while let [BLOCK, block, rest @ ..] = list {
            heads.push(*block);
            list = rest;
        }
        let mut least = 0;
        while let [conjunction, rest @ ..] = list {
            let at = end - list.len();
            let entry = match rest {
                // There is one before.
                [SAME, others @ ..] if least > 0 => Some((&[][..], others)),
                [count, rest @ ..] => rest.split_at_checked(*count as usize),
                [] => None,
            };
            list = match entry {
                // INVARIANT: a list has a conjunction once.
                Some((fields, others)) if *conjunction >= least && uses.are_right(*conjunction, fields) => others,
                _ => return Err(stream.error(at, "a conjunction after the one before, and its fields")),
            };
            least = conjunction + 1;
        }
    }
    // INVARIANT: each block has one list, so that it is checked once for an event.
    heads.sort_unstable();
    if !heads.iter().copied().eq(0..TestId::new(heads.len()).0) {
        return Err(starts.error(0, "each block in one list of postings"));
    }
    let starts = starts.values.iter().map(|start| usize::try_from(*start).unwrap_or(usize::MAX)).collect();
    let rule_of = |id: ConjunctionId| rules.get(id.index()).copied();
    Ok((Postings::new(starts, stream.values, rule_of), heads.len()))
}
