//! Random patterns that are near to each other, and events on the same few paths: for what is claimed of one pattern
//! and all events, or of two patterns.

use super::source::Source;

const PATHS: &[&str] = &["a", "a.b", "a.c", "a.b.c", "a-x", "b", "b.c", ""];

/// Tests, those that have to do with each other close by.
const TESTS: &[&str] = &[
    r#""x""#,
    r#"{"exactly":"x"}"#,
    r#"{"equals-ignore-case":"X"}"#,
    r#"{"prefix":"x"}"#,
    r#"{"prefix":{"equals-ignore-case":"X"}}"#,
    r#"{"prefix":"xy"}"#,
    r#"{"suffix":"y"}"#,
    r#"{"suffix":{"equals-ignore-case":"Y"}}"#,
    r#"{"wildcard":"x*y"}"#,
    r#"{"wildcard":"x*z*y"}"#,
    r#"{"wildcard":"*"}"#,
    r#"{"prefix":""}"#,
    r#"{"equals-ignore-case":"k"}"#,
    "{\"equals-ignore-case\":\"\u{212a}\"}",
    r#"{"equals-ignore-case":"ß"}"#,
    r#"{"equals-ignore-case":"ss"}"#,
    r#"{"prefix":"s"}"#,
    r#"{"anything-but":{"equals-ignore-case":"k"}}"#,
    r#"{"anything-but":{"prefix":"x"}}"#,
    r#"{"anything-but":{"suffix":["y","x"]}}"#,
    r#"{"anything-but":{"wildcard":"x*y"}}"#,
    r#"{"anything-but":{"wildcard":"*"}}"#,
    r#"{"anything-but":"x"}"#,
    r#"{"anything-but":["x","10.0.0.1"]}"#,
    r#"{"anything-but":1}"#,
    r#"{"anything-but":[1,0.10]}"#,
    r#""10.0.0.1""#,
    r#"{"exactly":"010.0.0.1"}"#,
    r#"{"cidr":"10.0.0.0/31"}"#,
    r#"{"cidr":"10.0.0.0/8"}"#,
    r#"{"cidr":"::/0"}"#,
    "1",
    "1.0",
    r#"{"numeric":["=",1]}"#,
    r#"{"numeric":[">=",1,"<=",1.5]}"#,
    r#"{"numeric":[">",0,"<",5e-324]}"#,
    r#"{"numeric":[">",-5e-324,"<",0]}"#,
    r#"{"numeric":[">",-5e-324,"<=",0]}"#,
    r#"{"numeric":["<=",1]}"#,
    r#"{"numeric":[">",1.7976931348623157e308]}"#,
    "9007199254740993",
    "null",
    "true",
    r#"{"exists":true}"#,
    r#"{"exists":false}"#,
    r#"{"exists":false}"#,
    r#"{"exists":true},{"exists":false}"#,
    r#"{"exists":false},{"anything-but":"x"},"x""#,
];

const VALUES: &[&str] = &[
    r#""x""#,
    r#""X""#,
    r#""xy""#,
    r#""Xy""#,
    r#""xzy""#,
    r#""xY""#,
    r#""k""#,
    "\"\u{212a}\"",
    r#""K""#,
    r#""ß""#,
    r#""ss""#,
    r#""SS""#,
    r#""""#,
    r#""10.0.0.1""#,
    r#""010.0.0.1""#,
    r#""10.0.0.2""#,
    r#""::1""#,
    "1",
    "1.0",
    "1.5",
    "0.1",
    "-0",
    "0",
    "5e-324",
    "-5e-324",
    "1.7976931348623157e308",
    "1e400",
    "9007199254740993",
    "9007199254740992",
    "null",
    "true",
    "false",
];

/// A pattern as it is made: members, so that a near one can be made of it.
#[derive(Clone)]
pub struct Members(Vec<Member>);

#[derive(Clone)]
enum Member {
    Field(&'static str, Vec<&'static str>),
    Or(Vec<Members>),
}

impl Members {
    pub fn new(source: &mut Source<'_>) -> Self {
        Members::of_depth(source, 0)
    }

    fn of_depth(source: &mut Source<'_>, depth: usize) -> Self {
        Members(source.some(1, 3, |source| {
            if depth < 2 && source.percent(15) {
                return Member::Or(source.some(2, 3, |source| Members::of_depth(source, depth + 1)));
            }
            Member::Field(source.pick(PATHS), source.some(1, 3, |source| source.pick(TESTS)))
        }))
    }

    /// The same with a few changes, most of which leave it as wide or make it wider.
    pub fn changed(&self, source: &mut Source<'_>) -> Self {
        let mut members = self.clone();
        for _ in 0..1 + source.below(3) {
            members.change(source);
        }
        members
    }

    fn change(&mut self, source: &mut Source<'_>) {
        let at = source.below(self.0.len());
        if self.0.len() > 1 && source.percent(40) {
            self.0.remove(at);
            return;
        }
        match &mut self.0[at] {
            _ if source.percent(10) => self.0.push(Members::new(source).0.remove(0)),
            Member::Or(alternatives) => {
                let at = source.below(alternatives.len());
                if source.percent(50) {
                    alternatives[at].change(source)
                } else {
                    alternatives.push(Members::new(source))
                }
            }
            Member::Field(_, tests) => {
                let near = TESTS.iter().position(|test| *test == tests[0]).unwrap_or(0) + source.below(5);
                let test = TESTS[near.saturating_sub(2).min(TESTS.len() - 1)];
                if source.percent(50) {
                    tests.push(test);
                } else {
                    let at = source.below(tests.len());
                    tests[at] = test;
                }
            }
        }
    }

    /// The pattern's text.
    pub fn text(&self) -> String {
        let members: Vec<_> = self
            .0
            .iter()
            .map(|member| match member {
                Member::Field(path, tests) => format!("\"{path}\":[{}]", tests.join(",")),
                Member::Or(alternatives) => {
                    let alternatives: Vec<_> = alternatives.iter().map(Members::text).collect();
                    format!("\"$or\":[{}]", alternatives.join(","))
                }
            })
            .collect();
        format!("{{{}}}", members.join(","))
    }
}

/// The text of an event.
pub fn event(source: &mut Source<'_>) -> String {
    object(source, 0)
}

fn object(source: &mut Source<'_>, depth: usize) -> String {
    const KEYS: &[&str] = &["a", "b", "c", "a-x", "a.b", ""];
    let members: Vec<_> = (0..source.below(5))
        .map(|_| {
            let key = source.pick(KEYS);
            format!("\"{key}\":{}", value(source, depth + 1))
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

fn value(source: &mut Source<'_>, depth: usize) -> String {
    match source.below(if depth > 3 { 5 } else { 10 }) {
        0..5 => source.pick(VALUES).to_owned(),
        5..8 => object(source, depth),
        _ => format!("[{}]", source.some(0, 3, |source| value(source, depth + 1)).join(",")),
    }
}
