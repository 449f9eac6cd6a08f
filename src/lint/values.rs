//! What a test accepts, as a set of values that can be compared with others.
//!
//! The questions about sets (does this one hold all of that one, do they share a value) are answered soundly: yes only
//! where it is sure. What it takes is counted against a [`Budget`].

use crate::pattern::ast::{AnythingBut, Literal, Numeric, OneOrMany, Test, TestKind};
use crate::pattern::{placeholder, range_orders, wildcard_segments};
use crate::value::address::{self, Block};
use crate::value::{glob, letter_case, number};

/// Steps that may still be taken. A step compares two small sets.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    left: u64,
    spent: bool,
}

impl Budget {
    pub(super) fn new(steps: u64) -> Self {
        Budget { left: steps, spent: false }
    }

    /// Takes the steps of looking at so many bytes or sets; `false` once there are too few.
    pub(super) fn take(&mut self, size: usize) -> bool {
        let cost = 1 + u64::try_from(size / 16).unwrap_or(u64::MAX - 1);
        match self.left.checked_sub(cost) {
            Some(left) => self.left = left,
            None => self.spent = true,
        }
        !self.spent
    }

    /// Whether something was left out.
    pub(super) fn is_spent(&self) -> bool {
        self.spent
    }

    /// Gives part of the steps away, to be [taken back](Budget::take_back).
    pub(super) fn part(&mut self, steps: u64) -> Budget {
        let part = self.left.min(steps);
        self.left -= part;
        Budget::new(part)
    }

    pub(super) fn take_back(&mut self, part: &Budget) {
        self.left += part.left;
    }
}

/// The values that one test accepts. None is empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Values {
    /// This string.
    Text(Box<str>),
    /// The literals of an address or of a block of addresses.
    Addresses(Block),
    /// Every string.
    AnyText,
    Prefix(Box<str>),
    Suffix(Box<str>),
    /// Texts whose characters stand for their lower and upper case; some of them have two.
    IgnoreCase(Box<str>),
    PrefixIgnoreCase(Box<str>),
    SuffixIgnoreCase(Box<str>),
    /// Segments between stars, and none of the simpler sets above.
    Wildcard {
        /// As of [`glob`].
        key: Box<[u8]>,
        /// See [`Values::witness`].
        witness: Box<[u8]>,
    },
    /// Comparable numbers, by their keys, from the first to the last.
    Numbers(u64, u64),
    /// The number of this spelling, which is not comparable.
    Spelling(Box<str>),
    True,
    False,
    Null,
    /// All values but those in some sets.
    Except(Vec<Values>),
}

/// Stands in a [witness](Values::witness) for text that is not known. No byte of UTF-8.
const UNKNOWN: u8 = 0xff;

/// Numbers' keys: the least and the greatest double, and the key that -0 would have if it weren't 0.
fn number_keys() -> (u64, u64, u64) {
    (number::key(f64::MIN), number::key(f64::MAX), !(1 << 63))
}

impl Values {
    /// What a test accepts; `None` if it accepts nothing, as does `exists: false`.
    pub(super) fn of(test: &TestKind) -> Option<Self> {
        Some(match test {
            TestKind::String(text) => match address::parse(text.as_bytes()) {
                Some(address) => Values::Addresses(Block::of(address)),
                None => Values::Text(text.clone()),
            },
            TestKind::Exactly(text) => Values::Text(text.clone()),
            TestKind::Number(number) | TestKind::Numeric(Numeric::Equal(number)) => Values::number(&number.text),
            TestKind::Literal(Literal::True) => Values::True,
            TestKind::Literal(Literal::False) => Values::False,
            TestKind::Literal(Literal::Null) => Values::Null,
            TestKind::Prefix(text) => Values::prefix(text),
            TestKind::Suffix(text) => Values::suffix(text),
            TestKind::EqualsIgnoreCase(text) => Values::ignore_case(text),
            TestKind::PrefixIgnoreCase(text) if text.chars().all(letter_case::is_caseless) => Values::prefix(text),
            TestKind::PrefixIgnoreCase(text) => Values::PrefixIgnoreCase(canonical(text)),
            TestKind::SuffixIgnoreCase(text) if text.chars().all(letter_case::is_caseless) => Values::suffix(text),
            TestKind::SuffixIgnoreCase(text) => Values::SuffixIgnoreCase(canonical(text)),
            TestKind::Wildcard(text) => Values::wildcard(text),
            TestKind::Numeric(Numeric::Range { lower, upper }) => {
                let (least, greatest, negative_zero) = number_keys();
                let (from, to) = range_orders(lower.as_ref(), upper.as_ref());
                let (mut from, mut to) = (from.max(least), to.min(greatest));
                from += u64::from(from == negative_zero);
                to -= u64::from(to == negative_zero);
                if from > to {
                    return None;
                }
                Values::Numbers(from, to)
            }
            TestKind::Cidr(text) => Values::Addresses(address::parse_block(text.as_bytes())?),
            TestKind::Exists(true) => Values::everything(),
            TestKind::Exists(false) => return None,
            TestKind::AnythingBut(but) => Values::Except(Values::excluded(but)),
        })
    }

    /// What an `anything-but` excludes, in the order of its list.
    fn excluded(but: &AnythingBut) -> Vec<Values> {
        let texts = |list: &OneOrMany<Box<str>>, of: fn(&str) -> Values| {
            list.values().iter().map(|text| of(text)).collect::<Vec<_>>()
        };
        match but {
            AnythingBut::Strings(list) => texts(list, |text| Values::Text(text.into())),
            AnythingBut::Numbers(list) => list.values().iter().map(|number| Values::number(&number.text)).collect(),
            AnythingBut::Prefix(list) => texts(list, Values::prefix),
            AnythingBut::Suffix(list) => texts(list, Values::suffix),
            AnythingBut::EqualsIgnoreCase(list) => texts(list, Values::ignore_case),
            AnythingBut::Wildcard(list) => texts(list, Values::wildcard),
        }
    }

    pub(super) fn everything() -> Self {
        Values::Except(Vec::new())
    }

    fn number(text: &str) -> Self {
        match number::comparable(text.as_bytes()) {
            Some(key) => Values::Numbers(key, key),
            None => Values::Spelling(text.into()),
        }
    }

    fn prefix(text: &str) -> Self {
        if text.is_empty() { Values::AnyText } else { Values::Prefix(text.into()) }
    }

    fn suffix(text: &str) -> Self {
        if text.is_empty() { Values::AnyText } else { Values::Suffix(text.into()) }
    }

    fn ignore_case(text: &str) -> Self {
        if text.chars().all(letter_case::is_caseless) {
            return Values::Text(text.into());
        }
        Values::IgnoreCase(canonical(text))
    }

    fn wildcard(text: &str) -> Self {
        let segments = wildcard_segments(text);
        let text = |segment: &[u8]| String::from_utf8_lossy(segment).into_owned();
        match segments.as_slice() {
            [exact] => Values::Text(text(exact).into()),
            [first, last] if last.is_empty() => Values::prefix(&text(first)),
            [first, last] if first.is_empty() => Values::suffix(&text(last)),
            _ => {
                let mut key = Vec::new();
                glob::write_key(&segments, &mut key);
                Values::Wildcard { key: key.into(), witness: segments.join(&UNKNOWN).into() }
            }
        }
    }

    /// Whether the set is one of strings.
    fn is_text(&self) -> bool {
        !matches!(
            self,
            Values::Numbers(..) | Values::Spelling(_) | Values::True | Values::False | Values::Null | Values::Except(_)
        )
    }

    /// Whether it is a single value, so that only sets that are equal, or no single values, hold it. The literals of an
    /// address count as one value.
    pub(super) fn is_single(&self) -> bool {
        match self {
            Values::Text(_) | Values::Spelling(_) | Values::True | Values::False | Values::Null => true,
            Values::Numbers(from, to) => from == to,
            Values::Addresses(block) => Block::of(block.address) == *block,
            _ => false,
        }
    }

    /// A text of what all of its strings have in common, with [`UNKNOWN`] where they differ: a case-sensitive test that
    /// accepts it, by taking what is unknown for something that only a star or an open end can stand for, accepts all
    /// of them.
    fn witness(&self) -> Vec<u8> {
        let folded = |text: &str| -> Vec<u8> {
            let mut witness = Vec::new();
            for c in text.chars() {
                if letter_case::is_caseless(c) {
                    witness.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                } else {
                    witness.push(UNKNOWN);
                }
            }
            witness
        };
        let unknown = &[UNKNOWN][..];
        let witness = match self {
            Values::Text(text) => text.as_bytes().to_vec(),
            Values::Prefix(text) => [text.as_bytes(), unknown].concat(),
            Values::Suffix(text) => [unknown, text.as_bytes()].concat(),
            Values::IgnoreCase(text) => folded(text),
            Values::PrefixIgnoreCase(text) => [&folded(text), unknown].concat(),
            Values::SuffixIgnoreCase(text) => [unknown, &folded(text)].concat(),
            Values::Wildcard { witness, .. } => witness.to_vec(),
            _ => unknown.to_vec(),
        };
        if self.has_placeholder() { masked(&witness) } else { witness }
    }

    /// Whether something in a text stands for what only the deployment of a template knows.
    pub(super) fn has_placeholder(&self) -> bool {
        let text = match self {
            Values::Text(text)
            | Values::Prefix(text)
            | Values::Suffix(text)
            | Values::IgnoreCase(text)
            | Values::PrefixIgnoreCase(text)
            | Values::SuffixIgnoreCase(text) => text.as_bytes(),
            Values::Wildcard { witness, .. } => witness,
            _ => return false,
        };
        memchr::memmem::find(text, placeholder::OPENING.as_bytes()).is_some()
    }

    /// Whether it may come to something else than a text: it is an expression and no more, or stands in for a test.
    fn may_be_anything(&self) -> bool {
        let Values::Text(text) = self else { return false };
        let is_expression = text.starts_with(placeholder::OPENING) && text.ends_with('}');
        let stands_in = text.split_once(' ').is_some_and(|(test, _)| placeholder::STAND_INS.contains(&test));
        is_expression || stands_in && text.contains(placeholder::OPENING)
    }

    /// About the bytes that comparing it looks at.
    fn size(&self) -> usize {
        match self {
            Values::Text(text)
            | Values::Prefix(text)
            | Values::Suffix(text)
            | Values::IgnoreCase(text)
            | Values::PrefixIgnoreCase(text)
            | Values::SuffixIgnoreCase(text)
            | Values::Spelling(text) => text.len(),
            Values::Wildcard { key, .. } => key.len(),
            _ => 0,
        }
    }

    /// Whether every value of the other set is in this one, for sure.
    pub(super) fn covers(&self, other: &Values, budget: &mut Budget) -> bool {
        if !budget.take(self.size() + other.size()) {
            return false;
        }
        if self == other {
            return true;
        }
        let is_folded = matches!(
            (self, other),
            (Values::IgnoreCase(_) | Values::Addresses(_), _)
                | (_, Values::IgnoreCase(_) | Values::PrefixIgnoreCase(_) | Values::SuffixIgnoreCase(_))
        );
        // Of an expression only the text around it is known.
        if self.has_placeholder() || other.may_be_anything() || is_folded && other.has_placeholder() {
            return false;
        }
        match (self, other) {
            (Values::Except(mine), Values::Except(its)) => {
                mine.iter().all(|excluded| its.iter().any(|its| its.covers(excluded, budget)))
            }
            (Values::Except(excluded), other) => excluded.iter().all(|excluded| excluded.is_apart(other, budget)),
            (Values::Numbers(from, to), Values::Numbers(low, high)) => from <= low && high <= to,
            (Values::Addresses(block), Values::Addresses(other)) => block.contains(*other),
            (Values::Addresses(block), Values::Text(text)) => {
                address::parse(text.as_bytes()).is_some_and(|address| block.contains(Block::of(address)))
            }
            _ if !other.is_text() => false,
            (Values::AnyText, _) => true,
            (Values::Prefix(text), _) => other.witness().starts_with(text.as_bytes()),
            (Values::Suffix(text), _) => other.witness().ends_with(text.as_bytes()),
            (Values::Wildcard { key, .. }, _) => glob::matches(key, &other.witness()),
            (Values::IgnoreCase(text), Values::IgnoreCase(other)) => {
                text.chars().count() == other.chars().count() && covers_each(text.chars(), other.chars())
            }
            (Values::IgnoreCase(text), Values::Text(other)) => letter_case::equals(text, other.as_bytes()),
            (Values::PrefixIgnoreCase(text), Values::IgnoreCase(other) | Values::PrefixIgnoreCase(other)) => {
                covers_each(text.chars(), other.chars())
            }
            (Values::PrefixIgnoreCase(text), _) => letter_case::starts_with(text, &other.witness()),
            (Values::SuffixIgnoreCase(text), Values::IgnoreCase(other) | Values::SuffixIgnoreCase(other)) => {
                covers_each(text.chars().rev(), other.chars().rev())
            }
            (Values::SuffixIgnoreCase(text), _) => letter_case::ends_with(text, &other.witness()),
            _ => false,
        }
    }

    /// Whether no value is in both sets, for sure.
    fn is_apart(&self, other: &Values, budget: &mut Budget) -> bool {
        if !budget.take(self.size() + other.size()) {
            return false;
        }
        match (self, other) {
            // Whatever it stands for may be in the other set.
            (one, two) if one.has_placeholder() || two.has_placeholder() => false,
            (Values::Except(_), Values::Except(_)) => false,
            (Values::Except(excluded), set) | (set, Values::Except(excluded)) => {
                excluded.iter().any(|excluded| excluded.covers(set, budget))
            }
            (Values::Numbers(from, to), Values::Numbers(low, high)) => to < low || high < from,
            (Values::Text(text), Values::Text(other)) => text != other,
            (Values::Addresses(block), Values::Addresses(other)) => !block.contains(*other) && !other.contains(*block),
            (single, set) | (set, single) if single.is_single() && matches!(single, Values::Text(_)) => {
                // Whether a set has a text is known exactly, if there are steps left to find out.
                !set.covers(single, budget) && !budget.is_spent()
            }
            (one, two) if one.is_text() && two.is_text() => {
                one.start().is_apart(&two.start()) || one.end().is_apart(&two.end())
            }
            // Values of different types, literals, and spellings.
            (one, two) => one != two,
        }
    }

    /// What its strings begin with.
    fn start(&self) -> Fixed<'_> {
        match self {
            Values::Prefix(text) => Fixed { text: text.as_bytes(), ignore_case: false, whole: false },
            Values::IgnoreCase(text) => Fixed { text: text.as_bytes(), ignore_case: true, whole: true },
            Values::PrefixIgnoreCase(text) => Fixed { text: text.as_bytes(), ignore_case: true, whole: false },
            Values::Wildcard { witness, .. } => {
                let known = witness.split(|byte| *byte == UNKNOWN).next().unwrap_or_default();
                Fixed { text: known, ignore_case: false, whole: false }
            }
            _ => Fixed::NOTHING,
        }
    }

    /// What its strings end with.
    fn end(&self) -> FixedEnd<'_> {
        FixedEnd(match self {
            Values::Suffix(text) => Fixed { text: text.as_bytes(), ignore_case: false, whole: false },
            Values::SuffixIgnoreCase(text) => Fixed { text: text.as_bytes(), ignore_case: true, whole: false },
            Values::IgnoreCase(text) => Fixed { text: text.as_bytes(), ignore_case: true, whole: true },
            Values::Wildcard { witness, .. } => {
                let known = witness.rsplit(|byte| *byte == UNKNOWN).next().unwrap_or_default();
                Fixed { text: known, ignore_case: false, whole: false }
            }
            _ => Fixed::NOTHING,
        })
    }

    /// Whether some of its values may be strings.
    pub(super) fn may_be_text(&self, budget: &mut Budget) -> bool {
        match self {
            Values::Except(excluded) => !excluded.iter().any(|excluded| excluded.covers(&Values::AnyText, budget)),
            _ => self.is_text(),
        }
    }

    /// Whether some of its values may be strings of so many ASCII digits.
    pub(super) fn may_be_digits(&self, count: usize, budget: &mut Budget) -> bool {
        let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
        match self {
            Values::Text(text) => text.len() == count && digits(text.as_bytes()),
            Values::Prefix(text) | Values::Suffix(text) => text.len() <= count && digits(text.as_bytes()),
            Values::Wildcard { witness, .. } => {
                let known: Vec<u8> = witness.iter().copied().filter(|byte| *byte != UNKNOWN).collect();
                known.len() <= count && digits(&known)
            }
            // Some character has two cases, which no digit has; no address is digits only.
            Values::IgnoreCase(_)
            | Values::PrefixIgnoreCase(_)
            | Values::SuffixIgnoreCase(_)
            | Values::Addresses(_) => false,
            _ => self.may_be_text(budget),
        }
    }
}

/// A text in which letters stand for their other case, too; but not those of an expression.
fn canonical(text: &str) -> Box<str> {
    if text.contains(placeholder::OPENING) { text.into() } else { letter_case::canonical(text).into() }
}

/// A text with [`UNKNOWN`] in place of its expressions.
pub(super) fn masked(mut text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    while let Some(at) = memchr::memmem::find(text, placeholder::OPENING.as_bytes()) {
        let (before, expression) = text.split_at_checked(at).unwrap_or((text, &[]));
        out.extend_from_slice(before);
        out.push(UNKNOWN);
        let end = memchr::memchr(b'}', expression).map_or(expression.len(), |end| end + 1);
        text = expression.get(end..).unwrap_or_default();
    }
    out.extend_from_slice(text);
    out
}

/// Whether the first characters, as many as `mine` has, stand for no more than `mine` do.
fn covers_each(mut mine: impl Iterator<Item = char>, mut its: impl Iterator<Item = char>) -> bool {
    mine.all(|c| its.next().is_some_and(|other| letter_case::covers(c, other)))
}

/// A text that strings begin with, or are.
struct Fixed<'v> {
    text: &'v [u8],
    /// Whether the strings hold it in some letter case.
    ignore_case: bool,
    /// Whether it is all of the string.
    whole: bool,
}

impl Fixed<'_> {
    const NOTHING: Self = Fixed { text: &[], ignore_case: false, whole: false };

    /// Whether no string has both, given the test for one text having the other at this end.
    fn is_apart_by(&self, other: &Self, has: fn(&[u8], &[u8]) -> bool) -> bool {
        let key = |text: &[u8]| {
            let mut key = Vec::new();
            letter_case::fold(text, &mut key);
            key
        };
        let folded = self.ignore_case || other.ignore_case;
        let (one, two) =
            if folded { (key(self.text), key(other.text)) } else { (self.text.to_vec(), other.text.to_vec()) };
        match (has(&one, &two), has(&two, &one)) {
            (true, true) => false,
            // The longer of two texts can't be in what is just the shorter.
            (true, false) => other.whole,
            (false, true) => self.whole,
            (false, false) => true,
        }
    }

    fn is_apart(&self, other: &Self) -> bool {
        self.is_apart_by(other, <[u8]>::starts_with)
    }
}

/// A text that strings end with, or are.
struct FixedEnd<'v>(Fixed<'v>);

impl FixedEnd<'_> {
    fn is_apart(&self, other: &Self) -> bool {
        self.0.is_apart_by(&other.0, <[u8]>::ends_with)
    }
}

/// What a field's tests accept together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    /// Of each test that accepts anything.
    pub(super) sets: Vec<Values>,
    /// Whether `exists: false` is among the tests.
    pub(super) absence: bool,
}

impl Accepted {
    pub(super) fn of(tests: &[Test]) -> Self {
        let sets = tests.iter().filter_map(|test| Values::of(&test.kind)).collect();
        Accepted { sets, absence: tests.iter().any(|test| matches!(test.kind, TestKind::Exists(false))) }
    }

    /// Whether neither a value nor absence satisfies it.
    pub(super) fn is_nothing(&self) -> bool {
        self.sets.is_empty() && !self.absence
    }

    /// Whether every value and absence satisfies it, for sure.
    pub(super) fn is_everything(&self, budget: &mut Budget) -> bool {
        self.absence && self.covers_set(&Values::everything(), budget)
    }

    /// Whether several tests accept every value together, for sure, and none does by itself.
    pub(super) fn is_any_value(&self, budget: &mut Budget) -> bool {
        let everything = Values::everything();
        self.sets.len() > 1
            && !self.sets.iter().any(|set| set.covers(&everything, budget))
            && self.covers_set(&everything, budget)
    }

    /// Whether it accepts every value that the other does, for sure. Absence is not looked at.
    pub(super) fn covers_values(&self, other: &Accepted, budget: &mut Budget) -> bool {
        self.sets == other.sets || other.sets.iter().all(|set| self.covers_set(set, budget))
    }

    fn covers_set(&self, set: &Values, budget: &mut Budget) -> bool {
        if self.sets.iter().any(|mine| mine.covers(set, budget)) {
            return true;
        }
        // What one test excludes may be accepted by another, or be none of the set.
        let is_made_up_for = |at: usize, excluded: &Values, budget: &mut Budget| {
            let others = self.sets.iter().enumerate().filter(|(other, _)| *other != at);
            excluded.is_apart(set, budget) || others.map(|(_, set)| set).any(|set| set.covers(excluded, budget))
        };
        self.sets.iter().enumerate().any(|(at, mine)| match mine {
            Values::Except(excluded) => excluded.iter().all(|excluded| is_made_up_for(at, excluded, budget)),
            _ => false,
        })
    }
}
