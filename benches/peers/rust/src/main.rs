//! The engines that are Rust crates, behind the protocol of `benches/peers/README.md`.
//!
//! usage: `engine NAME`, where NAME is one of those in `main`

mod measure;
mod protocol;
mod quamina_engine;
mod sieve;

use std::process::ExitCode;
use std::thread;

use eventsieve::Kernel;
use quamina::MatcherBuildMode;

use crate::quamina_engine::Quamina;
use crate::sieve::{Mode, Sieve};

/// A matcher and what is needed to run it.
pub trait Engine: Sized {
    /// What its `version` answers.
    fn version(&self) -> String;

    /// Builds the matcher. The answer says of each rule whether it was accepted; `None` asks to be called once more, as
    /// the engine has found that it needs other settings.
    fn build(&mut self, rules: &mut measure::RuleLines) -> Result<Option<Vec<bool>>, String>;

    /// The sum of the ids of the rules that match, as somebody does who looks at each.
    fn sum(&mut self, event: &[u8]) -> u64;

    /// Appends the ids of the rules that match. `false` if the event has no verdict.
    fn find(&mut self, event: &[u8], found: &mut Vec<u32>) -> bool;
}

/// Name and version of a crate.
pub fn locked(name: &str) -> String {
    let lock = include_str!("../Cargo.lock");
    let package = lock.split("[[package]]").find(|package| package.contains(&format!("name = \"{name}\"\n")));
    let version = package.and_then(|package| package.split("version = \"").nth(1)?.split('"').next());
    format!("{name} {}", version.unwrap_or("of an unknown version"))
}

fn serve(name: &str) -> Result<(), String> {
    let sieve = |mode, kernel| protocol::serve(Sieve::new(mode, kernel));
    match name {
        "eventsieve" => sieve(Mode::Strict, None),
        "eventsieve-trusted" => sieve(Mode::Trusted, None),
        "eventsieve-avx2" => sieve(Mode::Strict, Some(Kernel::Avx2)),
        "eventsieve-portable" => sieve(Mode::Strict, Some(Kernel::Portable)),
        "quamina-comfort" => protocol::serve(Quamina::new(MatcherBuildMode::BuiltForComfort)),
        "quamina-speed" => protocol::serve(Quamina::new(MatcherBuildMode::BuiltForSpeed)),
        _ => Err(format!("no engine is named `{name}`")),
    }
}

fn main() -> ExitCode {
    let Some(name) = std::env::args().nth(1) else {
        eprintln!("usage: engine NAME");
        return ExitCode::from(2);
    };
    // Some engines recurse by the number of their states. Only what is used of the stack becomes resident.
    let thread = thread::Builder::new().stack_size(4 << 30).spawn(move || serve(&name));
    match thread.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        Ok(Ok(Err(message))) => {
            println!("error\t{}", message.replace(['\t', '\n'], " "));
            ExitCode::FAILURE
        }
        Ok(Err(_)) | Err(_) => ExitCode::FAILURE,
    }
}
