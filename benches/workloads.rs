//! The benchmarks' workloads as files, and what matches in them.
//!
//! ```sh
//! cargo bench --bench workloads -- --write DIR [NAME…]
//! cargo bench --bench workloads -- --count [NAME…]
//! cargo bench --bench workloads --features reference -- --judge NAME…
//! ```
//!
//! `--write` makes `DIR/NAME.rules` and `DIR/NAME.events`, one JSON text a line. `--count` prints a row each for
//! `workloads/expected.tsv`: name, rules, events, matches, and the sum of the hashes of the matches. `--judge` does the
//! same by the slow evaluator, at some 100 ns for each event and rule; it's what says that the table is right.

#![allow(clippy::unwrap_used, reason = "benchmarks")]

mod support;
#[path = "workloads/mod.rs"]
mod workloads;

use std::error::Error;
use std::path::Path;

use workloads::{Expected, Workload};

type Outcome = Result<(), Box<dyn Error>>;

const USAGE: &str =
    "usage: cargo bench --bench workloads -- (--list | --write DIR [NAME…] | --count [NAME…] | --judge NAME…)";

fn main() -> Outcome {
    // Cargo adds `--bench` for its own reasons.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--list"] => workloads::all().for_each(|workload| println!("{}", workload.name)),
        ["--write", dir, ref names @ ..] => {
            for workload in chosen(names)? {
                workloads::write(workload.name, Path::new(dir))?;
            }
        }
        ["--count", ref names @ ..] => {
            for workload in chosen(names)? {
                count(workload)?;
            }
        }
        ["--judge", _, ..] if cfg!(not(feature = "reference")) => {
            return Err("the evaluator needs `--features reference`".into());
        }
        #[cfg(feature = "reference")]
        ["--judge", ref names @ ..] if !names.is_empty() => {
            for workload in chosen(names)? {
                print(workload, &judge(workload)?);
            }
        }
        [option, ..] if option.starts_with('-') => return Err(USAGE.into()),
        // When all benchmarks are run, perhaps with a filter, there is nothing to do here.
        _ => eprintln!("{USAGE}"),
    }
    Ok(())
}

/// The workloads of these names, or all.
fn chosen(names: &[&str]) -> Result<Vec<&'static Workload>, Box<dyn Error>> {
    if names.is_empty() {
        return Ok(workloads::all().collect());
    }
    let find = |name| workloads::find(name).ok_or_else(|| format!("no workload is named `{name}`").into());
    names.iter().map(|name| find(*name)).collect()
}

fn print(workload: &Workload, found: &Expected) {
    let Expected { rules, events, matches, hash } = found;
    println!("{}\t{rules}\t{events}\t{matches}\t{hash:016x}", workload.name);
}

fn count(workload: &Workload) -> Outcome {
    let matcher = support::compile(&workload.rules());
    let events = workload.events();
    let mut found = support::modes(workload).iter().map(|mode| support::count(&matcher, &events, *mode));
    let first = found.next().unwrap_or_default();
    print(workload, &first);
    if found.all(|other| other == first) {
        Ok(())
    } else {
        Err(format!("{}: the modes disagree", workload.name).into())
    }
}

#[cfg(feature = "reference")]
fn judge(workload: &Workload) -> Result<Expected, Box<dyn Error>> {
    use eventsieve::{Pattern, reference};

    let (rules, events) = (workload.rules(), workload.events());
    let patterns = rules.iter().map(str::parse).collect::<Result<Vec<Pattern>, _>>()?;
    let mut found = Expected { rules: rules.len(), events: events.len(), ..Expected::default() };
    for (number, event) in events.iter().enumerate() {
        let event = reference::json::read(event.as_bytes())?;
        for (rule, pattern) in (0..).zip(&patterns) {
            if reference::verdict(pattern, &event, reference::STEPS)? {
                found.add(number, rule);
            }
        }
    }
    Ok(found)
}
