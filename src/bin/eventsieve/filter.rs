//! `eventsieve filter`: the events of a stream that match.

mod sieve;

use std::fmt::{Display, Write as _};
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::thread;

use clap::ValueEnum;
use eventsieve::{Batch, Kernel, PatternParser};

use crate::EXIT_ERROR;
use crate::failure::{self, Failure};
use crate::input::Source;
use crate::kernel;
use crate::pipeline::{self, Framing, Limits, Pool, Problem, Reader, Step};
use crate::position::Position;
use crate::progress::Progress;
use crate::rules;
use crate::shown::shown;
use sieve::{Form, Output, Plan, Sieve};

/// Print the events that match any of the rules
///
/// Reads newline-delimited JSON, an event on each line, from the files or from standard input, compressed with gzip or
/// Zstandard or not. Matching events are written byte for byte as they are in the input, and in its order; if the last
/// line has no end, it gets one. Blank lines and a byte order mark are skipped; the carriage return of a line that ends
/// with CR LF is no part of the event. Input that pauses is answered as it comes.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = SHORT_HELP, after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The rules: a file, or `-` for standard input
    #[arg(long, value_name = "FILE")]
    rules: PathBuf,
    /// The format of the rules file, which is otherwise told from its name and first value
    #[arg(long, value_name = "FORMAT")]
    rules_format: Option<rules::Format>,
    /// Put the ids of the rules that match, joined by commas, and a tab before each event
    #[arg(long)]
    ids: bool,
    /// Print only how many events match (not with --ids or --json)
    #[arg(long, conflicts_with_all = ["ids", "json"])]
    count: bool,
    /// Print the events that match no rule, or with --count how many (not with --ids or --json)
    #[arg(long, conflicts_with_all = ["ids", "json"])]
    invert: bool,
    /// Print an object on a line for each event: `{"rules": [ids], "event": …}`
    #[arg(long, conflicts_with = "ids")]
    json: bool,
    /// What to do after a malformed event was reported on standard error
    #[arg(long, value_name = "ACTION", default_value = "fail")]
    on_error: OnError,
    /// Read JSON values in any layout: one after the other, pretty-printed, or the elements of arrays
    ///
    /// Around the events, only brackets, commas and the ends of strings are checked.
    #[arg(long)]
    json_stream: bool,
    /// Read, as `--json-stream` does, what lies at this path in each value (keys joined by dots): an event, or an array
    /// of events
    ///
    /// The rules see that alone, without what is around it, of which only brackets, commas and the ends of strings are
    /// checked.
    #[arg(long, value_name = "PATH")]
    at: Option<String>,
    /// Trust the events to be well-formed, with one route to each path, and skip what no rule mentions
    #[arg(long)]
    trusted: bool,
    /// Read every `$or` in the rules as an ordinary field name
    #[arg(long)]
    or_as_field: bool,
    /// How many threads match events [default: one for each core]
    #[arg(long, value_name = "N", value_parser = number(1, MAX_JOBS))]
    jobs: Option<u16>,
    /// The longest line (or value) in bytes; memory may grow to a few times this
    #[arg(long, value_name = "BYTES", default_value = "1073741824", value_parser = number(16, u32::MAX))]
    max_line: u32,
    /// Read events with this kernel instead of the best that the machine has
    #[arg(long, value_name = "NAME", value_parser = kernel::parser())]
    kernel: Option<Kernel>,
    /// Files of events; `-` is standard input, as is no file at all
    files: Vec<PathBuf>,
}

/// More threads than this are a slip of the pen.
pub(crate) const MAX_JOBS: u16 = 1024;

const SHORT_HELP: &str = "\
Exit status: 0 if an event was selected, 1 if none was, 2 on an error. `--help` tells more, with examples.";

const AFTER_HELP: &str = r#"Rules files (compressed or not):
  object   one JSON object of id → pattern: {"stopped": {"detail": {"state": ["stopped"]}}, …}
  ndjson   {"id": "stopped", "pattern": {…}} on each line; the id is text or a number, the pattern JSON or a string
           that holds the JSON
  lines    a pattern on each line, whose id is the line number
  pattern  one pattern on however many lines, whose id is the number of the first
  template CloudFormation or SAM (YAML or JSON), serverless.yml, Terraform (.tf, .tf.json); the ids are its rules' names.
           What only the deployment knows is a text of its own, `${…}`, which events don't have; notes say where
The format is told from the file's name and its first value, or given by --rules-format. A file with nothing but
{"detail": {…}} is taken for an object that holds the rule `detail`, and a note says so. In ndjson other keys are
ignored, with a note. Patterns of the same id are alternatives.

Ids (--ids) are written as they are, or as JSON strings if they are empty or hold a comma, a quote, a backslash or a
control character. Events that extend over several lines (--json-stream) are put on one line by --ids and --json.

Malformed events are reported on standard error with file and line, and then (--on-error):
  fail     what came before is written, and the command ends with status 2
  skip     the event is left out
  pass     the event is written as it is, among those that match; with --ids after an empty list of ids, with --json as
           {"rules": [], "error": "…", "text": "…"}; --count doesn't count it
A file that can't be read (to its end), or is named .gz or .zst and isn't compressed, a line longer than --max-line, and
with --json-stream and --at a value that doesn't end, are reported too; the command ends there, or with `skip` and `pass`
after the other files, with status 2. With --json-stream and --at, so are brackets and commas out of place around the
events; `skip` and `pass` then go on with the next value that is inside of no other, and end with status 2.

With --at, a value inside of no other, and an element of an array inside of no other, must be an object; if not, it is
a malformed event. Around the events, --json-stream and --at check only brackets, commas, colons, keys and the ends of
strings: the other values there are passed over, whatever their text is. With --at the rules see what lies at the path
alone, as if it were the whole event: with `--at Records` a pattern begins with the record's own fields.

Exit status: 0 if an event was selected, 1 if none was, 2 on an error, whatever was selected. Malformed events that were
skipped or passed are no error. 141 if standard output was closed early.

Examples:
  eventsieve filter --rules rules.json events.ndjson.gz
  tail -f app.log | eventsieve filter --rules rules.json --ids --on-error skip
  eventsieve filter --rules rules.ndjson --at Records --json cloudtrail/*.json.gz"#;

/// What is done with malformed events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OnError {
    /// End with status 2
    Fail,
    /// Leave them out
    Skip,
    /// Write them as they are
    Pass,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let sources: Arc<[Source]> = Source::list(&args.files).into();
    let rules_source = Source::from(args.rules.as_path());
    if rules_source == Source::Stdin && sources.contains(&Source::Stdin) {
        return Err(Failure::new("`--rules -` leaves no standard input for events"));
    }
    let rules = rules::load(&rules_source, args.rules_format, &PatternParser::new().or_as_field(args.or_as_field))?;
    let matcher = rules.set.compile_with(&kernel::compile_options(args.kernel)).map_err(Failure::new)?;
    // A million rules take a second to free, which nobody needs to wait for.
    let _ = thread::Builder::new().spawn(move || drop(rules.set));
    let framing = match &args.at {
        Some(path) => Framing::Values { at: Some(path.as_str().into()) },
        None if args.json_stream => Framing::Values { at: None },
        None => Framing::Lines,
    };
    let limits = Limits::new(usize::try_from(args.max_line).unwrap_or(usize::MAX));
    let (plan, texts) = (args.plan(), Pool::default());
    let sieve = Sieve::new(plan, Arc::new(rules.ids), texts.clone());
    let sink = Sink {
        args: args.clone(),
        position: Position::new(Arc::clone(&sources)),
        progress: Progress::new(&sources, Arc::clone(&limits.count), args.count),
        texts,
        selected: 0,
        failed: false,
    };
    let whether = matches!(plan.form, Form::Count | Form::Event);
    let mut batch = Batch::new(matcher).threads(jobs(args.jobs)).trusted(args.trusted).first_only(whether);
    let sink = pipeline::run(Reader::new(sources, framing, limits), sink, move |reader, outlet| {
        let _ = batch.stream(
            || reader.next(),
            |worker, step| step.map(|chunk| sieve.sift(&chunk, worker)),
            |step| outlet.take(step),
        );
    })?;
    sink.finish()
}

impl Args {
    fn plan(&self) -> Plan {
        let form = match self {
            Args { count: true, .. } => Form::Count,
            Args { ids: true, .. } => Form::Ids,
            Args { json: true, .. } => Form::Json,
            _ => Form::Event,
        };
        Plan { form, invert: self.invert, on_error: self.on_error }
    }
}

/// Writes what the threads found, and keeps the score.
struct Sink {
    args: Args,
    position: Position,
    progress: Progress,
    /// Takes the buffers back of what is written.
    texts: Pool,
    selected: u64,
    /// Whether the status is that of an error.
    failed: bool,
}

impl pipeline::Sink for Sink {
    type Output = Output;

    fn take(&mut self, step: Step<Output>) -> Result<ControlFlow<()>, Failure> {
        match step {
            Step::Part { source, content } => {
                self.position.enter(source);
                self.done(content)
            }
            Step::Failed { source, problem } => {
                self.position.enter(source);
                Ok(self.unreadable(&problem))
            }
            Step::NothingThere { source } => {
                self.position.enter(source);
                if let Some(path) = &self.args.at {
                    let path: String = path.chars().map(shown).collect();
                    self.report(&format!("{}: nothing at `{path}`", self.position.source()));
                }
                Ok(ControlFlow::Continue(()))
            }
        }
    }
}

impl Sink {
    fn done(&mut self, output: Output) -> Result<ControlFlow<()>, Failure> {
        self.progress.update();
        self.selected += output.selected;
        if !output.text.is_empty() {
            let mut out = io::stdout().lock();
            out.write_all(&output.text).and_then(|()| out.flush()).map_err(Failure::stdout)?;
        }
        self.texts.give(output.text);
        let mut reports = String::new();
        let by_lines = self.args.at.is_none() && !self.args.json_stream;
        for report in &output.reports {
            let _ = writeln!(reports, "eventsieve: {}: {}", self.position.line(report.line), report.problem);
            if by_lines && report.part && self.position.is_first(report.line) {
                reports.push_str(
                    "  = hint: for events that are pretty-printed or in an array use `--json-stream` or `--at`\n",
                );
            }
        }
        if !reports.is_empty() {
            self.progress.aside(|| failure::write_stderr(&reports));
        }
        self.position.advance(output.lines);
        self.failed |= output.stopped || output.broken;
        Ok(if output.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    fn unreadable(&mut self, problem: &Problem) -> ControlFlow<()> {
        self.report(&self.position.problem(problem));
        self.failed = true;
        if self.args.on_error == OnError::Fail { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn report(&self, message: &str) {
        self.progress.aside(|| failure::report(message));
    }

    fn finish(self) -> Result<ExitCode, Failure> {
        self.progress.finish();
        let stopped = self.failed && self.args.on_error == OnError::Fail;
        if self.args.count && !stopped {
            writeln!(io::stdout(), "{}", self.selected).map_err(Failure::stdout)?;
        }
        Ok(match (self.failed, self.selected) {
            (true, _) => ExitCode::from(EXIT_ERROR),
            (false, 0) => ExitCode::FAILURE,
            (false, _) => ExitCode::SUCCESS,
        })
    }
}

/// Reads a whole number in this range from the command line.
pub(crate) fn number<N>(min: N, max: N) -> impl Fn(&str) -> Result<N, String> + Clone
where
    N: FromStr + PartialOrd + Display + Copy,
{
    move |text| match text.parse::<N>() {
        Ok(number) if number >= min && number <= max => Ok(number),
        _ => Err(format!("must be a whole number from {min} to {max}")),
    }
}

/// As many as were asked for, or one for each core.
pub(crate) fn jobs(asked: Option<u16>) -> usize {
    match asked {
        Some(jobs) => usize::from(jobs),
        None => thread::available_parallelism().map_or(1, usize::from),
    }
}
