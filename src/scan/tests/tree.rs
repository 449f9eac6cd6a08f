//! The obvious way to an event's leaves: by recursion, with the path as text. For well-formed events only.

use super::{Leaf, LeafKind, unescape};

pub(super) fn leaves(text: &[u8], paths: &[&str]) -> Vec<Leaf> {
    let mut tree = Tree { text, at: 0, paths, arrays: 0, cells: 0, leaves: Vec::new() };
    tree.value(&mut Vec::new(), &[], false);
    super::canonical(tree.leaves)
}

struct Tree<'t> {
    text: &'t [u8],
    at: usize,
    paths: &'t [&'t str],
    arrays: u32,
    cells: u32,
    leaves: Vec<Leaf>,
}

impl Tree<'_> {
    fn value(&mut self, keys: &mut Vec<Vec<u8>>, position: &[(u32, u32)], in_array: bool) {
        match self.next() {
            b'{' => {
                let position = self.position_of(position, in_array);
                self.at += 1;
                while self.next() != b'}' {
                    let key = self.string();
                    assert_eq!(self.next(), b':');
                    self.at += 1;
                    keys.push(key);
                    self.value(keys, &position, false);
                    keys.pop();
                    if self.next() == b',' {
                        self.at += 1;
                    }
                }
                self.at += 1;
            }
            b'[' => {
                let mut position = self.position_of(position, in_array);
                self.arrays += 1;
                // The array's number, for its elements to complete.
                position.push((self.arrays, 0));
                self.at += 1;
                while self.next() != b']' {
                    self.value(keys, &position, true);
                    if self.next() == b',' {
                        self.at += 1;
                    }
                }
                self.at += 1;
            }
            b'"' => {
                let text = self.string();
                self.leaf(keys, LeafKind::String, text, position, in_array);
            }
            first => {
                let start = self.at;
                while self.text[self.at].is_ascii_alphanumeric() || b"+-.".contains(&self.text[self.at]) {
                    self.at += 1;
                }
                let kind = match first {
                    b't' => LeafKind::True,
                    b'f' => LeafKind::False,
                    b'n' => LeafKind::Null,
                    _ => LeafKind::Number,
                };
                self.leaf(keys, kind, self.text[start..self.at].to_vec(), position, in_array);
            }
        }
    }

    /// The position of what lies in a container: an element of an array is one of its own.
    fn position_of(&mut self, position: &[(u32, u32)], in_array: bool) -> Vec<(u32, u32)> {
        let mut position = position.to_vec();
        if in_array {
            self.cells += 1;
            position.last_mut().unwrap().1 = self.cells;
        }
        position
    }

    fn leaf(&mut self, keys: &[Vec<u8>], kind: LeafKind, text: Vec<u8>, position: &[(u32, u32)], in_array: bool) {
        let path = keys.join(&b'.');
        if let Some(path) = self.paths.iter().position(|wanted| wanted.as_bytes() == path) {
            let position = &position[..position.len() - usize::from(in_array)];
            self.leaves.push(Leaf { path: u32::try_from(path).unwrap(), kind, text, position: position.to_vec() });
        }
    }

    fn string(&mut self) -> Vec<u8> {
        let start = self.at + 1;
        self.at = start;
        while self.text[self.at] != b'"' {
            self.at += if self.text[self.at] == b'\\' { 2 } else { 1 };
        }
        let mut text = Vec::new();
        unescape(&self.text[start..self.at], &mut text);
        self.at += 1;
        text
    }

    fn next(&mut self) -> u8 {
        while self.text[self.at].is_ascii_whitespace() {
            self.at += 1;
        }
        self.text[self.at]
    }
}
