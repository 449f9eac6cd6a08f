//! Every kernel and mode against each other, against the diagnosing reader, and against an obvious walk over a tree.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod conformance;
mod random;
mod shapes;
mod tree;

use super::diagnose::validate;
use super::*;
use crate::EventErrorKind;
use crate::event::visitor::{LeafKind, TextRange, Visitor};
use crate::ids::{ArrayId, CellId, PathId};
use random::Random;

const MAX_DEPTH: usize = 1000;

/// A leaf, with its text unescaped, and its position as (array, element) from the outside in.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Leaf {
    path: u32,
    kind: LeafKind,
    text: Vec<u8>,
    position: Vec<(u32, u32)>,
}

/// Numbers arrays and elements by their first appearance, so that leaves compare whoever opened what.
fn canonical(mut leaves: Vec<Leaf>) -> Vec<Leaf> {
    let mut seen = (Vec::new(), Vec::new());
    let number = |seen: &mut Vec<u32>, id: u32| {
        let at = seen.iter().position(|known| *known == id).unwrap_or_else(|| {
            seen.push(id);
            seen.len() - 1
        });
        u32::try_from(at).unwrap()
    };
    for (array, element) in leaves.iter_mut().flat_map(|leaf| &mut leaf.position) {
        (*array, *element) = (number(&mut seen.0, *array), number(&mut seen.1, *element));
    }
    leaves
}

/// Writes down what the scanner hands over.
#[derive(Default)]
struct Recorder<'e> {
    text: &'e [u8],
    /// With where each begins.
    leaves: Vec<(u32, Leaf)>,
    /// The cell that each array lies in.
    arrays: Vec<CellId>,
    /// The array of each cell but the root.
    cells: Vec<ArrayId>,
    /// Whether paths that are met are told of. In trusted mode events with two routes to a path differ then.
    tells_paths: bool,
}

impl Recorder<'_> {
    /// The leaves in the order of the text; those at one path must have come in it.
    fn finish(mut self) -> Vec<Leaf> {
        let mut last = std::collections::HashMap::new();
        for (start, leaf) in &self.leaves {
            assert!(last.insert(leaf.path, *start).is_none_or(|before| before < *start));
        }
        self.leaves.sort_by_key(|(start, _)| *start);
        canonical(self.leaves.into_iter().map(|(_, leaf)| leaf).collect())
    }

    fn position(&self, cell: CellId) -> Vec<(u32, u32)> {
        if cell == CellId::ROOT {
            return Vec::new();
        }
        let array = self.cells[cell.index() - 1];
        let mut position = self.position(self.arrays[array.index()]);
        position.push((array.0, cell.0));
        position
    }
}

impl Visitor for Recorder<'_> {
    fn leaf(&mut self, path: PathId, kind: LeafKind, text: TextRange, escaped: bool, cell: CellId) {
        let start = text.start;
        let text = text.of(self.text);
        assert!(escaped || kind != LeafKind::String || !text.contains(&b'\\'));
        let mut unescaped = text.to_vec();
        if escaped {
            unescaped.clear();
            unescape(text, &mut unescaped);
        }
        let position = self.position(cell);
        self.leaves.push((start, Leaf { path: path.0, kind, text: unescaped, position }));
    }

    fn paths_met(&self) -> usize {
        if !self.tells_paths {
            return 0;
        }
        let mut paths: Vec<u32> = self.leaves.iter().map(|(_, leaf)| leaf.path).collect();
        paths.sort_unstable();
        paths.dedup();
        paths.len()
    }

    fn restart(&mut self) {
        *self = Self { text: self.text, tells_paths: self.tells_paths, ..Self::default() };
    }

    fn open_array(&mut self, cell: CellId) -> ArrayId {
        self.arrays.push(cell);
        ArrayId(u32::try_from(self.arrays.len() - 1).unwrap())
    }

    fn open_cells(&mut self, array: ArrayId, count: usize) -> CellId {
        let first = self.cells.len() + 1;
        self.cells.extend(std::iter::repeat_n(array, count));
        CellId(u32::try_from(first).unwrap())
    }
}

/// A scratch that lives on, trie and paths, and everything that must agree on an event.
struct Bench {
    paths: Vec<&'static str>,
    trie: PathTrie,
    scratch: ScanScratch,
    /// See [`Recorder::tells_paths`].
    tells_paths: bool,
}

impl Bench {
    fn new(paths: &[&'static str]) -> Self {
        Bench {
            paths: paths.to_vec(),
            trie: PathTrie::new(paths.iter().copied()),
            scratch: ScanScratch::default(),
            tells_paths: false,
        }
    }

    fn scan(&mut self, kernel: Kernel, mode: Mode, max_depth: usize, text: &[u8]) -> Result<Vec<Leaf>, EventError> {
        // A buffer of the text's size, for a checker of memory accesses to see reads past its end.
        let text: Box<[u8]> = text.into();
        let mut recorder = Recorder { text: &text, tells_paths: self.tells_paths, ..Recorder::default() };
        scan(kernel, mode, max_depth, &text, &self.trie, &mut self.scratch, &mut recorder)?;
        Ok(recorder.finish())
    }

    /// Scans with every kernel in both modes, and gives what they agree on.
    fn check_depth(&mut self, text: &[u8], max_depth: usize) -> Result<Vec<Leaf>, EventError> {
        let valid = validate(text, max_depth);
        let expected = valid.map(|()| tree::leaves(text, &self.paths));
        for kernel in kernels() {
            let strict = self.scan(kernel, Mode::Strict, max_depth, text);
            assert!(
                strict == expected,
                "{kernel}: {strict:?}, not {expected:?}, on {:?}",
                text.escape_ascii().to_string()
            );
            let trusted = self.scan(kernel, Mode::Trusted, max_depth, text);
            match &expected {
                Ok(_) => assert!(
                    trusted == expected,
                    "{kernel}, trusted: {trusted:?}, not {expected:?}, on {:?}",
                    text.escape_ascii().to_string()
                ),
                Err(error) => assert!(trusted.is_ok() || trusted.as_ref() == Err(error)),
            }
        }
        expected
    }

    fn check(&mut self, text: &[u8]) -> Result<Vec<Leaf>, EventError> {
        self.check_depth(text, MAX_DEPTH)
    }
}

fn kernels() -> impl Iterator<Item = Kernel> {
    Kernel::all().iter().copied().filter(|kernel| kernel.is_available())
}

fn texts(leaves: &[Leaf]) -> Vec<&str> {
    leaves.iter().map(|leaf| std::str::from_utf8(&leaf.text).unwrap()).collect()
}

#[test]
fn leaves_are_those_of_the_wanted_paths() {
    let mut bench = Bench::new(&["a", "a.b", "s", "t.u.v", "", "e.", "e..x"]);
    let event = br#" {"a": {"b": 1, "c": 2}, "x": [{"a": 3}], "s": "\u0041\n", "a": null,
        "t.u": {"v": true}, "t": {"u.v": false}, "t.u.v": -1.5e+3 , "": "empty", "e": {"": 6, ".x": 7}, "e.": 8}"#;
    let leaves = bench.check(event).unwrap();
    assert_eq!(texts(&leaves), ["1", "A\n", "null", "true", "false", "-1.5e+3", "empty", "6", "7", "8"]);
}

#[test]
fn escaped_keys_are_undone() {
    let mut bench = Bench::new(&["ab", "x.y", "\u{fffd}", "\""]);
    let event = br#"{"\u0061b": 1, "x\u002ey": 2, "\ud800": 3, "\"": 4, "a\\b": 5}"#;
    assert_eq!(texts(&bench.check(event).unwrap()), ["1", "2", "3", "4"]);
}

#[test]
fn cells_are_elements_that_are_containers() {
    let mut bench = Bench::new(&["a", "a.b", "a.c.d"]);
    let event = br#"{"a": [1, {"b": 2}, [3, [4], {"b": 5, "z": [{}]}], {"c": [{"d": 6}, {"x": 7}, {"d": [8]}]}, "9"]}"#;
    let leaves = bench.check(event).unwrap();
    assert_eq!(texts(&leaves), ["1", "2", "3", "4", "5", "6", "8", "9"]);
    let depths: Vec<usize> = leaves.iter().map(|leaf| leaf.position.len()).collect();
    assert_eq!(depths, [0, 1, 1, 2, 2, 2, 2, 0]);
}

#[test]
fn only_what_holds_wanted_leaves_is_opened() {
    let trie = PathTrie::new(["a.b.c"]);
    let event = br#"{"a": [{"b": []}, [], {"x": 1}, [{"b": [2, {"d": 3}]}], {"b": {"c": 4}}]}"#;
    let mut recorder = Recorder { text: event, ..Recorder::default() };
    let mut scratch = ScanScratch::default();
    scan(Kernel::detect(), Mode::Strict, 10, event, &trie, &mut scratch, &mut recorder).unwrap();
    assert_eq!((recorder.arrays.len(), recorder.cells.len(), recorder.leaves.len()), (1, 1, 1));
    assert!(scratch.memory() > 0);
}

#[test]
fn the_limit_of_nesting_is_exact() {
    let mut bench = Bench::new(&["a"]);
    for depth in [1, 2, 3, 63, 64, 65, 130, 1000] {
        let arrays = depth - 1;
        let event =
            if arrays == 0 { "{}".into() } else { format!(r#"{{"a":{}1{}}}"#, "[".repeat(arrays), "]".repeat(arrays)) };
        assert!(bench.check_depth(event.as_bytes(), depth).is_ok());
        let error = bench.check_depth(event.as_bytes(), depth - 1).unwrap_err();
        assert_eq!(error.kind(), EventErrorKind::Depth);
        for cut in 1..event.len().min(200) {
            assert!(bench.check_depth(&event.as_bytes()[..event.len() - cut], depth).is_err());
        }
    }
}

#[test]
fn hopeless_texts_are_refused() {
    let mut bench = Bench::new(&["a"]);
    let texts: [&[u8]; 30] = [
        b"",
        b" ",
        b"\n\t\r ",
        b"{",
        b"}",
        b"[]",
        b"1",
        b"\"a\"",
        b"null",
        b"{}{}",
        b"{} x",
        b"{}\0",
        b"\0{}",
        b"\xef\xbb\xbf{}",
        b"{]",
        b"{\"a\"}",
        b"{\"a\":}",
        b"{\"a\":1,}",
        b"{,}",
        b"{\"a\":[1,]}",
        b"{\"a\":[,1]}",
        b"{\"a\" 1}",
        b"{a:1}",
        b"{'a':1}",
        b"{\"a\":1}}",
        b"{{\"a\":1}",
        b"{\"a\":tru}",
        b"{\"a\":truex}",
        b"{\"a\":\"\\u00g0\"}",
        b"{\"a\":\"\x1f\"}",
    ];
    for text in texts {
        for padding in [0, 1, 60, 61, 62, 63, 64, 65] {
            let mut padded = vec![b' '; padding];
            padded.extend_from_slice(text);
            assert!(bench.check(&padded).is_err(), "{}", text.escape_ascii());
        }
    }
    assert!(bench.check(&[b'\\'; 200]).is_err());
    assert!(bench.check(&[b'"'; 129]).is_err());
    assert!(bench.check(&[b'{'; 2000]).is_err());
    assert!(bench.check(&[0xff; 64]).is_err());
}

#[test]
fn errors_say_what_was_expected() {
    let cases: [(&[u8], &str); 13] = [
        (b"", "not a JSON object at byte 0: expected `{`"),
        (b"{\"a\" 1}", "not well-formed JSON at byte 5: expected `:` after a key"),
        (b"{\"a\":1,}", "not well-formed JSON at byte 7: expected a key"),
        (b"{1", "not well-formed JSON at byte 1: expected a key or `}`"),
        (b"{\"a\":[}", "not well-formed JSON at byte 6: expected a value or `]`"),
        (b"{\"a\":[1 2]}", "not well-formed JSON at byte 8: expected `,` or `]`"),
        (b"{\"a\":01}", "not well-formed JSON at byte 6: expected no digit after a leading `0`"),
        (b"{\"a\":1.}", "not well-formed JSON at byte 7: expected a digit after the decimal point"),
        (b"{\"a\":nul}", "not well-formed JSON at byte 5: expected `null`"),
        (b"{} {}", "not well-formed JSON at byte 3: expected nothing after the event"),
        (b"{\"a", "not well-formed JSON at byte 3: expected `\"` at the end of a string"),
        (b"{\"a\":\"\xc3\"}", "not UTF-8 at byte 6"),
        (
            br#"{"a\q":1}"#,
            "not well-formed JSON at byte 3: expected one of `\"`, `\\`, `/`, `b`, `f`, `n`, `r`, `t`, or `u` and four hexadecimal digits after `\\`",
        ),
    ];
    let mut bench = Bench::new(&["a"]);
    for (text, message) in cases {
        assert_eq!(bench.check(text).unwrap_err().to_string(), message);
    }
}

/// Everything that straddles a border between blocks does so at every offset.
#[test]
fn every_offset_in_a_block_gives_the_same() {
    let mut bench = Bench::new(&["k", "d.e", "long"]);
    let values = [
        "0",
        "-0",
        "-1",
        "10",
        "-10.25",
        "1e5",
        "1E+5",
        "12.5e-17",
        "0.0",
        "123456789012345678901234567890.5e123",
        "true",
        "false",
        "null",
        r#""\\\\\\\\\"\\\\\"""#,
        r#""\u00e9\ud83d\ude00""#,
        "\"é😀\"",
        "[]",
        "{}",
        "[[],{}]",
        r#"[1,"2",{"a":true}]"#,
        r#"{"a":1,"b":[2,3]}"#,
        "\"\"",
        "\"{[]}:,\"",
        // and malformed ones
        "00",
        "-",
        "01",
        "1.",
        ".5",
        "1.e5",
        "1e",
        "1e+",
        "1e5.5",
        "1.5.5",
        "--1",
        "+1",
        "1-1",
        "0x1",
        "1e5e5",
        "tru",
        "nulll",
        "truefalse",
        "true1",
        "1true",
        "false\"\"",
        "\"\"\"\"",
        r#""\x""#,
        r#""\u12""#,
        r#"\"a\""#,
        "\"\t\"",
        "\"\x7f\"",
        "é",
        "[1 2]",
        "[1:2]",
        r#"{"a":1 "b":2}"#,
        r#"{"a","b":1}"#,
        r#"{"a":1,2}"#,
        r#"["a":1]"#,
        "[,]",
        "{]",
        "[}",
        r#"[{},"b":1]"#,
        r#"{"a":{},1}"#,
        r#"{"a":{},"b"}"#,
        r#"[[],"a":[]]"#,
    ];
    for value in values {
        let outcomes: Vec<_> = (0..130)
            .map(|padding| {
                let event = format!("{{{}\"k\":{value},\"long\":{value} }}", " ".repeat(padding));
                bench.check(event.as_bytes()).map_err(|error| error.kind())
            })
            .collect();
        assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]), "{value}");
        for padding in 0..130 {
            let event = format!("{{\"p\":\"{}\",\"k\":{value}}}", "x".repeat(padding));
            assert_eq!(bench.check(event.as_bytes()).is_ok(), outcomes[0].is_ok(), "{value}");
        }
    }
}

#[test]
fn runs_of_backslashes_alternate() {
    let mut bench = Bench::new(&["k"]);
    for before in 0..66 {
        for run in 0..132 {
            let event = format!("{{\"{}\":1,\"k\":\"{}\"}}", "p".repeat(before), "\\".repeat(run));
            assert_eq!(bench.check(event.as_bytes()).is_ok(), run % 2 == 0);
        }
    }
}

#[test]
fn utf8_is_checked_at_each_byte() {
    let mut bench = Bench::new(&["k"]);
    let event = br#"{"key": ["value", 12.5, {"k": "another value, a longer one to reach the next block"}, true]}  "#;
    for at in 0..event.len() {
        for bad in [0x80, 0xc0, 0xc3, 0xe2, 0xed, 0xf0, 0xf5, 0xff, 0x00, 0x1f] {
            let mut event = event.to_vec();
            event[at] = bad;
            assert!(bench.check(&event).is_err());
        }
    }
}

#[test]
fn random_events_give_the_leaves_of_their_tree() {
    let mut bench = Bench::new(&random::PATHS);
    let mut random = Random::new(1);
    let mut found = 0;
    for _ in 0..effort(400) {
        let event = random.event();
        found += bench.check(&event).unwrap_or_else(|error| panic!("{error}: {}", event.escape_ascii())).len();
        let text = std::str::from_utf8(&event).unwrap();
        assert!(serde_accepts(text.as_bytes()) != Some(false));
    }
    assert!(found > 400);
}

#[test]
fn elements_that_are_nearly_alike_are_told_apart() {
    let mut bench = Bench::new(&["d.a", "d.bb", "d.eighteen-bytes-key", "d.x", "d.a.a", "d.eighteen-bytes-key.a"]);
    let alike = r#"{"a":1,"bb":"y","eighteen-bytes-key":2}"#;
    for odd in [
        r#"{"a":-1.5,"bb":null,"eighteen-bytes-key":"z"}"#,
        r#"{"a":1,"bb":"y","eighteen-bytes-key":{}}"#,
        r#"{"a":1,"bb":"y","eighteen-bytes-key":{},"x":3}"#,
        r#"{"a":1,"bb":"y","eighteen-bytes-key":[]}"#,
        r#"{"a":1,"bb":"y","eighteen-bytes-key":[],"x":3}"#,
        r#"{"a":1,"bb":"y","eighteen-bytes-key":{"a":1}}"#,
        r#"{"a":1,"bb":"y","eighteen-bytes-key":[{"a":1,"bb":"y","eighteen-bytes-key":2},{"a":1}]}"#,
        r#"{"a":{},"bb":"y","eighteen-bytes-key":2}"#,
        r#"{"a":[],"bb":"y","eighteen-bytes-key":2}"#,
        r#"{"a":{"a":1,"bb":"y"},"eighteen-bytes-key":2}"#,
        r#"{"a":1,"bb":"y","eighteen-bytes-kez":2}"#,
        r#"{"a":1,"bc":"y","eighteen-bytes-key":2}"#,
        r#"{"x":1,"bb":"y","eighteen-bytes-key":2}"#,
        r#"{"a":1,"bb":"y"}"#,
        r#"{"a":1,"bb":"y","eighteen-bytes-key":2,"x":3}"#,
        r#"{"a":1,"bb":",\"eighteen-bytes-key","eighteen-bytes-key":2}"#,
        r#"{"a":1,"bb":"},{:,","eighteen-bytes-key":",{"}"#,
        r#"{"a":1,"a":1,"eighteen-bytes-key":2}"#,
        "{}",
        "[]",
        "1",
        r#"[{"a":1,"bb":"y","eighteen-bytes-key":2}]"#,
    ] {
        for others in 0..7 {
            for place in 0..=others {
                let mut elements = vec![alike; others];
                elements.insert(place, odd);
                for end in ["", r#","x":[1,2]"#] {
                    let event = format!(r#"{{"d":[{}]{end}}}"#, elements.join(","));
                    bench.check(event.as_bytes()).unwrap_or_else(|error| panic!("{error}: {event}"));
                }
            }
        }
    }
}

#[test]
fn mutated_events_are_judged_alike() {
    let mut bench = Bench::new(&random::PATHS);
    let mut random = Random::new(2);
    let events = random::sample_events();
    let mut valid = 0;
    let rounds = effort(3000);
    for round in 0..rounds {
        let mut event = if round % 2 == 0 { random.event() } else { random.pick(&events).clone() };
        for _ in 0..random.below(3) + 1 {
            random.mutate(&mut event);
        }
        let verdict = bench.check(&event).is_ok();
        if let Some(serde) = serde_accepts(&event) {
            assert_eq!(verdict, serde, "{}", event.escape_ascii());
        }
        valid += usize::from(verdict);
    }
    assert!(valid > rounds / 50 && valid < rounds);
}

/// What serde_json makes of it, where it judges by the same rules.
fn serde_accepts(text: &[u8]) -> Option<bool> {
    match serde_json::from_slice::<serde_json::Value>(text) {
        Ok(value) => Some(value.is_object()),
        Err(error) => {
            let error = error.to_string();
            let differs = ["surrogate", "hex escape", "out of range", "recursion limit"];
            (!differs.iter().any(|class| error.contains(class))).then_some(false)
        }
    }
}

/// How many rounds: more if the environment asks for it.
fn effort(rounds: usize) -> usize {
    let factor = std::env::var("EVENTSIEVE_EFFORT").ok().and_then(|factor| factor.parse::<usize>().ok());
    rounds * factor.unwrap_or(1)
}
