//! Random events, near to the patterns that are to match them.

use super::alphabet::Alphabet;
use super::patterns::{Hint, Leaf};
use super::source::Source;
use super::text::{array, object, space, string};

/// The text of an event: some of the hints' leaves at their paths, through arrays, dotted and repeated keys, and some
/// others. It is well-formed.
pub fn event(source: &mut Source<'_>, alphabet: &Alphabet, hints: &[Hint]) -> Vec<u8> {
    let mut root = Vec::new();
    // Half the events have one route to each path, so that every form can hold them.
    let tidy = source.percent(50);
    for hint in hints {
        if source.percent(65) {
            let times = 1 + source.below(10) / 8;
            for _ in 0..times {
                let value = near(&hint.value, source, alphabet);
                place(&mut root, &hint.path, value, tidy, source);
            }
        }
    }
    let noise = source.below(4);
    for _ in 0..noise {
        let key = alphabet.key(source);
        let value = any(source, alphabet, tidy, 3);
        if !tidy || !root.iter().any(|(other, _): &Member| alike(other, key)) {
            let at = source.below(root.len() + 1);
            root.insert(at, (key.to_owned(), value));
        }
    }
    let text = format!("{}{}{}", space(source), print(&Node::Object(root), source), space(source));
    text.into_bytes()
}

/// Breaks the text of an event, or perhaps not.
pub fn damage(event: &mut Vec<u8>, source: &mut Source<'_>) {
    const BYTES: &[&[u8]] = &[
        b"\"",
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"0",
        b"1",
        b"-",
        b".",
        b"e",
        b"\0",
        b" ",
        b"\xff",
        b"\xc3",
        b"t",
        b"\\u",
        b"\\ud800",
        b"\xe2\x82\xac",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b"nul",
        b"\x1f",
        b"\x7f",
    ];
    for _ in 0..=source.below(3) {
        let at = (source.below(256) * 256 + source.below(256)) % (event.len() + 1);
        match source.below(4) {
            0 => drop(event.splice(at..at, source.pick(BYTES).iter().copied())),
            1 => event.truncate(at),
            2 => drop(event.splice(at..(at + 1).min(event.len()), source.pick(BYTES).iter().copied())),
            _ => drop(event.splice(at..(at + 1 + source.below(8)).min(event.len()), [])),
        }
    }
}

type Member = (String, Node);

enum Node {
    Object(Vec<Member>),
    Array(Vec<Node>),
    Leaf(Leaf),
}

/// Whether two keys of one object may spell the same path.
fn alike(left: &str, right: &str) -> bool {
    left == right || left.contains('.') || right.contains('.')
}

/// The leaf, or one like it.
fn near(leaf: &Leaf, source: &mut Source<'_>, alphabet: &Alphabet) -> Node {
    if source.percent(15) {
        return any(source, alphabet, true, 1);
    }
    Node::Leaf(leaf.clone())
}

/// Any value, at most so deep.
fn any(source: &mut Source<'_>, alphabet: &Alphabet, tidy: bool, depth: usize) -> Node {
    let kind = if depth == 0 { source.below(75) } else { source.below(100) };
    match kind {
        0..35 => Node::Leaf(Leaf::String(alphabet.text(source))),
        35..60 => Node::Leaf(Leaf::Other(alphabet.number(source).to_owned())),
        60..75 => Node::Leaf(Leaf::Other(source.pick(&["true", "false", "null"]).to_owned())),
        75..88 => Node::Array(source.some(0, 3, |source| any(source, alphabet, tidy, depth - 1))),
        _ => {
            let mut members: Vec<Member> =
                source.some(0, 3, |source| (alphabet.key(source).to_owned(), any(source, alphabet, tidy, depth - 1)));
            if tidy {
                members.dedup_by(|left, right| alike(&left.0, &right.0));
                members.truncate(2);
            }
            Node::Object(members)
        }
    }
}

/// Puts a value at a path, where there may be values already.
fn place(members: &mut Vec<Member>, path: &[&str], value: Node, tidy: bool, source: &mut Source<'_>) {
    let Some((first, rest)) = path.split_first() else { return };
    let (mut key, mut rest) = ((*first).to_owned(), rest);
    while let Some((next, after)) = rest.split_first().filter(|_| !tidy && source.percent(15)) {
        key = format!("{key}.{next}");
        rest = after;
    }
    let there = members.iter_mut().find(|(other, _)| *other == key);
    match there {
        Some((_, node)) if tidy || source.percent(90) => place_within(node, rest, value, tidy, source),
        _ => {
            let mut node = Node::Array(Vec::new());
            place_within(&mut node, rest, value, tidy, source);
            // Mostly without the array around it.
            let node = match node {
                Node::Array(mut elements) if elements.len() == 1 && !source.percent(30) => elements.remove(0),
                node => node,
            };
            let at = members.len() - source.below(members.len() + 1);
            members.insert(at, (key, node));
        }
    }
}

/// Puts a value at a path that continues from `node`.
fn place_within(node: &mut Node, path: &[&str], value: Node, tidy: bool, source: &mut Source<'_>) {
    match node {
        Node::Object(members) if !path.is_empty() => place(members, path, value, tidy, source),
        Node::Array(elements) => {
            let count = elements.len();
            match elements.last_mut() {
                Some(last) if count == 4 || source.percent(50) => place_within(last, path, value, tidy, source),
                _ if path.is_empty() => elements.push(value),
                _ => {
                    let mut members = Vec::new();
                    place(&mut members, path, value, tidy, source);
                    elements.push(Node::Object(members));
                }
            }
        }
        // What is there does not lead on: both, as the elements of an array.
        _ => {
            let before = std::mem::replace(node, Node::Array(Vec::new()));
            if let Node::Array(elements) = node {
                elements.push(before);
                if path.is_empty() {
                    elements.push(value);
                } else {
                    let mut members = Vec::new();
                    place(&mut members, path, value, tidy, source);
                    elements.push(Node::Object(members));
                }
            }
        }
    }
}

/// The node as JSON. The recursion is as deep as a pattern's paths.
fn print(node: &Node, source: &mut Source<'_>) -> String {
    match node {
        Node::Object(members) => {
            let members: Vec<_> = members.iter().map(|(key, node)| (key.as_str(), print(node, source))).collect();
            object(members, source)
        }
        Node::Array(elements) => {
            let elements: Vec<_> = elements.iter().map(|node| print(node, source)).collect();
            array(elements, source)
        }
        Node::Leaf(Leaf::String(text)) => string(text, source),
        Node::Leaf(Leaf::Other(text)) => text.clone(),
    }
}
