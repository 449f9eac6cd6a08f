//! How tokens follow each other: the grammar of objects and arrays, and which bracket closes which.

use super::Malformed;
use super::bits::{first_bits, later};
use super::index::Index;
use super::kernel::{BLOCK, Simd, Task};

/// Links each opening bracket to its closing one; in strict mode also checks that the tokens are one JSON object. Errs
/// too if brackets are nested deeper than `max_depth`. Of the beginning of an event, brackets that stay open are linked to
/// the end of the tokens.
pub(super) struct CheckStructure<'i, const STRICT: bool> {
    pub(super) index: &'i mut Index,
    pub(super) max_depth: usize,
}

impl<const STRICT: bool> Task for CheckStructure<'_, STRICT> {
    type Output = Result<(), Malformed>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Result<(), Malformed> {
        let CheckStructure { index, max_depth } = self;
        let Index { tokens, links, count, open, whole, .. } = index;
        let Some((tokens, _)) = tokens.split_at_checked(count.next_multiple_of(BLOCK)) else { return Err(Malformed) };
        if tokens.first() != Some(&b'{') {
            return Err(Malformed);
        }
        let mut nesting = Nesting { open, links, innermost: Nesting::OUTSIDE, max_depth, last: *count - 1, errors: 0 };
        nesting.open.clear();
        let mut grammar = Grammar::START;
        let mut errors = 0;
        let (blocks, _) = tokens.as_chunks::<BLOCK>();
        for ((i, bytes), valid) in blocks.iter().enumerate().zip(first_bits(*count)) {
            let first = i * BLOCK;
            let block = simd.load(bytes);
            let folded = simd.fold(block);
            let opening = simd.eq(folded, b'{') & valid;
            let closing = simd.eq(folded, b'}') & valid;
            let curly = simd.eq(block, b'{') | simd.eq(block, b'}');
            let mut clues = Clues::default();
            if STRICT {
                let (wrong, found) = grammar.check(simd, block, opening, closing, curly);
                errors |= wrong & valid;
                clues = found;
            }
            nesting.follow(first, opening, closing, curly, clues)?;
        }
        errors |= nesting.errors;
        if !*whole {
            nesting.link_open(*count);
        }
        if errors == 0 && nesting.open.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}

/// Brackets before which the tokens look like an object's, or like an array's.
#[derive(Clone, Copy, Default)]
struct Clues {
    object: u64,
    array: u64,
}

/// The classes of 64 tokens.
#[derive(Clone, Copy)]
struct Classes {
    comma: u64,
    colon: u64,
    quote: u64,
    object: u64,
    array: u64,
    /// After which a value or key must come, or a bracket close: `{[:,`.
    leading: u64,
    /// Strings and scalars.
    leaf: u64,
}

/// The rules of the grammar that can be told from a token and the two before it.
///
/// Whether a comma stands in an object or in an array decides if a key must follow it. That is told from the tokens
/// before it where they are `: leaf` or `, leaf` or `[ leaf`, so one comma vouches for the next. Where a value is an
/// object or array the chain breaks, and begins anew; each stretch between brackets agrees with itself, and ends before
/// a bracket, which knows what it is in: [`Clues`] are what the stretch says, for [`Nesting`] to compare.
struct Grammar {
    previous: Classes,
    object_comma: u64,
    array_comma: u64,
}

impl Grammar {
    /// Before the first token, as after something that a value may follow.
    const START: Grammar = Grammar {
        previous: Classes { comma: 0, colon: 0, quote: 0, object: 0, array: 0, leading: u64::MAX, leaf: 0 },
        object_comma: 0,
        array_comma: 0,
    };

    /// A non-zero mask if something is wrong.
    #[inline(always)]
    fn check<S: Simd>(&mut self, simd: S, block: S::Block, opening: u64, closing: u64, curly: u64) -> (u64, Clues) {
        let comma = simd.eq(block, b',');
        let colon = simd.eq(block, b':');
        let leading = comma | colon | opening;
        let now = Classes {
            comma,
            colon,
            quote: simd.eq(block, b'"'),
            object: opening & curly,
            array: opening & !curly,
            leading,
            leaf: !(leading | closing),
        };
        let was = self.previous;
        let after_leading = later::<1>(now.leading, was.leading);
        let after_comma = later::<1>(now.comma, was.comma);
        let after_colon = later::<1>(now.colon, was.colon);
        let after_object = later::<1>(now.object, was.object);
        let after_quote = later::<1>(now.quote, was.quote);
        let after_leaf = later::<1>(now.leaf, was.leaf);
        let comma_before_last = later::<2>(now.comma, was.comma);
        let colon_before_last = later::<2>(now.colon, was.colon);
        let object_before_last = later::<2>(now.object, was.object);
        let array_before_last = later::<2>(now.array, was.array);

        // Values come after something that leads to one, and nothing else does.
        let mut wrong = (now.leaf | opening) & !after_leading;
        wrong |= (comma | colon) & after_leading;
        wrong |= closing & (after_comma | after_colon);
        // Keys: before a colon, and after `{`.
        wrong |= colon & !(after_quote & (comma_before_last | object_before_last));
        wrong |= after_object & !(now.quote | closing);
        wrong |= object_before_last & after_quote & !colon;
        // One comma vouches for the next.
        let object_comma = comma & after_leaf & colon_before_last;
        let array_comma = comma & after_leaf & (comma_before_last | array_before_last);
        wrong |= later::<2>(object_comma, self.object_comma) & !colon;
        wrong |= later::<2>(array_comma, self.array_comma) & colon;

        self.object_comma = object_comma;
        self.array_comma = array_comma;
        self.previous = now;
        let clues = Clues {
            object: after_colon | (colon_before_last & after_leaf),
            array: after_comma | (comma_before_last & after_leaf),
        };
        (wrong, clues)
    }
}

/// The brackets that are open.
struct Nesting<'i> {
    /// The brackets around the innermost one.
    open: &'i mut Vec<u64>,
    links: &'i mut [u32],
    /// The innermost open bracket: which token it is, and in the highest bit whether it is an object's.
    innermost: u64,
    max_depth: usize,
    /// The last token, at which the outermost bracket must close.
    last: usize,
    errors: u64,
}

impl Nesting<'_> {
    const OUTSIDE: u64 = u64::MAX >> 1;
    const OBJECT: u64 = 1 << 63;

    /// All ones for an object's bracket, zero for an array's.
    #[inline(always)]
    fn spread(bracket: u64) -> u64 {
        (bracket.cast_signed() >> 63).cast_unsigned()
    }

    /// Links the brackets that are still open to where the tokens end.
    fn link_open(&mut self, end: usize) {
        for bracket in self.open.drain(..).chain([self.innermost]) {
            if let Some(link) = self.links.get_mut((bracket & !Self::OBJECT) as usize) {
                *link = u32::try_from(end).unwrap_or(u32::MAX);
            }
        }
    }

    /// Links an opening bracket to the token that closes it.
    #[inline(always)]
    fn link(&mut self, bracket: u64, token: usize) -> Result<(), Malformed> {
        let link = self.links.get_mut((bracket & !Self::OBJECT) as usize).ok_or(Malformed)?;
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 2^32 tokens")]
        {
            *link = token as u32;
        }
        Ok(())
    }

    /// The closing brackets among 64 tokens in whose containers no other is.
    #[inline(always)]
    fn childless(opening: u64, closing: u64) -> u64 {
        let others = !(opening | closing);
        // Adding the token after a bracket to the run of others carries through to the next bracket.
        let after = opening << 1;
        (after | (after & others).wrapping_add(others)) & closing
    }

    /// Follows the brackets among the 64 tokens from `first` on.
    #[inline(always)]
    fn follow(&mut self, first: usize, opening: u64, closing: u64, curly: u64, clues: Clues) -> Result<(), Malformed> {
        // Most containers have no other in them, and are done with here; not the outermost, and not near the limit.
        let mut rest = opening | closing;
        let near_limit = self.open.len() + opening.count_ones() as usize >= self.max_depth;
        let outermost = u64::from(first == 0);
        let mut childless = if near_limit { 0 } else { Self::childless(opening & !outermost, closing) };
        while childless != 0 {
            let close = childless & childless.wrapping_neg();
            childless ^= close;
            let open = 1 << (63 - (rest & (close - 1)).leading_zeros());
            rest ^= open | close;
            self.errors |= u64::from((curly & open == 0) != (curly & close == 0));
            self.link(first as u64 + u64::from(open.trailing_zeros()), first + close.trailing_zeros() as usize)?;
        }

        let mut innermost = self.innermost;
        // Ones for the tokens that are in an object.
        let mut in_object = Self::spread(innermost);
        while rest != 0 {
            let bit = rest & rest.wrapping_neg();
            rest ^= bit;
            let token = first + bit.trailing_zeros() as usize;
            let kind = if curly & bit != 0 { Self::OBJECT } else { 0 };
            let before = innermost;
            if opening & bit != 0 {
                if self.open.len() >= self.max_depth {
                    return Err(Malformed);
                }
                self.open.push(innermost);
                innermost = token as u64 | kind;
            } else {
                self.errors |= (innermost ^ kind) & Self::OBJECT;
                self.link(innermost, token)?;
                innermost = self.open.pop().unwrap_or(Self::OUTSIDE);
                if self.open.is_empty() && token != self.last {
                    return Err(Malformed);
                }
            }
            in_object ^= Self::spread(before ^ innermost) & (bit ^ bit.wrapping_neg());
        }
        // A closing bracket says itself what it is in.
        let in_object = opening & in_object | closing & curly;
        self.errors |= (opening | closing) & (in_object & clues.array | !in_object & clues.object);
        self.innermost = innermost;
        Ok(())
    }
}
