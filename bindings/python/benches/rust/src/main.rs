//! The crate by itself, on a file of patterns and one of events: what `figures.py` compares the binding with.
//!
//! Writes nanoseconds for an event that is matched by itself, for one in a batch, and for one that is a line of a text;
//! then how many pairs of event and rule match. On each line of its input it does that once more.

use std::error::Error;
use std::hint::black_box;
use std::io::BufRead;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use std::{env, fs, io};

use eventsieve::{Batch, MatchSet, RuleSet, Scratch};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [rules, events, passes] = arguments.as_slice() else { return Err("usage: RULES EVENTS PASSES".into()) };
    let passes: usize = passes.parse()?;
    let mut set = RuleSet::new();
    for (number, rule) in fs::read_to_string(rules)?.lines().enumerate() {
        set.insert(number, &rule.parse()?)?;
    }
    let matcher = set.compile()?;
    let events = fs::read(events)?;
    let events: Vec<&[u8]> = events.split(|byte| *byte == b'\n').filter(|event| !event.is_empty()).collect();
    let many: Vec<&[u8]> = events.iter().copied().cycle().take(events.len() * passes).collect();
    let text = many.join(&b'\n');

    let mut batch = Batch::new(matcher.clone());
    let (mut scratch, mut found) = (Scratch::new(), MatchSet::new());
    for line in io::stdin().lock().lines() {
        line?;
        let start = Instant::now();
        for event in &many {
            let _verdict = black_box(matcher.matches(*event, &mut scratch, &mut found));
        }
        let alone = start.elapsed();
        let start = Instant::now();
        let (mut ends, mut rules) = (Vec::new(), Vec::new());
        let _all = batch.events(&many, |verdicts| {
            ends.extend_from_slice(verdicts.offsets());
            rules.extend_from_slice(verdicts.rules());
            ControlFlow::<()>::Continue(())
        });
        let matched = rules.len();
        black_box((ends, rules));
        let together = start.elapsed();
        let start = Instant::now();
        let (mut ends, mut rules, mut ranges) = (Vec::new(), Vec::new(), Vec::new());
        let _all = batch.lines(&text, |verdicts| {
            ends.extend_from_slice(verdicts.offsets());
            rules.extend_from_slice(verdicts.rules());
            ranges.extend_from_slice(verdicts.ranges());
            ControlFlow::<()>::Continue(())
        });
        assert_eq!(rules.len(), matched, "the lines match otherwise");
        black_box((ends, rules, ranges));
        let lines = start.elapsed();
        let each = |time: Duration| time.as_secs_f64() * 1e9 / many.len() as f64;
        println!("{}\t{}\t{}\t{}", each(alone), each(together), each(lines), matched / passes);
    }
    Ok(())
}
