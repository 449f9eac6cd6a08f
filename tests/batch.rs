//! Batches: the same verdicts as one by one, in order, on any number of threads.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::collections::HashSet;
use std::ops::{ControlFlow, Range};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use eventsieve::{Batch, Event, EventError, Lines, MatchSet, Matcher, RuleSet, Scratch, Verdicts};

/// So many threads, from one to more than there are pieces.
const THREADS: [usize; 5] = [1, 2, 3, 7, 64];

type Found = (Range<usize>, Result<Vec<u32>, EventError>);

fn matcher() -> Matcher<u32> {
    let mut rules = RuleSet::new();
    for (id, rule) in [
        (70, r#"{"a": [1, 2]}"#),
        (60, r#"{"a": [2, 3], "b": [{"exists": true}]}"#),
        (50, r#"{"b": [{"prefix": "x"}]}"#),
        (40, r#"{"a": [{"exists": false}]}"#),
    ] {
        rules.insert(id, &rule.parse().unwrap()).unwrap();
    }
    rules.compile().unwrap()
}

/// A text of so many lines, blank and malformed ones among them, with both kinds of line ends.
fn text(lines: usize) -> Vec<u8> {
    let line = |i: usize| match i % 11 {
        3 => "\n".to_owned(),
        5 => "{\"a\": 1,}\n".to_owned(),
        7 => " \t\r\n".to_owned(),
        8 => format!("{{\"a\": {}, \"b\": \"x{i}\"}}\r\n", i % 4),
        9 => format!("{{\"b\": \"{}\"}}\n", "y".repeat(i % 300)),
        _ => format!("  {{\"i\": {i}, \"a\": {}}} \n", i % 5),
    };
    (0..lines).flat_map(|i| line(i).into_bytes()).collect()
}

/// As plainly as can be: what each line of a text is, one by one.
fn one_by_one(matcher: &Matcher<u32>, text: &[u8]) -> Vec<Found> {
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    let (mut found, mut start) = (Vec::new(), 0);
    for line in text.split(|byte| *byte == b'\n') {
        let event = line.strip_suffix(b"\r").unwrap_or(line);
        if !event.trim_ascii().is_empty() {
            let verdict = matcher.matches(event, &mut scratch, &mut set).map(|ids| ids.copied().collect());
            found.push((start..start + event.len(), verdict));
        }
        start += line.len() + 1;
    }
    found
}

fn append(found: &mut Vec<Found>, verdicts: &Verdicts<'_, u32>) {
    assert_eq!(verdicts.first(), found.len());
    for verdict in verdicts.iter() {
        found.push((verdict.range, verdict.matches.map(|ids| ids.copied().collect()).map_err(Clone::clone)));
    }
}

fn lines(batch: &mut Batch<u32>, text: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let flow = batch.lines(text, |verdicts| {
        append(&mut found, &verdicts);
        ControlFlow::<()>::Continue(())
    });
    assert_eq!(flow, ControlFlow::Continue(()));
    found
}

#[test]
fn lines_have_the_verdicts_that_they_have_alone() {
    let matcher = matcher();
    let text = text(40_000);
    let expected = one_by_one(&matcher, &text);
    assert!(expected.iter().any(|(_, verdict)| verdict.is_err()));
    for threads in THREADS {
        let mut batch = Batch::new(matcher.clone()).threads(threads);
        // Again with the same memory, and then with fewer threads.
        assert!(lines(&mut batch, &text) == expected, "{threads} threads");
        assert!(lines(&mut batch, &text) == expected, "{threads} threads, again");
        assert!(lines(&mut batch.threads(1), &text) == expected, "{threads} threads, then one");
    }
}

#[test]
fn every_text_has_its_lines() {
    let matcher = matcher();
    let mut batch = Batch::new(matcher.clone()).threads(2);
    let mut check = |text: &[u8], count: usize| {
        let found = lines(&mut batch, text);
        assert_eq!(found, one_by_one(&matcher, text));
        assert_eq!(found.len(), count, "{}", String::from_utf8_lossy(text));
    };
    check(b"", 0);
    check(b"\n", 0);
    check(b"\r", 0);
    check(b"\r\n \n\t\n\n", 0);
    check(b"{\"a\":1}", 1);
    check(b"{\"a\":1}\r", 1);
    check(b"{\"a\":1}\r\r\n", 1);
    check(b"\n\n{\"a\":1}\n{\"a\":2}", 2);
    check(b"{\"a\":1}\x0c\n\x0b\n", 2);
    check(b"\xEF\xBB\xBF{\"a\":1}\n{}", 2);
    check(b"{\"a\":\n1}", 2);
}

#[test]
fn a_line_may_be_longer_than_any_piece() {
    let matcher = matcher();
    let huge = format!("{{\"b\": \"{}\", \"a\": 2}}", "x".repeat(3_000_000));
    let texts = [
        huge.clone(),
        format!("{huge}\r\n"),
        format!("{{\"a\":1}}\n{huge}\n{{\"a\":1}}\n{huge}\n\n{{\"a\":3}}"),
        format!("{}{huge}", "{\"a\":1}\n".repeat(30_000)),
    ];
    for text in &texts {
        for threads in THREADS {
            let mut batch = Batch::new(matcher.clone()).threads(threads);
            assert!(lines(&mut batch, text.as_bytes()) == one_by_one(&matcher, text.as_bytes()));
        }
    }
}

#[test]
fn columns_say_the_same() {
    let matcher = matcher();
    let text = text(20_000);
    let mut batch = Batch::new(matcher.clone()).threads(2);
    let (mut counts, mut rules, mut errors, mut passed) = (Vec::new(), Vec::new(), 0, 0);
    let _ = batch.lines(&text, |verdicts| {
        assert_eq!(verdicts.offsets().len(), verdicts.len() + 1);
        assert_eq!(verdicts.offsets()[0], 0);
        assert_eq!(verdicts.offsets()[verdicts.len()], verdicts.rules().len());
        for (verdict, offsets) in verdicts.iter().zip(verdicts.offsets().windows(2)) {
            let rules = &verdicts.rules()[offsets[0]..offsets[1]];
            assert_eq!(verdict.matches.map_or(&[][..], |ids| ids.positions()), rules);
        }
        for (event, _) in verdicts.errors() {
            assert_eq!(&text[verdicts.ranges()[*event].clone()], b"{\"a\": 1,}");
        }
        counts.extend(verdicts.offsets().windows(2).map(|offsets| offsets[1] - offsets[0]));
        rules.extend(verdicts.rules().iter().map(|rule| matcher.ids()[*rule as usize]));
        errors += verdicts.errors().len();
        passed += verdicts.lines();
        ControlFlow::<()>::Continue(())
    });
    let expected = one_by_one(&matcher, &text);
    let ids = |found: &Found| found.1.clone().unwrap_or_default();
    assert_eq!(counts, expected.iter().map(|found| ids(found).len()).collect::<Vec<_>>());
    assert_eq!(rules, expected.iter().flat_map(ids).collect::<Vec<_>>());
    assert_eq!(errors, expected.iter().filter(|found| found.1.is_err()).count());
    assert_eq!(passed, 20_000);
}

#[test]
fn events_that_are_apart_need_no_lines() {
    let matcher = matcher();
    let text = text(30_000);
    let mut events: Vec<&[u8]> = Lines::new(&text).map(|range| &text[range]).collect();
    events.push(b"");
    events.push(b"{\n\"a\":\n1}\n");
    let huge = format!("{{\"b\": \"{}\"}}", "x".repeat(1_000_000));
    events.extend([huge.as_bytes(); 5]);
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    let expected: Vec<Found> = events
        .iter()
        .map(|event| {
            let ids = matcher.matches(*event, &mut scratch, &mut set).map(|ids| ids.copied().collect());
            (0..event.len(), ids)
        })
        .collect();
    for threads in THREADS {
        let mut found = Vec::new();
        let mut batch = Batch::new(matcher.clone()).threads(threads);
        let _ = batch.events(&events, |verdicts| {
            assert_eq!(verdicts.lines(), 0);
            append(&mut found, &verdicts);
            ControlFlow::<()>::Continue(())
        });
        assert!(found == expected, "{threads} threads");
        let flow = batch.events(&[] as &[&str], |_| ControlFlow::Break(()));
        assert_eq!(flow, ControlFlow::Continue(()));
    }
}

#[test]
fn modes_are_by_choice() {
    let matcher = matcher();
    // Outside of what trusting means, but the value that no rule wants is passed over.
    let text = b"{\"z\": [nonsense], \"a\": 2, \"b\": \"x\"}\n{\"a\": 2}\n";
    let mut batch = Batch::new(matcher.clone()).threads(1).trusted(true);
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    for (range, verdict) in lines(&mut batch, text) {
        let ids = matcher.matches(Event::trusted(&text[range]), &mut scratch, &mut set);
        assert_eq!(verdict, ids.map(|ids| ids.copied().collect()));
    }
    let mut batch = batch.trusted(false);
    assert!(lines(&mut batch, text)[0].1.is_err());
    assert_eq!(lines(&mut batch, b"{\"a\": 2, \"b\": \"x\"}")[0].1, Ok(vec![70, 60, 50]));
    let found = lines(&mut batch.first_only(true), b"{\"a\": 2, \"b\": \"x\"}\n{\"a\": 9}\n}");
    assert!(matches!(found[0].1.as_deref(), Ok([70 | 60 | 50])));
    assert_eq!(found[1].1, Ok(vec![]));
    assert!(found[2].1.is_err());
}

#[test]
fn a_single_thread_is_the_callers() {
    let mut threads = HashSet::new();
    let mut batch = Batch::new(matcher()).threads(0);
    let _ = batch.lines(&text(20_000), |_| {
        threads.insert(thread::current().id());
        ControlFlow::<()>::Continue(())
    });
    assert_eq!(threads, HashSet::from([thread::current().id()]));
}

#[test]
fn the_caller_may_end_it() {
    let text = text(400_000);
    for threads in THREADS {
        let mut batch = Batch::new(matcher()).threads(threads);
        let mut calls = 0;
        let flow = batch.lines(&text, |verdicts| {
            calls += 1;
            if calls == 3 { ControlFlow::Break(verdicts.first()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(calls, 3);
        assert!(matches!(flow, ControlFlow::Break(1..)));
        // It is good for another time.
        assert_eq!(lines(&mut batch, b"{\"a\": 1}"), [(0..8, Ok(vec![70]))]);
    }
}

/// When the sink has ended it, no more is begun than was under way.
#[test]
fn an_end_is_prompt() {
    for threads in THREADS {
        let mut items = 0..1_000_000;
        let worked = AtomicUsize::new(0);
        let mut batch = Batch::new(matcher()).threads(threads);
        let flow = batch.stream(
            || items.next(),
            |_, item| {
                worked.fetch_add(1, Ordering::Relaxed);
                item
            },
            |item| if item == 10 { ControlFlow::Break("enough") } else { ControlFlow::Continue(()) },
        );
        assert_eq!(flow, ControlFlow::Break("enough"));
        assert!(worked.into_inner() <= 11 + 4 * threads);
    }
}

/// What waits for something before it is bounded.
#[test]
fn a_slow_piece_holds_the_others_up() {
    let threads = 3;
    let mut items = 0..1000;
    let taken = AtomicUsize::new(0);
    let delivered = AtomicUsize::new(0);
    let mut batch = Batch::new(matcher()).threads(threads);
    let _ = batch.stream(
        || {
            let ahead = taken.fetch_add(1, Ordering::SeqCst) - delivered.load(Ordering::SeqCst);
            assert!(ahead <= 4 * threads, "{ahead}");
            items.next()
        },
        |worker, item| {
            // Some are slow.
            let text = "{\"a\": 1}\n".repeat(if item % 7 == 0 { 5_000 } else { 1 });
            worker.lines(text.as_bytes()).rules().len()
        },
        |_| {
            delivered.fetch_add(1, Ordering::SeqCst);
            ControlFlow::<()>::Continue(())
        },
    );
    assert_eq!(delivered.into_inner(), 1000);
}

#[test]
fn a_stream_is_worked_on_in_parallel_and_delivered_in_order() {
    let matcher = matcher();
    for threads in THREADS {
        let mut items = 0..500_usize;
        let mut batch = Batch::new(matcher.clone()).threads(threads);
        let mut order = Vec::new();
        let _ = batch.stream(
            || items.next(),
            |worker, item| {
                let text = text(item * 13 % 400);
                let mut found = Vec::new();
                append(&mut found, &worker.lines(&text));
                assert!(found == one_by_one(&matcher, &text));
                let events = [&b"{\"a\": 1}"[..], b"{"];
                let verdicts = worker.events(events);
                assert_eq!((verdicts.rules(), verdicts.errors().len()), (&[0][..], 1));
                item
            },
            |item| {
                order.push(item);
                ControlFlow::<()>::Continue(())
            },
        );
        assert!(order.iter().copied().eq(0..500));
    }
}

#[test]
fn panics_are_passed_on() {
    let text = text(200_000);
    let message =
        |result: thread::Result<_>| *result.map(|_: ControlFlow<()>| ()).unwrap_err().downcast::<&str>().unwrap();
    for threads in THREADS {
        let mut batch = Batch::new(matcher()).threads(threads);
        let mut calls = 0;
        let result = panic::catch_unwind(AssertUnwindSafe(|| {
            batch.lines(&text, |_| {
                calls += 1;
                if calls == 2 { panic!("of the sink") } else { ControlFlow::<()>::Continue(()) }
            })
        }));
        assert_eq!((message(result), calls), ("of the sink", 2));
        for who in ["source", "work"] {
            let items = Mutex::new(0..1000);
            let result = panic::catch_unwind(AssertUnwindSafe(|| {
                batch.stream(
                    || {
                        let item = items.lock().unwrap().next();
                        if who == "source" && item == Some(20) { panic!("of the source") } else { item }
                    },
                    |_, item| if who == "work" && item == 20 { panic!("of the work") } else { item },
                    |_| ControlFlow::<()>::Continue(()),
                )
            }));
            assert_eq!(message(result), if who == "source" { "of the source" } else { "of the work" });
        }
        // It is good for another time.
        assert_eq!(lines(&mut batch, b"{\"a\": 1}"), [(0..8, Ok(vec![70]))]);
    }
}
