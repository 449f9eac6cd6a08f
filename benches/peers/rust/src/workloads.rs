//! Writes the project's own workloads.
//!
//! usage: `workloads list`, `workloads write DIR NAME…`

use std::path::Path;
use std::process::ExitCode;

#[path = "../../../workloads/mod.rs"]
mod workloads;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["list"] => {
            workloads::names().for_each(|name| println!("{name}"));
            ExitCode::SUCCESS
        }
        ["write", dir, names @ ..] => {
            for name in names {
                if let Err(error) = workloads::write(name, Path::new(dir)) {
                    eprintln!("workloads: {name}: {error}");
                    return ExitCode::FAILURE;
                }
            }
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: workloads list | workloads write DIR NAME…");
            ExitCode::from(2)
        }
    }
}
