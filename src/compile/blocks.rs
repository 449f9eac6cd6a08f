//! Which conjunctions are checked as blocks: those that are cheaper so, by estimate.

use super::build::Access;
use super::draft::{Draft, Member, Tally, cost};
use super::selectivity::Selectivity;
use super::store::Store;
use crate::ids::{ConjunctionId, FieldId, RuleId, TestId};

/// Fewer conjunctions than this are no block.
const LEAST: usize = 16;

/// More conjunctions than this are not woken by every event.
const MOST_IN_ROOT: usize = 1 << 15;

/// The blocks that are worth their while.
#[derive(Default)]
pub(super) struct Drafts {
    /// The block of every event.
    pub(super) root: Option<Draft>,
    /// Which conjunctions are in the root.
    in_root: Vec<bool>,
    /// Lists of postings that are blocks, in ascending order, by [`Lists::number`].
    pub(super) lists: Vec<(usize, Draft)>,
}

/// Numbers for lists of postings in the store's terms: by test, then by path, then the one of every event.
#[derive(Clone, Copy)]
pub(super) struct Lists<'s> {
    store: &'s Store,
}

impl<'s> Lists<'s> {
    pub(super) fn new(store: &'s Store) -> Self {
        Lists { store }
    }

    pub(super) fn count(self) -> usize {
        self.store.tests().len() + self.store.paths().len() + 1
    }

    /// Calls `each` with the number of each list that a conjunction is filed in.
    pub(super) fn of(self, access: Access, mut each: impl FnMut(usize)) {
        let tests = self.store.tests().len();
        match access {
            Access::Tests(field) => self.store.field_tests(field).iter().for_each(|id| each(id.index())),
            Access::Path(field) => each(tests + self.store.field_path(field).index()),
            Access::Always => each(tests + self.store.paths().len()),
        }
    }

    /// The share of events that wake a list.
    fn share(self, list: usize, selectivity: &Selectivity) -> f32 {
        if list < self.store.tests().len() { selectivity.of_test(TestId::new(list)).min(1.0) } else { 1.0 }
    }
}

impl Access {
    /// The field that needs no checking any more when a list has woken the conjunction.
    pub(super) fn passed(self) -> Option<FieldId> {
        match self {
            Access::Tests(field) => Some(field),
            Access::Path(_) | Access::Always => None,
        }
    }
}

impl Drafts {
    pub(super) fn new(
        store: &Store,
        conjunctions: &[(RuleId, ConjunctionId)],
        access: &[Access],
        selectivity: &Selectivity,
        anyway: bool,
    ) -> Self {
        let mut drafts = Drafts::default();
        if conjunctions.len() < LEAST && !anyway {
            return drafts;
        }
        let lists = Lists::new(store);
        let mut lengths = vec![0_u32; lists.count()];
        for access in access {
            lists.of(*access, |list| {
                if let Some(length) = lengths.get_mut(list) {
                    *length += 1;
                }
            });
        }
        let mut tally = Tally::new(store, conjunctions, selectivity, anyway);
        drafts.lists = list_drafts(lists, &lengths, access, &mut tally);
        if anyway {
            let members = (0_u32..).zip(conjunctions).step_by(2).map(|(position, _)| (position, None)).collect();
            drafts.root = Some(Draft::new(members, true, &mut tally));
        } else {
            let costs = Costs::new(lists, &lengths, &drafts.lists, selectivity);
            drafts.choose_root(lists, access, &costs, &mut tally);
        }
        drafts.take_root_out(conjunctions.len(), if anyway { 1 } else { LEAST });
        drafts
    }

    /// The blocks in the order of their numbers: the one of every event first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Draft> {
        self.root.iter().chain(self.lists.iter().map(|(_, draft)| draft))
    }

    /// Whether the conjunction at a position is in the block of every event.
    pub(super) fn is_in_root(&self, position: usize) -> bool {
        self.in_root.get(position).is_some_and(|is| *is)
    }

    /// The tests that have columns, ascending.
    pub(super) fn tests(&self) -> Vec<TestId> {
        let mut tests: Vec<TestId> =
            self.iter().flat_map(|draft| &draft.paths).flat_map(|(_, tests)| tests).copied().collect();
        tests.sort_unstable();
        tests.dedup();
        tests
    }

    /// Takes the conjunctions whose lists cost most into a block of every event, if that saves something.
    fn choose_root(&mut self, lists: Lists<'_>, access: &[Access], costs: &Costs, tally: &mut Tally<'_>) {
        let per_conjunction: Vec<f32> = access.iter().map(|access| costs.of(lists, *access)).collect();
        let mut best = 0.0;
        for least in [8.0, 2.0, 0.5, 0.1] {
            let weak = || per_conjunction.iter().zip(0_u32..).filter(|(cost, _)| **cost >= least);
            let count = weak().count();
            if !(LEAST..=MOST_IN_ROOT).contains(&count) {
                continue;
            }
            let now: f32 = weak().map(|(cost, _)| *cost).sum();
            let draft = Draft::new(weak().map(|(_, position)| (position, None)).collect(), true, tally);
            if now - draft.cost > best {
                best = now - draft.cost;
                self.root = Some(draft);
            }
        }
    }

    /// Takes the conjunctions of the root out of the lists, and lists that become short out of the blocks.
    fn take_root_out(&mut self, conjunctions: usize, least: usize) {
        let Some(root) = &self.root else { return };
        self.in_root = vec![false; conjunctions];
        for (position, _) in &root.members {
            if let Some(is) = self.in_root.get_mut(*position as usize) {
                *is = true;
            }
        }
        let in_root = &self.in_root;
        for (_, draft) in &mut self.lists {
            draft.members.retain(|(position, _)| !in_root.get(*position as usize).is_some_and(|is| *is));
        }
        self.lists.retain(|(_, draft)| draft.members.len() >= least);
    }
}

/// What conjunctions cost an event where they are filed.
struct Costs {
    /// For each list, the cost of one of its conjunctions.
    shares: Vec<f32>,
}

impl Costs {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn new(lists: Lists<'_>, lengths: &[u32], drafts: &[(usize, Draft)], selectivity: &Selectivity) -> Self {
        let mut shares: Vec<f32> = lengths
            .iter()
            .enumerate()
            .map(|(list, length)| lists.share(list, selectivity) * (cost::WAKE / (*length).max(1) as f32 + cost::CHECK))
            .collect();
        for (list, draft) in drafts {
            if let Some(share) = shares.get_mut(*list) {
                *share = lists.share(*list, selectivity) * (cost::WAKE + draft.cost) / draft.members.len() as f32;
            }
        }
        Costs { shares }
    }

    fn of(&self, lists: Lists<'_>, access: Access) -> f32 {
        let mut sum = 0.0;
        lists.of(access, |list| sum += self.shares.get(list).copied().unwrap_or(0.0));
        sum
    }
}

/// Blocks for the lists that are long enough, where a block is cheaper.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn list_drafts(lists: Lists<'_>, lengths: &[u32], access: &[Access], tally: &mut Tally<'_>) -> Vec<(usize, Draft)> {
    // Long lists by their rank among them, so that the memory is that of the long ones.
    let least = if tally.anyway { 1 } else { 2 * LEAST };
    let mut ranks = vec![u32::MAX; lengths.len()];
    let mut members: Vec<(usize, Vec<Member>)> = Vec::new();
    for ((list, length), rank) in lengths.iter().enumerate().zip(&mut ranks) {
        if *length as usize >= least {
            *rank = u32::try_from(members.len()).unwrap_or(u32::MAX);
            members.push((list, Vec::with_capacity(*length as usize)));
        }
    }
    if members.is_empty() {
        return Vec::new();
    }
    for (access, position) in access.iter().zip(0..) {
        lists.of(*access, |list| {
            let rank = ranks.get(list).map_or(usize::MAX, |rank| *rank as usize);
            if let Some((_, members)) = members.get_mut(rank) {
                members.push((position, access.passed()));
            }
        });
    }
    let anyway = tally.anyway;
    let drafts = members.into_iter().map(|(list, members)| (list, Draft::new(members, false, tally)));
    drafts.filter(|(_, draft)| anyway || draft.cost < cost::CHECK * draft.members.len() as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::super::build::Plan;
    use super::super::build::tests::stored;
    use super::*;

    fn drafts(rules: impl IntoIterator<Item = String>) -> Drafts {
        let (store, conjunctions) = stored(rules);
        let uses = super::super::build::uses(&store, &conjunctions);
        let plan = Plan::new(&store, &conjunctions, &uses, None);
        Drafts::new(&store, &conjunctions, &plan.access, &plan.selectivity, false)
    }

    /// Rules of five fields each, whose values are some of twenty.
    fn weak(count: usize, more: &str) -> impl Iterator<Item = String> {
        (0..count).map(move |n| {
            let fields = (0..5).map(|field| {
                let value = |turn: usize| (n / 20_usize.pow(field % 3) + n * 7 * turn + field as usize) % 20;
                format!(r#""f{}": ["v{}", "v{}"], "#, (n + field as usize * 3) % 8, value(0), value(1))
            });
            format!(r#"{{{}"g": [{{"exists": true}}]{more}}}"#, fields.collect::<String>())
        })
    }

    #[test]
    fn weak_rules_are_the_block_of_every_event() {
        let drafts = drafts(weak(1_000, ""));
        assert_eq!(drafts.root.map(|root| root.members.len()), Some(1_000));
        assert!(drafts.lists.is_empty());
    }

    #[test]
    fn a_long_list_is_a_block() {
        let rare = (0..9_000).map(|n| format!(r#"{{"kind": ["k{n}"]}}"#));
        let drafts = drafts(weak(1_000, r#", "kind": ["rare"]"#).chain(rare));
        assert!(drafts.root.is_none());
        assert_eq!(drafts.lists.len(), 1);
    }

    #[test]
    fn selective_rules_are_in_no_block() {
        let drafts = drafts((0..1_000).map(|n| format!(r#"{{"kind": ["k{n}"], "f": ["v{}"]}}"#, n % 3)));
        assert!(drafts.root.is_none() && drafts.lists.is_empty());
    }
}
