//! Which of many literals a value may hold.

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Input};
use hashbrown::HashMap;
use memchr::memmem::Finder;

use super::Seen;
use super::grams::{Entry, Grams, WIDEST};

/// Up to this many literals are searched for one by one.
const FEW: usize = 3;

/// How often a literal's piece may occur in literals, so that a place of a value takes no longer than so many.
const CROWD: u32 = 16;

/// How many places of a literal may be its piece: the first ones, to limit the memory that choosing takes.
const PLACES: usize = 64;

/// Up to this many bytes of literals, an automaton with a table of all transitions is faster than pieces of several
/// lengths. It takes at most 1 KiB for each byte, and 128 bytes if the literals are words.
const SMALL: usize = 2 << 10;

/// A search for literals, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// Literals that are not searched for: as good as always found.
    always: Vec<u32>,
    /// Literals searched for one by one.
    few: Vec<(Finder<'static>, u32)>,
    /// Literals searched for by pieces, by the piece's length.
    grams: Vec<Grams>,
    /// All literals if they are few and some are short, or those whose pieces are all crowded.
    automaton: Option<(AhoCorasick, Vec<u32>)>,
    /// How many literals have pieces or are in the automaton.
    many: usize,
}

impl Filter {
    /// A search for distinct literals.
    pub(super) fn new(literals: &[&[u8]]) -> Self {
        let mut filter = Filter::default();
        let mut all: Vec<(&[u8], u32)> = literals.iter().zip(0..).map(|(text, at)| (*text, at)).collect();
        // Every value holds the empty literal.
        all.retain(|(text, at)| {
            if text.is_empty() {
                filter.always.push(*at);
            }
            !text.is_empty()
        });
        if all.len() <= FEW {
            filter.few = all.iter().map(|(text, at)| (Finder::new(text).into_owned(), *at)).collect();
            return filter;
        }
        filter.many = all.len();
        let lengths = || all.iter().map(|(text, _)| text.len());
        // Each length of pieces goes over the value again, the usual one faster than an automaton.
        if lengths().any(|length| length < WIDEST) && lengths().sum::<usize>() <= SMALL {
            filter.add_automaton(&all, AhoCorasickKind::DFA);
            return filter;
        }
        for width in 1..WIDEST {
            let short = all.iter().filter(|(text, _)| text.len() == width);
            filter.add_grams(width, short.map(|(text, at)| Entry::new(text, 0, *at)).collect());
        }
        all.retain(|(text, _)| text.len() >= WIDEST);
        let (pieces, crowded) = choose_pieces(&all);
        filter.add_grams(WIDEST, pieces);
        if !crowded.is_empty() {
            filter.add_automaton(&crowded, AhoCorasickKind::ContiguousNFA);
        }
        filter
    }

    fn add_grams(&mut self, width: usize, entries: Vec<Entry>) {
        if !entries.is_empty() {
            self.grams.push(Grams::new(width, entries));
        }
    }

    fn add_automaton(&mut self, literals: &[(&[u8], u32)], kind: AhoCorasickKind) {
        let numbers = literals.iter().map(|(_, at)| *at);
        match AhoCorasick::builder().kind(Some(kind)).build(literals.iter().map(|(text, _)| text)) {
            Ok(automaton) => self.automaton = Some((automaton, numbers.collect())),
            // Literals that are too much for an automaton (billions of states) leave the wildcards to be verified.
            Err(_) => {
                self.always.extend(numbers);
                self.many -= literals.len();
            }
        }
    }

    /// Calls `candidate` once with each literal that the value may hold.
    pub(super) fn candidates(&self, value: &[u8], seen: &mut Seen, mut candidate: impl FnMut(usize)) {
        for literal in &self.always {
            candidate(*literal as usize);
        }
        for (finder, literal) in &self.few {
            if finder.find(value).is_some() {
                candidate(*literal as usize);
            }
        }
        let mut left = self.many;
        let mut meet = |literal: u32| {
            if seen.is_new(literal as usize) {
                candidate(literal as usize);
                left -= 1;
            }
            left == 0
        };
        for grams in &self.grams {
            if grams.search(value, &mut meet) {
                return;
            }
        }
        let Some((automaton, literals)) = &self.automaton else { return };
        let (input, mut state) = (Input::new(value), OverlappingState::start());
        // INVARIANT: the automaton is of the standard kind, which overlapping searches need, so there is no error.
        while automaton.try_find_overlapping(input.clone(), &mut state).is_ok() {
            let Some(hit) = state.get_match() else { return };
            if literals.get(hit.pattern().as_usize()).is_some_and(|literal| meet(*literal)) {
                return;
            }
        }
    }
}

/// Gives each literal the piece that is rarest among the literals, and returns those that have no rare one.
fn choose_pieces<'k>(literals: &[(&'k [u8], u32)]) -> (Vec<Entry>, Vec<(&'k [u8], u32)>) {
    let pieces = |text: &'k [u8]| text.windows(WIDEST).take(PLACES).enumerate();
    let mut times: HashMap<&[u8], u32> = HashMap::new();
    for (_, piece) in literals.iter().flat_map(|(text, _)| pieces(text)) {
        *times.entry(piece).or_default() += 1;
    }
    let (mut entries, mut crowded) = (Vec::new(), Vec::new());
    for (text, literal) in literals {
        let rarest = pieces(text).map(|(at, piece)| (times.get(piece).copied().unwrap_or(0), at)).min();
        match rarest {
            Some((..=CROWD, at)) => entries.push(Entry::new(text, at, *literal)),
            _ => crowded.push((*text, *literal)),
        }
    }
    // Going over a value twice has to be worth it.
    if crowded.len() > literals.len() / 4 { (Vec::new(), literals.to_vec()) } else { (entries, crowded) }
}
