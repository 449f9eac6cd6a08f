//! Some patterns and some events, and what the reference makes of them.

use eventsieve::reference::{self, Malformed};
use eventsieve::{Pattern, PatternParser};

use super::alphabet::Alphabet;
use super::arrays::Shape;
use super::source::Source;
use super::{engine, events, patterns};

/// How long the reference may try to match one pattern: cases that are harder are left out, so that there is time for
/// many others.
const STEPS: u64 = 100_000;

/// Some patterns and events that are near to them.
pub struct Scene {
    pub patterns: Vec<Pattern>,
    pub events: Vec<Vec<u8>>,
}

impl Scene {
    /// One that is made by the generators.
    pub fn new(source: &mut Source<'_>, most_patterns: usize, most_events: usize) -> Self {
        let alphabet = Alphabet::new(source);
        let mut hints = Vec::new();
        let texts = source.some(1, most_patterns, |source| patterns::pattern(source, &alphabet, &mut hints));
        let events = source.some(1, most_events, |source| events::event(source, &alphabet, &hints));
        // What the generator of patterns gets wrong is no pattern.
        let patterns = texts.iter().filter_map(|text| text.parse().ok()).collect();
        Scene { patterns: with_twins(patterns, source), events }
    }

    /// One that is about arrays and nothing else.
    pub fn of_arrays(source: &mut Source<'_>) -> Self {
        let shape = Shape::new(source);
        let patterns = source.some(1, 3, |source| engine::pattern(&shape.pattern(source)));
        let events = source.some(1, 3, |source| shape.event(source).into_bytes());
        Scene { patterns: with_twins(patterns, source), events }
    }

    /// One that is written down, one pattern or event a line: patterns, an empty line, and events. Lines that are not
    /// patterns are left out; events may be malformed. What follows after another empty line is returned.
    pub fn read(text: &[u8], most_patterns: usize, most_events: usize) -> (Self, &[u8]) {
        let (patterns, rest) = section(text);
        let (events, rest) = section(rest);
        let parser = PatternParser::new().or_as_field(true);
        let patterns = lines(patterns).filter_map(|text| parser.parse(text).ok()).take(most_patterns).collect();
        (Scene { patterns, events: lines(events).map(<[u8]>::to_vec).take(most_events).collect() }, rest)
    }

    /// The patterns that match; `None` if the reference can't tell.
    pub fn expected(&self, event: &[u8]) -> Option<Result<Vec<usize>, Malformed>> {
        let json = match reference::json::read(event) {
            Ok(json) => json,
            Err(malformed) => return Some(Err(malformed)),
        };
        let mut ids = Vec::new();
        for (id, pattern) in self.patterns.iter().enumerate() {
            if reference::verdict(pattern, &json, STEPS).ok()? {
                ids.push(id);
            }
        }
        Some(Ok(ids))
    }

    /// The patterns, one a line: what to say of a scene where something is wrong.
    pub fn rules(&self) -> String {
        self.patterns.iter().map(|pattern| format!("{pattern}\n")).collect()
    }
}

/// Adds some of the patterns once more: rules that ask the same are checked as one.
fn with_twins(mut patterns: Vec<Pattern>, source: &mut Source<'_>) -> Vec<Pattern> {
    if !patterns.is_empty() {
        let twins = source.some(0, 3, |source| patterns[source.below(patterns.len())].clone());
        patterns.extend(twins);
    }
    patterns
}

/// What stands before the first empty line, and after it.
fn section(text: &[u8]) -> (&[u8], &[u8]) {
    match text.windows(2).position(|two| two == b"\n\n") {
        Some(at) => (&text[..at], &text[at + 2..]),
        None => (text, &[]),
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}
