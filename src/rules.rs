//! Rules: patterns under ids, added, removed and compiled.

mod alternatives;

use hashbrown::{DefaultHashBuilder, HashTable};
use std::fmt;
use std::hash::{BuildHasher, Hash};

use self::alternatives::{Alternatives, Rule};
use crate::compile::store::Store;
use crate::compile::{Absorber, build, normalise};
use crate::ids::{ConjunctionId, RuleId};
use crate::pattern::expansion;
use crate::{CompileError, CompileOptions, Kernel, Linter, Matcher, Pattern, PatternParser, RuleFinding};

/// Rules: patterns, each under an id of any type. Several patterns under one id are alternatives.
///
/// Patterns are interned as they are inserted, so parts that many rules share are stored once; the canonical text of
/// each is kept beside them.
///
/// ```
/// use eventsieve::{Pattern, RuleSet};
///
/// let mut rules = RuleSet::new();
/// let pattern: Pattern = r#"{"source": ["aws.s3"]}"#.parse()?;
/// assert!(rules.insert("uploads", &pattern)?);
/// assert!(!rules.insert("uploads", &pattern)?, "the same pair again");
/// assert!(rules.remove(&"uploads") && !rules.remove(&"uploads"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct RuleSet<Id> {
    hasher: DefaultHashBuilder,
    /// The ids in the order of their first insertion; `None` where one was removed.
    slots: Vec<Option<Slot<Id>>>,
    /// Slot numbers by id.
    table: HashTable<usize>,
    store: Store,
    rules: usize,
    /// The sizes of the rules that the store holds, and of those of them that were removed.
    size: usize,
    garbage: usize,
}

#[derive(Clone)]
struct Slot<Id> {
    id: Id,
    rules: Alternatives,
}

impl<Id> Default for RuleSet<Id> {
    fn default() -> Self {
        RuleSet {
            hasher: DefaultHashBuilder::default(),
            slots: Vec::new(),
            table: HashTable::new(),
            store: Store::default(),
            rules: 0,
            size: 0,
            garbage: 0,
        }
    }
}

impl<Id> fmt::Debug for RuleSet<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleSet").field("ids", &self.table.len()).field("rules", &self.rules).finish_non_exhaustive()
    }
}

/// Bytes of garbage that are not worth the store's being made anew, whatever their share.
const SMALL_GARBAGE: usize = 64 << 10;

/// Slots without an id that are not worth moving the others together.
const SMALL_GAPS: usize = 1 << 10;

impl RuleSet<()> {
    /// A matcher of one pattern, with the default options, or, should the environment ask for a kernel that cannot be
    /// had, with the best one.
    pub(crate) fn of_one(pattern: &Pattern) -> Matcher<()> {
        let mut store = Store::default();
        let conjunctions: Vec<_> = normalise(pattern, &mut store).map(|id| (RuleId(0), ConjunctionId(id))).collect();
        let options = CompileOptions::new();
        let kernel = options.chosen_kernel().unwrap_or_else(|_| Kernel::detect());
        let settings = options.settings_with(kernel);
        Matcher::new(build(&store, &conjunctions, 1, &options, &settings), Box::from([()]), settings)
    }
}

impl<Id: Eq + Hash> RuleSet<Id> {
    /// No rules.
    pub fn new() -> Self {
        RuleSet::default()
    }

    /// Adds a pattern under an id; several under one id are alternatives. Returns `false` if that id has that pattern
    /// already, and changes nothing then.
    ///
    /// Two patterns are the same if their canonical prints are.
    ///
    /// # Errors
    ///
    /// The rule set is full, at some four billion parts. It is as it was then.
    ///
    /// # Complexity
    ///
    /// Linear in the pattern, whatever the number of rules.
    pub fn insert(&mut self, id: Id, pattern: &Pattern) -> Result<bool, RuleSetError> {
        let text = pattern.print();
        let hash = self.hasher.hash_one(&id);
        let slot = self.slot_number(hash, &id);
        if let Some(slot) = slot.and_then(|number| self.slot(number))
            && slot.rules.find(&self.hasher, &text, pattern).is_some()
        {
            return Ok(false);
        }
        let rule = self.intern(text.into_boxed_str(), pattern)?;
        self.rules += 1;
        if let Some(Some(slot)) = slot.and_then(|number| self.slots.get_mut(number)) {
            slot.rules.push(&self.hasher, rule);
            return Ok(true);
        }
        let number = self.slots.len();
        let mut rules = Alternatives::default();
        rules.push(&self.hasher, rule);
        self.slots.push(Some(Slot { id, rules }));
        let (slots, hasher) = (&self.slots, &self.hasher);
        self.table.insert_unique(hash, number, |number| hash_of(slots, hasher, *number));
        Ok(true)
    }

    /// Interns a pattern: all of it, or nothing.
    fn intern(&mut self, text: Box<str>, pattern: &Pattern) -> Result<Rule, RuleSetError> {
        let size = text.len().saturating_add(expansion(&pattern.root));
        if !self.store.has_room(size) {
            return Err(RuleSetError::full());
        }
        let conjunctions = normalise(pattern, &mut self.store);
        self.size += size;
        Ok(Rule {
            text,
            or_as_field: pattern.or_as_field,
            conjunctions,
            // INVARIANT: what has room in the store has less than 2^32 bytes.
            size: u32::try_from(size).unwrap_or(u32::MAX),
        })
    }

    /// Removes an id with all its patterns. Returns `false` if it isn't there.
    pub fn remove(&mut self, id: &Id) -> bool {
        let hash = self.hasher.hash_one(id);
        let Some(slot) = self.take_slot(hash, id) else { return false };
        for rule in slot.rules.iter() {
            self.forget(rule);
        }
        self.tidy();
        true
    }

    /// Removes one pattern of an id, and the id with its last one. Returns `false` if that id doesn't have that pattern.
    pub fn remove_pattern(&mut self, id: &Id, pattern: &Pattern) -> bool {
        let text = pattern.print();
        let hash = self.hasher.hash_one(id);
        let Some(number) = self.slot_number(hash, id) else { return false };
        let Some(Some(slot)) = self.slots.get_mut(number) else { return false };
        let Some(at) = slot.rules.find(&self.hasher, &text, pattern) else { return false };
        let rule = slot.rules.remove(&self.hasher, at);
        if slot.rules.is_empty() {
            self.take_slot(hash, id);
        }
        self.forget(&rule);
        self.tidy();
        true
    }

    /// How many patterns there are, over all ids.
    pub fn len(&self) -> usize {
        self.rules
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules == 0
    }

    /// Whether an id has a pattern.
    pub fn contains(&self, id: &Id) -> bool {
        self.slot_number(self.hasher.hash_one(id), id).is_some()
    }

    /// The patterns, by their canonical prints, each with its id: ids in the order of their first insertion, the patterns
    /// of one id in no order.
    pub fn patterns(&self) -> impl Iterator<Item = (&Id, &str)> {
        self.slots.iter().flatten().flat_map(|slot| slot.rules.iter().map(|rule| (&slot.id, &*rule.text)))
    }

    /// What is suspicious about the patterns, and which of them are covered by others: [`Linter::rules`], in the order
    /// of [`RuleSet::patterns`]. Spans are of the canonical prints. To have those of texts, give the linter the patterns
    /// that were read from them.
    ///
    /// ```
    /// use eventsieve::{LintCode, Linter, RuleSet};
    ///
    /// let mut rules = RuleSet::new();
    /// rules.insert("ec2", &r#"{"source": ["aws.ec2"]}"#.parse()?)?;
    /// rules.insert("aws", &r#"{"source": [{"prefix": "aws."}]}"#.parse()?)?;
    /// let findings = rules.lint(&Linter::new());
    /// assert_eq!((findings[0].id, findings[0].finding.code), (&"ec2", LintCode::CoveredRule));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lint(&self, linter: &Linter) -> Vec<RuleFinding<&Id>> {
        let rules = self.slots.iter().flatten().flat_map(|slot| slot.rules.iter().map(|rule| (&slot.id, rule)));
        let patterns: Vec<_> = rules
            // Each was read before, so that there is no error.
            .filter_map(|(id, rule)| {
                let parser = PatternParser::unlimited().or_as_field(rule.or_as_field);
                Some((id, parser.parse(&*rule.text).ok()?))
            })
            .collect();
        linter.rules(patterns.iter().map(|(id, pattern)| (*id, pattern)))
    }

    /// Compiles the rules, with the default [`CompileOptions`]. The rule set can be changed and compiled again.
    ///
    /// # Errors
    ///
    /// The environment variable `EVENTSIEVE_KERNEL` asks for what cannot be had.
    pub fn compile(&self) -> Result<Matcher<Id>, CompileError>
    where
        Id: Clone,
    {
        self.compile_with(&CompileOptions::new())
    }

    /// Compiles the rules. Linear in their size.
    ///
    /// # Errors
    ///
    /// The kernel that is asked for cannot be had.
    pub fn compile_with(&self, options: &CompileOptions) -> Result<Matcher<Id>, CompileError>
    where
        Id: Clone,
    {
        let settings = options.settings_with(options.chosen_kernel()?);
        let mut ids = Vec::with_capacity(self.table.len());
        let mut conjunctions = Vec::with_capacity(self.rules);
        for slot in self.slots.iter().flatten() {
            let rule_id = RuleId::new(ids.len());
            ids.push(slot.id.clone());
            conjunctions
                .extend(slot.rules.iter().flat_map(Rule::conjunctions).map(|conjunction| (rule_id, conjunction)));
        }
        let engine = build(&self.store, &conjunctions, ids.len(), options, &settings);
        Ok(Matcher::new(engine, ids.into_boxed_slice(), settings))
    }

    fn slot(&self, number: usize) -> Option<&Slot<Id>> {
        self.slots.get(number)?.as_ref()
    }

    fn slot_number(&self, hash: u64, id: &Id) -> Option<usize> {
        self.table.find(hash, |number| self.slot(*number).is_some_and(|slot| slot.id == *id)).copied()
    }

    fn take_slot(&mut self, hash: u64, id: &Id) -> Option<Slot<Id>> {
        let slots = &self.slots;
        let same = |number: &usize| matches!(slots.get(*number), Some(Some(slot)) if slot.id == *id);
        let (number, _) = self.table.find_entry(hash, same).ok()?.remove();
        self.slots.get_mut(number)?.take()
    }

    fn forget(&mut self, rule: &Rule) {
        self.rules -= 1;
        self.garbage += rule.size as usize;
    }

    /// Drops what removed rules left behind, once it is more than half. Amortised over the removals, constant.
    fn tidy(&mut self) {
        if self.slots.len() / 2 > self.table.len() + SMALL_GAPS {
            self.slots.retain(Option::is_some);
            let (slots, hasher) = (&self.slots, &self.hasher);
            self.table.clear();
            for number in 0..slots.len() {
                let hash = hash_of(slots, hasher, number);
                self.table.insert_unique(hash, number, |number| hash_of(slots, hasher, *number));
            }
        }
        if self.garbage > self.size / 2 + SMALL_GARBAGE {
            self.renew_store();
        }
    }

    /// Copies every rule into a new store.
    fn renew_store(&mut self) {
        let mut new = Store::default();
        let mut absorber = Absorber::new(&self.store);
        for rule in self.slots.iter_mut().flatten().flat_map(|slot| slot.rules.iter_mut()) {
            rule.conjunctions = absorber.rule(rule.conjunctions.clone(), &mut new);
        }
        self.store = new;
        self.size -= self.garbage;
        self.garbage = 0;
    }
}

fn hash_of<Id: Hash>(slots: &[Option<Slot<Id>>], hasher: &DefaultHashBuilder, number: usize) -> u64 {
    slots.get(number).and_then(Option::as_ref).map_or(0, |slot| hasher.hash_one(&slot.id))
}

/// Why a pattern could not be added to a rule set. The rule set is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSetError {
    kind: RuleSetErrorKind,
}

/// The kinds of [`RuleSetError`].
///
/// Non-exhaustive: limits may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleSetErrorKind {
    /// The rule set holds as much as it can number.
    Full,
}

impl RuleSetError {
    pub(crate) fn full() -> Self {
        RuleSetError { kind: RuleSetErrorKind::Full }
    }

    /// What kind of error it is.
    pub fn kind(&self) -> RuleSetErrorKind {
        self.kind
    }
}

impl fmt::Display for RuleSetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            RuleSetErrorKind::Full => f.write_str("the rule set is full"),
        }
    }
}

impl std::error::Error for RuleSetError {}
