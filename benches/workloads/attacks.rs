//! Wildcards that all stay alive at every byte.

use super::json::{Json, json};
use super::random::Random;
use super::{Lines, Workload};

pub(super) const WORKLOADS: &[Workload] = &[
    Workload::new("attack_20", || closed(20), || one_letter(300)),
    Workload::new("attack_60", || closed(60), || one_letter(100)),
    // The literal of each wildcard is there, the match is not.
    Workload::new("attack_front_60", || open(60), || letter_in_front(100)),
    Workload::new("attack_hit_60", || open(60), || two_letters(100)),
];

/// `*a*b`, `*a*a*b`, …
fn closed(count: usize) -> Lines {
    (1..=count).map(|letters| path([json!({"wildcard": (format!("*{}b", "a*".repeat(letters)))})])).collect()
}

/// `*a*b*`, `*a*a*b*`, …
fn open(count: usize) -> Lines {
    (1..=count).map(|letters| path([json!({"wildcard": (format!("*{}b*", "a*".repeat(letters)))})])).collect()
}

fn path(value: impl Into<Json>) -> Json {
    json!({"detail": {"path": (value.into())}})
}

fn one_letter(count: usize) -> Lines {
    (0..count).map(|_| path("a".repeat(200))).collect()
}

fn letter_in_front(count: usize) -> Lines {
    (0..count).map(|_| path(format!("b{}", "a".repeat(200)))).collect()
}

fn two_letters(count: usize) -> Lines {
    let mut random = Random::new(47);
    (0..count).map(|_| path(random.text(b"aaaaaab", 200))).collect()
}
