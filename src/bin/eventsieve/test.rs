//! `eventsieve test`: one pattern, one event.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use eventsieve::{Event, PatternParser};

use crate::failure::Failure;
use crate::input::Source;
use crate::kernel;

/// Tell whether one pattern matches one event
///
/// Prints `match` or `no match`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  eventsieve test --pattern '{\"source\": [\"aws.ec2\"]}' --event '{\"source\": \"aws.ec2\"}'
  eventsieve test --pattern @rule.json --event - < event.json

Exit status: 0 for a match, 1 for none, 2 on an error.")]
pub(crate) struct Args {
    /// The pattern: its JSON text, `@FILE`, or `-` for standard input
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    pattern: String,
    /// The event: its JSON text, `@FILE`, or `-` for standard input
    #[arg(long, value_name = "EVENT", allow_hyphen_values = true)]
    event: String,
    /// Trust the event to be well-formed, with one route to each path, and skip what the pattern doesn't mention
    #[arg(long)]
    trusted: bool,
    /// Read every `$or` as an ordinary field name
    #[arg(long)]
    or_as_field: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    if args.pattern == "-" && args.event == "-" {
        return Err(Failure::new("only one of `--pattern` and `--event` can be `-`"));
    }
    kernel::in_use()?;
    let pattern = PatternParser::new()
        .or_as_field(args.or_as_field)
        .parse(text(&args.pattern)?)
        .map_err(|error| bad("pattern", &args.pattern, &error))?;
    let text = text(&args.event)?;
    let event = if args.trusted { Event::trusted(&text) } else { Event::strict(&text) };
    let matches = pattern.matches(event).map_err(|error| bad("event", &args.event, &error.render(&text)))?;
    let (answer, code) = if matches { ("match", ExitCode::SUCCESS) } else { ("no match", ExitCode::FAILURE) };
    writeln!(io::stdout().lock(), "{answer}").map_err(Failure::stdout)?;
    Ok(code)
}

/// What an argument stands for: itself, a file's text or standard input's.
pub(crate) fn text(argument: &str) -> Result<Vec<u8>, Failure> {
    match argument.strip_prefix('@') {
        _ if argument == "-" => Source::Stdin.read_all(),
        Some(path) => Source::File(PathBuf::from(path)).read_all(),
        None => Ok(argument.as_bytes().to_vec()),
    }
}

/// What is wrong with an argument, which may be the name of a file by mistake.
pub(crate) fn bad(name: &str, argument: &str, error: &dyn Display) -> Failure {
    let is_file = !argument.starts_with('@') && argument != "-" && Path::new(argument).is_file();
    let hint = if is_file { format!("\n  = hint: to read a file write `@{argument}`") } else { String::new() };
    Failure::new(format_args!("{name}: {error}{hint}"))
}
