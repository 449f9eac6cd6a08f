//! `eventsieve explain`: why one pattern matches one event, or doesn't.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use eventsieve::explain::Explanation;
use eventsieve::{Pattern, PatternParser};

use crate::failure::Failure;
use crate::input::Source;
use crate::rules;
use crate::test::{bad, text};

/// Tell why a pattern matches an event, or doesn't
///
/// Prints what became of each field, and for those that fail what comes nearest, with the places in the pattern and in
/// the event.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  eventsieve explain --pattern '{\"source\": [\"aws.ec2\"]}' --event '{\"source\": \"aws.EC2\"}'
  eventsieve explain --rules rules.json --id stopped --event - < event.json
  eventsieve explain --rules template.yaml --id Stopped --event @event.json

With --rules, places in the pattern are given by line and column of the rules file, unless the pattern is in a string
there, or the file is a template. Several patterns of one id are alternatives: they are explained one after the other.

Exit status: 0 for a match, 1 for none, 2 on an error.")]
pub(crate) struct Args {
    /// The pattern: its JSON text, `@FILE`, or `-` for standard input
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true, required_unless_present = "rules")]
    pattern: Option<String>,
    /// The event: its JSON text, `@FILE`, or `-` for standard input
    #[arg(long, value_name = "EVENT", allow_hyphen_values = true)]
    event: String,
    /// A rule of this file instead of a pattern; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "pattern")]
    rules: Option<PathBuf>,
    /// Which rule of the file, if it holds several
    #[arg(long, value_name = "ID", requires = "rules", allow_hyphen_values = true)]
    id: Option<String>,
    /// The format of the rules file, which is otherwise told from its name and first value
    #[arg(long, value_name = "FORMAT", requires = "rules")]
    rules_format: Option<rules::Format>,
    /// Print the explanation as a JSON object; with several patterns of one id, one on each line
    #[arg(long)]
    json: bool,
    /// When to use colours; `auto` is on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
    /// Read every `$or` as an ordinary field name
    #[arg(long)]
    or_as_field: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    fn is_on(self) -> bool {
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
                io::stdout().is_terminal() && !refused && !dumb
            }
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let parser = PatternParser::new().or_as_field(args.or_as_field);
    let patterns = match (&args.rules, &args.pattern) {
        (Some(rules), _) if rules.as_os_str() == "-" && args.event == "-" => {
            return Err(Failure::new("only one of `--rules` and `--event` can be `-`"));
        }
        (Some(rules), _) => {
            rules::patterns(&Source::from(rules.as_path()), args.rules_format, &parser, args.id.as_deref())?
        }
        (None, Some(pattern)) if pattern == "-" && args.event == "-" => {
            return Err(Failure::new("only one of `--pattern` and `--event` can be `-`"));
        }
        (None, pattern) => {
            let pattern = pattern.as_deref().unwrap_or_default();
            vec![parser.parse(text(pattern)?).map_err(|error| bad("pattern", pattern, &error))?]
        }
    };
    let event = text(&args.event)?;
    let explain =
        |pattern: &Pattern| pattern.explain(&event).map_err(|error| bad("event", &args.event, &error.render(&event)));
    let explanations = patterns.iter().map(explain).collect::<Result<Vec<_>, _>>()?;
    let matched = explanations.iter().any(Explanation::matched);
    print(&explanations, args).map_err(Failure::stdout)?;
    Ok(if matched { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(explanations: &[Explanation], args: &Args) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (index, explanation) in explanations.iter().enumerate() {
        if args.json {
            writeln!(out, "{}", explanation.to_json())?;
            continue;
        }
        if explanations.len() > 1 {
            let gap = if index == 0 { "" } else { "\n" };
            writeln!(out, "{gap}pattern {} of {}:", index + 1, explanations.len())?;
        }
        writeln!(out, "{}", explanation.render().color(args.color.is_on()))?;
    }
    out.flush()
}
