//! What holds of any patterns and events. Property tests and fuzz targets differ in where they have them from.

use std::panic::{self, AssertUnwindSafe};

use eventsieve::explain::{Explanation, Outcome, Part};
use eventsieve::reference;
use eventsieve::{
    CompileOptions, Event, EventError, EventErrorKind, LiveRules, MatchSet, Matcher, Merging, Pattern, RuleSet,
    Scratch, Snapshot,
};

use super::engine::{self, Judge};
use super::scene::Scene;
use super::source::Source;
use super::{forge, forms};

/// So little that hard cases don't hold up the others.
const ARRAY_BUDGET: u64 = 100_000;

fn options() -> CompileOptions {
    CompileOptions::new().array_budget(ARRAY_BUDGET)
}

/// A judge that gives hard cases up early.
pub fn judge() -> Judge {
    Judge::with(options())
}

/// The engine gives the reference's verdicts: many rules at once and each by itself, on each event in every form, and on
/// none that is malformed. The mode that trusts events survives these, too.
pub fn engine_agrees_with_the_reference(scene: &Scene) {
    let mut judge = judge();
    let together = judge.compile(&scene.patterns);
    let blocks = judge.compile_blocks(scene.events.len(), &scene.patterns);
    let alone: Vec<_> =
        scene.patterns.iter().enumerate().map(|(id, pattern)| judge.compile_for_one(id, [pattern])).collect();
    for event in &scene.events {
        let Some(ids) = scene.expected(event) else { continue };
        judge.expect(&together, event, ids.as_deref().ok(), "together");
        judge.expect(&blocks, event, ids.as_deref().ok(), "in blocks");
        for (id, matcher) in alone.iter().enumerate() {
            let one = ids.as_ref().ok().map(|ids| if ids.contains(&id) { &[0][..] } else { &[] });
            judge.expect(matcher, event, one, format_args!("rule {id} alone"));
        }
        let trusted = panic::catch_unwind(AssertUnwindSafe(|| judge.try_trusted(&together, event)));
        assert!(trusted.is_ok(), "panic on {:?}", String::from_utf8_lossy(event));
    }
    assert!(judge.failures.is_empty(), "{}\npatterns:\n{}", judge.failures.join("\n"), scene.rules());
}

/// A file of a matcher with changes that its checksum doesn't show is refused, or gives a matcher that survives events.
pub fn forged_files_do_no_harm(scene: &Scene, source: &mut Source<'_>) {
    let mut rules = RuleSet::new();
    for (id, pattern) in scene.patterns.iter().enumerate() {
        rules.insert(id, pattern).unwrap();
    }
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    for options in [options(), options().blocks_anyway()] {
        let mut file = engine::save(&rules.compile_with(&options).unwrap());
        for _ in 0..=source.below(4) {
            forge::change(&mut file, source);
        }
        forge::seal(&mut file);
        let Ok(matcher) = Matcher::<usize>::load_with(&file, &options) else { continue };
        for event in &scene.events {
            for event in [Event::strict(event), Event::trusted(event)] {
                let _any = matcher.is_match(event, &mut scratch);
                let _any = matcher.matches(event, &mut scratch, &mut set).map(Iterator::count);
            }
        }
        // What was loaded can be saved, and is the same when it is loaded.
        let again = Matcher::<usize>::load_with(&engine::save(&matcher), &options).unwrap();
        assert_eq!(engine::save(&again), engine::save(&matcher));
    }
}

/// A rule set behaves as a list of ids and their patterns, whatever is done with it, and matchers and copies keep what
/// they were made from.
pub fn rule_set_behaves_as_a_list(scene: &Scene, source: &mut Source<'_>, most_steps: usize) {
    if scene.patterns.is_empty() {
        return;
    }
    let mut rules = RuleSet::new();
    let mut list = List::default();
    let mut earlier: Vec<(Matcher<usize>, List)> = Vec::new();
    let mut copy = (rules.clone(), list.clone());
    for _ in 0..source.below(most_steps) {
        let id = source.below(4);
        let pattern = &scene.patterns[source.below(scene.patterns.len())];
        match source.below(24) {
            0..12 => assert_eq!(rules.insert(id, pattern).ok(), Some(list.insert(id, pattern))),
            12..17 => assert_eq!(rules.remove_pattern(&id, pattern), list.remove_pattern(id, pattern)),
            17..19 => assert_eq!(rules.remove(&id), list.remove(id)),
            19..22 => earlier.push((rules.compile_with(&options()).unwrap(), list.clone())),
            22 => {
                let before = std::mem::replace(&mut copy, (rules.clone(), list.clone()));
                if source.percent(50) {
                    (rules, list) = before;
                }
            }
            _ => churn(&mut rules, source.below(20)),
        }
        assert_eq!(rules.len(), list.len());
        assert_eq!(rules.is_empty(), list.0.is_empty());
        assert_eq!(rules.contains(&id), list.0.iter().any(|(other, _)| *other == id));
    }
    earlier.push((rules.compile_with(&options()).unwrap(), list));
    earlier.push((copy.0.compile_with(&options()).unwrap(), copy.1));
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    for (matcher, list) in &earlier {
        assert!(matcher.ids().iter().eq(list.0.iter().map(|(id, _)| id)));
        assert_eq!((matcher.len(), matcher.is_empty()), (list.0.len(), list.0.is_empty()));
        for event in &scene.events {
            list.check(matcher, event, &mut scratch, &mut set);
            // Whatever the scratch space and the match set have been used for makes no difference.
            list.check(matcher, event, &mut Scratch::new(), &mut MatchSet::new());
        }
    }
}

/// Adds and removes, again and again, rules that nobody else has, and so many parts of them that the rule set has to
/// clean up.
fn churn(rules: &mut RuleSet<usize>, times: usize) {
    const ID: usize = 1_000;
    let choice = r#"{"$or":[{"a":[1]},{"b":[2]},{"c":[3]},{"d":[4]}]}"#;
    let large = engine::pattern(&format!(r#"{{"x":{choice},"y":{choice},"z":{choice},"a":["x"]}}"#));
    let before = rules.len();
    for id in ID..ID + times {
        assert_eq!(rules.insert(id, &large).ok(), Some(true));
        assert_eq!(rules.len(), before + 1);
        assert!(if id % 2 == 0 { rules.remove(&id) } else { rules.remove_pattern(&id, &large) });
    }
}

/// Live rules behave as a list of ids and their patterns, whatever is done with them and whenever they are merged, and
/// each snapshot keeps what it showed.
pub fn live_rules_behave_as_a_list(scene: &Scene, source: &mut Source<'_>, most_steps: usize) {
    if scene.patterns.is_empty() {
        return;
    }
    let merging = if source.percent(30) { Merging::Background } else { Merging::Caller };
    let rules = LiveRules::with(&options(), merging).unwrap();
    let mut list = List::default();
    let mut earlier = Vec::new();
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    for _ in 0..source.below(most_steps) {
        let id = source.below(4);
        let pattern = &scene.patterns[source.below(scene.patterns.len())];
        let version = rules.snapshot().version();
        let before = list.clone();
        match source.below(28) {
            0..9 => assert_eq!(rules.insert(id, pattern).ok(), Some(list.insert(id, pattern))),
            9..12 => assert_eq!(rules.remove_pattern(&id, pattern), list.remove_pattern(id, pattern)),
            12..14 => assert_eq!(rules.remove(&id), list.remove(id)),
            14..17 => {
                let patterns = source.some(0, 3, |source| scene.patterns[source.below(scene.patterns.len())].clone());
                assert_eq!(rules.replace(id, &patterns).ok(), Some(list.replace(id, &patterns)));
            }
            17..19 => {
                let count = source.below(4);
                let new: Vec<_> = (0..count).map(|_| (source.below(4), pattern)).collect();
                let added = new.iter().filter(|(id, pattern)| list.insert(*id, pattern)).count();
                assert_eq!(rules.extend(new).ok(), Some(added));
            }
            19..22 => rules.merge_apart(),
            22..24 => rules.merge(),
            _ => earlier.push((rules.snapshot(), list.clone())),
        }
        let snapshot = rules.snapshot();
        assert_eq!(snapshot.version() != version, list != before, "each change is a version");
        assert_eq!((rules.len(), rules.is_empty()), (list.len(), list.0.is_empty()));
        assert_eq!(rules.contains(&id), list.0.iter().any(|(other, _)| *other == id));
    }
    earlier.push((rules.snapshot(), list));
    for (snapshot, list) in &earlier {
        list.check_rules(snapshot);
        for event in &scene.events {
            list.check_live(snapshot, event, &mut scratch, &mut set);
            list.check_live(snapshot, event, &mut Scratch::new(), &mut MatchSet::new());
        }
    }
    for (mut snapshot, _) in earlier {
        snapshot.renew();
        assert!(snapshot.rules().map(|rule| *rule.id()).eq(rules.snapshot().rules().map(|rule| *rule.id())));
    }
}

/// What a rule set is to be: ids in the order in which they came, each with its patterns.
#[derive(Clone, Default, PartialEq)]
struct List(Vec<(usize, Vec<Pattern>)>);

impl List {
    fn insert(&mut self, id: usize, pattern: &Pattern) -> bool {
        match self.0.iter_mut().find(|(other, _)| *other == id) {
            Some((_, patterns)) if patterns.contains(pattern) => return false,
            Some((_, patterns)) => patterns.push(pattern.clone()),
            None => self.0.push((id, vec![pattern.clone()])),
        }
        true
    }

    fn remove(&mut self, id: usize) -> bool {
        let before = self.0.len();
        self.0.retain(|(other, _)| *other != id);
        self.0.len() < before
    }

    /// Keeps the id's place. Patterns that are there stay where they are.
    fn replace(&mut self, id: usize, patterns: &[Pattern]) -> bool {
        let was = self.0.iter().any(|(other, _)| *other == id);
        for (_, old) in self.0.iter_mut().filter(|(other, _)| *other == id) {
            old.retain(|pattern| patterns.contains(pattern));
        }
        for pattern in patterns {
            self.insert(id, pattern);
        }
        self.0.retain(|(_, patterns)| !patterns.is_empty());
        was
    }

    /// An id without patterns is gone.
    fn remove_pattern(&mut self, id: usize, pattern: &Pattern) -> bool {
        let before = self.len();
        for (_, patterns) in self.0.iter_mut().filter(|(other, _)| *other == id) {
            patterns.retain(|other| other != pattern);
        }
        self.0.retain(|(_, patterns)| !patterns.is_empty());
        self.len() < before
    }

    fn len(&self) -> usize {
        self.0.iter().map(|(_, patterns)| patterns.len()).sum()
    }

    /// The ids that match, in the order of the list; `None` if the event has no verdict, or the reference can't tell it.
    fn matches(&self, event: &[u8]) -> Option<Vec<usize>> {
        let patterns = self.0.iter().flat_map(|(_, patterns)| patterns).cloned().collect();
        let matching = Scene { patterns, events: Vec::new() }.expected(event)?.ok()?;
        let owners: Vec<_> = self.0.iter().flat_map(|(id, patterns)| patterns.iter().map(move |_| *id)).collect();
        let mut ids: Vec<_> = matching.into_iter().map(|index| owners[index]).collect();
        ids.dedup();
        Some(ids)
    }

    fn check(&self, matcher: &Matcher<usize>, event: &[u8], scratch: &mut Scratch, set: &mut MatchSet) {
        let Some(expected) = self.matches(event) else { return };
        match engine::find(matcher, event.into(), scratch, set) {
            Ok(found) => assert_eq!(found, expected, "on {}", String::from_utf8_lossy(event)),
            Err(error) => {
                let several = reference::json::read(event).is_ok_and(|json| !forms::has_one_route(&json));
                assert!(error.kind() == EventErrorKind::ArrayBudget && several, "{error}");
            }
        }
    }

    fn check_rules(&self, snapshot: &Snapshot<usize>) {
        let mut found: Vec<(usize, Vec<Pattern>)> = Vec::new();
        for rule in snapshot.rules() {
            let pattern = rule.pattern().unwrap();
            assert_eq!(pattern.to_string(), rule.text());
            match found.last_mut() {
                Some((id, patterns)) if id == rule.id() => patterns.push(pattern),
                _ => found.push((*rule.id(), vec![pattern])),
            }
        }
        assert_eq!(found.len(), self.0.len());
        for ((id, patterns), (expected_id, expected)) in found.iter().zip(&self.0) {
            assert_eq!((id, patterns.len()), (expected_id, expected.len()));
            assert!(expected.iter().all(|pattern| patterns.contains(pattern)));
        }
    }

    fn check_live(&self, snapshot: &Snapshot<usize>, event: &[u8], scratch: &mut Scratch, set: &mut MatchSet) {
        let Some(expected) = self.matches(event) else { return };
        forms::each(event, |form, event_in_form| {
            let Ok(event_in_form) = event_in_form else { return };
            let any = snapshot.is_match(event_in_form, scratch);
            match snapshot.matches(event_in_form, scratch, set) {
                Ok(ids) => {
                    let found: Vec<_> = ids.copied().collect();
                    let text = String::from_utf8_lossy(event);
                    assert_eq!(found, expected, "{form:?} {text}");
                    assert_eq!(any.ok(), Some(!found.is_empty()), "{form:?} {text}");
                }
                Err(error) => {
                    let several = reference::json::read(event).is_ok_and(|json| !forms::has_one_route(&json));
                    assert!(error.kind() == EventErrorKind::ArrayBudget && several, "{error}");
                }
            }
        });
    }
}

/// Explains, and checks what holds of every explanation: it says why there is no match, its places are in the texts, and
/// it can be shown.
pub fn explanation_is_sound(pattern: &Pattern, event: &[u8]) -> Result<Explanation, EventError> {
    let explanation = pattern.explain(event)?;
    let text = || format!("{pattern} on {}", String::from_utf8_lossy(event));
    assert_eq!(explanation.event().as_bytes(), event);
    let in_pattern = |place: &eventsieve::explain::Place| {
        assert!(explanation.pattern().get(place.span()).is_some(), "{}", text());
    };
    for field in explanation.fields() {
        in_pattern(&field.place);
        let failed = field.outcome == Outcome::Failed;
        assert_eq!(failed, field.miss.is_some(), "{}", text());
        assert!(!failed || field.passing.is_none() && field.tests.iter().all(|test| !test.passed), "{}", text());
        assert!(field.values.len() <= field.values_total);
        for value in field.values.iter().chain(&field.passing) {
            let source = explanation.event().get(value.place.span()).unwrap();
            assert!(value.cut || source == value.text, "{}", text());
        }
        for test in &field.tests {
            in_pattern(&test.place);
            let read = |test: &str| engine::pattern(&format!("{{\"k\":[{test}]}}"));
            let written = explanation.pattern().get(test.place.span()).unwrap();
            assert_eq!(read(written), read(&test.text), "{}", text());
        }
        for miss in field.tests.iter().filter_map(|test| test.miss.as_ref()).chain(&field.miss) {
            in_pattern(&miss.pattern);
            assert!(
                miss.event.as_ref().is_none_or(|place| explanation.event().get(place.span()).is_some()),
                "{}",
                text()
            );
            assert!(!miss.message.is_empty() && !miss.message.contains('\n'), "{}", text());
        }
    }
    let met = explanation.parts().iter().all(|part| Part::outcome(part) != Outcome::Failed);
    let clash = !explanation.conflicts().is_empty();
    assert_eq!(explanation.matched(), met && !clash, "{explanation}\n{}", text());
    assert_eq!(explanation.to_json()["matched"], explanation.matched());
    let plain = explanation.to_string();
    assert!(plain.starts_with(if explanation.matched() { "match\n" } else { "no match" }));
    let coloured = explanation.render().color(true).to_string();
    let stripped = coloured
        .split('\u{1b}')
        .enumerate()
        .map(|(index, piece)| if index == 0 { piece } else { piece.split_once('m').unwrap().1 });
    assert_eq!(stripped.collect::<String>(), plain);
    Ok(explanation)
}

/// Explanations say what the engine says.
pub fn explanations_agree(scene: &Scene) {
    for event in &scene.events {
        for pattern in &scene.patterns {
            let matched = match pattern.matches(event) {
                Err(error) if error.kind() == EventErrorKind::ArrayBudget => continue,
                verdict => verdict,
            };
            let explained = explanation_is_sound(pattern, event).map(|explanation| explanation.matched());
            assert_eq!(explained, matched, "{pattern} on {}", String::from_utf8_lossy(event));
        }
    }
}
