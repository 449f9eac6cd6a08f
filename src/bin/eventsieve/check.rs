//! `eventsieve check`: labelled cases, as a regression test of rules.

mod engine;
mod judge;
mod promise;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use eventsieve::{Kernel, Lines};

use crate::EXIT_ERROR;
use crate::cases;
use crate::failure::{self, Failure};
use crate::filter::{MAX_JOBS, jobs, number};
use crate::input::Source;
use crate::kernel;
use crate::pipeline::{self, Chunk, Framing, Limits, Reader, Step, ordered};
use crate::position::Position;
use engine::Configuration;
use judge::{Judge, Verdict};

/// Check labelled cases: rules, events, and what is expected of them
///
/// Reads newline-delimited JSON from the files or from standard input, compressed with gzip or Zstandard or not. Prints
/// each case that fails, with its file and line, and at the end `N cases, M failed`.
#[derive(Debug, clap::Args)]
#[command(after_help = SHORT_HELP, after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Read the events as trusted; those outside of what that promises are skipped: malformed ones, and those where a
    /// path has two routes (a key twice, or a key with a dot that spells another path)
    #[arg(long)]
    trusted: bool,
    /// Judge by the slow reference evaluator instead of the engine
    #[arg(long, conflicts_with_all = ["trusted", "kernel"])]
    reference: bool,
    /// Read events with this kernel instead of the best that the machine has
    #[arg(long, value_name = "NAME", value_parser = kernel::parser())]
    kernel: Option<Kernel>,
    /// How many threads work at the cases [default: one for each core]
    #[arg(long, value_name = "N", value_parser = number(1, MAX_JOBS))]
    jobs: Option<u16>,
    /// Files of cases; `-` is standard input, as is no file at all
    files: Vec<PathBuf>,
}

const SHORT_HELP: &str = "\
Exit status: 0 if every case passed, 1 if one failed, 2 on an error. `--help` tells the shapes of cases.";

const AFTER_HELP: &str = r#"A line is an object of one of these shapes. A rule or event is JSON, or a string that holds the JSON text:
  {"rule": …, "event": …, "match": true}       one case
  {"rule": …, "valid": false}                  the rule is refused (or, with true, accepted): one case
  {"rules": […], "events": […], "matches": [[0, 2], …]}
                                               a rule set, and for each event the indexes of the rules that match:
                                               a case for each rule and event
  {"ops": [{"add": id, "rule": …}, {"remove": id, "rule": …}, {"event": …, "match": [ids]}, …]}
                                               a rule set as it changes: a case for each event, and for each `add` that
                                               has a `valid`
  {"event": …, "event_valid": true}            the event gets a verdict (false: it is malformed; null: either is right)
`event_base64` may stand for `event`. `"or_as_field": true` reads every `$or` in the line's rules as an ordinary field
name. `name` is printed where the case fails; other keys are ignored. A line of no such shape is an error.

Exit status: 0 if every case passed, 1 if one failed, 2 on an error, whatever failed.

Examples:
  eventsieve check cases.jsonl
  eventsieve check --trusted tests/*.jsonl.gz"#;

/// In bytes: no line of a case file may be longer.
const MAX_LINE: usize = 1 << 30;

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let sources: Arc<[Source]> = Source::list(&args.files).into();
    let configuration = Configuration {
        reference: args.reference,
        trusted: args.trusted,
        options: kernel::compile_options(args.kernel),
    };
    let judge = |_| Judge::new(&configuration).map(Checker).map_err(Failure::new);
    let mut checkers = (0..jobs(args.jobs)).map(judge).collect::<Result<Vec<_>, _>>()?;
    let position = Position::new(Arc::clone(&sources));
    let sink = Sink { position, cases: 0, failed: 0, skipped: 0, broken: false };
    let reader = Reader::new(sources, Framing::Lines, Limits::new(MAX_LINE));
    let sink = pipeline::run(reader, sink, move |reader, outlet| {
        let check = |checker: &mut Checker, step: Step<Chunk>| step.map(|chunk| checker.check(&chunk));
        let _ = ordered::run(&mut checkers, || reader.next(), check, |step| outlet.take(step));
    })?;
    sink.finish()
}

/// What a thread does.
struct Checker(Judge);

/// What came of a chunk.
#[derive(Default)]
struct Output {
    cases: u64,
    failed: u64,
    skipped: u64,
    /// What there is to say of lines (counted in the chunk), in order.
    remarks: Vec<(u64, Remark)>,
    lines: u64,
}

enum Remark {
    /// A case of this name failed, and why.
    Failed { name: Option<String>, what: String },
    /// The line is no case, and why.
    NoCase(String),
}

impl Checker {
    fn check(&mut self, chunk: &Chunk) -> Output {
        let mut output = Output::default();
        let mut lines = Lines::new(chunk.text());
        let passed = |lines: &Lines<'_>| u64::try_from(lines.passed()).unwrap_or(u64::MAX);
        while let Some(range) = lines.next() {
            let line = passed(&lines).saturating_sub(1);
            match cases::parse(chunk.text().get(range).unwrap_or_default()) {
                Ok(labelled) => {
                    let verdict = self.0.judge(&labelled);
                    output.add(line, labelled.name, verdict);
                }
                Err(problem) => output.remarks.push((line, Remark::NoCase(problem))),
            }
        }
        output.lines = passed(&lines);
        output
    }
}

impl Output {
    fn add(&mut self, line: u64, name: Option<String>, verdict: Verdict) {
        self.cases += verdict.cases;
        self.skipped += verdict.skipped;
        for what in verdict.failures {
            self.failed += 1;
            self.remarks.push((line, Remark::Failed { name: name.clone(), what }));
        }
    }
}

/// Prints what failed, and keeps the score.
struct Sink {
    position: Position,
    cases: u64,
    failed: u64,
    skipped: u64,
    /// Whether something is no case, or can't be read.
    broken: bool,
}

impl pipeline::Sink for Sink {
    type Output = Output;

    fn take(&mut self, step: Step<Output>) -> Result<ControlFlow<()>, Failure> {
        match step {
            Step::Part { source, content } => {
                self.position.enter(source);
                self.done(&content)?;
            }
            Step::Failed { source, problem } => {
                self.position.enter(source);
                self.broken = true;
                failure::report(&self.position.problem(&problem));
            }
            Step::NothingThere { .. } => {}
        }
        Ok(ControlFlow::Continue(()))
    }
}

impl Sink {
    fn done(&mut self, output: &Output) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        for (line, remark) in &output.remarks {
            let place = self.position.line(*line);
            match remark {
                Remark::Failed { name: Some(name), what } => writeln!(out, "{place}: {name}: {what}"),
                Remark::Failed { name: None, what } => writeln!(out, "{place}: {what}"),
                Remark::NoCase(problem) => {
                    self.broken = true;
                    failure::report(&format!("{place}: not a case: {problem}"));
                    Ok(())
                }
            }
            .map_err(Failure::stdout)?;
        }
        self.cases += output.cases;
        self.failed += output.failed;
        self.skipped += output.skipped;
        self.position.advance(output.lines);
        Ok(())
    }

    fn finish(self) -> Result<ExitCode, Failure> {
        let mut summary = format!("{} cases, {} failed", self.cases, self.failed);
        if self.skipped > 0 {
            let _ = write!(summary, ", {} skipped", self.skipped);
        }
        writeln!(io::stdout(), "{summary}").map_err(Failure::stdout)?;
        if self.cases == 0 && self.skipped == 0 && !self.broken {
            failure::report("no cases");
        }
        Ok(match (self.broken, self.failed) {
            (true, _) => ExitCode::from(EXIT_ERROR),
            (false, 0) => ExitCode::SUCCESS,
            (false, _) => ExitCode::FAILURE,
        })
    }
}
