//! The words that random patterns and events are made of: few, and each with a near miss.

use super::source::Source;

/// Keys. Each is a field name wherever it stands, and some spell the path of others.
const KEYS: &[&str] =
    &["a", "b", "c", "a.b", "", "A", "b.c", "é", "source", "detail", "a.", ".", "x-y", "k 1", "😀", "\u{0}", "prefix"];

/// Strings that differ in case, in spelling of the same address, or by a little.
const TEXTS: &[&str] = &[
    "a",
    "",
    "ab",
    "abab",
    "aab",
    "aXb",
    "AB",
    "running",
    "Running",
    "ss",
    "ß",
    "SS",
    "ẞ",
    "s",
    "ſ",
    "S",
    "i",
    "ı",
    "I",
    "İ",
    "i\u{307}",
    "k",
    "K",
    "\u{212a}",
    "ǅ",
    "ǆ",
    "Ǆ",
    "ŉ",
    "ʼN",
    "ﬁ",
    "FI",
    "σ",
    "ς",
    "Σ",
    "Éé",
    "éÉ",
    "😀",
    "😀x",
    "𐐀",
    "𐐨",
    "日本語",
    "日本",
    "10.0.0.1",
    "010.0.00.1",
    "::ffff:a00:1",
    "10.0.0.2",
    "192.168.1.7",
    "2001:db8::1",
    "2001:DB8:0:0::0001",
    "::",
    "::ffff:10.0.0.1",
    "10.0.0.256",
    "1",
    "true",
    "null",
    "a*b",
    r"a\b",
    "a\"b",
    "a/b",
    "\u{0}",
    "line\nbreak",
    "\u{7f}\u{80}\u{fffd}",
    "arn:aws:s3:::bucket/key/img.png",
    "img.png",
    "IMG.PNG",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
];

/// Numbers in ascending order, each in several spellings of one value, the first comparable.
const NUMBERS: &[&[&str]] = &[
    &["-1.7976931348623157e308", "-17976931348623157e292"],
    &["-100", "-1e2", "-100.0"],
    &["-5.5", "-55e-1"],
    &["-5e-324", "-0.5e-323"],
    &["0", "-0", "0.0", "0e5", "-0.00E-7", "0e99999999999999999999"],
    &["5e-324", "50e-325"],
    &["0.1", "0.10", "1e-1", "1E-1"],
    &["0.3", "3e-1"],
    &["1", "1.0", "1e0", "10e-1", "0.1E+1"],
    &["1.5", "1.50", "15e-1"],
    &["2", "2.0", "0.2e1"],
    &["100", "1e2", "1E+2", "100.00"],
    &["4999999999.5", "49999999995e-1"],
    &["9007199254740992", "9007199254740992.0", "9.007199254740992e15"],
    &["18446744073709552000", "1.8446744073709552e19"],
    &["1e23", "100000000000000000000000"],
    &["1.7976931348623157e308", "17976931348623157e292"],
];

/// Numbers that are not comparable, most of them near one that is.
const INCOMPARABLE: &[&str] = &[
    "9007199254740993",
    "9007199254740993.0",
    "123456789012345678",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "0.1000000000000000055511151231257827",
    "0.12345678901234567890123",
    "4.9e-324",
    "1e-400",
    "1e400",
    "1E400",
    "-1e99999999999999999999",
];

/// How long runs of one letter may be that make a string long.
const RUNS: &[usize] = &[3, 15, 16, 31, 32, 63, 64, 65, 200];

/// The words of one rule set and its events: so few that they meet.
pub struct Alphabet {
    pub keys: Vec<&'static str>,
    texts: Vec<String>,
    numbers: Vec<usize>,
}

impl Alphabet {
    pub fn new(source: &mut Source<'_>) -> Self {
        let keys = source.some(1, 4, |source| *KEYS.get(source.below(KEYS.len())).unwrap_or(&"a"));
        let texts = source.some(1, 5, |source| {
            let text = source.pick(TEXTS);
            if source.percent(5) {
                return format!("{text}{}", "y".repeat(RUNS[source.below(RUNS.len())]));
            }
            text.to_owned()
        });
        let mut numbers = source.some(1, 4, |source| source.below(NUMBERS.len()));
        numbers.sort_unstable();
        numbers.dedup();
        Alphabet { keys, texts, numbers }
    }

    pub fn key(&self, source: &mut Source<'_>) -> &'static str {
        source.pick(&self.keys)
    }

    /// A string: mostly one of the few, seldom any.
    pub fn text(&self, source: &mut Source<'_>) -> String {
        if source.percent(5) {
            return source.pick(TEXTS).to_owned();
        }
        self.texts[source.below(self.texts.len())].clone()
    }

    /// A part of a string, of its beginning or its end.
    pub fn part(&self, source: &mut Source<'_>) -> String {
        let text = self.text(source);
        let count = text.chars().count();
        let cut = count.saturating_sub(source.below(4));
        if source.percent(50) { text.chars().skip(count - cut).collect() } else { text.chars().take(cut).collect() }
    }

    /// A spelling of a number, seldom one that is not comparable.
    pub fn number(&self, source: &mut Source<'_>) -> &'static str {
        if source.percent(10) { source.pick(INCOMPARABLE) } else { self.comparable(source) }
    }

    /// A spelling of a comparable number.
    pub fn comparable(&self, source: &mut Source<'_>) -> &'static str {
        let rank = self.rank(source);
        source.pick(NUMBERS[rank])
    }

    /// Spellings of two comparable numbers, the first less than the second.
    pub fn ascending(&self, source: &mut Source<'_>) -> (&'static str, &'static str) {
        let low = self.rank(source).min(NUMBERS.len() - 2);
        let high = self.rank(source).max(low + 1);
        (source.pick(NUMBERS[low]), source.pick(NUMBERS[high]))
    }

    fn rank(&self, source: &mut Source<'_>) -> usize {
        if source.percent(10) { source.below(NUMBERS.len()) } else { self.numbers[source.below(self.numbers.len())] }
    }
}

/// Another spelling of the same number, or of one near to it.
pub fn respell(number: &str, source: &mut Source<'_>) -> String {
    let spellings = NUMBERS.iter().find(|spellings| spellings.contains(&number));
    spellings.map_or(number, |spellings| source.pick(spellings)).to_owned()
}
