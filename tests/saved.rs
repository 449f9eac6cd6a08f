//! Files of matchers: what was saved, whatever is wrong with a file, and what somebody has made up.
//!
//! That loaded matchers match what they should, the conformance cases and the property tests say, too.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::sync::Arc;

use eventsieve::{CompileOptions, EventErrorKind, LoadErrorKind, LoadId, MatchSet, Matcher, RuleSet, SaveId, Scratch};
use serde_json::Value;
use support::engine::{pattern, save};
use support::forge;

/// Every kind of test, `$or`, fields that rules share, and lists that are looked up.
const PATTERNS: [&str; 12] = [
    r#"{"source": ["aws.ec2", "10.0.0.1"], "detail": {"state": ["stopped", 5, 1e400, true, null]}}"#,
    r#"{"source": [{"prefix": "aws."}], "detail": {"state": [{"suffix": "ed"}], "n": [{"numeric": [">", 3]}]}}"#,
    r#"{"detail": {"state": [{"equals-ignore-case": "STOPPED"}, {"prefix": {"equals-ignore-case": "k"}}]}}"#,
    r#"{"detail": {"state": [{"prefix": {"equals-ignore-case": "\u212a"}}], "x": [{"exists": false}]}}"#,
    r#"{"detail": {"ip": [{"cidr": "10.0.0.0/8"}, {"cidr": "fe80::/10"}], "n": [{"exists": true}]}}"#,
    r#"{"detail": {"state": [{"anything-but": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]}], "n": [1]}}"#,
    r#"{"detail": {"state": [{"anything-but": {"wildcard": "*p*d"}}, {"suffix": {"equals-ignore-case": "D"}}]}}"#,
    r#"{"$or": [{"a.b": [1]}, {"a.c": [{"wildcard": "a*b*c"}]}], "detail": {"n": [4]}}"#,
    r#"{"detail": {"state": [{"wildcard": "*o*"}, {"wildcard": "s*d"}, {"wildcard": "*pp*"}, {"wildcard": "x*"}]}}"#,
    r#"{"detail": {"state": [{"wildcard": "*o*e"}, {"wildcard": "*o*p*"}, {"wildcard": "*o*q"}, ""]}}"#,
    r#"{"l": {"x": [1], "y": [{"exists": false}]}, "a.b": [{"anything-but": [3]}]}"#,
    r#"{"l": {"x": [1, 2], "y": [2, {"prefix": ""}], "z": [{"exists": false}]}, "source": [{"exists": true}]}"#,
];

const EVENTS: [&str; 5] = [
    r#"{"source": "aws.ec2", "detail": {"state": "stopped", "n": 4, "ip": "10.1.2.3"}, "a": {"b": 1, "c": "a-b-c"}}"#,
    r#"{"source": "x", "detail": {"state": ["Kelvin", "\u212a", 5, 1e400, true, null], "ip": "fe80::1", "n": 1}}"#,
    r#"{"l": [{"x": 1, "y": "z"}, {"x": 2, "z": 1}, {"y": 2}, {"x": [1, [2]]}], "source": ["aws.s3", 4], "a.b": 1}"#,
    r#"{"l": {"x": 1}, "l": [{"y": 2}, {"x": 1}], "l.x": [1, {"y": 3}], "source": 1, "detail": {"x": 1, "n": 4}}"#,
    "{}",
];

fn rules(copies: usize) -> RuleSet<usize> {
    let mut rules = RuleSet::new();
    for (id, text) in PATTERNS.iter().cycle().take(copies * PATTERNS.len()).enumerate() {
        let text = text.replace('4', &(id / PATTERNS.len() + 4).to_string());
        rules.insert(id, &pattern(&text)).unwrap();
    }
    rules
}

fn ways() -> [CompileOptions; 2] {
    [CompileOptions::new(), CompileOptions::new().blocks_anyway()]
}

fn answers(matcher: &Matcher<usize>) -> Vec<Vec<usize>> {
    let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    EVENTS.iter().map(|event| matcher.matches(*event, &mut scratch, &mut set).unwrap().copied().collect()).collect()
}

#[test]
fn what_was_saved_is_loaded() {
    for (copies, options) in [1, 40].into_iter().flat_map(|copies| ways().map(|options| (copies, options))) {
        let matcher = rules(copies).compile_with(&options).unwrap();
        let loaded = Matcher::<usize>::load(&save(&matcher)).unwrap();
        assert_eq!(loaded.ids(), matcher.ids());
        assert_eq!(answers(&loaded), answers(&matcher));
        assert!(answers(&loaded).concat().len() > 12 * copies);
        assert_eq!(save(&loaded), save(&matcher), "the same bytes again");
    }
    let none = Matcher::<u8>::load(&save(&RuleSet::<u8>::new().compile().unwrap())).unwrap();
    assert!(none.is_empty() && !none.is_match(EVENTS[0], &mut Scratch::new()).unwrap());
}

/// If this fails, the compiled form has changed, or what it means: files of before must be refused. Count `VERSION` up in
/// `src/saved/mod.rs`, and put the new numbers here. (Where other fields wake the rules, it is the numbers alone.)
#[test]
fn the_version_is_that_of_the_form() {
    let shipped: serde_json::Map<String, Value> = serde_json::from_str(include_str!("data/rules.json")).unwrap();
    let mut set = RuleSet::new();
    for (id, rule) in shipped {
        set.insert(id, &pattern(&rule.to_string())).unwrap();
    }
    let files = [save(&set.compile().unwrap()), save(&rules(3).compile_with(&ways()[1]).unwrap())];
    // The checksum of the checksum is no news.
    let sums = files.map(|file| (file[8], crc32fast::hash(&file[..file.len() - 4])));
    assert_eq!(sums, [(3, 2_217_879_707), (3, 3_711_092_278)]);
}

#[test]
fn ids_of_all_types() {
    fn round<Id: Clone + Eq + std::hash::Hash + std::fmt::Debug + SaveId + LoadId>(ids: Vec<Id>) {
        let mut rules = RuleSet::new();
        for id in &ids {
            rules.insert(id.clone(), &pattern(PATTERNS[0])).unwrap();
        }
        let matcher = rules.compile().unwrap();
        assert_eq!(matcher.ids(), ids);
        assert_eq!(Matcher::<Id>::load(&save(&matcher)).unwrap().ids(), ids);
    }
    round(vec![String::new(), "a".into(), "ü".repeat(300)]);
    round::<Box<str>>(vec!["b".into()]);
    round::<Arc<str>>(vec!["c".into()]);
    round(vec![0, 1, u8::MAX]);
    round(vec![0, 1, u16::MAX]);
    round(vec![0, 1, u32::MAX]);
    round(vec![0, 1, u64::MAX]);
    round(vec![0, 1, u128::MAX]);
    round(vec![0, 1, usize::MAX]);
    round(vec![0, i8::MIN, i8::MAX]);
    round(vec![0, i16::MIN, i16::MAX]);
    round(vec![0, i32::MIN, i32::MAX]);
    round(vec![0, i64::MIN, i64::MAX]);
    round(vec![0, i128::MIN, i128::MAX]);
    round(vec![0, isize::MIN, isize::MAX]);
}

/// Limits on events are for the one who loads to say.
#[test]
fn options_are_the_loaders() {
    let file = save(&rules(1).compile_with(&CompileOptions::new().max_event_depth(2)).unwrap());
    let (deep, mut scratch) = (r#"{"a": {"b": {"c": 1}}}"#, Scratch::new());
    assert!(Matcher::<usize>::load(&file).unwrap().is_match(deep, &mut scratch).is_ok());
    let shallow = Matcher::<usize>::load_with(&file, &CompileOptions::new().max_event_depth(2)).unwrap();
    assert_eq!(shallow.is_match(deep, &mut scratch).unwrap_err().kind(), EventErrorKind::Depth);
}

#[test]
fn no_byte_may_change_or_be_missing() {
    let file = save(&rules(1).compile().unwrap());
    for at in 0..file.len() {
        for bits in [1, 0x80, 0xff] {
            let mut damaged = file.clone();
            damaged[at] ^= bits;
            let error = Matcher::<usize>::load(&damaged).unwrap_err();
            let expected = match at {
                0..8 => [LoadErrorKind::Foreign; 2],
                8..12 => [LoadErrorKind::Version; 2],
                12..20 => [LoadErrorKind::Truncated, LoadErrorKind::Damaged],
                _ => [LoadErrorKind::Damaged; 2],
            };
            assert!(expected.contains(&error.kind()), "byte {at}: {error}");
        }
        let error = Matcher::<usize>::load(&file[..at]).unwrap_err();
        let expected = if at == 0 { LoadErrorKind::Foreign } else { LoadErrorKind::Truncated };
        assert_eq!((error.kind(), error.offset()), (expected, at), "{error}");
    }
    let error = Matcher::<usize>::load(&[&file[..], b"x"].concat()).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (LoadErrorKind::Damaged, file.len()), "{error}");
}

#[test]
fn what_is_wrong_with_a_file() {
    let mut rules = RuleSet::new();
    rules.insert("uploads", &pattern(r#"{"source": ["aws.s3"]}"#)).unwrap();
    let file = save(&rules.compile().unwrap());
    let message = |file: &[u8]| Matcher::<String>::load(file).unwrap_err().to_string();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut file = file.clone();
        change(&mut file);
        message(&file)
    };
    let forged = |at: usize, number: u32| {
        with(&|file| {
            file[at..at + 4].copy_from_slice(&number.to_le_bytes());
            forge::seal(file);
        })
    };
    let length = file.len();
    let foreign = "not a saved matcher at byte 0: expected the bytes with which each begins";
    assert_eq!(message(b""), foreign);
    assert_eq!(message(br#"{"uploads": {"source": ["aws.s3"]}}"#), foreign);
    for version in [0_u8, 1, 2, 4] {
        assert_eq!(
            with(&|file| file[8] = version),
            format!("saved by another version of eventsieve at byte 8: expected version 3, found version {version}")
        );
    }
    assert_eq!(message(&file[..10]), "cut short at byte 10: expected 24 bytes");
    assert_eq!(message(&file[..100]), format!("cut short at byte 100: expected {length} bytes"));
    assert_eq!(
        with(&|file| file.extend_from_slice(b"more")),
        format!("damaged at byte {length}: expected the end, found {} bytes", length + 4)
    );
    let sum = |file: &[u8]| u32::from_le_bytes(file[length - 4..].try_into().unwrap());
    let mut sealed = file.clone();
    sealed[44] ^= 1;
    forge::seal(&mut sealed);
    assert_eq!(
        with(&|file| file[44] ^= 1),
        format!(
            "damaged at byte {}: expected the checksum {:08x} of all before, found {:08x}",
            length - 4,
            sum(&sealed),
            sum(&file)
        )
    );
    assert_eq!(
        forged(20, 100),
        "malformed at byte 20: expected a length that fits the rest of the file, found 100 times 4 bytes"
    );
    assert_eq!(forged(28, 8), "malformed at byte 28: expected an id of at most 7 bytes");
    let number = Matcher::<u32>::load(&file).unwrap_err();
    assert_eq!((number.kind(), number.offset()), (LoadErrorKind::Id, 40));
    assert_eq!(number.to_string(), "an id of another type at byte 40: expected a number of 4 bytes");
}

/// Each number of a file is changed to what it should not be, and the checksum made right.
#[test]
fn forged_numbers_do_no_harm() {
    let (mut refused, mut loaded, mut scratch, mut set) = (0, 0, Scratch::new(), MatchSet::new());
    for options in ways() {
        let file = save(&rules(2).compile_with(&options).unwrap());
        for at in 20..file.len() - 7 {
            let old = u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
            for new in [0, 1, old.wrapping_add(1), old.wrapping_sub(1), 1 << 31, u32::MAX] {
                let mut forged = file.clone();
                forged[at..at + 4].copy_from_slice(&new.to_le_bytes());
                forge::seal(&mut forged);
                match Matcher::<usize>::load_with(&forged, &options) {
                    Ok(matcher) => {
                        loaded += 1;
                        for event in EVENTS {
                            let _any = matcher.matches(event, &mut scratch, &mut set).map(Iterator::count);
                            let _any = matcher.is_match(event, &mut scratch);
                        }
                    }
                    Err(error) => {
                        refused += 1;
                        assert!(matches!(error.kind(), LoadErrorKind::Malformed | LoadErrorKind::Id), "{error}");
                    }
                }
            }
        }
    }
    assert!(refused > 10_000 && loaded > 1_000, "{refused} refused, {loaded} loaded");
}
