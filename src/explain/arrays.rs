//! The array rule (semantics, "Arrays"): a choice of a value for each field, at positions that agree.
//!
//! Positions agree pairwise or not at all, so a choice is good if each position agrees with each one before it. Fields
//! that share no array are independent of each other; those that do are searched by trial, with a budget of steps.

use super::evaluate::Found;
use super::event::{NodeId, Tree};

/// What fields of one combination can be met by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate<'f> {
    /// Which field of the pattern.
    pub(super) field: usize,
    pub(super) found: &'f Found,
}

/// What came of a search.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Search {
    /// For each of the candidates.
    Choices(Vec<Choice>),
    Nothing,
    /// The budget is spent.
    TooHard,
}

/// Steps that are left; each is a look at a pair of positions.
#[derive(Debug)]
pub(super) struct Steps(pub(super) u64);

/// No steps are left.
#[derive(Debug)]
struct Spent;

impl Steps {
    fn take(&mut self) -> Result<(), Spent> {
        self.0 = self.0.checked_sub(1).ok_or(Spent)?;
        Ok(())
    }
}

/// The position at which a field is met; `None` if it is met by absence.
type Choice = Option<NodeId>;

/// Looks for a choice that meets all of the candidates, which are in ascending order of path.
pub(super) fn search(tree: &Tree<'_>, candidates: &[Candidate<'_>], steps: &mut Steps) -> Search {
    let mut choices = vec![None; candidates.len()];
    for group in groups(tree, candidates) {
        let members: Vec<_> = group.iter().filter_map(|index| candidates.get(*index).copied()).collect();
        match search_group(tree, &members, steps) {
            Ok(Some(found)) => {
                for (index, choice) in group.into_iter().zip(found) {
                    if let Some(slot) = choices.get_mut(index) {
                        *slot = choice;
                    }
                }
            }
            Ok(None) => return Search::Nothing,
            Err(Spent) => return Search::TooHard,
        }
    }
    Search::Choices(choices)
}

/// Whether a field can't be met whatever is chosen for the fields before it: no value passes, and it isn't met by
/// absence, since one of its values agrees with everything that can be chosen. `false` if that takes too long to see.
pub(super) fn is_hopeless(
    tree: &Tree<'_>,
    before: &[Candidate<'_>],
    candidate: Candidate<'_>,
    steps: &mut Steps,
) -> bool {
    let found = candidate.found;
    if !found.passing.is_empty() {
        return false;
    }
    let Some(seen) = &found.absent_unless else { return true };
    for value in seen {
        let mut avoidable = false;
        for position in before.iter().flat_map(|other| &other.found.passing) {
            if steps.take().is_err() {
                return false;
            }
            avoidable |= !tree.agree(*position, *value);
            if avoidable {
                break;
            }
        }
        if !avoidable {
            return true;
        }
    }
    false
}

/// Positions that the choice for a field may take or look at.
fn positions<'f>(candidate: &Candidate<'f>) -> impl Iterator<Item = NodeId> + 'f {
    let found: &'f Found = candidate.found;
    found.passing.iter().chain(found.absent_unless.iter().flatten()).copied()
}

/// Candidates by what arrays they share: in each group ascending, as they are given.
fn groups(tree: &Tree<'_>, candidates: &[Candidate<'_>]) -> Vec<Vec<usize>> {
    if candidates.iter().all(|candidate| positions(candidate).all(|position| position == Tree::ROOT)) {
        return (0..candidates.len()).map(|index| vec![index]).collect();
    }
    let mut owner = vec![usize::MAX; tree.len() as usize];
    let mut group: Vec<usize> = (0..candidates.len()).collect();
    let root = |group: &[usize], mut at: usize| {
        while let Some(next) = group.get(at).copied().filter(|next| *next != at) {
            at = next;
        }
        at
    };
    for (index, candidate) in candidates.iter().enumerate() {
        for mut position in positions(candidate) {
            while position != Tree::ROOT {
                let array = tree.parent(position);
                let Some(owner) = owner.get_mut(array as usize) else { break };
                if *owner != usize::MAX {
                    // Whoever owns an array owns those around it.
                    let (one, other) = (root(&group, *owner), root(&group, index));
                    if let Some(slot) = group.get_mut(one.max(other)) {
                        *slot = one.min(other);
                    }
                    break;
                }
                *owner = index;
                position = tree.cell(array);
            }
        }
    }
    let mut groups = vec![Vec::new(); candidates.len()];
    for index in 0..candidates.len() {
        if let Some(members) = groups.get_mut(root(&group, index)) {
            members.push(index);
        }
    }
    groups.retain(|members| !members.is_empty());
    groups
}

/// Each field tries its positions one after the other, and if none is left, the field before it tries its next one.
fn search_group(
    tree: &Tree<'_>,
    candidates: &[Candidate<'_>],
    steps: &mut Steps,
) -> Result<Option<Vec<Choice>>, Spent> {
    let mut chosen: Vec<Choice> = Vec::new();
    // For each field that has begun: which of its positions comes next.
    let mut next = vec![0];
    while let (Some(candidate), Some(from)) = (candidates.get(chosen.len()), next.last_mut()) {
        match choose(tree, candidate.found, &chosen, from, steps)? {
            Some(choice) => {
                chosen.push(choice);
                next.push(0);
            }
            None => {
                next.pop();
                if chosen.pop().is_none() {
                    return Ok(None);
                }
            }
        }
    }
    Ok(Some(chosen))
}

/// The next choice for a field that agrees with those before it; absence comes last.
fn choose(
    tree: &Tree<'_>,
    found: &Found,
    chosen: &[Choice],
    from: &mut usize,
    steps: &mut Steps,
) -> Result<Option<Choice>, Spent> {
    let mut agrees = |position: NodeId| {
        steps.take()?;
        for other in chosen.iter().copied().flatten() {
            steps.take()?;
            if !tree.agree(other, position) {
                return Ok(false);
            }
        }
        Ok(true)
    };
    while let Some(position) = found.passing.get(*from) {
        *from += 1;
        if agrees(*position)? {
            return Ok(Some(Some(*position)));
        }
    }
    let Some(seen) = found.absent_unless.as_ref().filter(|_| *from == found.passing.len()) else {
        return Ok(None);
    };
    *from += 1;
    for value in seen {
        if agrees(*value)? {
            return Ok(None);
        }
    }
    Ok(Some(None))
}

/// Fields out of some that no choice meets, so few that without any of them there is one (or it takes too long to see).
///
/// `steps` are for each attempt to leave one out. A field that can be met only thanks to others stays with them.
pub(super) fn core<'f>(tree: &Tree<'_>, candidates: &[Candidate<'f>], steps: u64) -> Vec<Candidate<'f>> {
    // Leaving fields out one by one is quadratic in them: of very many, all are told.
    const MOST: usize = 64;
    let mut core: Vec<Candidate<'f>> = candidates
        .iter()
        .filter(|candidate| positions(candidate).any(|position| position != Tree::ROOT))
        .copied()
        .collect();
    if core.len() > MOST {
        return core;
    }
    let mut index = 0;
    while index < core.len() {
        let mut without = core.clone();
        without.remove(index);
        let mut steps = Steps(steps);
        let meaningful = without
            .iter()
            .enumerate()
            .all(|(at, candidate)| !is_hopeless(tree, without.get(..at).unwrap_or_default(), *candidate, &mut steps));
        if meaningful && !without.is_empty() && search(tree, &without, &mut steps) == Search::Nothing {
            core = without;
        } else {
            index += 1;
        }
    }
    core
}
