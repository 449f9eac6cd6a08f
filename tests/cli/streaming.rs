//! Long, slow and broken streams.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Folder, command, run_in, with_rules};

/// Far longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn start(folder: &Folder, args: &[&str]) -> (Child, ChildStdin, ChildStdout) {
    let mut child =
        command().current_dir(&folder.path).args(["filter", "--rules", "rules.json"]).args(args).spawn().unwrap();
    let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    (child, stdin, stdout)
}

/// The lines of an output as they come.
fn lines_of(stdout: ChildStdout) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || BufReader::new(stdout).lines().try_for_each(|line| sender.send(line.unwrap())));
    lines
}

#[test]
fn lines_come_out_while_the_input_pauses() {
    let folder = with_rules();
    let (mut child, mut stdin, stdout) = start(&folder, &["--ids"]);
    let lines = lines_of(stdout);
    for event in ["{\"a\":1}\n", "{\"a\":3}\n{\"a\":2}\n", "{\"a\":", "1}\n"] {
        stdin.write_all(event.as_bytes()).unwrap();
        stdin.flush().unwrap();
        let expected = match event {
            "{\"a\":1}\n" | "1}\n" => "one,both\t{\"a\":1}",
            "{\"a\":" => continue,
            _ => "two,both\t{\"a\":2}",
        };
        assert_eq!(lines.recv_timeout(PATIENCE).unwrap(), expected);
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn values_come_out_while_the_input_pauses() {
    let folder = with_rules();
    let (mut child, mut stdin, stdout) = start(&folder, &["--at", "Records"]);
    let lines = lines_of(stdout);
    for part in ["{\"Records\": [{\"a\":1}", ",{\"a\":1}", "\n,{\"a\":1}"] {
        stdin.write_all(part.as_bytes()).unwrap();
        assert_eq!(lines.recv_timeout(PATIENCE).unwrap(), "{\"a\":1}");
    }
    stdin.write_all(b"]}").unwrap();
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn compressed_lines_come_out_while_the_input_pauses() {
    let folder = with_rules();
    let (mut child, stdin, stdout) = start(&folder, &[]);
    let lines = lines_of(stdout);
    let mut gzip = GzEncoder::new(stdin, Compression::fast());
    for _ in 0..3 {
        gzip.write_all(b"{\"a\":1}\n").unwrap();
        gzip.flush().unwrap();
        assert_eq!(lines.recv_timeout(PATIENCE).unwrap(), "{\"a\":1}");
    }
    drop(gzip.finish().unwrap());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_malformed_line_ends_it_while_the_input_stays_open() {
    let folder = with_rules();
    let (mut child, mut stdin, mut stdout) = start(&folder, &[]);
    stdin.write_all(b"{\"a\":1}\n{\n").unwrap();
    let mut out = String::new();
    stdout.read_to_string(&mut out).unwrap();
    assert_eq!(out, "{\"a\":1}\n");
    assert_eq!(child.wait().unwrap().code(), Some(2));
    drop(stdin);
}

#[test]
fn a_closed_output_ends_it_quietly() {
    let folder = with_rules();
    for form in [&[][..], &["--ids"], &["--json"]] {
        let (child, mut stdin, stdout) = start(&folder, form);
        drop(stdout);
        let events = "{\"a\":1}\n".repeat(1000);
        while stdin.write_all(events.as_bytes()).is_ok() {}
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(141), String::new()));
    }
}

#[test]
fn the_order_is_the_inputs() {
    let events: String = (0..200_000).map(|i| format!("{{\"a\":{},\"i\":{i}}}\n", i % 3)).collect();
    let expected: String =
        events.lines().filter(|line| !line.starts_with("{\"a\":0")).fold(String::new(), |all, line| all + line + "\n");
    for jobs in ["1", "2", "7"] {
        let folder = with_rules().file("events", &events);
        let run = run_in(&folder, &["filter", "--rules", "rules.json", "--jobs", jobs, "events", "-"], &events);
        assert_eq!((run.status, run.err.as_str()), (0, ""));
        assert!(run.out == expected.repeat(2), "out of order with --jobs {jobs}");
    }
}

#[test]
fn reports_count_lines_over_many_reads() {
    let mut events = "{\"a\":1}\n".repeat(300_000);
    events.push_str("{\n");
    let run = run_in(&with_rules(), &["filter", "--rules", "rules.json", "--count", "--on-error", "skip"], &events);
    run.assert(0, "300000\n", "eventsieve: <stdin>:300001: not well-formed JSON at byte 1: expected a key or `}`\n");
}

#[cfg(target_os = "linux")]
#[test]
fn memory_stays_steady() {
    let folder = with_rules();
    let (mut child, mut stdin, stdout) = start(&folder, &["--jobs", "2"]);
    let reader = thread::spawn(move || BufReader::new(stdout).lines().count());
    let event = format!("{{\"a\":1,\"text\":\"{}\"}}\n", "x".repeat(50_000));
    let peak = |child: &Child| {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let feed = |stdin: &mut ChildStdin| (0..400).for_each(|_| stdin.write_all(event.as_bytes()).unwrap());
    feed(&mut stdin);
    let early = peak(&child);
    (0..3).for_each(|_| feed(&mut stdin));
    let late = peak(&child);
    assert!(late < early + 16 * 1024, "{early} KiB after 20 MB, {late} KiB after 80 MB");
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(reader.join().unwrap(), 1600);
}
