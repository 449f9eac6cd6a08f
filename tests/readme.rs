//! The README's shell sessions show what the command really prints.
#![cfg(all(feature = "cli", unix))]
#![expect(clippy::unwrap_used, reason = "a test that can't run its command has failed")]

use std::path::Path;
use std::process::Command;

/// The commands of the README's `console` blocks, each with what is shown after it.
fn sessions() -> Vec<(&'static str, String)> {
    let mut sessions: Vec<(&str, String)> = Vec::new();
    let mut in_block = false;
    for line in include_str!("../README.md").lines() {
        if line.starts_with("```") {
            in_block = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| in_block) {
            sessions.push((command, String::new()));
        } else if in_block {
            let (_, output) = sessions.last_mut().unwrap();
            output.push_str(line);
            output.push('\n');
        }
    }
    sessions
}

/// What a command prints, to either output.
fn run(command: &str) -> String {
    let folder = Path::new(env!("CARGO_BIN_EXE_eventsieve")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(folder.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .env("PATH", path.unwrap())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

#[test]
fn console_sessions() {
    let sessions = sessions();
    assert!(sessions.len() > 5, "the README's sessions were not found");
    for (command, shown) in sessions {
        assert_eq!(run(command), shown, "{command}");
    }
}
