//! The canonical print: what it looks like, that it reads as the same pattern, and that equality goes by it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::HashSet;

use eventsieve::{Pattern, PatternParser};
use proptest::prelude::*;

#[track_caller]
fn assert_print(rule: &str, print: &str) {
    let pattern: Pattern = rule.parse().unwrap();
    assert_eq!(pattern.to_string(), print);
    assert_eq!(print.parse::<Pattern>().unwrap(), pattern);
    assert_eq!(print.parse::<Pattern>().unwrap().to_string(), print);
}

/// A rule that is its own print.
#[track_caller]
fn assert_canonical(rule: &str) {
    assert_print(rule, rule);
}

#[test]
fn white_space_goes() {
    assert_print(
        " {\r\n\t\"a\" : [ 1 , \"x\" ] , \"b\" : { \"c\" : [ { \"exists\" : true } ] } } \n",
        r#"{"a":[1,"x"],"b":{"c":[{"exists":true}]}}"#,
    );
}

#[test]
fn order_and_repetition_stay() {
    assert_canonical(r#"{"b":[2],"a":[1,1],"b":[3],"a.b":["x"],"a":{"b":["y"]},"":[null]}"#);
}

#[test]
fn numbers_stay_as_they_are_spelt() {
    assert_canonical(r#"{"a":[1,1.0,1E0,10e-1,-0,0.10,9007199254740993,1e400]}"#);
    assert_canonical(r#"{"a":[{"numeric":[">=",-0.0,"<",1.50E+3]},{"anything-but":[1e2,100]}]}"#);
}

#[test]
fn strings_have_the_shortest_escapes() {
    assert_print(
        r#"{"\u0061\/":["\u00e9\u007f\ud83d\ude00","\u0000\u001f\u0008\u000c\u000a\u000d\u0009\u0022\u005c"]}"#,
        "{\"a/\":[\"é\x7f😀\",\"\\u0000\\u001f\\b\\f\\n\\r\\t\\\"\\\\\"]}",
    );
}

#[test]
fn every_test() {
    assert_canonical(
        r#"{"a":["x",1,true,false,null,{"exactly":"x"},{"prefix":""},{"prefix":{"equals-ignore-case":"x"}},{"suffix":"x"},{"suffix":{"equals-ignore-case":""}},{"equals-ignore-case":"ß"},{"wildcard":"a*\\*\\\\"},{"exists":true},{"exists":false}]}"#,
    );
    assert_canonical(
        r#"{"a":[{"numeric":["=",1]},{"numeric":["<",1]},{"numeric":["<=",1]},{"numeric":[">",1]},{"numeric":[">=",1]},{"numeric":[">",1,"<=",2]},{"cidr":"010.0.0.7/08"},{"cidr":"2001:DB8::/32"}]}"#,
    );
    assert_canonical(
        r#"{"a":[{"anything-but":"x"},{"anything-but":["x"]},{"anything-but":["x","y"]},{"anything-but":1},{"anything-but":[1]},{"anything-but":{"prefix":"x"}},{"anything-but":{"suffix":["x"]}},{"anything-but":{"equals-ignore-case":["x",""]}},{"anything-but":{"wildcard":"*x"}}]}"#,
    );
}

#[test]
fn alternatives() {
    assert_print(r#"{"\u0024or":[{"a":[1]},{"b":[2]}]}"#, r#"{"$or":[{"a":[1]},{"b":[2]}]}"#);
    assert_canonical(
        r#"{"x":{"$or":[{"$or":[{"a":[1]},{"b":[2]}],"c":[3]},{"d":{"$or":[{"e":[4]},{"f":[5]}]}}],"$or":[{"g":[6]},{"h":[7]},{"i":[8]}]},"prefix":[1]}"#,
    );
}

#[test]
fn or_as_field() {
    let parser = PatternParser::new().or_as_field(true);
    for rule in
        [r#"{"$or":["x"],"c":[1]}"#, r#"{"$or":{"a":[1],"$or":["x"]}}"#, r#"{"$or":[{"prefix":"x"},{"suffix":"y"}]}"#]
    {
        assert!(PatternParser::new().parse(rule).is_err());
        let pattern = parser.parse(rule).unwrap();
        assert_eq!(pattern.to_string(), rule);
        assert_eq!(parser.parse(pattern.to_string()).unwrap(), pattern);
    }
    // A rule that the option doesn't change is the same pattern with it.
    let rule = r#"{"$or":[{"a":[1]},{"b":[2]}]}"#;
    assert_eq!(parser.parse(rule).unwrap(), rule.parse().unwrap());
}

#[test]
fn equal_patterns_have_equal_prints() {
    let rules = [
        r#"{"a":[1]}"#,
        r#"{"a":[1.0]}"#,
        r#"{"a":["1"]}"#,
        r#"{"a":[{"exactly":"1"}]}"#,
        r#"{"a":[{"anything-but":1}]}"#,
        r#"{"a":[{"anything-but":[1]}]}"#,
        r#"{"a":[{"numeric":["<",1]}]}"#,
        r#"{"a":[{"numeric":["<=",1]}]}"#,
        r#"{"a":[{"numeric":[">",1]}]}"#,
        r#"{"a":[1],"b":[1]}"#,
        r#"{"b":[1],"a":[1]}"#,
        r#"{"a":{"b":[1]}}"#,
        r#"{"a.b":[1]}"#,
    ];
    let patterns: HashSet<Pattern> = rules.iter().map(|rule| rule.parse().unwrap()).collect();
    assert_eq!(patterns.len(), rules.len());
    let again: HashSet<Pattern> = rules.iter().map(|rule| rule.replace(':', " :\n").parse().unwrap()).collect();
    assert_eq!(patterns, again);
}

#[test]
fn debug_is_the_print() {
    assert_eq!(format!("{:?}", r#"{"a": ["b"]}"#.parse::<Pattern>().unwrap()), r#"Pattern({"a":["b"]})"#);
}

/// The tree of the deepest pattern is cloned, compared, hashed, printed and dropped on an ordinary stack.
#[test]
fn the_deepest_pattern() {
    let parser = PatternParser::new().max_depth(1000);
    let deep = format!("{}[1]{}", r#"{"a":"#.repeat(1000), "}".repeat(1000));
    let ors = format!("{}{{\"a\":[1]}}{}", r#"{"$or":[{"a":[2]},"#.repeat(999), "]}".repeat(999));
    for rule in [deep, ors] {
        let pattern = parser.parse(&rule).unwrap();
        let set = HashSet::from([pattern.clone()]);
        assert!(set.contains(&pattern));
        assert_eq!(pattern.to_string(), rule);
        assert!(!format!("{pattern:?}").is_empty());
    }
}

proptest! {
    #[test]
    fn any_text_comes_back(key in ".*", text in any::<String>(), number in any::<f64>().prop_filter("finite", |n| n.is_finite())) {
        let quote = |text: &str| serde_json::to_string(text).unwrap();
        let rule = format!(
            r#"{{{0}: [{1}, {{"prefix": {1}}}, {{"anything-but": [{1}]}}, {number:e}, {{"numeric": ["=", {number}]}}]}}"#,
            quote(&key),
            quote(&text),
        );
        prop_assume!(key != "$or");
        let pattern: Pattern = rule.parse().unwrap();
        let print = pattern.to_string();
        prop_assert_eq!(&print.parse::<Pattern>().unwrap(), &pattern);
        let value: serde_json::Value = serde_json::from_str(&print).unwrap();
        prop_assert_eq!(value[&key][0].as_str(), Some(&*text));
    }
}
