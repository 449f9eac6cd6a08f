//! Which rules there are, by id.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use super::rule::{Draft, Rule};

/// As many ids as a bucket holds on average before one is split.
const FULL: usize = 128;

/// Rules by id.
///
/// A hash table that grew as a whole would keep one caller waiting while it moves a million entries. So it is many small
/// tables, and grows by splitting one of them in two (linear hashing).
pub(super) struct Catalogue<Id> {
    hasher: DefaultHashBuilder,
    buckets: Vec<HashTable<Entry<Id>>>,
    ids: usize,
}

/// The rules of one id.
enum Entry<Id> {
    One(Arc<Rule<Id>>),
    Many(Box<Many<Id>>),
}

/// Several rules of one id.
struct Many<Id> {
    /// One of them.
    first: Arc<Rule<Id>>,
    /// All of them, by hash of the text.
    rules: HashTable<Arc<Rule<Id>>>,
}

impl<Id> Default for Catalogue<Id> {
    fn default() -> Self {
        Catalogue { hasher: DefaultHashBuilder::default(), buckets: vec![HashTable::new()], ids: 0 }
    }
}

impl<Id> Entry<Id> {
    fn first(&self) -> &Arc<Rule<Id>> {
        match self {
            Entry::One(rule) => rule,
            Entry::Many(many) => &many.first,
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Arc<Rule<Id>>> {
        let (one, many) = match self {
            Entry::One(rule) => (Some(rule), None),
            Entry::Many(many) => (None, Some(many.rules.iter())),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }
}

impl<Id: Eq + Hash> Catalogue<Id> {
    pub(super) fn contains(&self, id: &Id) -> bool {
        self.entry(id).is_some()
    }

    /// The order of an id that is there.
    pub(super) fn order(&self, id: &Id) -> Option<u64> {
        self.entry(id).map(|entry| entry.first().order)
    }

    /// An id's rules.
    pub(super) fn rules(&self, id: &Id) -> impl Iterator<Item = &Arc<Rule<Id>>> {
        self.entry(id).into_iter().flat_map(Entry::iter)
    }

    /// The rule of an id with a pattern.
    pub(super) fn find(&self, id: &Id, draft: &Draft) -> Option<&Arc<Rule<Id>>> {
        match self.entry(id)? {
            Entry::One(rule) => Some(rule).filter(|rule| rule.is(draft)),
            Entry::Many(many) => many.rules.find(self.hasher.hash_one(&draft.text), |rule| rule.is(draft)),
        }
    }

    /// Adds a rule that is not there.
    pub(super) fn insert(&mut self, rule: Arc<Rule<Id>>) {
        let hash = self.hasher.hash_one(&rule.id);
        let number = bucket_of(self.buckets.len(), hash);
        let Some(bucket) = self.buckets.get_mut(number) else { return };
        let hasher = &self.hasher;
        let Some(entry) = bucket.find_mut(hash, |entry| entry.first().id == rule.id) else {
            bucket.insert_unique(hash, Entry::One(rule), |entry| hasher.hash_one(&entry.first().id));
            self.ids += 1;
            return self.grow();
        };
        let text = |rule: &Arc<Rule<Id>>| hasher.hash_one(&rule.text);
        match entry {
            Entry::One(first) => {
                let first = Arc::clone(first);
                let mut rules = HashTable::with_capacity(2);
                for rule in [Arc::clone(&first), rule] {
                    rules.insert_unique(text(&rule), rule, text);
                }
                *entry = Entry::Many(Box::new(Many { first, rules }));
            }
            Entry::Many(many) => {
                many.rules.insert_unique(text(&rule), rule, text);
            }
        }
    }

    /// Takes out a rule that is there.
    pub(super) fn remove(&mut self, rule: &Arc<Rule<Id>>) {
        let hash = self.hasher.hash_one(&rule.id);
        let number = bucket_of(self.buckets.len(), hash);
        let hasher = &self.hasher;
        let Some(bucket) = self.buckets.get_mut(number) else { return };
        let Ok(mut found) = bucket.find_entry(hash, |entry| entry.first().id == rule.id) else { return };
        if let Entry::Many(many) = found.get_mut() {
            let text = |rule: &Arc<Rule<Id>>| hasher.hash_one(&rule.text);
            let Many { first, rules } = &mut **many;
            if let Ok(entry) = rules.find_entry(text(rule), |other| Arc::ptr_eq(other, rule)) {
                entry.remove();
            }
            let Some(another) = rules.iter().next().map(Arc::clone) else { return };
            if rules.len() == 1 {
                *found.get_mut() = Entry::One(another);
            } else {
                *first = another;
                shrink(rules, text);
            }
            return;
        }
        found.remove();
        self.ids -= 1;
        shrink(bucket, |entry| hasher.hash_one(&entry.first().id));
    }

    fn entry(&self, id: &Id) -> Option<&Entry<Id>> {
        let hash = self.hasher.hash_one(id);
        self.buckets.get(bucket_of(self.buckets.len(), hash))?.find(hash, |entry| entry.first().id == *id)
    }

    /// Splits the bucket whose turn it is, if there are many ids.
    fn grow(&mut self) {
        let new = self.buckets.len();
        if self.ids <= new * FULL {
            return;
        }
        let hasher = &self.hasher;
        let hash = |entry: &Entry<Id>| hasher.hash_one(&entry.first().id);
        // What the last bucket of twice as many will have lies where its number without the highest bit says.
        let old = new - (1 << new.ilog2());
        let Some(bucket) = self.buckets.get_mut(old) else { return };
        let (mut stay, mut go) = (HashTable::with_capacity(FULL), HashTable::with_capacity(FULL));
        for entry in std::mem::take(bucket) {
            let hash_ = hash(&entry);
            let to = if bucket_of(new + 1, hash_) == old { &mut stay } else { &mut go };
            to.insert_unique(hash_, entry, hash);
        }
        *bucket = stay;
        self.buckets.push(go);
    }
}

/// Gives memory back, if there is much more than is needed.
fn shrink<T>(table: &mut HashTable<T>, hash: impl Fn(&T) -> u64) {
    if table.capacity() > 16 && table.len() < table.capacity() / 8 {
        table.shrink_to_fit(hash);
    }
}

/// Which of so many buckets has a hash: as many of its bits as number them, one less where that is too much.
fn bucket_of(buckets: usize, hash: u64) -> usize {
    let bits = buckets.next_power_of_two();
    // Tables use the outermost bits.
    let hash = usize::try_from(hash << 16 >> 32).unwrap_or(0);
    let number = hash & (bits - 1);
    if number < buckets { number } else { hash & (bits / 2 - 1) }
}
