//! Rules files: what they hold, and what is wrong with one.

mod format;
mod ndjson;
mod place;
mod problem;

pub(crate) use self::format::Format;
pub(crate) use self::place::{Place, Places};
pub(crate) use self::problem::{Problem, Problems};

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use eventsieve::templates::{self, TemplateRule};
use eventsieve::{Pattern, PatternError, PatternParser, RuleSet};

use self::ndjson::NdjsonRule;
use crate::cases::json::{self, Members};
use crate::failure::{self, Failure};
use crate::input::Source;
use crate::rule_ids::{self, Numbering, RuleIds};

/// How many bad rules are told before the rest is only counted.
const TOLD: usize = 20;

/// The rules of a file.
pub(crate) struct Rules {
    /// By number of their ids.
    pub(crate) set: RuleSet<u32>,
    pub(crate) ids: RuleIds,
}

/// Reads a rules file. Patterns of the same id are alternatives.
///
/// # Errors
///
/// Something is wrong with the file or a rule.
pub(crate) fn load(source: &Source, format: Option<Format>, parser: &PatternParser) -> Result<Rules, Failure> {
    let text = source.read_all()?;
    let mut loader = Loader::new(source, parser, &text, Numbered::default());
    let format = loader.read(format);
    let Loader { kept, templates, problems, .. } = loader;
    if !problems.is_empty() {
        return Err(problems.failure(source));
    }
    report_placeholders(source, &text, &templates);
    let ids = kept.numbering.finish();
    if ids.is_empty() {
        failure::report(&no_rules(source, format));
    }
    Ok(Rules { set: kept.set, ids })
}

/// Says that a file that was read has no rules.
pub(crate) fn no_rules(source: &Source, format: Format) -> String {
    let read_as = if format == Format::Template { ": it was read as a template" } else { "" };
    format!("{source}: no rules{read_as}")
}

/// The patterns of one id of a rules file, or of the only one that it holds. Where they are in the file is where they are in
/// their own texts, too, unless the file has them in strings or is a template.
///
/// # Errors
///
/// There are no such patterns, it isn't said which are meant, or something is wrong with them or with the file.
pub(crate) fn patterns(
    source: &Source,
    format: Option<Format>,
    parser: &PatternParser,
    id: Option<&str>,
) -> Result<Vec<Pattern>, Failure> {
    let text = source.read_all()?;
    let Contents { format, rules, templates, problems } = read(source, &text, format, parser);
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule_ids::plain(&rule.id)).collect();
    let listed = || {
        let shown: Vec<_> = ids.iter().take(TOLD).map(|id| format!("`{id}`")).collect();
        let more = if ids.len() > TOLD { ", …" } else { "" };
        format!("{}{more}", shown.join(", "))
    };
    let wanted = match id {
        None if ids.len() > 1 => {
            return Err(Failure::new(format_args!("{source}: choose a rule by `--id`: {}", listed())));
        }
        None if problems.is_empty() => ids.first().copied(),
        id => id,
    };
    let is_wanted = |id: &str| wanted.is_some_and(|wanted| rule_ids::is(id, wanted));
    let of_template: Vec<_> = templates.into_iter().filter(|rule| is_wanted(&rule_ids::json(&rule.name))).collect();
    report_placeholders(source, &text, &of_template);
    let found: Vec<_> = rules.iter().filter(|rule| is_wanted(&rule.id)).collect();
    if wanted.is_none() && !problems.is_empty() || problems.concern_all() {
        return Err(problems.failure(source));
    }
    let problems_of_wanted = problems.of(is_wanted);
    if !problems_of_wanted.is_empty() {
        return Err(problems_of_wanted.failure(source));
    }
    if !problems.is_empty() {
        failure::report(&format!("{source}: {}, which `eventsieve lint` tells of", problems.count("other rule")));
    }
    if found.is_empty() && !of_template.is_empty() {
        return Err(Failure::new(format_args!("{source}: the pattern of the rule is not known here")));
    }
    if found.is_empty() {
        let Some(wanted) = wanted else { return Err(Failure::new(no_rules(source, format))) };
        let has = if ids.is_empty() { "no rules".to_owned() } else { listed() };
        let wanted = rule_ids::json(wanted);
        let wanted = rule_ids::plain(&wanted);
        return Err(Failure::new(format_args!("{source}: there is no rule `{wanted}`; the file has {has}")));
    }
    let placed = |rule: &Rule| match rule.places {
        Places::Offset(at) => placed(&text, at, rule.pattern.text().as_bytes(), parser).ok(),
        Places::Within(_) | Places::Template(_) => None,
    };
    Ok(found.into_iter().map(|rule| placed(rule).unwrap_or_else(|| rule.pattern.clone())).collect())
}

/// Says what is not known of a template's rules.
fn report_placeholders(source: &Source, text: &[u8], rules: &[TemplateRule]) {
    let mut placeholders = rules.iter().flat_map(|rule| &rule.placeholders);
    for placeholder in placeholders.by_ref().take(TOLD) {
        let Place { line, column } = Place::of(text, placeholder.span.start);
        failure::report(&format!("{source}:{line}:{column}: {placeholder}"));
    }
    if let more @ 1.. = placeholders.count() {
        failure::report(&format!("{source}: {more} more expressions are not known here"));
    }
}

/// Reads a pattern behind as many lines and columns as there are before it in a file's text.
fn placed(text: &[u8], at: usize, pattern: &[u8], parser: &PatternParser) -> Result<Pattern, PatternError> {
    let Place { line, column } = Place::of(text, at);
    let mut padded = vec![b'\n'; line - 1];
    padded.resize(line + column - 2, b' ');
    padded.extend_from_slice(pattern);
    parser.clone().max_bytes(usize::MAX).parse(&padded)
}

/// A rule of a rules file, and where it is.
pub(crate) struct Rule {
    /// JSON text
    pub(crate) id: String,
    pub(crate) pattern: Pattern,
    pub(crate) places: Places,
}

/// All that there is in a rules file.
pub(crate) struct Contents {
    pub(crate) format: Format,
    /// Those that are well-formed.
    pub(crate) rules: Vec<Rule>,
    /// If it is a template, its rules, those without a pattern too.
    pub(crate) templates: Vec<TemplateRule>,
    /// What is wrong with the others, or with the file.
    pub(crate) problems: Problems,
}

/// Reads the rules of a rules file's text one by one, with their places.
pub(crate) fn read(source: &Source, text: &[u8], format: Option<Format>, parser: &PatternParser) -> Contents {
    let mut loader = Loader::new(source, parser, text, Vec::new());
    let format = loader.read(format);
    Contents { format, rules: loader.kept, templates: loader.templates, problems: loader.problems }
}

/// A pattern's text, which may be given in a JSON string.
fn text_of(pattern: &[u8]) -> Cow<'_, [u8]> {
    json::string(pattern).map_or(Cow::Borrowed(pattern), |text| Cow::Owned(text.into_bytes()))
}

/// What becomes of rules that are read.
trait Keep {
    fn keep(&mut self, rule: Rule) -> Result<(), String>;
}

impl Keep for Vec<Rule> {
    fn keep(&mut self, rule: Rule) -> Result<(), String> {
        self.push(rule);
        Ok(())
    }
}

/// Rules by number of their ids.
#[derive(Default)]
struct Numbered {
    set: RuleSet<u32>,
    numbering: Numbering,
}

impl Keep for Numbered {
    fn keep(&mut self, rule: Rule) -> Result<(), String> {
        let number = self.numbering.number(rule.id.into_boxed_str()).ok_or("too many rules")?;
        self.set.insert(number, &rule.pattern).map(drop).map_err(|error| error.to_string())
    }
}

/// Collects the rules of a file, and what is wrong with them.
struct Loader<'a, K> {
    source: &'a Source,
    parser: &'a PatternParser,
    text: &'a [u8],
    kept: K,
    templates: Vec<TemplateRule>,
    /// Keys of NDJSON rules that were mentioned already, as they are ignored.
    ignored: HashSet<String>,
    problems: Problems,
    /// The last offset whose place was asked for, and that place.
    reached: (usize, Place),
}

impl<'a, K: Keep> Loader<'a, K> {
    fn new(source: &'a Source, parser: &'a PatternParser, text: &'a [u8], kept: K) -> Self {
        let (templates, ignored, problems) = (Vec::new(), HashSet::new(), Problems::default());
        let reached = (0, Place { line: 1, column: 1 });
        Loader { source, parser, text, kept, templates, ignored, problems, reached }
    }

    /// Reads all rules, in a format that is told from the file if none is given.
    fn read(&mut self, given: Option<Format>) -> Format {
        let format = given.unwrap_or_else(|| Format::of(&self.file_name(), self.text));
        match format {
            Format::Object => self.object(),
            Format::Ndjson => self.lines(|loader, at, _, text| match NdjsonRule::read(text) {
                Ok(rule) => loader.ndjson_rule(at, rule),
                Err(problem) => loader.bad_file(at, problem),
            }),
            Format::Lines => self.lines(|loader, at, line, text| loader.add(at, line.to_string(), text)),
            Format::Pattern => self.pattern(),
            Format::Template => self.template(),
        }
        format
    }

    /// The name of the file, or of what is compressed in it.
    fn file_name(&self) -> String {
        let name = self.source.name();
        let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst"));
        plain.map_or_else(|| name.clone(), str::to_owned)
    }

    /// Hands over every line that isn't blank, with the offset of its start and its number.
    fn lines(&mut self, mut rule: impl FnMut(&mut Self, usize, usize, &[u8])) {
        let mut at = 0;
        for (index, line) in self.text.split(|byte| *byte == b'\n').enumerate() {
            let content = line.strip_suffix(b"\r").unwrap_or(line);
            if !json::is_blank(content) {
                rule(self, at, index + 1, content);
            }
            at += line.len() + 1;
        }
    }

    fn ndjson_rule(&mut self, line: usize, rule: NdjsonRule<'_>) {
        for key in rule.unknown {
            if self.ignored.len() < TOLD && !self.ignored.contains(&key) {
                let place = Place::of(self.text, line).line;
                failure::report(&format!("{}:{place}: key `{}` is ignored", self.source, key.escape_debug()));
                self.ignored.insert(key);
            }
        }
        self.add(line + rule.start, rule.id, rule.pattern);
    }

    fn object(&mut self) {
        if json::is_blank(self.text) {
            return;
        }
        let read = Members::new(self.text).and_then(|mut members| {
            while let Some((id, pattern)) = members.next()? {
                self.add(pattern.start, rule_ids::json(&id), self.text.get(pattern).unwrap_or_default());
            }
            Ok(())
        });
        if let Err(error) = read {
            self.bad_file(error.at, format!("expected {}", error.expected));
        }
    }

    /// All of the text is one pattern.
    fn pattern(&mut self) {
        let Some(at) = self.text.iter().position(|byte| !json::is_space(*byte)) else { return };
        self.add(at, Place::of(self.text, at).line.to_string(), self.text.get(at..).unwrap_or_default());
    }

    fn template(&mut self) {
        let text = match std::str::from_utf8(self.text) {
            Ok(text) => text,
            Err(error) => return self.bad_file(error.valid_up_to(), "not UTF-8 text"),
        };
        let rules = match templates::rules(text, &self.file_name()) {
            Ok(rules) => rules,
            Err(error) => {
                let place = Place { line: error.line(), column: error.column() };
                return self.problems.add(Problem::new(place, None, error.to_string()));
            }
        };
        for rule in &rules {
            let id = rule_ids::json(&rule.name);
            let Some(pattern) = &rule.pattern else {
                if rule.placeholders.is_empty() {
                    let place = self.place(rule.span.start);
                    self.problems.add(Problem::new(place, Some(id), "the template gives it no pattern".to_owned()));
                }
                continue;
            };
            match self.parser.parse(pattern) {
                Ok(pattern) => {
                    self.keep(rule.span.start, Rule { id, pattern, places: Places::Template(Box::new(rule.clone())) });
                }
                Err(error) => self.bad_pattern(id, &error, &Places::Template(Box::new(rule.clone()))),
            }
        }
        self.templates = rules;
    }

    /// Adds a rule whose pattern, maybe in a JSON string, begins at this offset.
    fn add(&mut self, at: usize, id: String, pattern: &[u8]) {
        let text = text_of(pattern);
        let places = match &text {
            Cow::Borrowed(_) => Places::Offset(at),
            Cow::Owned(_) => Places::Within(at..at + pattern.len()),
        };
        match self.parser.parse(&text) {
            Ok(pattern) => self.keep(at, Rule { id, pattern, places }),
            Err(error) => self.bad_pattern(id, &error, &places),
        }
    }

    fn keep(&mut self, at: usize, rule: Rule) {
        if let Err(problem) = self.kept.keep(rule) {
            self.bad_file(at, problem);
        }
    }

    /// Tells what is wrong with a pattern, by its place in the file if that is known, or else by that in its own text.
    fn bad_pattern(&mut self, id: String, error: &PatternError, places: &Places) {
        let place = self.place(places.of(error.span()).start);
        let mut problem = Problem::new(place, Some(id), error.message().to_owned());
        problem.hint = error.hint().map(str::to_owned);
        // To show a line takes time, too.
        if self.problems.len() < TOLD {
            problem.rendered = match places.show(&error.span()) {
                true => error.render_in(self.text, |span| places.of(span)),
                false => format!("in the pattern's text: {error}"),
            };
        }
        self.problems.add(problem);
    }

    /// A problem at this offset of the file.
    fn bad_file(&mut self, at: usize, message: impl Into<String>) {
        let place = self.place(at);
        self.problems.add(Problem::new(place, None, message.into()));
    }

    /// The place of an offset. Linear in what is between it and the last one that was asked for, if it is behind that.
    fn place(&mut self, at: usize) -> Place {
        let (last, place) = self.reached;
        let place = match self.text.get(last..at) {
            Some(between) => place.after(between),
            None => Place::of(self.text, at),
        };
        self.reached = (at, place);
        place
    }
}
