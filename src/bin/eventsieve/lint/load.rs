//! The rules of files of any kind, with their places.

use std::ops::Range;

use eventsieve::templates::Placeholder;
use eventsieve::{Pattern, PatternParser};

use crate::failure::{self, Failure};
use crate::input::Source;
use crate::rule_ids;
use crate::rules::{self, Contents, Format, Place, Places, Problem, Problems};
use crate::shown::shown;
use crate::test;

/// All that was read.
#[derive(Default)]
pub(super) struct Loaded {
    pub(super) files: Vec<File>,
    pub(super) rules: Vec<Rule>,
    /// Files that could not be read, and that there is nothing else.
    pub(super) failures: Vec<String>,
}

impl Loaded {
    /// What is wrong with files, each with the file.
    pub(super) fn problems(&self) -> impl Iterator<Item = (&File, &Problem)> {
        self.files.iter().flat_map(|file| file.problems.kept().iter().map(move |problem| (file, problem)))
    }

    fn fail(&mut self, message: String) {
        failure::report(&message);
        self.failures.push(message);
    }

    /// Whether all was read.
    pub(super) fn is_whole(&self) -> bool {
        self.failures.is_empty() && self.files.iter().all(|file| file.problems.is_empty())
    }
}

/// A text with rules in it.
pub(super) struct File {
    pub(super) name: String,
    pub(super) text: Vec<u8>,
    /// Things in a template that only its deployment knows: where, and what.
    pub(super) placeholders: Vec<Placeholder>,
    pub(super) problems: Problems,
    /// The place of every [`STEP`]th byte, so that finding one takes no longer in a large file.
    places: Vec<Place>,
}

const STEP: usize = 4096;

impl File {
    fn new(name: String, text: Vec<u8>, placeholders: Vec<Placeholder>, problems: Problems) -> Self {
        let mut places = vec![Place { line: 1, column: 1 }];
        for chunk in text.chunks(STEP) {
            let last = places.last().copied().unwrap_or(Place { line: 1, column: 1 });
            places.push(last.after(chunk));
        }
        File { name, text, placeholders, problems, places }
    }

    /// The name as messages have it.
    pub(super) fn shown_name(&self) -> String {
        self.name.chars().map(shown).collect()
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
    places: Places,
}

impl Rule {
    /// Where in its file a span of the pattern is.
    pub(super) fn place(&self, span: Range<usize>) -> Range<usize> {
        self.places.of(span)
    }
}

/// One pattern, given as an argument.
pub(super) fn pattern(argument: &str, parser: &PatternParser) -> Result<Loaded, Failure> {
    let text = test::text(argument)?;
    let pattern = parser.parse(&text).map_err(|error| test::bad("pattern", argument, &error))?;
    let name = argument.strip_prefix('@').unwrap_or("<pattern>").to_owned();
    let rule = Rule { file: 0, name: String::new(), pattern, places: Places::Offset(0) };
    let file = File::new(name, text, Vec::new(), Problems::default());
    Ok(Loaded { files: vec![file], rules: vec![rule], failures: Vec::new() })
}

/// The rules of files. What can't be read is told here, too.
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
                loaded.fail(message);
                continue;
            }
            Err(failure) => return Err(failure),
        };
        let Contents { format, rules, templates, problems } = rules::read(source, &text, format, parser);
        if rules.is_empty() && templates.is_empty() && problems.is_empty() {
            failure::report(&rules::no_rules(source, format));
        }
        let file = loaded.files.len();
        loaded.rules.extend(rules.into_iter().map(|rule| {
            let name = if format == Format::Pattern { "" } else { rule_ids::plain(&rule.id) };
            Rule { file, name: name.to_owned(), pattern: rule.pattern, places: rule.places }
        }));
        problems.messages(source).iter().for_each(|message| failure::report(message));
        let placeholders = templates.into_iter().flat_map(|rule| rule.placeholders).collect();
        loaded.files.push(File::new(source.name(), text, placeholders, problems));
    }
    if loaded.rules.is_empty() && loaded.is_whole() {
        loaded.fail("there are no rules to lint".to_owned());
    }
    Ok(loaded)
}
