//! `eventsieve lint`: what is suspicious about rules.

mod human;
mod json;
mod load;
mod sarif;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use eventsieve::{Finding, Linter, PatternParser, RuleFinding, Severity};

use crate::EXIT_ERROR;
use crate::failure::Failure;
use crate::input::Source;
use crate::rules;
use load::Loaded;

/// Tell what is suspicious about rules
///
/// Reads files in the formats that `filter` reads: one pattern, rules, or a template (CloudFormation and SAM, YAML or JSON;
/// serverless.yml; Terraform, .tf or .tf.json). The rules of all files are linted together, so that a rule that another
/// one covers is found. If there is none in any of them, that is an error.
#[derive(Debug, clap::Args)]
#[command(after_help = SHORT_HELP, after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Lint this pattern: its JSON text, `@FILE`, or `-` for standard input
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true, conflicts_with_all = ["files", "rules_format"])]
    pattern: Option<String>,
    /// The format of the files, which is otherwise told from their names and first values
    #[arg(long, value_name = "FORMAT")]
    rules_format: Option<rules::Format>,
    /// Where the events come from, and so which fields they have
    #[arg(long, value_name = "WHERE", default_value = "eventbridge")]
    target: Target,
    /// How findings are printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// The least severity that makes the exit status 1
    #[arg(long, value_name = "SEVERITY", default_value = "warnings")]
    deny: Deny,
    /// Read every `$or` as an ordinary field name
    #[arg(long)]
    or_as_field: bool,
    /// Files of rules; `-` is standard input, as is no file at all
    files: Vec<PathBuf>,
}

const SHORT_HELP: &str = "\
Exit status: 0 if nothing was found that --deny names, 1 if something was, 2 on an error. `--help` has examples.";

const AFTER_HELP: &str = "\
Exit status: 0 if nothing was found that --deny names, 1 if something was, 2 on an error, whatever was found.

Functions and variables of templates are taken for texts of their own, `${…}`; the output says which.

Examples:
  eventsieve lint --pattern '{\"source\": [\"aws.ec2\", {\"prefix\": \"aws.\"}]}'
  eventsieve lint rules.json template.yaml
  eventsieve lint --deny errors --format sarif template.yaml > findings.sarif";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// Amazon EventBridge: what it refuses is told, and fields that its events don't have
    Eventbridge,
    /// Anywhere: only what holds of all events is told
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, with the place in the text
    Human,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    Notes,
    Warnings,
    Errors,
}

impl From<Deny> for Severity {
    fn from(deny: Deny) -> Self {
        match deny {
            Deny::Notes => Severity::Note,
            Deny::Warnings => Severity::Warning,
            Deny::Errors => Severity::Error,
        }
    }
}

/// What was read, and what was found.
struct Report {
    loaded: Loaded,
    /// Their ids are the rules' positions.
    findings: Vec<RuleFinding<usize>>,
}

impl Report {
    fn count(&self, severity: Severity) -> usize {
        self.all().filter(|finding| finding.severity == severity).count()
    }

    fn all(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().map(|found| &found.finding)
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let parser = PatternParser::new().or_as_field(args.or_as_field);
    let loaded = match &args.pattern {
        Some(pattern) => load::pattern(pattern, &parser)?,
        None => load::files(&Source::list(&args.files), args.rules_format, &parser)?,
    };
    let linter = Linter::new().eventbridge(args.target == Target::Eventbridge);
    // Patterns of one id are alternatives, but ids of two files have nothing to do with each other.
    let findings = linter.rules(loaded.rules.iter().enumerate().map(|(number, rule)| (number, &rule.pattern)));
    let report = Report { loaded, findings };
    let text = match args.format {
        Format::Human => human::print(&report),
        Format::Json => json::print(&report),
        Format::Sarif => sarif::print(&report),
    };
    io::stdout().lock().write_all(text.as_bytes()).map_err(Failure::stdout)?;
    let is_denied = report.all().any(|finding| finding.severity >= args.deny.into());
    Ok(match (report.loaded.is_whole(), is_denied) {
        (false, _) => ExitCode::from(EXIT_ERROR),
        (true, true) => ExitCode::FAILURE,
        (true, false) => ExitCode::SUCCESS,
    })
}
