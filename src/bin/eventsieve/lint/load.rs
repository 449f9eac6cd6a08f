//! The rules of files of any kind, with their places.

use std::ops::Range;

use eventsieve::templates::{self, Placeholder, TemplateRule};
use eventsieve::{Pattern, PatternParser};

use crate::failure::{self, Failure};
use crate::input::Source;
use crate::rule_ids;
use crate::rules::{self, Place};
use crate::test;

/// All that was read.
#[derive(Default)]
pub(super) struct Loaded {
    pub(super) files: Vec<File>,
    pub(super) rules: Vec<Rule>,
    /// What could not be read.
    pub(super) problems: Vec<String>,
}

/// A text with rules in it.
pub(super) struct File {
    pub(super) name: String,
    pub(super) text: Vec<u8>,
    /// Things in a template that only its deployment knows: where, and what.
    pub(super) placeholders: Vec<Placeholder>,
    /// The place of every [`STEP`]th byte, so that finding one takes no longer in a large file.
    places: Vec<Place>,
}

const STEP: usize = 4096;

impl File {
    fn new(name: String, text: Vec<u8>, placeholders: Vec<Placeholder>) -> Self {
        let mut places = vec![Place { line: 1, column: 1 }];
        for chunk in text.chunks(STEP) {
            let last = places.last().copied().unwrap_or(Place { line: 1, column: 1 });
            places.push(last.after(chunk));
        }
        File { name, text, placeholders, places }
    }

    /// Where a byte of the text is.
    pub(super) fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let from = offset - offset % STEP;
        let known = self.places.get(offset / STEP).copied().unwrap_or(Place { line: 1, column: 1 });
        known.after(self.text.get(from..offset).unwrap_or_default())
    }
}

pub(super) struct Rule {
    /// Index of its file.
    pub(super) file: usize,
    /// As people call it; empty for a pattern by itself.
    pub(super) name: String,
    pub(super) pattern: Pattern,
    pub(super) places: Places,
}

/// Where in the file a span of the pattern is.
pub(super) enum Places {
    /// So many bytes further on.
    Offset(usize),
    /// Somewhere in this range: the pattern is in a string, with escapes.
    Within(Range<usize>),
    Template(Box<TemplateRule>),
}

impl Rule {
    /// Where in its file a span of the pattern is.
    pub(super) fn place(&self, span: Range<usize>) -> Range<usize> {
        match &self.places {
            Places::Offset(offset) => span.start + offset..span.end + offset,
            Places::Within(range) => range.clone(),
            Places::Template(rule) => rule.place(span),
        }
    }
}

/// One pattern, given as an argument.
pub(super) fn pattern(argument: &str, parser: &PatternParser) -> Result<Loaded, Failure> {
    let text = test::text(argument)?;
    let pattern = parser.parse(&text).map_err(|error| test::bad("pattern", argument, &error))?;
    let name = argument.strip_prefix('@').unwrap_or("<pattern>").to_owned();
    let rule = Rule { file: 0, name: String::new(), pattern, places: Places::Offset(0) };
    Ok(Loaded { files: vec![File::new(name, text, Vec::new())], rules: vec![rule], problems: Vec::new() })
}

/// The rules of files. Those that can't be read are among the problems.
pub(super) fn files(
    sources: &[Source],
    format: Option<rules::Format>,
    parser: &PatternParser,
) -> Result<Loaded, Failure> {
    let mut loaded = Loaded::default();
    for source in sources {
        let text = match source.read_all() {
            Ok(text) => text,
            Err(Failure::Message(message)) => {
                loaded.problems.push(message);
                continue;
            }
            Err(failure) => return Err(failure),
        };
        match read(source, &text, format, parser, loaded.files.len()) {
            Ok(read) => {
                loaded.rules.extend(read.rules);
                loaded.problems.extend(read.problems);
                loaded.files.push(File::new(source.to_string(), text, read.placeholders));
            }
            Err(Failure::Message(message)) => loaded.problems.push(message),
            Err(failure) => return Err(failure),
        }
    }
    Ok(loaded)
}

/// The rules of one file.
#[derive(Default)]
struct Read {
    rules: Vec<Rule>,
    placeholders: Vec<Placeholder>,
    problems: Vec<String>,
}

fn read(
    source: &Source,
    text: &[u8],
    format: Option<rules::Format>,
    parser: &PatternParser,
    file: usize,
) -> Result<Read, Failure> {
    let name = source.to_string();
    if format.is_none() {
        if templates::is_template(&name, text) {
            return template(source, text, parser, file);
        }
        if let Some(pattern) = single(text, parser) {
            let rule = Rule { file, name: String::new(), pattern, places: Places::Offset(0) };
            return Ok(Read { rules: vec![rule], ..Read::default() });
        }
    }
    let rules = rules::read(source, text, format, parser)?;
    let rules = rules.into_iter().map(|rule| Rule {
        file,
        name: rule_ids::plain(&rule.id).to_owned(),
        pattern: rule.pattern,
        places: if rule.is_string { Places::Within(rule.range) } else { Places::Offset(rule.range.start) },
    });
    Ok(Read { rules: rules.collect(), ..Read::default() })
}

/// The pattern, if the text is just one that could not be an object of rules as well.
fn single(text: &[u8], parser: &PatternParser) -> Option<Pattern> {
    rules::is_pattern(text).then(|| parser.parse(text).ok()).flatten()
}

fn template(source: &Source, text: &[u8], parser: &PatternParser, file: usize) -> Result<Read, Failure> {
    let text_of_file = std::str::from_utf8(text).map_err(|_| Failure::new(format_args!("{source}: not UTF-8 text")))?;
    let found = templates::rules(text_of_file, &source.to_string())
        .map_err(|error| Failure::new(format_args!("{source}:{}:{}: {error}", error.line(), error.column())))?;
    if found.is_empty() {
        failure::report(&format!("{source}: no rules"));
    }
    let mut read = Read::default();
    for rule in found {
        let name = rule.name.clone();
        read.placeholders.extend_from_slice(&rule.placeholders);
        let Some(pattern) = &rule.pattern else { continue };
        match parser.parse(pattern) {
            Ok(pattern) => {
                read.rules.push(Rule { file, name, pattern, places: Places::Template(Box::new(rule)) });
            }
            Err(error) => {
                let Place { line, column } = Place::of(text, rule.place(error.span()).start);
                read.problems.push(format!("{source}:{line}:{column}: rule `{name}`: in the pattern: {error}"));
            }
        }
    }
    Ok(read)
}
