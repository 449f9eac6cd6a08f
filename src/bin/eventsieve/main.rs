//! The command `eventsieve`: matches JSON events against event patterns, from the command line.

mod cases;
mod check;
mod explain;
mod failure;
mod filter;
mod input;
mod kernel;
mod lint;
mod pipeline;
mod position;
mod progress;
mod rule_ids;
mod rules;
#[path = "../../pattern/shown.rs"]
mod shown;
mod test;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// Matches JSON events against Amazon EventBridge event patterns
#[derive(Debug, Parser)]
#[command(
    name = "eventsieve",
    disable_version_flag = true,
    arg_required_else_help = true,
    after_help = "Exit status: 0 if something matched, 1 if nothing did, 2 on an error, as grep's."
)]
struct Cli {
    /// Print the version, and which kernel this machine's events are read with
    #[arg(short = 'V', long, exclusive = true)]
    version: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Test(test::Args),
    Explain(explain::Args),
    Filter(filter::Args),
    Check(check::Args),
    Lint(lint::Args),
}

/// The exit status of `2`: no answer, or not the whole of it.
pub(crate) const EXIT_ERROR: u8 = 2;
/// What a shell shows for a command that a closed pipe has ended (128 + SIGPIPE).
const EXIT_CLOSED_PIPE: u8 = 141;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let result = match cli.command {
        Some(Command::Test(args)) => test::run(&args),
        Some(Command::Explain(args)) => explain::run(&args),
        Some(Command::Filter(args)) => filter::run(&args),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Lint(args)) => lint::run(&args),
        None => version(),
    };
    match result {
        Ok(code) => code,
        Err(Failure::ClosedPipe) => ExitCode::from(EXIT_CLOSED_PIPE),
        Err(Failure::Message(message)) => {
            failure::report(&message);
            ExitCode::from(EXIT_ERROR)
        }
    }
}

fn version() -> Result<ExitCode, Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "eventsieve {}", env!("CARGO_PKG_VERSION")).map_err(Failure::stdout)?;
    writeln!(out, "kernel: {}", kernel::in_use()?).map_err(Failure::stdout)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints what clap has to say: help on standard output, complaints on standard error under the command's own name.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if !error.use_stderr() {
        return match io::stdout().lock().write_all(text.as_bytes()).map_err(Failure::stdout) {
            Err(Failure::ClosedPipe) => ExitCode::from(EXIT_CLOSED_PIPE),
            Err(Failure::Message(_)) => ExitCode::from(EXIT_ERROR),
            Ok(()) => ExitCode::SUCCESS,
        };
    }
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => failure::write_stderr(&text),
        _ => failure::report(text.strip_prefix("error: ").unwrap_or(&text).trim_end()),
    }
    ExitCode::from(EXIT_ERROR)
}
