//! The benchmarks' workloads as files, and what matches in them.
//!
//! ```sh
//! cargo bench --bench workloads -- --write DIR [NAME…]
//! cargo bench --bench workloads -- --count [NAME…]
//! ```
//!
//! `--write` makes `DIR/NAME.rules` and `DIR/NAME.events`, one JSON text a line. `--count` matches them and prints a row
//! each: name, rules, events, matches, and the sum of the hashes of the matches. Without names it is all workloads.

#![allow(clippy::unwrap_used, reason = "benchmarks")]

mod support;
#[path = "workloads/mod.rs"]
mod workloads;

use std::error::Error;
use std::path::Path;

use support::Mode;

const USAGE: &str = "usage: cargo bench --bench workloads -- (--list | --write DIR [NAME…] | --count [NAME…])";

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds `--bench` for its own reasons.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--list"] => workloads::names().for_each(|name| println!("{name}")),
        ["--write", dir, ref names @ ..] => {
            for name in or_all(names) {
                workloads::write(name, Path::new(dir))?;
            }
        }
        ["--count", ref names @ ..] => {
            for name in or_all(names) {
                count(name)?;
            }
        }
        // So that `cargo bench` without a name does what has figures, and nothing here.
        [] => eprintln!("{USAGE}"),
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

fn or_all<'n>(names: &[&'n str]) -> Vec<&'n str> {
    if names.is_empty() { workloads::names().collect() } else { names.to_vec() }
}

fn count(name: &str) -> Result<(), Box<dyn Error>> {
    let workload = workloads::find(name).ok_or_else(|| format!("no workload is named `{name}`"))?;
    let matcher = support::compile(&workload.rules());
    let events = workload.events();
    let found = support::count(&matcher, &events, Mode::Strict);
    let agree = support::count(&matcher, &events, Mode::Trusted) == found;
    println!("{name}\t{}\t{}\t{}\t{:016x}", found.rules, found.events, found.matches, found.hash);
    if agree { Ok(()) } else { Err(format!("{name}: the two modes disagree").into()) }
}
