//! Rules files: three formats, and what is wrong with one.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write;
use std::ops::Range;

use clap::ValueEnum;
use eventsieve::{Pattern, PatternError, PatternParser, RuleSet};

use crate::cases::json::{self, Cursor, Members, Unexpected};
use crate::failure::{self, Failure};
use crate::input::Source;
use crate::rule_ids::{self, Numbering, RuleIds};

/// How many bad rules are told before the rest is only counted.
const TOLD: usize = 20;

/// What a rules file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON object of id → pattern
    Object,
    /// `{"id": text or number, "pattern": …}` on each line, the pattern as JSON or as a string that holds the JSON
    Ndjson,
    /// A pattern on each line, whose id is the line number
    Lines,
}

/// The rules of a file.
pub(crate) struct Rules {
    /// By number of their ids.
    pub(crate) set: RuleSet<u32>,
    pub(crate) ids: RuleIds,
}

/// Reads a rules file. Patterns of the same id are alternatives.
pub(crate) fn load(source: &Source, format: Option<Format>, parser: &PatternParser) -> Result<Rules, Failure> {
    let text = source.read_all()?;
    let mut loader = Loader::new(source, parser, &text);
    loader.read(format);
    loader.finish()
}

/// The patterns of one id of a rules file, or of the only one that it holds. Where they are in the file is where they
/// are in their own texts, too, unless the file has them in strings.
pub(crate) fn patterns(
    source: &Source,
    format: Option<Format>,
    parser: &PatternParser,
    id: Option<&str>,
) -> Result<Vec<Pattern>, Failure> {
    let text = source.read_all()?;
    let rules = read(source, &text, format, parser)?;
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule_ids::plain(&rule.id)).collect();
    let listed = || {
        let shown: Vec<_> = ids.iter().take(TOLD).map(|id| format!("`{id}`")).collect();
        let more = if ids.len() > TOLD { ", …" } else { "" };
        format!("{}{more}", shown.join(", "))
    };
    let wanted = match id {
        Some(id) => id,
        None if ids.len() > 1 => {
            return Err(Failure::new(format_args!("{source}: choose a rule by `--id`: {}", listed())));
        }
        None => ids.first().copied().unwrap_or_default(),
    };
    let found: Vec<_> = rules.iter().filter(|rule| rule.id == wanted || rule_ids::plain(&rule.id) == wanted).collect();
    if found.is_empty() {
        let has = if ids.is_empty() { "no rules".to_owned() } else { listed() };
        return Err(Failure::new(format_args!("{source}: there is no rule `{wanted}`; the file has {has}")));
    }
    let placed = |rule: &Rule| {
        let range = Some(rule.range.clone()).filter(|_| !rule.is_string)?;
        placed(&text, range.start, text.get(range)?, parser).ok()
    };
    Ok(found.into_iter().map(|rule| placed(rule).unwrap_or_else(|| rule.pattern.clone())).collect())
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
    /// The range of the pattern in the file.
    pub(crate) range: Range<usize>,
    /// Whether that is a string which holds the pattern's text.
    pub(crate) is_string: bool,
}

/// Reads the rules of a rules file's text one by one, with their places.
pub(crate) fn read(
    source: &Source,
    text: &[u8],
    format: Option<Format>,
    parser: &PatternParser,
) -> Result<Vec<Rule>, Failure> {
    let mut loader = Loader::new(source, parser, text);
    loader.places = Some(Vec::new());
    loader.read(format);
    let (_, rules) = loader.finish_with_places()?;
    Ok(rules)
}

/// Tells the format from the first value: NDJSON has an `id` that is no pattern. An object of rules
/// holds nothing but patterns; and where a single pattern could be meant as well (`{"detail": {"a": [1]}}`), it is the
/// object of rules if it is all that the file holds.
fn detect(text: &[u8]) -> Format {
    let mut cursor = Cursor::new(text);
    let Ok(first) = cursor.value() else {
        // Something is wrong with it: a line that ends as a rule does is one, for the sake of a message that fits.
        let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        return if lines.next().is_some_and(|line| line.ends_with(b"}")) { Format::Lines } else { Format::Object };
    };
    let value = text.get(first).unwrap_or_default();
    let looks = Looks::of(value);
    let followed = cursor.peek().is_some() && memchr::memchr(b'\n', value).is_none();
    match looks {
        Looks { id: true, pattern: true, .. } | Looks { id: true, field: false, .. } => Format::Ndjson,
        Looks { field: true, .. } => Format::Lines,
        _ if followed => Format::Lines,
        _ => Format::Object,
    }
}

/// Whether a text looks like one pattern, over however many lines, and like nothing else.
pub(crate) fn is_pattern(text: &[u8]) -> bool {
    let mut cursor = Cursor::new(text);
    cursor.value().is_ok_and(|first| {
        let looks = Looks::of(text.get(first).unwrap_or_default());
        looks.field && !looks.id && cursor.peek().is_none()
    })
}

/// What shows the format in a file's first value.
#[derive(Default)]
struct Looks {
    /// It has an `id`, and that is neither an object nor an array, nor the text of an object.
    id: bool,
    /// It has a `pattern`.
    pattern: bool,
    /// One of its members is an array, as in a pattern's fields, and never in an object of patterns.
    field: bool,
}

impl Looks {
    fn of(object: &[u8]) -> Self {
        let mut looks = Looks::default();
        let Ok(mut members) = Members::new(object) else { return looks };
        while let Ok(Some((key, value))) = members.next() {
            let first = object.get(value.start);
            let is_pattern =
                || text_of(object.get(value.clone()).unwrap_or_default()).trim_ascii_start().starts_with(b"{");
            looks.id |= key == "id" && first != Some(&b'[') && !is_pattern();
            looks.pattern |= key == "pattern";
            looks.field |= first == Some(&b'[');
        }
        looks
    }
}

/// A rule as NDJSON gives it.
struct NdjsonRule<'t> {
    /// JSON text
    id: String,
    /// JSON text, maybe in a string
    pattern: &'t [u8],
    /// Where in the line the pattern begins.
    start: usize,
    /// The keys that say nothing to this command.
    unknown: Vec<String>,
}

impl<'t> NdjsonRule<'t> {
    fn read(line: &'t [u8]) -> Result<Self, String> {
        let unexpected = |error: Unexpected| format!("expected {} at byte {}", error.expected, error.at);
        let mut members = Members::new(line).map_err(unexpected)?;
        let (mut id, mut pattern, mut unknown) = (None, None, Vec::new());
        while let Some((key, value)) = members.next().map_err(unexpected)? {
            let field = match key.as_str() {
                "id" => &mut id,
                "pattern" => &mut pattern,
                _ => {
                    unknown.push(key);
                    continue;
                }
            };
            if field.replace(value).is_some() {
                return Err(format!("`{key}` is given twice"));
            }
        }
        let id = id.ok_or("a rule needs an `id`")?;
        let text = line.get(id).unwrap_or_default().trim_ascii();
        let id = match serde_json::from_slice(text) {
            Ok(id @ serde_json::Value::String(_)) => id.to_string(),
            // As it is spelt: another spelling is another id, and no digit is lost.
            Ok(serde_json::Value::Number(_)) => String::from_utf8_lossy(text).into_owned(),
            _ => return Err("an `id` is text or a number".to_owned()),
        };
        let pattern = pattern.ok_or("a rule needs a `pattern`")?;
        Ok(NdjsonRule { id, start: pattern.start, pattern: line.get(pattern).unwrap_or_default(), unknown })
    }
}

/// A pattern's text, which may be given in a JSON string.
fn text_of(pattern: &[u8]) -> Cow<'_, [u8]> {
    json::string(pattern).map_or(Cow::Borrowed(pattern), |text| Cow::Owned(text.into_bytes()))
}

/// Collects the rules of a file, and what is wrong with them.
struct Loader<'a> {
    source: &'a Source,
    parser: &'a PatternParser,
    text: &'a [u8],
    set: RuleSet<u32>,
    numbering: Numbering,
    /// Where rules are wanted with their places: they are kept here, and not in the set.
    places: Option<Vec<Rule>>,
    /// Keys of NDJSON rules that were mentioned already, as they are ignored.
    ignored: HashSet<String>,
    /// What is wrong with the first bad rules, one after the other.
    problems: String,
    bad: usize,
}

impl<'a> Loader<'a> {
    fn new(source: &'a Source, parser: &'a PatternParser, text: &'a [u8]) -> Self {
        Loader {
            source,
            parser,
            text,
            set: RuleSet::new(),
            numbering: Numbering::default(),
            places: None,
            ignored: HashSet::new(),
            problems: String::new(),
            bad: 0,
        }
    }

    /// Reads all rules, in a format that is told from the text if none is given.
    fn read(&mut self, format: Option<Format>) {
        match format.unwrap_or_else(|| detect(self.text)) {
            Format::Object => self.object(format.is_none()),
            Format::Ndjson => self.lines(|loader, at, _, text| match NdjsonRule::read(text) {
                Ok(rule) => loader.ndjson_rule(at, rule),
                Err(problem) => loader.bad_rule(at, None, &problem),
            }),
            Format::Lines => self.lines(|loader, at, line, text| loader.add(at, line.to_string(), text)),
        }
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

    /// `told` says that the format was told from the text.
    fn object(&mut self, told: bool) {
        if json::is_blank(self.text) {
            return;
        }
        let (mut first, mut count) = (None, 0_usize);
        let read = Members::new(self.text).and_then(|mut members| {
            while let Some((id, pattern)) = members.next()? {
                let id = serde_json::Value::String(id).to_string();
                first.get_or_insert_with(|| id.clone());
                count += 1;
                self.add(pattern.start, id, self.text.get(pattern).unwrap_or_default());
            }
            Ok(())
        });
        if let Err(error) = read {
            let Place { line, column } = Place::of(self.text, error.at);
            self.bad(|source| format!("{source}:{line}:{column}: expected {}", error.expected));
        }
        if let (Some(id), 1, true, 0) = (&first, count, told, self.bad)
            && self.parser.parse(self.text).is_ok()
        {
            failure::report(&format!(
                "{}: read as one rule named `{}`; `--rules-format lines` reads it as a pattern, if it is on one line",
                self.source,
                rule_ids::plain(id)
            ));
        }
    }

    /// Adds a rule whose pattern, maybe in a JSON string, begins at this offset.
    fn add(&mut self, at: usize, id: String, pattern: &[u8]) {
        let text = text_of(pattern);
        match self.parser.parse(&text) {
            Ok(parsed) => match &mut self.places {
                Some(places) => {
                    let is_string = matches!(text, Cow::Owned(_));
                    places.push(Rule { id, pattern: parsed, range: at..at + pattern.len(), is_string });
                }
                None => self.insert(at, id, &parsed),
            },
            Err(error) if matches!(text, Cow::Owned(_)) => {
                self.bad_rule(at, Some(&id), &format!("in the string: {error}"));
            }
            Err(error) => self.bad_pattern(at, &id, pattern, &error),
        }
    }

    /// Tells what is wrong with a pattern by its place in the file.
    fn bad_pattern(&mut self, at: usize, id: &str, pattern: &[u8], error: &PatternError) {
        if self.bad >= TOLD {
            self.bad += 1;
            return;
        }
        match placed(self.text, at, pattern, self.parser) {
            Err(error_in_file) if error_in_file.kind() == error.kind() => {
                let (line, column) = (error_in_file.line(), error_in_file.column());
                let id = rule_ids::plain(id);
                self.bad(|source| format!("{source}:{line}:{column}: rule `{id}`: {error_in_file}"));
            }
            _ => self.bad_rule(at, Some(id), &format!("in the pattern: {error}")),
        }
    }

    fn insert(&mut self, at: usize, id: String, pattern: &Pattern) {
        if self.bad > 0 {
            return;
        }
        match self.numbering.number(id.into_boxed_str()) {
            Some(number) => {
                if let Err(error) = self.set.insert(number, pattern) {
                    self.bad_rule(at, None, &error.to_string());
                }
            }
            None => self.bad_rule(at, None, "too many rules"),
        }
    }

    /// A problem of the rule at this offset.
    fn bad_rule(&mut self, at: usize, id: Option<&str>, problem: &str) {
        let text = self.text;
        self.bad(|source| {
            let line = Place::of(text, at).line;
            match id {
                Some(id) => format!("{source}:{line}: rule `{}`: {problem}", rule_ids::plain(id)),
                None => format!("{source}:{line}: {problem}"),
            }
        });
    }

    /// Counts a problem, and has it told if there are not too many.
    fn bad(&mut self, message: impl FnOnce(&Source) -> String) {
        self.bad += 1;
        if self.bad > TOLD {
            return;
        }
        if self.bad > 1 {
            self.problems.push_str("\neventsieve: ");
        }
        self.problems.push_str(&message(self.source));
    }

    fn finish(self) -> Result<Rules, Failure> {
        Ok(self.finish_with_places()?.0)
    }

    fn finish_with_places(mut self) -> Result<(Rules, Vec<Rule>), Failure> {
        if self.bad > TOLD {
            let _ = write!(self.problems, "\neventsieve: {}: {} more bad rules", self.source, self.bad - TOLD);
        }
        if self.bad > 0 {
            return Err(Failure::Message(self.problems));
        }
        let ids = self.numbering.finish();
        let places = self.places.unwrap_or_default();
        if ids.is_empty() && places.is_empty() {
            failure::report(&format!("{}: no rules", self.source));
        }
        Ok((Rules { set: self.set, ids }, places))
    }
}

/// A place in a text as people count: the first line is 1, the first column (in characters) too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Place {
    /// Linear in the offset.
    pub(crate) fn of(text: &[u8], offset: usize) -> Self {
        Place { line: 1, column: 1 }.after(text.get(..offset).unwrap_or(text))
    }

    /// The place behind a text that begins here.
    pub(crate) fn after(self, text: &[u8]) -> Self {
        let newline = memchr::memrchr(b'\n', text);
        let in_line = newline.map_or(text, |newline| text.get(newline + 1..).unwrap_or_default());
        // A byte that goes on with a character begins none.
        let characters = in_line.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        let before = if newline.is_some() { 1 } else { self.column };
        Place { line: self.line + memchr::memchr_iter(b'\n', text).count(), column: before + characters }
    }
}
