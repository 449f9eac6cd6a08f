//! Events of known shapes give what they would give if nothing was known.

use super::*;

/// Scans often enough for the shape to be known.
fn learn(bench: &mut Bench, mode: Mode, text: &[u8]) {
    for _ in 0..3 {
        bench.scan(Kernel::detect(), mode, MAX_DEPTH, text).unwrap();
    }
}

fn known(bench: &Bench) -> usize {
    bench.scratch.shapes.known()
}

const PATHS: [&str; 7] =
    ["id", "source", "detail.state", "detail.size", "detail.tags", "detail.items.sku", "detail.a long key of 17"];

const EVENT: &str = r#"{"id":"0a","source":"shop","x":{"id":1},"detail":{"state":"on","size":-1.5e3,"tags":["a",2,null],"items":[{"sku":"s1","q":[1]},{"sku":"s2","q":[]}],"a long key of 17":true,"ok":false}}"#;

#[test]
fn the_second_event_of_a_shape_is_learnt() {
    let mut bench = Bench::new(&PATHS);
    for (text, count) in [
        (EVENT.to_owned(), 0),
        (EVENT.replace("shop", "another"), 1),
        (EVENT.replace("-1.5e3", "0").replace("true", "null"), 1),
        // A key that leads nowhere is one of its shape, too; one that nobody looks at isn't.
        (EVENT.replace("\"ok\"", "\"no\""), 1),
        (EVENT.replace("\"ok\"", "\"no\""), 2),
        (EVENT.replace("{\"id\":1}", "{\"is\":1}"), 2),
        (EVENT.replace("{\"id\":1}", "{\"id\":\"1\"}"), 2),
        (EVENT.replace("{\"id\":1}", "{\"id\":\"1\"}"), 3),
    ] {
        let leaves = bench.scan(Kernel::detect(), Mode::Strict, MAX_DEPTH, text.as_bytes()).unwrap();
        assert_eq!((known(&bench), leaves.len()), (count, 10), "{text}");
    }
    // What is known holds for one mode, one depth and one trie.
    learn(&mut bench, Mode::Trusted, EVENT.as_bytes());
    assert_eq!(known(&bench), 4);
    let deep = format!("{{\"id\":{}1{}}}", "[".repeat(20), "]".repeat(20));
    learn(&mut bench, Mode::Strict, deep.as_bytes());
    assert_eq!(bench.check_depth(deep.as_bytes(), 20).unwrap_err().kind(), EventErrorKind::Depth);
    bench.trie = PathTrie::new(["detail.ok"]);
    bench.paths = vec!["detail.ok"];
    assert_eq!(texts(&bench.check(EVENT.as_bytes()).unwrap()), ["false"]);
}

/// Whatever one byte is replaced by, put before it, or left out.
#[test]
fn a_shape_is_left_at_every_byte() {
    for event in [EVENT.to_owned(), EVENT.replace(':', ": ").replace(',', " ,")] {
        let mut bench = Bench::new(&PATHS);
        for mode in [Mode::Strict, Mode::Trusted] {
            learn(&mut bench, mode, event.as_bytes());
        }
        let mut valid = 0;
        for at in 0..event.len() {
            for byte in b"\"\\{}[]:,0-tn. \na" {
                let mut replaced = event.clone().into_bytes();
                replaced[at] = *byte;
                valid += usize::from(bench.check(&replaced).is_ok());
                let mut inserted = event.clone().into_bytes();
                inserted.insert(at, *byte);
                valid += usize::from(bench.check(&inserted).is_ok());
            }
            let mut cut = event.clone().into_bytes();
            cut.remove(at);
            valid += usize::from(bench.check(&cut).is_ok());
        }
        assert!(valid > event.len());
    }
}

/// In trusted mode, keys outside arrays that lead nowhere are of no matter where all paths are met; all other keys are.
#[test]
fn in_trusted_mode_few_keys_matter() {
    // The last path is met in the last block, so that the event is always looked at as a whole.
    let event = r#"{"x":"and as much text as it takes for that","a":1,"d":[{"b":1,"y":2},{"y":3,"z":4}],"e":{"w":0,"f":5},"v":6}"#;
    for (key, other, is_another) in [
        ("x", "q", false),
        ("w", "q", false),
        ("v", "q", false),
        ("a", "q", true),
        ("d", "q", true),
        ("e", "q", true),
        ("f", "q", true),
        // In another element, which has none, it is no second route.
        ("z", "b", true),
        ("z", "q", true),
        ("b", "q", true),
    ] {
        let mut bench = Bench { tells_paths: true, ..Bench::new(&["a", "d.b", "e.f"]) };
        learn(&mut bench, Mode::Trusted, event.as_bytes());
        let changed = event.replace(&format!("\"{key}\""), &format!("\"{other}\""));
        for _ in 0..3 {
            let leaves = bench.scan(Kernel::detect(), Mode::Trusted, MAX_DEPTH, changed.as_bytes()).unwrap();
            assert!(leaves == tree::leaves(changed.as_bytes(), &bench.paths), "{changed}");
        }
        assert_eq!(known(&bench), 1 + usize::from(is_another), "{changed}");
    }
}

/// Keys and values with escapes, and keys near the end of the text.
#[test]
fn escapes_and_ends_are_seen() {
    let mut bench = Bench::new(&["a", "ab", "b"]);
    let events = [
        r#"{"a":1,"b":"x"}"#,
        r#"{"a":1,"b":"\n"}"#,
        r#"{"\u0061":1,"b":2}"#,
        r#"{"a":1,"c":2}"#,
        r#"{"a":"\\","b":2}"#,
        r#"{"ab":1,"b":2}"#,
        r#"{"a" :1,"b":2}"#,
        r#"{"a": 1,"b": 2}"#,
        r#"{"a":1,"b":2} "#,
        r#"{"a":"b","a\"":2}"#,
    ];
    for _ in 0..4 {
        for event in events {
            bench.check(event.as_bytes()).unwrap();
        }
    }
}

/// What is not learnt: long keys, many leaves, many tokens.
#[test]
fn some_shapes_are_not_learnt() {
    let mut bench = Bench::new(&["a", "a.b"]);
    let array = |length: usize| format!("{{\"a\":[{}0]}}", "1,".repeat(length));
    let objects = |length: usize| format!("{{\"a\":[{}0]}}", "{\"b\":1},".repeat(length));
    for event in [format!("{{\"{}\":1}}", "k".repeat(63)), array(200), array(5000), objects(200), objects(2000)] {
        for _ in 0..4 {
            bench.check(event.as_bytes()).unwrap();
        }
        assert_eq!(known(&bench), 0, "{event}");
    }
    for event in [format!("{{\"{}\":[]}}", "k".repeat(62)), array(100), objects(100)] {
        learn(&mut bench, Mode::Strict, event.as_bytes());
    }
    assert_eq!(known(&bench), 3);
}

/// Ever other shapes take no more than so much memory, and those that come later are learnt, too.
#[test]
fn shapes_are_bounded() {
    let mut bench = Bench::new(&["a"]);
    // The number's digits, in one of two shapes each.
    let event = |number: u32| {
        let bits: Vec<String> =
            (0..20).map(|bit| (if number >> bit & 1 == 0 { "1" } else { "[1]" }).to_owned()).collect();
        format!("{{\"x\":[{}],\"a\":2{}}}", bits.join(","), ",\"y\":1".repeat(100))
    };
    let mut most = 0;
    for number in 0..20_000 {
        let text = event(number);
        for _ in 0..3 {
            let leaves = bench.scan(Kernel::detect(), Mode::Strict, MAX_DEPTH, text.as_bytes()).unwrap();
            assert_eq!(leaves.len(), 1);
        }
        most = most.max(known(&bench));
    }
    assert!((100..2000).contains(&most), "{most}");
    assert!(bench.scratch.memory() < 8 << 20, "{}", bench.scratch.memory());
}
