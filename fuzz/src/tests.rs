//! The targets themselves: that they pass on what is right, and see what is wrong.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::thread;

use super::*;

/// Every seed passes.
#[test]
fn seeds() {
    let targets: [(&str, fn(&[u8])); 6] = [
        ("pattern_parse", pattern_parse),
        ("event_scan", event_scan),
        ("engine", engine),
        ("rule_set", rule_set),
        ("live_rules", live_rules),
        ("load", load),
    ];
    for (name, target) in targets {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name);
        let mut count = 0;
        for seed in fs::read_dir(&folder).unwrap() {
            let path = seed.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            assert!(catch_unwind(|| target(&bytes)).is_ok(), "{}", path.display());
            count += 1;
        }
        assert!(count > 10, "{name}: {count} seeds");
    }
}

#[test]
fn patterns() {
    for text in ["", "{", r#"{"a":[1]}"#, r#"{"$or":["x"]}"#, "\u{feff}{}", r#"{"$or":[{"a":[1]},{"b":[2]}]}"#] {
        pattern_parse(text.as_bytes());
    }
    pattern_parse(b"{\"a\":[\"\xff\"]}");
    pattern_parse(&[b'['; 2_000]);
    let or = r#"{"$or":[{"a":[1,2,3]},{"b":[2]}]}"#;
    pattern_parse(format!(r#"{{"x":{or},"y":{or},"z":{or}}}"#).as_bytes());
}

#[test]
fn events() {
    for text in [
        "{}",
        " {\"$or\": \"10.0.0.1\", \"\": {\"\": [1e400, -0, null, true, {\"a\": [{\"b\": 1, \"c\": 2}]}]}}\n",
        r#"{"a.b": 1, "a": {"b": 2}, "a": [[{"b": "\ud800"}]]}"#,
        r#"{"a": 01}"#,
        r#"{"a": "b", "c": {"d": [1, "x}"#,
        "[{}]",
        "{} {}",
        "",
    ] {
        event_scan(text.as_bytes());
    }
    event_scan(b"{\"a\": \"\xc3\"}");
    // The reference, and what compares trees here, recurse.
    let deep = || {
        for depth in [1, 127, 128, 999, 1_000, 1_001, 3_000] {
            event_scan(format!("{}{}", r#"{"a":"#.repeat(depth - 1) + "{", "}".repeat(depth)).as_bytes());
        }
    };
    thread::Builder::new().stack_size(64 << 20).spawn(deep).unwrap().join().unwrap();
}

#[test]
fn scenes() {
    let scene = "{\"a\":[1]}\n{\"b\":[{\"exists\":false}]}\nnone\n\n{\"a\":1.0}\n{\"b\":\n\n";
    engine(scene.as_bytes());
    let changes = [scene.as_bytes(), &[7, 200, 100, 0, 255, 90, 40, 128, 200, 80, 100, 250, 240, 200, 100]].concat();
    rule_set(&changes);
    live_rules(&changes);
    load(&changes);
    for seed in 0..20_u64 {
        let bytes: Vec<u8> =
            (0..500).map(|index| (seed + 1).wrapping_mul(index * index + 97).to_le_bytes()[1]).collect();
        engine(&bytes);
        rule_set(&bytes);
        live_rules(&bytes);
        load(&bytes);
    }
}
