//! The workloads of the benchmarks by name: rules and events, the same on every machine and with every version.
//!
//! | workloads | what they ask |
//! | --- | --- |
//! | `lots_*` | few rules, each family one operator, over events of which most is of no interest |
//! | `bus_N` | N rules of twelve shapes on the default bus of an account; `bus_noor_N` without `$or` |
//! | `bus_odd_N` | the same, over events of which no two have the same keys and kinds of values in the same order |
//! | `bus_hot_N` | coarse rules, of which an event matches many |
//! | `exact_N`, `wild_N`, `range_N`, `weak_N` | N rules of one kind, to see how they scale |
//! | `array_N` | arrays of N elements |
//! | `attack_*`, `worst_*` | rules and events made to be slow |
//! | `wide_*` | one or two values wanted of a large event |
//!
//! Other cargo projects may include this folder (`#[path = "…/workloads/mod.rs"] mod workloads;`). It needs `rand_pcg`.

#![allow(dead_code, unused_imports, reason = "no benchmark needs all of it")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    missing_docs,
    unreachable_pub,
    reason = "benchmarks"
)]

mod arrays;
mod attacks;
mod bus_events;
mod bus_rules;
mod expected;
mod json;
mod lines;
mod lots;
mod probes;
mod random;
mod wide;
mod worst;

use std::path::Path;
use std::{fs, io};

pub use expected::Expected;
pub use lines::Lines;
pub use random::Random as Seeded;

/// Rules and events, made anew each time they are asked for.
pub struct Workload {
    pub name: &'static str,
    rules: fn() -> Lines,
    events: fn() -> Lines,
}

impl Workload {
    const fn new(name: &'static str, rules: fn() -> Lines, events: fn() -> Lines) -> Self {
        Workload { name, rules, events }
    }

    /// A pattern on each line.
    pub fn rules(&self) -> Lines {
        (self.rules)()
    }

    /// A JSON event on each line.
    pub fn events(&self) -> Lines {
        (self.events)()
    }

    /// Whether events keep what trusted mode is promised.
    pub fn can_be_trusted(&self) -> bool {
        self.name != "worst_duplicates"
    }

    /// What matches, if it has been put down.
    pub fn expected(&self) -> Option<Expected> {
        Expected::find(self.name)
    }
}

const FAMILIES: &[&[Workload]] = &[
    lots::WORKLOADS,
    bus_rules::WORKLOADS,
    probes::WORKLOADS,
    arrays::WORKLOADS,
    attacks::WORKLOADS,
    wide::WORKLOADS,
    worst::WORKLOADS,
];

/// All workloads, families together.
pub fn all() -> impl Iterator<Item = &'static Workload> {
    FAMILIES.iter().copied().flatten()
}

/// The names of the workloads to compare engines by: all but `worst_*`, which are aimed at this one's weak spots.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().map(|workload| workload.name).filter(|name| !name.starts_with("worst_"))
}

/// So many rules of `bus_…`: those of the smaller ones are the first of the larger ones.
pub fn bus_rules(count: usize) -> Lines {
    bus_rules::rules(count)
}

/// The workload of that name.
pub fn find(name: &str) -> Option<&'static Workload> {
    all().find(|workload| workload.name == name)
}

/// Writes `DIR/NAME.rules` and `DIR/NAME.events`, a line each.
///
/// # Errors
///
/// There is no workload of that name, or the files can't be written.
pub fn write(name: &str, dir: &Path) -> io::Result<()> {
    let workload =
        find(name).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("no workload is named `{name}`")))?;
    fs::create_dir_all(dir)?;
    fs::write(dir.join(format!("{name}.rules")), workload.rules().text())?;
    fs::write(dir.join(format!("{name}.events")), workload.events().text())
}
