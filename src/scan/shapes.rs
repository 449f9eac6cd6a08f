//! Events of a shape that was met before.
//!
//! Programs write events, and write them alike: the same keys in the same order, and values that differ only in what they
//! spell. Such events have one *shape*: one sequence of tokens, where any scalar is as good as another, and the same keys
//! where the walk looks at them. For a known shape there is no grammar to check, no bracket to match and no path to follow:
//! it is known which tokens are the wanted leaves. That an event has a shape is never taken for granted; its tokens and
//! keys are compared before any leaf is handed over, a block at a time and without a branch that depends on them.
//!
//! To speculate on structure that repeats is Mison's idea (Li et al., "Mison: A Fast JSON Parser for Data Analytics", VLDB
//! 2017). Here it is a cache: events of unknown shapes are walked, and learning is limited in what it may cost them.

use super::bits::first_bits;
use super::index::Index;
use super::kernel::{BLOCK, Simd, Task};
use super::walk::{End, leaf, spelled_key};
use super::{Malformed, Mode};
use crate::event::visitor::{LeafKind, TextRange, Visitor};
use crate::ids::{ArrayId, CellId, PathId};

/// The shapes met so far. They and their memory are bounded.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    sets: Vec<Set>,
    shapes: Vec<Shape>,
    /// What all shapes take up, in tokens.
    tokens: usize,
    /// Of the event at hand, by 64 tokens: which aren't scalars.
    structural: Vec<u64>,
    /// What learning may still cost.
    credit: u32,
    /// Grows with events of unknown shapes, and falls with those of known ones.
    doubt: u32,
    /// Counts events.
    turn: u32,
    /// How often there was no way left for a hash since all were forgotten last.
    crowded: u32,
}

/// What a shape holds for: a trie, by its serial number, and what else a walk depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) trie: u64,
    pub(super) max_depth: usize,
    pub(super) mode: Mode,
}

/// 64 tokens in a row.
#[derive(Clone, Copy, Debug)]
struct Block {
    tokens: [u8; BLOCK],
    /// Those that count.
    valid: u64,
    /// Those that are scalars: the first byte of a scalar is of no matter.
    scalars: u64,
}

/// Ways whose hashes are the same in part. A line of cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Set([Way; 4]);

/// What is known of the events with a hash.
#[derive(Clone, Copy, Debug)]
struct Way {
    hash: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There is no such hash.
    Free,
    /// It was met once, and is learnt when it is met again: much of what comes once never comes again.
    Met,
    /// It can't be learnt.
    Hopeless,
    /// The number of a shape.
    Known(u32),
}

impl Set {
    const EMPTY: Set = Set([Way { hash: 0, state: State::Free }; 4]);

    fn find(&mut self, is_it: impl Fn(&Way) -> bool) -> Option<&mut Way> {
        let Set(ways) = self;
        ways.iter_mut().find(|way| is_it(way))
    }
}

/// What a walk over the tokens of an event has asked, and what it has found.
#[derive(Debug)]
pub(super) struct Shape {
    owner: Owner,
    /// How many tokens matter: all of a whole event, of a beginning those that were needed.
    count: usize,
    blocks: Vec<Block>,
    keys: Vec<Key>,
    /// The keys with their quotes, and a block behind them.
    text: Vec<u8>,
    openings: Vec<Opening>,
    /// The leaves that are the only ones at their path, and the others, by path.
    leaves: Vec<Leaf>,
    columns: Vec<(PathId, Vec<(u32, CellId)>)>,
    end: End,
}

/// A key that was looked at, as it is spelled in the text.
#[derive(Clone, Copy, Debug)]
struct Key {
    token: u32,
    /// Where in the shape's text it is, with its quotes.
    start: u32,
    /// As many bits as that has bytes.
    mask: u64,
}

/// What is opened before the first leaf is handed over.
#[derive(Clone, Copy, Debug)]
enum Opening {
    Array(CellId),
    Cell(ArrayId),
}

#[derive(Clone, Copy, Debug)]
struct Leaf {
    token: u32,
    path: PathId,
    cell: CellId,
}

/// What is known of the shape of the event at hand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Familiarity {
    /// It is that shape.
    Known(u32),
    /// It is worth learning, under this hash.
    Again(u64),
    Unknown,
}

/// Of the beginning of an event, which may end at any token, so many give the hash.
const PART: usize = BLOCK / 2;

/// Events with more tokens are not learnt.
const MAX_TOKENS: usize = 64 * BLOCK;

/// Nor are those with more leaves: they have long arrays, which the walk hands over as quickly.
const MAX_LEAVES: usize = 2 * BLOCK;

/// Where the shapes have more tokens than this, all are forgotten before another is learnt.
const MAX_TOKENS_OF_ALL: usize = 32 * MAX_TOKENS;

/// How many bits of the hash tell the set.
const SET_BITS: u32 = 8;

/// After so many events for whose hash there is no way left, all shapes are forgotten: they may be those of other times.
const MAX_CROWDED: u32 = 4096;

/// When there is half as much doubt, the shape of one event in so many is asked for.
const MAX_DOUBT: u32 = 512;
const SAMPLE: u32 = 16;

/// What a known shape gains, in the cost of asking for an unknown one.
const GAIN: u32 = 4;

/// What learning costs, in events that were not known: they are what pays for it, but for the first shapes.
const PRICE: u32 = 64;
const CREDIT: u32 = PRICE * 256;

impl Shapes {
    /// Bytes of memory held.
    pub(super) fn memory(&self) -> usize {
        self.sets.capacity() * size_of::<Set>()
            + self.structural.capacity() * size_of::<u64>()
            + self.shapes.capacity() * size_of::<Shape>()
            + self.shapes.iter().map(Shape::memory).sum::<usize>()
    }

    fn forget(&mut self) {
        self.shapes.clear();
        (self.tokens, self.crowded) = (0, 0);
        self.sets.clear();
        self.sets.resize(1 << SET_BITS, Set::EMPTY);
    }

    /// How many are known.
    #[cfg(test)]
    pub(super) fn known(&self) -> usize {
        self.shapes.len()
    }

    /// Makes room, when the first event comes.
    #[cold]
    fn begin(&mut self) {
        self.credit = CREDIT;
        self.structural.resize(MAX_TOKENS / BLOCK, 0);
        self.forget();
    }

    /// Learns the shape of a hash, or that it can't be learnt.
    pub(super) fn learn(&mut self, hash: u64, shape: Option<Shape>) {
        let tokens = shape.as_ref().map_or(0, |shape| shape.count);
        if self.tokens + tokens > MAX_TOKENS_OF_ALL {
            self.forget();
        }
        let met =
            set_of(&mut self.sets, hash).and_then(|set| set.find(|way| way.hash == hash && way.state == State::Met));
        let Some(way) = met else { return };
        way.state = State::Hopeless;
        if let (Some(shape), Ok(number)) = (shape, u32::try_from(self.shapes.len())) {
            way.state = State::Known(number);
            self.tokens += tokens;
            self.shapes.push(shape);
        }
    }

    /// Whether it is not worth while to ask for this event's shape: where few are known, only some are asked for, as shapes
    /// may begin to repeat.
    #[inline(always)]
    fn is_pointless(&mut self) -> bool {
        self.turn = self.turn.wrapping_add(1);
        self.doubt > MAX_DOUBT / 2 && !self.turn.is_multiple_of(SAMPLE)
    }

    /// Notes that a hash is of no known shape, and tells whether that is to be learnt.
    #[inline(never)]
    fn note(&mut self, hash: u64) -> Familiarity {
        self.credit = (self.credit + 1).min(CREDIT);
        self.doubt = (self.doubt + 1).min(MAX_DOUBT);
        let Some(set) = set_of(&mut self.sets, hash) else { return Familiarity::Unknown };
        // Of known shapes with the same hash the event differs by its keys.
        if let Some(way) = set.find(|way| way.hash == hash && matches!(way.state, State::Met | State::Hopeless)) {
            if way.state == State::Met && self.credit > PRICE {
                self.credit -= PRICE;
                return Familiarity::Again(hash);
            }
        } else if let Some(way) = set.find(|way| way.state == State::Free) {
            *way = Way { hash, state: State::Met };
        } else if let Some(way) = set.find(|way| way.state == State::Met) {
            // One that hasn't come again.
            way.hash = hash;
        } else {
            self.crowded += 1;
            if self.crowded > MAX_CROWDED {
                self.forget();
            }
        }
        Familiarity::Unknown
    }

    /// A shape for the event at hand, to be filled on a walk.
    pub(super) fn draft(&self, index: &Index, owner: Owner) -> Draft {
        let (tokens, _) = index.tokens.as_chunks();
        let block = |((tokens, structural), valid): ((&[u8; BLOCK], &u64), u64)| Block {
            tokens: *tokens,
            valid,
            scalars: valid & !structural,
        };
        let blocks = tokens.iter().zip(&self.structural).zip(first_bits(index.count)).map(block).collect();
        let shape = Shape {
            owner,
            count: index.count,
            blocks,
            keys: Vec::new(),
            text: Vec::new(),
            openings: Vec::new(),
            leaves: Vec::new(),
            columns: Vec::new(),
            end: End::Whole,
        };
        Draft { shape, others: Vec::new(), failed: false }
    }

    /// Hands over the leaves of an event that has a known shape.
    #[inline(always)]
    pub(super) fn hand_over(
        &self,
        number: u32,
        text: &[u8],
        index: &Index,
        visitor: &mut impl Visitor,
    ) -> Result<End, Malformed> {
        let shape = self.shapes.get(number as usize).ok_or(Malformed)?;
        for opening in &shape.openings {
            match *opening {
                Opening::Array(cell) => _ = visitor.open_array(cell),
                Opening::Cell(array) => _ = visitor.open_cells(array, 1),
            }
        }
        for Leaf { token, path, cell } in &shape.leaves {
            let (kind, range, escaped) = read_leaf(text, index, *token).ok_or(Malformed)?;
            visitor.leaf(*path, kind, range, escaped, *cell);
        }
        for (path, leaves) in &shape.columns {
            if index.backslashes.none() {
                let mut read_all = true;
                let leaves = leaves.iter().map_while(|(token, cell)| {
                    let leaf = read_leaf(text, index, *token);
                    read_all &= leaf.is_some();
                    leaf.map(|(kind, range, _)| (kind, range, *cell))
                });
                visitor.leaves(*path, leaves);
                if !read_all {
                    return Err(Malformed);
                }
            } else {
                for (token, cell) in leaves {
                    let (kind, range, escaped) = read_leaf(text, index, *token).ok_or(Malformed)?;
                    visitor.leaf(*path, kind, range, escaped, *cell);
                }
            }
        }
        Ok(shape.end)
    }
}

/// The leaf of a token: its kind, where it is, and whether it may have escapes.
#[inline(always)]
fn read_leaf(text: &[u8], index: &Index, token: u32) -> Option<(LeafKind, TextRange, bool)> {
    let first = *index.tokens.get(token as usize)?;
    let [start, next] = index.place(token);
    let (kind, range) = leaf(text, first, start, next, index.compact)?;
    Some((kind, range, kind == LeafKind::String && index.backslashes.may_touch(start, next)))
}

fn set_of(sets: &mut [Set], hash: u64) -> Option<&mut Set> {
    sets.get_mut((hash >> (u64::BITS - SET_BITS)) as usize)
}

/// Finds the shape of the event at hand. It needn't have been checked how the event's tokens follow each other.
pub(super) struct Find<'s, 'e> {
    pub(super) shapes: &'s mut Shapes,
    pub(super) owner: Owner,
    pub(super) text: &'e [u8],
    pub(super) index: &'s Index,
}

impl Task for Find<'_, '_> {
    type Output = Familiarity;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Familiarity {
        let Find { shapes, owner, text, index } = self;
        if shapes.is_pointless() {
            return Familiarity::Unknown;
        }
        let Some(hash) = shapes.hash(simd, index, owner) else { return Familiarity::Unknown };
        if let Some(set) = set_of(&mut shapes.sets, hash) {
            for way in &set.0 {
                if way.hash == hash
                    && let State::Known(number) = way.state
                    && let Some(shape) = shapes.shapes.get(number as usize)
                    && shape.owner == owner
                    && shape.is_of(simd, text, index, &shapes.structural)
                {
                    shapes.doubt = shapes.doubt.saturating_sub(GAIN);
                    return Familiarity::Known(number);
                }
            }
        }
        shapes.note(hash)
    }
}

impl Shapes {
    /// Hashes the tokens' kinds, and notes which are not scalars; `None` if they are too many or too few.
    #[inline(always)]
    fn hash<S: Simd>(&mut self, simd: S, index: &Index, owner: Owner) -> Option<u64> {
        if self.structural.is_empty() {
            self.begin();
        }
        if !index.whole && index.count < PART {
            return None;
        }
        let (tokens, _) = index.tokens.get(..index.count.next_multiple_of(BLOCK))?.as_chunks();
        let here = self.structural.get_mut(..tokens.len())?;
        let mut hash = owner.trie << 2 | u64::from(index.whole) << 1 | u64::from(owner.mode == Mode::Strict);
        // Of a beginning only the first block is hashed, and of that a part.
        let mut hashed = if index.whole { u64::MAX } else { (1 << PART) - 1 };
        for ((bytes, here), valid) in tokens.iter().zip(here).zip(first_bits(index.count)) {
            let block = simd.load(bytes);
            let (quote, colon) = (simd.eq(block, b'"'), simd.eq(block, b':'));
            *here = simd.structural(block) | quote;
            if hashed != 0 {
                hash = mix(hash, [*here, quote, colon].map(|mask| mask & valid & hashed));
            }
            if !index.whole {
                hashed = 0;
            }
        }
        Some(hash)
    }
}

/// Adds masks to a hash. Its highest bits are the best.
#[inline(always)]
fn mix(hash: u64, [structural, quote, colon]: [u64; 3]) -> u64 {
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    let mixed = (hash ^ structural).wrapping_mul(MULTIPLIER) ^ quote ^ colon.rotate_left(32);
    mixed.rotate_left(32).wrapping_mul(MULTIPLIER)
}

impl Shape {
    /// Whether the event at hand has this shape, given which of its tokens aren't scalars.
    #[inline(always)]
    fn is_of<S: Simd>(&self, simd: S, text: &[u8], index: &Index, structural: &[u64]) -> bool {
        let has_as_many = if index.whole { index.count == self.count } else { index.count >= self.count };
        if !has_as_many {
            return false;
        }
        let mut differences = 0;
        for ((known, tokens), structural) in self.blocks.iter().zip(index.tokens.as_chunks().0).zip(structural) {
            let same = simd.same(simd.load(&known.tokens), simd.load(tokens));
            // Two structural tokens differ if their bytes do, and from a scalar they differ anyway.
            let differs = !(same | known.scalars) | structural & known.scalars;
            differences |= differs & known.valid;
        }
        for key in &self.keys {
            let Key { token, start, mask } = key;
            let known = self.text.get(*start as usize..).and_then(|text| text.first_chunk());
            let quote = index.positions.get(*token as usize).map_or(usize::MAX, |quote| *quote as usize);
            differences |= match (known, text.get(quote..).and_then(|text| text.first_chunk())) {
                (Some(known), Some(here)) => !simd.same(simd.load(known), simd.load(here)) & mask,
                _ => self.differs(key, text, quote),
            };
        }
        differences == 0
    }

    /// Zero if a key is at a place of the text where there may be less than a block.
    #[inline(never)]
    fn differs(&self, key: &Key, text: &[u8], quote: usize) -> u64 {
        let known = self.text.get(key.start as usize..).unwrap_or_default();
        let known = known.get(..key.mask.count_ones() as usize).unwrap_or_default();
        u64::from(!text.get(quote..).is_some_and(|text| text.starts_with(known)))
    }

    fn memory(&self) -> usize {
        self.blocks.capacity() * size_of::<Block>()
            + self.keys.capacity() * size_of::<Key>()
            + self.text.capacity()
            + self.openings.capacity() * size_of::<Opening>()
            + self.leaves.capacity() * size_of::<Leaf>()
            + self.columns.iter().map(|column| size_of_val(column) + size_of_val(column.1.as_slice())).sum::<usize>()
    }
}

/// A shape in the making, on a walk.
pub(super) struct Draft {
    shape: Shape,
    /// Keys outside arrays that lead nowhere. Where all paths are met, no such key can lead to one of them in trusted mode:
    /// the path would have two routes.
    others: Vec<Key>,
    /// Whether there is something that a shape doesn't tell.
    failed: bool,
}

impl Draft {
    /// A key that was looked at.
    pub(super) fn key(&mut self, text: &[u8], index: &Index, token: usize, in_array: bool) {
        let Draft { shape, others, failed } = self;
        let token = u32::try_from(token).unwrap_or(u32::MAX);
        let [quote, colon] = index.place(token);
        let spelled = spelled_key(text, quote, colon).map_or(0, |key| key.len() + 2);
        match text.get(quote as usize..quote as usize + spelled) {
            Some(key) if (2..=BLOCK).contains(&spelled) && !*failed => {
                let start = u32::try_from(shape.text.len()).unwrap_or(u32::MAX);
                let keys = if in_array { &mut shape.keys } else { others };
                keys.push(Key { token, start, mask: u64::MAX >> (BLOCK - spelled) });
                shape.text.extend_from_slice(key);
            }
            _ => *failed = true,
        }
    }

    /// The last key leads on, which was at `token`.
    pub(super) fn leads_on(&mut self, token: usize) {
        self.shape.keys.extend(self.others.pop_if(|key| key.token as usize == token));
    }

    /// An array that was opened.
    pub(super) fn array(&mut self, cell: CellId) {
        self.shape.openings.push(Opening::Array(cell));
    }

    /// An element that was opened.
    pub(super) fn cell(&mut self, array: ArrayId) {
        self.shape.openings.push(Opening::Cell(array));
    }

    /// A leaf that was handed over.
    pub(super) fn leaf(&mut self, token: usize, path: PathId, cell: CellId) {
        self.failed |= self.shape.leaves.len() >= MAX_LEAVES;
        if !self.failed {
            self.shape.leaves.push(Leaf { token: u32::try_from(token).unwrap_or(u32::MAX), path, cell });
        }
    }

    /// The shape, after a walk to `end` over the tokens of an index.
    pub(super) fn finish(self, index: &Index, end: End) -> Option<Shape> {
        let Draft { mut shape, others, failed } = self;
        if failed {
            return None;
        }
        shape.end = end;
        if end == End::Whole {
            shape.keys.extend(others);
        }
        shape.keys.sort_unstable_by_key(|key| key.token);
        if !index.whole {
            let End::AllMet(token) = end else { return None };
            shape.count = token + 1;
            shape.blocks.truncate(shape.count.div_ceil(BLOCK));
            shape.blocks.iter_mut().zip(first_bits(shape.count)).for_each(|(block, valid)| block.valid = valid);
        }
        shape.text.resize(shape.text.len() + BLOCK, 0);
        // A column is of one path, in the order of the text, and either in the root or not.
        shape.leaves.sort_by_key(|leaf| leaf.path);
        let several = shape.leaves.chunk_by(|a, b| a.path == b.path).filter(|same| same.len() > 1);
        for leaves in
            several.flat_map(|same| same.chunk_by(|a, b| (a.cell == CellId::ROOT) == (b.cell == CellId::ROOT)))
        {
            let column = leaves.iter().map(|leaf| (leaf.token, leaf.cell)).collect();
            shape.columns.extend(leaves.first().map(|first| (first.path, column)));
        }
        let in_columns: Vec<PathId> = shape.columns.iter().map(|(path, _)| *path).collect();
        shape.leaves.retain(|leaf| in_columns.binary_search(&leaf.path).is_err());
        Some(shape)
    }
}

#[cfg(test)]
mod tests {
    use super::super::index::find_tokens;
    use super::*;
    use crate::Kernel;

    /// Has a second text the shape of a first, if their hashes are the same?
    struct Compare<'t>(&'t str, &'t str);

    impl Task for Compare<'_> {
        type Output = Option<bool>;

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> Option<bool> {
            let (mut shapes, mut index) = (Shapes::default(), Index::default());
            let owner = Owner { trie: 0, max_depth: 10, mode: Mode::Trusted };
            let read = |text: &str, index: &mut Index, shapes: &mut Shapes| {
                find_tokens::<S, false>(simd, text.as_bytes(), index).ok()?;
                shapes.hash(simd, index, owner)
            };
            read(self.0, &mut index, &mut shapes)?;
            let shape = shapes.draft(&index, owner).finish(&index, End::Whole)?;
            read(self.1, &mut index, &mut shapes)?;
            Some(shape.is_of(simd, self.1.as_bytes(), &index, &shapes.structural))
        }
    }

    /// Hashes may be the same by chance or malice.
    #[test]
    fn the_hash_is_not_trusted() {
        let event = r#"{"a":1,"b":["x",true]}"#;
        for (other, same) in [
            (r#"{"a":false,"b":["",-0]}"#, true),
            (r#"{"a":[,"b":["x",true]}"#, false),
            (r#"{"a":1,"b":["x",,]}"#, false),
            (r#"{"a":1,"b":["x"[true]}"#, false),
            (r#"{"a":1,"b":["x",true}}"#, false),
            (r#"{"a":1,"b":["x",true]]"#, false),
            (r#"{"a":1,"b":["x",true]"#, false),
            (r#"{"a":1,"b":["x",true]} "#, true),
            (r#"{"a":1,"b":["x",true]}1"#, false),
            (r#"{"a":1,"b":[1,true]}"#, false),
        ] {
            for kernel in Kernel::all() {
                assert_eq!(kernel.run(Compare(event, other)), Some(same), "{other}");
            }
        }
    }
}
