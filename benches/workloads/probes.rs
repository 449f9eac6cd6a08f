//! Rules of one kind each, in growing numbers.

use super::json::{Json, json};
use super::random::Random;
use super::{Lines, Workload};

pub(super) const WORKLOADS: &[Workload] = &[
    Workload::new("exact_1k", || exact(1_000), word_events),
    Workload::new("exact_100k", || exact(100_000), word_events),
    Workload::new("exact_1m", || exact(1_000_000), word_events),
    Workload::new("wild_10", || wildcards(10), word_events),
    Workload::new("wild_100", || wildcards(100), word_events),
    Workload::new("wild_1k", || wildcards(1_000), word_events),
    Workload::new("wild_10k", || wildcards(10_000), word_events),
    Workload::new("range_100", || ranges(100), word_events),
    Workload::new("range_10k", || ranges(10_000), word_events),
    Workload::new("range_100k", || ranges(100_000), word_events),
    Workload::new("weak_100", || weak(100), weak_events),
    Workload::new("weak_1k", || weak(1_000), weak_events),
    Workload::new("weak_10k", || weak(10_000), weak_events),
    Workload::new("weak_100k", || weak(100_000), weak_events),
];

const EVENTS: usize = 20_000;
/// How many words events use.
const VOCABULARY: usize = 5_000;
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

/// Random words of four to ten letters.
fn words(seed: u64, count: usize) -> Vec<String> {
    let mut random = Random::new(seed);
    (0..count)
        .map(|_| {
            let length = random.between(4, 10);
            random.text(LETTERS, length)
        })
        .collect()
}

fn vocabulary() -> Vec<String> {
    words(3, VOCABULARY)
}

fn word_events() -> Lines {
    let words = vocabulary();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut random = Random::new(17);
    let mut event = || {
        json!({
            "source": "w",
            "detail": {
                "word": (random.pick(&words)),
                "path": (format!("/{}", [(); 6].map(|()| random.pick(&words)).join("/"))),
                "n": (random.between(0, 1_000_000)),
            },
        })
    };
    (0..EVENTS).map(|_| event()).collect()
}

/// One word each: first those that events use, then others.
fn exact(count: usize) -> Lines {
    let known = vocabulary().into_iter().take(count);
    let unknown = words(5, count.saturating_sub(VOCABULARY));
    let unknown = unknown.into_iter().enumerate().map(|(number, word)| format!("{word}{number}"));
    known.chain(unknown).map(|word| json!({"detail": {"word": [word]}})).collect()
}

/// One to three beginnings of words, anywhere in the path.
fn wildcards(count: usize) -> Lines {
    let words = vocabulary();
    let mut random = Random::new(23);
    let mut wildcard = || {
        let segments = random.pick(&[1, 2, 2, 3]);
        let mut text = String::from("*");
        for _ in 0..segments {
            let word = &words[random.below(words.len() as u64) as usize];
            let length = random.between(3, 5) as usize;
            text.push_str(word.get(..length).unwrap_or(word));
            text.push('*');
        }
        json!({"detail": {"path": [{"wildcard": text}]}})
    };
    (0..count).map(|_| wildcard()).collect()
}

fn ranges(count: usize) -> Lines {
    let mut random = Random::new(29);
    let mut range = || {
        let low = random.between(0, 1_000_000);
        let high = low + random.pick(&[10, 100, 1_000]);
        json!({"detail": {"n": [{"numeric": [">=", low, "<", high]}]}})
    };
    (0..count).map(|_| range()).collect()
}

/// Conjunctions of five fields, of which each alone says little.
fn weak(count: usize) -> Lines {
    let values: Vec<String> = (0..20).map(|value| format!("v{value}")).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let mut random = Random::new(31);
    let field = |random: &mut Random, number: u64| {
        let alternatives = random.pick(&[1, 2, 3]);
        (format!("f{number}"), Json::from(random.sample(&values, alternatives)))
    };
    let mut rule = || {
        let fields = random.sample(&[0, 1, 2, 3, 4, 5, 6, 7], 5);
        Json::object(fields.into_iter().map(|number| field(&mut random, number)))
    };
    (0..count).map(|_| rule()).collect()
}

fn weak_events() -> Lines {
    let mut random = Random::new(37);
    let mut event =
        || Json::object((0..8).map(|number| (format!("f{number}"), Json::from(format!("v{}", random.below(20))))));
    (0..EVENTS).map(|_| event()).collect()
}
