//! Paths without a value: what is there instead, and where a value is that would pass.

use std::ops::Range;

use super::super::check::Leaf;
use super::super::event::{Kind, NodeId, Tree};
use super::{MissKind, Near, Reason, Subject, is_digits};
use crate::event::visitor::LeafKind;
use crate::lint::eventbridge::{field_like, has_field, sent_as};
use crate::pattern::ast::{Test, TestKind};
use crate::pattern::render::{quoted, visible};
use crate::pattern::{array_around, first_key, is_operator, last_key, string_text, suggest, wildcard_segments};

/// Keys that are compared with the one that is missing.
const KEYS: usize = 1_000;
/// Keys that a hint lists.
const LISTED: usize = 6;
/// Tests of a field that values elsewhere are tried on.
const TESTS: usize = 50;

/// How far a path leads.
#[derive(Default)]
struct Way {
    /// Objects in which the next key is missing, those that the path leads into furthest.
    deepest: Vec<NodeId>,
    /// Bytes of the path up to there, with the dot.
    consumed: usize,
    /// What is at the path instead of a leaf.
    end: Option<NodeId>,
    /// On the path a leaf, or an array in which there are no objects, and the bytes of the path up to it.
    dead_end: Option<(NodeId, usize)>,
}

impl Way {
    /// A dead end counts if no other is further on.
    fn end_at(&mut self, node: NodeId, consumed: usize) {
        self.dead_end = self.dead_end.filter(|(_, other)| *other >= consumed).or(Some((node, consumed)));
    }
}

impl<'e> Near<'_, 'e> {
    /// Why a field fails, if there is no value at its path; or if there are and nothing is near them (they are not
    /// `settled`), that a value which would pass lies elsewhere.
    pub(in super::super) fn path(&mut self, subject: &Subject<'_, '_>, settled: bool) -> Option<Reason> {
        if subject.values > 0 {
            return if settled { None } else { self.beside(subject) };
        }
        let way = self.way(subject.path);
        if let Some(end) = way.end {
            return Some(self.not_a_leaf(subject, end));
        }
        if let Some((node, consumed)) = way.dead_end {
            return Some(self.dead_end(subject.path, node, consumed));
        }
        Some(self.missing(subject, &way))
    }

    /// Follows a path as far as it leads.
    fn way(&mut self, path: &str) -> Way {
        let mut way = Way { deepest: vec![Tree::ROOT], ..Way::default() };
        let mut open = vec![(Tree::ROOT, 0)];
        while let Some((node, consumed)) = open.pop() {
            let rest = path.get(consumed..).unwrap_or_default();
            let is_array = self.tree.kind(node) == Kind::Array;
            let mut dead_end = is_array.then_some(node);
            for child in self.tree.children(node) {
                if !self.may_take(8) {
                    return way;
                }
                let is_leaf = matches!(self.tree.kind(child), Kind::Leaf(_));
                if is_array {
                    if !is_leaf {
                        open.push((child, consumed));
                        dead_end = None;
                    }
                    continue;
                }
                let key = self.tree.key(child);
                let Some(after) = rest.strip_prefix(&*key) else { continue };
                if after.is_empty() {
                    way.end = way.end.or(Some(child));
                } else if let Some(inside) = after.strip_prefix('.') {
                    let consumed = path.len() - inside.len();
                    if is_leaf {
                        way.end_at(child, consumed);
                    } else {
                        open.push((child, consumed));
                    }
                }
            }
            if let Some(array) = dead_end {
                way.end_at(array, consumed);
            }
            if !is_array && consumed >= way.consumed {
                if consumed > way.consumed {
                    way.deepest.clear();
                    way.consumed = consumed;
                }
                way.deepest.push(node);
            }
        }
        if way.dead_end.is_some_and(|(_, consumed)| consumed <= way.consumed) {
            way.dead_end = None;
        }
        way
    }

    fn not_a_leaf(&mut self, subject: &Subject<'_, '_>, node: NodeId) -> Reason {
        let path = quoted(subject.path);
        // Of arrays of objects, the first object.
        let mut inner = node;
        while self.tree.kind(inner) == Kind::Array {
            match self.tree.children(inner).next() {
                Some(child) => inner = child,
                None => break,
            }
        }
        let is = match (self.tree.kind(node), self.tree.kind(inner)) {
            (Kind::Object, _) => "an object",
            (_, Kind::Object) => "an array of objects",
            _ if self.tree.children(node).next().is_some() => "an array",
            _ => "an empty array",
        };
        let span = self.tree.key_span(node);
        let reason = |message: String| Reason {
            path_offset: subject.path.len(),
            ..Reason::new(MissKind::NotALeaf, message, span.clone())
        };
        let keys = self.keys(&[inner]);
        if keys.is_empty() {
            return reason(format!("{path} is {is}, in which there is no value"));
        }
        let asks_existence = subject.tests.iter().any(|test| matches!(test.kind, TestKind::Exists(true)));
        let tests = if asks_existence { "`exists` sees" } else { "tests see" };
        let reason = reason(format!("{path} is {is}, and {tests} only strings, numbers, `true`, `false` and `null`"));
        if let Some(is) = sent_as(subject.path) {
            return reason.hint(is);
        }
        let passing = self
            .tree
            .children(inner)
            .take(KEYS)
            .find(|child| Leaf::new(self.tree, *child).is_some_and(|leaf| passes(subject, &leaf)));
        let last = last_key(subject.path);
        match passing {
            Some(child) => {
                let key = self.tree.key(child);
                let shown = self.shown_node(child);
                let (last, inner) = (json_key(last), json_key(&key));
                reason.hint(format!("its {} is {shown}, which passes: write `{last}: {{{inner}: […]}}`", quoted(&key)))
            }
            None => reason.hint(format!("test a key inside it: {}", listed(&keys))),
        }
    }

    fn dead_end(&self, path: &str, node: NodeId, consumed: usize) -> Reason {
        let outer = path.get(..consumed.saturating_sub(1)).unwrap_or_default();
        let inner = path.get(consumed..).unwrap_or_default();
        let is = match self.tree.kind(node) {
            Kind::Leaf(LeafKind::String) => "a string",
            Kind::Leaf(LeafKind::Number) => "a number",
            Kind::Array => "an array without objects",
            _ => "no object",
        };
        let message =
            format!("{} is {is} ({}), so there is no {} in it", quoted(outer), self.shown_node(node), quoted(inner));
        let reason = Reason {
            path_offset: consumed + first_key(inner).len(),
            ..Reason::new(MissKind::InsideLeaf, message, self.tree.span(node))
        };
        if let Some(is) = sent_as(outer) {
            return reason.hint(is);
        }
        if is_operator(inner) {
            return reason.hint(array_around(last_key(outer), inner, "…"));
        }
        if is_index(first_key(inner)) && self.tree.kind(node) == Kind::Array {
            return reason.hint(format!("leave {} out: {THROUGH_ARRAYS}", quoted(first_key(inner))));
        }
        let is_string = self.tree.kind(node) == Kind::Leaf(LeafKind::String);
        if is_string && self.tree.leaf_text(node).trim_start().starts_with(['{', '[']) {
            return reason
                .hint("the string holds JSON text, which patterns don't look into: it has to be sent as an object");
        }
        reason
    }

    fn missing(&mut self, subject: &Subject<'_, '_>, way: &Way) -> Reason {
        let path = subject.path;
        let rest = path.get(way.consumed..).unwrap_or_default();
        let key = first_key(rest);
        let object = way.deepest.iter().copied().min().unwrap_or(Tree::ROOT);
        let owner = match path.get(..way.consumed.saturating_sub(1)).unwrap_or_default() {
            "" => "the event".to_owned(),
            outer => quoted(outer),
        };
        let message = format!("{owner} has no key {}", quoted(key));
        let place = if object == Tree::ROOT {
            self.tree.span(object).start..self.tree.span(object).start + 1
        } else {
            self.tree.key_span(self.tree.member(object))
        };
        let reason =
            |kind, event| Reason { path_offset: way.consumed + key.len(), ..Reason::new(kind, message.clone(), event) };
        let keys = self.keys(&way.deepest);
        if let Some((event, meant)) = self.index(key, object, &keys) {
            return reason(MissKind::MisspeltKey, event.unwrap_or(place)).hint(format!("{meant}: {THROUGH_ARRAYS}"));
        }
        let elsewhere = self.elsewhere(subject);
        if let Some(found) = elsewhere.as_ref().filter(|found| found.same_key) {
            return reason(MissKind::OtherPath, self.tree.span(found.node)).hint(self.moved(path, found.node));
        }
        if let Some(nearest) = self.nearest(key, &keys) {
            let misspelt = self.tree.key(nearest);
            let is_of_event = way.consumed == 0 && !has_field(&misspelt);
            let misspelt = quoted(&misspelt);
            let hint = match field_like(key).filter(|_| is_of_event) {
                // The event is wrong, not the pattern.
                Some(field) if field == key => {
                    format!("events of EventBridge have {}, but this one has {misspelt}", quoted(key))
                }
                Some(field) => format!("did you mean {misspelt}? Events of EventBridge have {}", quoted(field)),
                None => format!("did you mean {misspelt}?"),
            };
            return reason(MissKind::MisspeltKey, self.tree.key_span(nearest)).hint(hint);
        }
        if let Some(found) = elsewhere {
            return reason(MissKind::OtherPath, self.tree.span(found.node)).hint(self.moved(path, found.node));
        }
        let reason = reason(MissKind::MissingKey, place);
        // Where more is missing than the field, the event is of another kind.
        if rest == key && subject.tests.iter().any(|test| matches!(test.kind, TestKind::AnythingBut(_))) {
            return reason.hint("`anything-but` asks for a value; to allow none as well, add `{\"exists\": false}`");
        }
        match keys.is_empty() {
            true => reason,
            false if keys.len() == 1 => reason.hint(format!("its only key is {}", listed(&keys))),
            false => reason.hint(format!("its keys are {}", listed(&keys))),
        }
    }

    /// What is meant by a key that has an index into an array, or is one: where that is in the event, and what to write.
    fn index(&self, key: &str, object: NodeId, keys: &[(String, NodeId)]) -> Option<(Option<Range<usize>>, String)> {
        if is_index(key) && self.tree.kind(self.tree.parent(object)) == Kind::Array {
            return Some((None, format!("leave {} out", quoted(key))));
        }
        let (name, index) = key.strip_suffix(']')?.split_once('[')?;
        let (_, node) = keys.iter().find(|(key, _)| key == name && is_index(index))?;
        Some((Some(self.tree.key_span(*node)), format!("write {} for {}", quoted(name), quoted(key))))
    }

    /// The distinct keys of some objects, with a node of each, in the order of the text.
    fn keys(&mut self, objects: &[NodeId]) -> Vec<(String, NodeId)> {
        let mut keys: Vec<(String, NodeId)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for object in objects {
            if self.tree.kind(*object) != Kind::Object {
                continue;
            }
            for child in self.tree.children(*object) {
                if keys.len() >= KEYS || !self.may_take(8) {
                    return keys;
                }
                let key = self.tree.key(child);
                if !seen.contains(&*key) {
                    seen.insert(key.clone().into_owned());
                    keys.push((key.into_owned(), child));
                }
            }
        }
        keys
    }

    fn nearest(&mut self, key: &str, keys: &[(String, NodeId)]) -> Option<NodeId> {
        // The distance of two names is worked out in a table.
        const TABLE: usize = 32 * 64;
        if !self.may_take(TABLE * keys.len()) {
            return None;
        }
        let names: Vec<&str> = keys.iter().map(|(key, _)| key.as_str()).collect();
        let nearest = suggest::nearest(key, &names)?;
        keys.iter().find(|(key, _)| key == nearest).map(|(_, node)| *node)
    }

    /// Values at the path are far from passing, and one that lies elsewhere under the same key passes.
    fn beside(&mut self, subject: &Subject<'_, '_>) -> Option<Reason> {
        let found = self.elsewhere(subject).filter(|found| found.same_key && found.distinctive)?;
        let message = format!(
            "no value at {} passes, but {} does, at {}",
            quoted(subject.path),
            self.shown_node(found.node),
            quoted(&self.tree.location(found.node))
        );
        let reason = Reason::new(MissKind::OtherPath, message, self.tree.span(found.node));
        Some(Reason { path_offset: subject.path.len(), ..reason })
    }

    /// How to get at a value that is somewhere else than the pattern's path.
    fn moved(&self, path: &str, node: NodeId) -> String {
        let keys = self.tree.keys_to(node);
        let found = format!("{} is {}, which passes", quoted(&self.tree.location(node)), self.shown_node(node));
        if has_field(first_key(path)) && !has_field(first_key(&keys)) {
            return format!("{found}, but in events of EventBridge it is at {}", quoted(path));
        }
        match keys.strip_suffix(path).and_then(|outer| outer.strip_suffix('.')) {
            Some(outer) => {
                format!("{found}: nest the field, `{}: {{{}: …}}`", json_key(outer), json_key(first_key(path)))
            }
            None => format!("{found}: is {} the field?", quoted(&keys)),
        }
    }

    /// A value that passes one of the field's tests and lies elsewhere: best under the same key, or else if the test is
    /// one that few values pass.
    fn elsewhere(&mut self, subject: &Subject<'_, '_>) -> Option<Elsewhere> {
        let tests: Vec<_> = subject.tests.iter().zip(subject.checks).take(TESTS).collect();
        let last = last_key(subject.path);
        let mut other = None;
        for node in 0..self.tree.len() {
            if !matches!(self.tree.kind(node), Kind::Leaf(_)) {
                continue;
            }
            let Some(leaf) = Leaf::new(self.tree, node) else { continue };
            if !self.may_take(8 + (8 + leaf.text.len()) * tests.len()) {
                break;
            }
            let Some((test, _)) = tests.iter().find(|(_, check)| check.passes(&leaf)) else { continue };
            let same_key = last_key(&self.tree.key(self.tree.member(node))) == last;
            let distinctive = is_distinctive(test);
            if same_key && self.tree.keys_to(node) != subject.path {
                return Some(Elsewhere { node, same_key, distinctive });
            }
            if distinctive && !same_key && other.is_none() {
                other = Some(Elsewhere { node, same_key, distinctive });
            }
        }
        other
    }
}

/// Why a path has no indexes.
const THROUGH_ARRAYS: &str = "paths lead through arrays by themselves, to every element";

/// Whether a key stands for an element of an array, or for all, in other languages.
fn is_index(key: &str) -> bool {
    key == "*" || is_digits(key)
}

/// A value under another path.
struct Elsewhere {
    node: NodeId,
    same_key: bool,
    distinctive: bool,
}

fn passes(subject: &Subject<'_, '_>, leaf: &Leaf<'_>) -> bool {
    subject.checks.iter().take(TESTS).any(|check| check.passes(leaf))
}

/// Whether a test is passed by so few values that one elsewhere in the event is worth telling.
fn is_distinctive(test: &Test) -> bool {
    const LETTERS: usize = 4;
    match &test.kind {
        TestKind::Wildcard(text) => wildcard_segments(text).iter().any(|segment| segment.len() >= LETTERS),
        TestKind::Number(number) => number.text.len() >= LETTERS,
        TestKind::Cidr(_) => true,
        kind => kind.text().is_some_and(|text| text.len() >= LETTERS),
    }
}

/// A key as it is written in a pattern.
fn json_key(key: &str) -> String {
    visible(&string_text(key), 40)
}

/// Some keys, in backticks.
fn listed(keys: &[(String, NodeId)]) -> String {
    let shown: Vec<_> = keys.iter().take(LISTED).map(|(key, _)| quoted(key)).collect();
    let more = if keys.len() > LISTED { format!(" and {} more", keys.len() - LISTED) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
