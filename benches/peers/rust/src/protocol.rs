//! Commands on standard input, answers on standard output; `benches/peers/README.md` describes both.

use std::fs;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Engine;
use crate::measure::{Events, RuleLines, cpu_seconds, resident_bytes};

/// In place of the count of a rule that was refused.
const REFUSED: u64 = u64::MAX;

struct Session<E> {
    engine: E,
    accepted: Vec<bool>,
    events: Events,
    /// The event that comes next.
    cursor: usize,
}

/// Obeys until the input ends.
pub fn serve<E: Engine>(engine: E) -> Result<(), String> {
    let mut session = Session { engine, accepted: Vec::new(), events: Events::default(), cursor: 0 };
    for line in io::stdin().lines() {
        let line = line.map_err(|error| error.to_string())?;
        let fields: Vec<&str> = line.split('\t').collect();
        let number = |at: usize| -> Result<usize, String> {
            fields.get(at).and_then(|field| field.parse().ok()).ok_or_else(|| format!("bad command `{line}`"))
        };
        match *fields.as_slice() {
            ["version"] => println!("version\t{}", session.engine.version()),
            ["load", rules, events] => println!("{}", session.load(Path::new(rules), Path::new(events))?),
            ["run", _, _] => println!("{}", session.run(number(1)?, number(2)?)),
            ["matches", file, _] => println!("{}", session.matches(Path::new(file), number(2)?)?),
            ["events", _, _] => println!("{}", session.events_of(number(1)?, number(2)?)),
            _ => return Err(format!("bad command `{line}`")),
        }
    }
    Ok(())
}

impl<E: Engine> Session<E> {
    fn load(&mut self, rules: &Path, events: &Path) -> Result<String, String> {
        let mut lines = RuleLines::open(rules)?;
        let (memory, start, accepted) = loop {
            lines.rewind()?;
            let (memory, start) = (resident_bytes(), cpu_seconds());
            if let Some(accepted) = self.engine.build(&mut lines)? {
                break (memory, start, accepted);
            }
        };
        self.accepted = accepted;
        let seconds = cpu_seconds() - start;
        let megabytes = (resident_bytes() - memory) / 1e6;
        self.events = Events::read(events)?;
        let refused = self.accepted.iter().filter(|accepted| !**accepted).count();
        let (count, bytes) = (self.events.len(), self.events.bytes());
        Ok(format!("loaded\t{}\t{refused}\t{seconds}\t{megabytes}\t{count}\t{bytes}", self.accepted.len()))
    }

    /// Chunks of events, until so many milliseconds are over.
    fn run(&mut self, milliseconds: usize, chunk: usize) -> String {
        let (mut events, mut bytes, mut sum) = (0, 0, 0_u64);
        let limit = Duration::from_millis(milliseconds as u64);
        let start = Instant::now();
        loop {
            for _ in 0..chunk {
                let event = self.events.get(self.cursor);
                sum = sum.wrapping_add(self.engine.sum(event));
                bytes += event.len();
                self.cursor = if self.cursor + 1 == self.events.len() { 0 } else { self.cursor + 1 };
            }
            events += chunk;
            if start.elapsed() >= limit {
                break;
            }
        }
        black_box(sum);
        format!("ran\t{events}\t{bytes}")
    }

    /// Writes count and hash of each rule over the first events.
    fn matches(&mut self, file: &Path, limit: usize) -> Result<String, String> {
        let mut table: Vec<[u64; 2]> =
            self.accepted.iter().map(|accepted| [if *accepted { 0 } else { REFUSED }, 0]).collect();
        let mut silent = 0;
        self.each(limit, |event, verdict, found| {
            silent += usize::from(!verdict);
            for &rule in found {
                let [count, hash] = &mut table[rule as usize];
                *count += 1;
                *hash = hash.wrapping_add(pair_hash(event as u64, rule));
            }
        });
        let bytes: Vec<u8> = table.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
        fs::write(file, bytes).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(format!("matched\t{silent}"))
    }

    /// The first events that a rule matches.
    fn events_of(&mut self, rule: usize, limit: usize) -> String {
        let mut answer = String::from("events");
        self.each(limit, |event, _, found| {
            if found.iter().any(|found| *found as usize == rule) {
                answer += &format!("\t{event}");
            }
        });
        answer
    }

    /// Calls with each of the first events, whether it has a verdict, and the rules that match it, each once.
    fn each(&mut self, limit: usize, mut call: impl FnMut(usize, bool, &[u32])) {
        let mut found = Vec::new();
        for event in 0..limit.min(self.events.len()) {
            found.clear();
            let verdict = self.engine.find(self.events.get(event), &mut found);
            if !verdict {
                found.clear();
            }
            found.sort_unstable();
            found.dedup();
            call(event, verdict, &found);
        }
    }
}

/// The finaliser of splitmix64 over the event's number and the rule's.
fn pair_hash(event: u64, rule: u32) -> u64 {
    let mut bits = (event << 32) + u64::from(rule);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
