//! Random patterns, and what would match them.

use super::alphabet::{Alphabet, respell};
use super::source::Source;
use super::text::{array, object, string};

/// A leaf that a test of a pattern may accept.
#[derive(Clone, Debug)]
pub struct Hint {
    /// The keys on the way to it, as the pattern writes them.
    pub path: Vec<&'static str>,
    /// A JSON string, number or literal.
    pub value: Leaf,
}

/// A leaf of an event.
#[derive(Clone, Debug)]
pub enum Leaf {
    /// Its text.
    String(String),
    /// A number's spelling or a literal's.
    Other(String),
}

/// The text of a pattern, valid but for rare accidents (a reserved name within `$or`, an empty prefix in
/// `anything-but`, two `*` that meet). Adds to `hints` leaves that may match it.
pub fn pattern(source: &mut Source<'_>, alphabet: &Alphabet, hints: &mut Vec<Hint>) -> String {
    let mut generator = Generator { source, alphabet, hints, path: Vec::new(), in_or: false };
    generator.object(0)
}

struct Generator<'g, 'b> {
    source: &'g mut Source<'b>,
    alphabet: &'g Alphabet,
    hints: &'g mut Vec<Hint>,
    path: Vec<&'static str>,
    in_or: bool,
}

impl Generator<'_, '_> {
    fn object(&mut self, depth: usize) -> String {
        let count = 1 + self.source.below(if depth == 0 { 3 } else { 2 });
        let mut members = Vec::new();
        for _ in 0..count {
            members.push(self.member(depth));
        }
        object(members, self.source)
    }

    fn member(&mut self, depth: usize) -> (&'static str, String) {
        let kind = if depth < 3 { self.source.below(100) } else { 0 };
        if kind >= 80 {
            let outside = std::mem::replace(&mut self.in_or, true);
            let count = 2 + self.source.below(2);
            let alternatives: Vec<_> = (0..count).map(|_| self.object(depth + 1)).collect();
            self.in_or = outside;
            return ("$or", array(alternatives, self.source));
        }
        let mut key = self.alphabet.key(self.source);
        if self.in_or && key == "prefix" && !self.source.percent(10) {
            key = "a";
        }
        self.path.push(key);
        let value = if kind >= 55 { self.object(depth + 1) } else { self.field() };
        self.path.pop();
        (key, value)
    }

    fn field(&mut self) -> String {
        let count = 1 + self.source.below(10) / 6 + self.source.below(10) / 7;
        let tests: Vec<_> = (0..count).map(|_| self.test()).collect();
        array(tests, self.source)
    }

    fn hint_string(&mut self, text: String) {
        self.hints.push(Hint { path: self.path.clone(), value: Leaf::String(text) });
    }

    fn hint_other(&mut self, text: &str) {
        let spelling = respell(text, self.source);
        self.hints.push(Hint { path: self.path.clone(), value: Leaf::Other(spelling) });
    }

    fn hint_any(&mut self) {
        if self.source.percent(50) {
            let text = self.alphabet.text(self.source);
            self.hint_string(text);
        } else {
            let number = self.alphabet.number(self.source);
            self.hint_other(number);
        }
    }

    fn test(&mut self) -> String {
        match self.source.below(14) {
            0 | 1 => {
                let text = self.alphabet.text(self.source);
                self.hint_string(text.clone());
                string(&text, self.source)
            }
            2 => {
                let number = self.alphabet.number(self.source);
                self.hint_other(number);
                number.to_owned()
            }
            3 => {
                let literal = self.source.pick(&["true", "false", "null"]);
                self.hint_other(literal);
                literal.to_owned()
            }
            4 => {
                let exists = self.source.percent(30);
                if exists || self.source.percent(20) {
                    self.hint_any();
                }
                self.operator("exists", exists.to_string())
            }
            5 => self.numeric(),
            6 | 7 => self.anything_but(),
            8 => self.cidr(),
            9 => {
                let text = self.alphabet.text(self.source);
                self.hint_string(text.clone());
                let text = string(&text, self.source);
                self.operator("exactly", text)
            }
            10 => {
                let wildcard = self.wildcard();
                self.operator("wildcard", wildcard)
            }
            11 => {
                let text = self.alphabet.text(self.source);
                let hint = self.other_case(&text);
                self.hint_string(hint);
                let text = string(&text, self.source);
                self.operator("equals-ignore-case", text)
            }
            end => self.prefix_or_suffix(end == 12),
        }
    }

    /// A test with its name; rarely with an escape in it.
    fn operator(&mut self, name: &'static str, value: String) -> String {
        object([(name, value)], self.source)
    }

    fn prefix_or_suffix(&mut self, prefix: bool) -> String {
        let part = self.alphabet.part(self.source);
        let more = self.alphabet.part(self.source);
        let ignore_case = self.source.percent(40);
        let spelling = if ignore_case { self.other_case(&part) } else { part.clone() };
        self.hint_string(if prefix { spelling + &more } else { more + &spelling });
        let mut value = string(&part, self.source);
        if ignore_case {
            value = self.operator("equals-ignore-case", value);
        }
        self.operator(if prefix { "prefix" } else { "suffix" }, value)
    }

    fn numeric(&mut self) -> String {
        let (low, high) = self.alphabet.ascending(self.source);
        self.hint_other(low);
        self.hint_other(high);
        let above = self.source.pick(&[">", ">="]);
        let below = self.source.pick(&["<", "<="]);
        let value = match self.source.below(4) {
            0 => vec![string("=", self.source), low.to_owned()],
            1 => vec![string(above, self.source), low.to_owned()],
            2 => vec![string(below, self.source), high.to_owned()],
            _ => vec![string(above, self.source), low.to_owned(), string(below, self.source), high.to_owned()],
        };
        let value = array(value, self.source);
        self.operator("numeric", value)
    }

    fn cidr(&mut self) -> String {
        const BLOCKS: [&str; 9] = [
            "10.0.0.1/31",
            "10.0.0.0/8",
            "010.0.0.0/0",
            "192.168.0.0/20",
            "2001:db8::/32",
            "::/0",
            "2001:db8::1/127",
            "::ffff:a00:0/8",
            "fe80::/1",
        ];
        const ADDRESSES: [&str; 7] =
            ["10.0.0.1", "10.0.0.2", "192.168.15.255", "2001:DB8::1", "::ffff:a00:1", "fe80::1", "10.0.0.999"];
        let address = self.source.pick(&ADDRESSES);
        self.hint_string(address.to_owned());
        let block = string(self.source.pick(&BLOCKS), self.source);
        self.operator("cidr", block)
    }

    /// A wildcard of a few parts, as JSON.
    fn wildcard(&mut self) -> String {
        let parts = 1 + self.source.below(3);
        let mut wildcard = String::new();
        let mut hint = String::new();
        for index in 0..=parts {
            if index > 0 || self.source.percent(50) {
                let part = self.alphabet.part(self.source);
                wildcard.push_str(&part.replace('\\', r"\\").replace('*', r"\*"));
                hint.push_str(&part);
            }
            if index < parts && !wildcard.ends_with('*') {
                wildcard.push('*');
                if self.source.percent(50) {
                    hint.push_str(&self.alphabet.part(self.source));
                }
            }
        }
        self.hint_string(hint);
        string(&wildcard, self.source)
    }

    fn anything_but(&mut self) -> String {
        let many = self.source.percent(60);
        let count = if many { 1 + self.source.below(3) } else { 1 };
        self.hint_any();
        let kind = self.source.below(6);
        let mut values = Vec::new();
        for _ in 0..count {
            let value = match kind {
                0 => {
                    let text = self.alphabet.text(self.source);
                    string(&text, self.source)
                }
                1 => self.alphabet.comparable(self.source).to_owned(),
                2 | 3 => {
                    let part = self.alphabet.part(self.source);
                    string(if part.is_empty() { "a" } else { &part }, self.source)
                }
                4 => {
                    let text = self.alphabet.text(self.source);
                    string(&text, self.source)
                }
                _ => self.wildcard(),
            };
            values.push(value);
        }
        let value = if many { array(values, self.source) } else { values.remove(0) };
        let value = match kind {
            0 | 1 => value,
            2 => self.operator("prefix", value),
            3 => self.operator("suffix", value),
            4 => self.operator("equals-ignore-case", value),
            _ => self.operator("wildcard", value),
        };
        self.operator("anything-but", value)
    }

    /// The text with some of its characters in the other case, or in the case that folding would give.
    fn other_case(&mut self, text: &str) -> String {
        let mut spelling = String::new();
        for c in text.chars() {
            match self.source.below(5) {
                0 | 1 => spelling.push(c),
                2 => spelling.extend(c.to_lowercase()),
                3 => spelling.extend(c.to_uppercase()),
                _ => spelling.extend(c.to_uppercase().flat_map(char::to_lowercase)),
            }
        }
        spelling
    }
}
