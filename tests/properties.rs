//! The engine against the reference evaluator, and rule sets against a list, on random rules and events.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::env;

use eventsieve::reference;
use eventsieve::{MatchSet, Pattern, RuleSet, Scratch};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};
use support::alphabet::Alphabet;
use support::arrays::Shape;
use support::events::{damage, event};
use support::scene::Scene;
use support::source::Source;
use support::{engine, laws, patterns};

/// Bytes to make a case of: what is made of fewer is simpler, and so are lower bytes.
fn decisions() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..3_000)
}

/// So many cases, or as many as the environment variable `PROPTEST_CASES` says.
fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = if env::var_os("PROPTEST_CASES").is_some() { default.cases } else { cases };
    // A failing case is made a regression test by name, so no file of seeds is kept.
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 20_000, ..default }
}

proptest! {
    #![proptest_config(config(2_000))]

    /// Many rules at once and each by itself, on each event in every form.
    #[test]
    fn engine_agrees_with_the_reference(bytes in decisions()) {
        laws::engine_agrees_with_the_reference(&Scene::new(&mut Source::new(&bytes), 6, 3));
    }

    /// The array rule, which the engine answers in another way.
    #[test]
    fn engine_agrees_on_arrays(bytes in decisions()) {
        laws::engine_agrees_with_the_reference(&Scene::of_arrays(&mut Source::new(&bytes)));
    }

    /// A verdict, and the right one, on exactly the events that are well-formed; and no panic on others in the mode
    /// that trusts them.
    #[test]
    fn damaged_events_have_no_verdict(bytes in decisions()) {
        let mut source = Source::new(&bytes);
        let mut scene = Scene::new(&mut source, 3, 2);
        for event in &mut scene.events {
            damage(event, &mut source);
        }
        laws::engine_agrees_with_the_reference(&scene);
    }

    /// Explanations have the engine's verdict, and say why.
    #[test]
    fn explanations_agree(bytes in decisions()) {
        laws::explanations_agree(&Scene::new(&mut Source::new(&bytes), 3, 2));
    }

    /// The array rule, which explanations search in another way than the engine.
    #[test]
    fn explanations_agree_on_arrays(bytes in decisions()) {
        laws::explanations_agree(&Scene::of_arrays(&mut Source::new(&bytes)));
    }

    /// The canonical print reads back as the same pattern, means the same, and prints the same.
    #[test]
    fn print_reads_back(bytes in decisions()) {
        let scene = Scene::new(&mut Source::new(&bytes), 3, 2);
        for pattern in &scene.patterns {
            let print = pattern.to_string();
            let again = engine::pattern(&print);
            assert_eq!(&again, pattern);
            assert_eq!(again.to_string(), print);
            for event in &scene.events {
                assert_eq!(reference::matches(&again, event), reference::matches(pattern, event), "{print}");
            }
        }
    }

    /// A rule set behaves as a list of ids and their patterns, and matchers compiled from it keep what they were
    /// compiled from.
    #[test]
    fn rule_set_behaves_as_a_list(bytes in decisions()) {
        let mut source = Source::new(&bytes);
        let scene = Scene::new(&mut source, 5, 3);
        laws::rule_set_behaves_as_a_list(&scene, &mut source, 24);
    }

    /// Whatever a file of a matcher says, loading it does no harm, nor does what was loaded.
    #[test]
    fn forged_files_do_no_harm(bytes in decisions()) {
        let mut source = Source::new(&bytes);
        let scene = Scene::new(&mut source, 8, 3);
        laws::forged_files_do_no_harm(&scene, &mut source);
    }

    /// Live rules behave as a list of ids and their patterns, and snapshots keep what they showed.
    #[test]
    fn live_rules_behave_as_a_list(bytes in decisions()) {
        let mut source = Source::new(&bytes);
        let arrays = source.percent(20);
        let scene = if arrays { Scene::of_arrays(&mut source) } else { Scene::new(&mut source, 6, 3) };
        laws::live_rules_behave_as_a_list(&scene, &mut source, 40);
    }

    /// Rules that are added and removed leave no trace in the verdicts of the others.
    #[test]
    fn other_rules_change_nothing(bytes in decisions()) {
        let scene = Scene::new(&mut Source::new(&bytes), 8, 3);
        let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
        let (kept, others) = scene.patterns.split_at(scene.patterns.len() / 2);
        let mut rules = RuleSet::new();
        for (id, pattern) in kept.iter().enumerate() {
            rules.insert(id, pattern).unwrap();
        }
        let alone = rules.compile().unwrap();
        for (id, pattern) in others.iter().enumerate() {
            rules.insert(kept.len() + id, pattern).unwrap();
        }
        let together = rules.compile().unwrap();
        for id in 0..others.len() {
            assert!(rules.remove(&(kept.len() + id)));
        }
        let afterwards = rules.compile().unwrap();
        for event in &scene.events {
            let found = engine::find(&alone, event.into(), &mut scratch, &mut set);
            assert_eq!(engine::find(&afterwards, event.into(), &mut scratch, &mut set), found);
            let among = engine::find(&together, event.into(), &mut scratch, &mut set);
            if let (Ok(found), Ok(mut among)) = (found, among) {
                among.retain(|id| *id < kept.len());
                assert_eq!(among, found);
            }
        }
    }

    /// One pattern by itself, without a rule set.
    #[test]
    fn one_shot(bytes in decisions()) {
        let scene = Scene::new(&mut Source::new(&bytes), 2, 2);
        for (pattern, event) in scene.patterns.iter().flat_map(|p| scene.events.iter().map(move |e| (p, e))) {
            if let (Ok(found), Ok(expected)) = (pattern.matches(event), reference::matches(pattern, event)) {
                assert_eq!(found, expected, "{pattern} on {}", String::from_utf8_lossy(event));
            }
        }
    }
}

/// The generators make what they are meant to: valid patterns, well-formed events, and both verdicts often.
#[test]
fn generators_are_worth_their_while() {
    let any = Yield::of(|source| {
        let alphabet = Alphabet::new(source);
        let mut hints = Vec::new();
        let pattern = patterns::pattern(source, &alphabet, &mut hints);
        (pattern, event(source, &alphabet, &hints))
    });
    let arrays = Yield::of(|source| {
        let shape = Shape::new(source);
        (shape.pattern(source), shape.event(source).into_bytes())
    });
    support::cases::say(&format!("generators: {any:?}, on arrays {arrays:?}"));
    assert!(any.refused * 20 < any.tried && arrays.refused == 0);
    for Yield { tried, matched, too_hard, .. } in [any, arrays] {
        assert!(matched * 10 > tried && matched * 10 < tried * 8 && too_hard * 100 < tried);
    }
}

/// What comes of random patterns and events.
#[derive(Debug, Default)]
struct Yield {
    tried: usize,
    refused: usize,
    matched: usize,
    too_hard: usize,
}

impl Yield {
    fn of(generate: impl Fn(&mut Source<'_>) -> (String, Vec<u8>)) -> Self {
        let mut state = 1_u64;
        let mut byte = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        };
        let mut yielded = Yield { tried: 2_000, ..Yield::default() };
        for _ in 0..yielded.tried {
            let bytes: Vec<u8> = (0..3_000).map(|_| byte()).collect();
            let (pattern, event) = generate(&mut Source::new(&bytes));
            assert!(reference::accepts(&event), "{}", String::from_utf8_lossy(&event));
            match pattern.parse::<Pattern>().map(|pattern| reference::matches(&pattern, &event)) {
                Ok(Ok(matches)) => yielded.matched += usize::from(matches),
                Ok(Err(_)) => yielded.too_hard += 1,
                Err(_) => yielded.refused += 1,
            }
        }
        yielded
    }
}
