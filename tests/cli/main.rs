//! The command `eventsieve`, run as a process.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod check;
mod explain;
mod filter;
mod input;
mod lint;
mod rules;
mod stream;
mod streaming;
mod test;

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// What a run has left.
#[derive(Debug)]
struct Run {
    status: i32,
    out: String,
    err: String,
}

impl Run {
    #[track_caller]
    fn assert(&self, status: i32, out: &str, err: &str) {
        assert_eq!((self.status, self.out.as_str(), self.err.as_str()), (status, out, err));
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eventsieve"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the command on this standard input, in the folder.
fn run_in(folder: &Folder, args: &[impl AsRef<OsStr>], input: impl AsRef<[u8]>) -> Run {
    let mut child = command().current_dir(&folder.path).args(args).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    // A command that doesn't read its input closes the pipe.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run(args: &[impl AsRef<OsStr>], input: impl AsRef<[u8]>) -> Run {
    run_in(&Folder::new(), args, input)
}

/// A new folder for a test's files, removed at its end.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cli-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Folder { path }
    }

    fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.path.join(name), content).unwrap();
        self
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A folder with rules that match `{"a": 1}` (as `one`), `{"a": 2}` (as `two`), and both (as `both`).
fn with_rules() -> Folder {
    Folder::new().file("rules.json", r#"{"one": {"a": [1]}, "two": {"a": [2]}, "both": {"a": [1, 2]}}"#)
}

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: impl AsRef<[u8]>) -> Vec<u8> {
    zstd::encode_all(text.as_ref(), 1).unwrap()
}

#[test]
fn the_version_names_the_kernel() {
    let kernel = eventsieve::RuleSet::<u32>::new().compile().unwrap().kernel();
    let expected = format!("eventsieve {}\nkernel: {kernel}\n", env!("CARGO_PKG_VERSION"));
    run(&["--version"], "").assert(0, &expected, "");
    run(&["-V"], "").assert(0, &expected, "");
}

#[test]
fn help_tells_the_exit_status() {
    for command in ["test", "explain", "filter", "check", "lint"] {
        for flag in ["-h", "--help"] {
            let run = run(&[command, flag], "");
            assert_eq!(run.status, 0);
            assert!(run.out.contains("Exit status: 0 "), "{}", run.out);
        }
    }
    let run = run(&["--help"], "");
    assert_eq!(run.status, 0);
    assert!(run.out.contains("Exit status: 0 "), "{}", run.out);
}

#[test]
fn wrong_arguments_are_errors() {
    for args in [
        &["frobnicate"][..],
        &["--frobnicate"],
        &["filter"],
        &["filter", "--rules"],
        &["filter", "--rules", "r", "--jobs", "0"],
        &["filter", "--rules", "r", "--jobs", "-1"],
        &["filter", "--rules", "r", "--jobs", "99999999999999999999"],
        &["filter", "--rules", "r", "--max-line", "1"],
        &["filter", "--rules", "r", "--on-error", "ignore"],
        &["filter", "--rules", "r", "--rules-format", "yaml"],
        &["filter", "--rules", "r", "--kernel", "mmx"],
        &["filter", "--rules", "r", "--count", "--ids"],
        &["filter", "--rules", "r", "--count", "--json"],
        &["filter", "--rules", "r", "--invert", "--ids"],
        &["filter", "--rules", "r", "--json", "--ids"],
        &["test", "--pattern", "{}"],
        &["check", "--reference", "--trusted"],
        &["explain", "--event", "{}"],
        &["explain", "--pattern", "{}", "--rules", "r", "--event", "{}"],
        &["explain", "--pattern", "{}", "--id", "x", "--event", "{}"],
        &["explain", "--pattern", "{}", "--event", "{}", "--color", "red"],
        &["lint", "--format", "xml"],
        &["lint", "--deny", "all"],
        &["lint", "--pattern", "{}", "file"],
        &["--version", "test"],
    ] {
        let run = run(args, "");
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.starts_with("eventsieve: "), "{args:?}: {}", run.err);
    }
    let run = run(&[] as &[&str], "");
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("Usage: eventsieve"), "{}", run.err);
}
