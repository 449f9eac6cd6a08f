//! Random events: well-formed ones made of everything that is awkward, and mutations of them.

/// Paths that random events have.
pub(super) const PATHS: [&str; 22] = [
    "a",
    "b",
    "a.b",
    "a.b.c",
    "a.a",
    "c.d.e",
    "",
    "a.",
    ".a",
    "..",
    "é",
    "\u{fffd}",
    "\n\"\\",
    "sixteen_bytes_16",
    "seventeen_bytes17",
    "detail.type",
    "detail-type",
    "source",
    "detail.instance-id",
    "resources",
    "detail.items.sku",
    "a_rather_long_key_that_is_longer_than_any_other_key_of_this_test_and_than_a_block",
];

const KEYS: [&str; 26] = [
    "a",
    "b",
    "c",
    "d",
    "e",
    "a",
    "b",
    "x",
    "",
    "a.b",
    "b.c",
    ".",
    "a.",
    "\\u0061",
    "é",
    "\\u00e9",
    "\\ud800",
    "\\n\\\"\\\\",
    "sixteen_bytes_16",
    "seventeen_bytes17",
    "seventeen_bytes_7",
    "detail",
    "type",
    "detail.type",
    "a_rather_long_key_that_is_longer_than_any_other_key_of_this_test_and_than_a_block",
    "a_rather_long_key_that_is_longer_than_any_other_kez_of_this_test_and_than_a_block",
];

const SCALARS: [&str; 24] = [
    "0",
    "-0",
    "7",
    "-12",
    "1.5",
    "0.10",
    "1e5",
    "-2.5E-10",
    "1234567890123456789012345678901234567890",
    "3e+400",
    "123456789.123456789123456789123456789123456789",
    "true",
    "false",
    "null",
    "\"\"",
    "\"x\"",
    "\"{}[]:,\"",
    "\"\\\\\"",
    "\"\\\"\"",
    "\"\\\\\\\\\\\"\\\\\"",
    "\"\\u0041\\ud83d\\ude00\\udc00\"",
    "\"日本語😀\"",
    "\"a longer string, which reaches into the next block and is plain ASCII from end to end\"",
    "\" \"",
];

/// Bytes that matter to JSON, and some that don't.
const BYTES: &[u8] = b"{}[]:,\"\"\\\\ \n\t\r\0\x01\x1f\x7f0123456789-+.eEtrufalsn/bu\x80\xc3\xa9\xe2\xf0\xff";

/// A small generator (splitmix64).
pub(super) struct Random {
    state: u64,
    /// Are there no backslashes in the event at hand?
    plain: bool,
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random { state: seed, plain: false }
    }

    pub(super) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.state;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    pub(super) fn pick<'t, T>(&mut self, choices: &'t [T]) -> &'t T {
        &choices[self.below(choices.len())]
    }

    /// A well-formed event.
    pub(super) fn event(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let spaces = self.below(3);
        self.plain = self.below(2) == 0;
        self.space(spaces, &mut out);
        self.object(&mut out, 0, spaces);
        self.space(spaces, &mut out);
        if self.below(4) == 0 {
            // A multiple of the block's length.
            out.resize(out.len().next_multiple_of(64), b' ');
        }
        out
    }

    fn object(&mut self, out: &mut Vec<u8>, depth: usize, spaces: usize) {
        self.container(out, b"{}", depth, spaces);
    }

    fn container(&mut self, out: &mut Vec<u8>, brackets: &[u8; 2], depth: usize, spaces: usize) {
        out.push(brackets[0]);
        self.space(spaces, out);
        for i in 0..self.below(6) {
            if i > 0 {
                out.push(b',');
                self.space(spaces, out);
            }
            if brackets == b"{}" {
                let key = self.text(&KEYS);
                self.key(key, out, spaces);
            }
            match self.below(if depth < 5 { 6 } else { 3 }) {
                3 => self.object(out, depth + 1, spaces),
                4 => self.container(out, b"[]", depth + 1, spaces),
                5 => self.alike(out, spaces),
                _ => self.scalar(out),
            }
            self.space(spaces, out);
        }
        out.push(brackets[1]);
    }

    /// An array of objects with the same keys, and rarely something else; or of scalars.
    fn alike(&mut self, out: &mut Vec<u8>, spaces: usize) {
        let keys: Vec<&str> = (0..self.below(4)).map(|_| self.text(&KEYS)).collect();
        let scalars = self.below(3) == 0;
        out.push(b'[');
        for i in 0..2 + self.below(5) {
            if i > 0 {
                out.push(b',');
            }
            if self.below(16) == 0 {
                let brackets = *self.pick(&[b"[]", b"{}"]);
                self.container(out, brackets, 4, spaces);
            } else if scalars {
                self.scalar(out);
            } else {
                out.push(b'{');
                for (number, key) in keys.iter().enumerate() {
                    if number > 0 {
                        out.push(b',');
                    }
                    let key = if self.below(32) == 0 { self.text(&KEYS) } else { key };
                    self.key(key, out, spaces);
                    self.scalar(out);
                    self.space(spaces, out);
                }
                out.push(b'}');
            }
        }
        out.push(b']');
    }

    fn key(&mut self, key: &str, out: &mut Vec<u8>, spaces: usize) {
        out.push(b'"');
        out.extend_from_slice(key.as_bytes());
        out.push(b'"');
        self.space(spaces, out);
        out.push(b':');
        self.space(spaces, out);
    }

    fn scalar(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.text(&SCALARS).as_bytes());
    }

    fn text(&mut self, choices: &[&'static str]) -> &'static str {
        loop {
            let text = *self.pick(choices);
            if !self.plain || !text.contains('\\') {
                return text;
            }
        }
    }

    fn space(&mut self, spaces: usize, out: &mut Vec<u8>) {
        if spaces > 0 {
            for _ in 0..self.below(spaces + 1) {
                out.push(*self.pick(b" \n\t\r"));
            }
        }
    }

    /// Changes, inserts, removes, repeats or cuts something.
    pub(super) fn mutate(&mut self, event: &mut Vec<u8>) {
        if event.is_empty() {
            event.push(*self.pick(BYTES));
            return;
        }
        let at = self.below(event.len());
        let end = (at + 1 + self.below(8)).min(event.len());
        match self.below(9) {
            0 => event[at] = *self.pick(BYTES),
            1 => event.insert(at, *self.pick(BYTES)),
            2 => drop(event.remove(at)),
            3 => event[at] ^= 1 << self.below(8),
            4 => drop(event.drain(at..end)),
            5 => {
                let part = event[at..end].to_vec();
                let to = self.below(event.len());
                event.splice(to..to, part);
            }
            6 => {
                let other = self.below(event.len());
                event.swap(at, other);
            }
            7 => {
                let scalar = self.pick(&SCALARS).bytes();
                event.splice(at..at, scalar);
            }
            _ if self.below(4) == 0 => event.truncate(at),
            _ => {
                let padding = self.below(70);
                event.splice(at..at, std::iter::repeat_n(b' ', padding));
            }
        }
    }
}

/// Events as they come from a bus, and more of them if the environment names a file with one a line.
pub(super) fn sample_events() -> Vec<Vec<u8>> {
    let mut events: Vec<Vec<u8>> = [
        r#"{"version":"0","id":"7f0d1e2c-0001-4c3b-9a55-5c2f7d0b1a2e","detail-type":"Instance State Change","source":"vendor.compute","account":"123456789012","time":"2026-01-02T03:04:05Z","region":"eu-central-1","resources":["urn:vendor:compute:i-0123456789abcdef0"],"detail":{"instance-id":"i-0123456789abcdef0","state":"running","c-count":7,"x-limit":301.8,"source-ip":"10.0.33.1"}}"#,
        r#"{"source":"shop","detail":{"order":{"id":4711,"total":99.95,"items":[{"sku":"sku-1","qty":2,"price":10.5},{"sku":"sku-2","qty":1,"price":78.95}]},"items":[{"sku":"a","tags":["x","y",null,true]},{"sku":"b"}],"note":"she said \"hi\"\\\n"}}"#,
        r#"{"type":"Feature","detail":{"coordinates":[[[-122.422003528252475,37.808480096967251,0.0],[-122.422076013325281,37.808835019815085,0.0]]],"input":"{\"k\": \"0a1b2c3d4e\"}","stopDate":null,"ok":false}}"#,
    ]
    .map(|event| event.as_bytes().to_vec())
    .into();
    if let Ok(file) = std::env::var("EVENTSIEVE_EVENTS") {
        events.extend(std::fs::read(file).unwrap().split(|byte| *byte == b'\n').map(<[u8]>::to_vec));
    }
    events
}
