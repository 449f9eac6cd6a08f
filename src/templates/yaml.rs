//! YAML, and JSON as a part of it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::TemplateError;
use super::cloudformation::FOR_EACH;
use super::node::{Key, Kind, Node};

/// How deep a template may nest; the values of a real one nest less than 30 deep.
const MAX_DEPTH: usize = 200;
/// How many values a template may come to with its aliases written out.
const MAX_NODES: usize = 2_000_000;
/// So many bytes of text count as one more value.
const TEXT_OF_A_NODE: usize = 64;

/// The documents of a text.
pub(super) fn read(text: &str) -> Result<Vec<Node>, TemplateError> {
    let (text, offsets) = match without_surrogates(text) {
        Some((text, offsets)) => (Cow::Owned(text), Some(offsets)),
        None => (Cow::Borrowed(text), offsets(text)),
    };
    let mut reader = Reader { offsets, anchors: HashMap::new(), nodes: 0, stack: Vec::new() };
    let mut documents = Vec::new();
    for event in Parser::new(StrInput::new(&text)) {
        let (event, span) = event.map_err(|error| malformed(&error))?;
        documents.extend(reader.take(event, span)?);
    }
    Ok(documents)
}

fn malformed(error: &ScanError) -> TemplateError {
    let marker = error.marker();
    TemplateError::new(format!("not YAML: {}", error.info()), marker.line(), marker.col() + 1)
}

/// Byte offsets by number of character, where they differ.
fn offsets(text: &str) -> Option<Vec<usize>> {
    let ends = std::iter::once(text.len());
    (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).chain(ends).collect())
}

/// JSON with the escapes of surrogate pairs, which YAML doesn't have, written as YAML has them; and the byte of the JSON
/// for each of its characters. `None` if there are none, or it isn't JSON.
fn without_surrogates(text: &str) -> Option<(String, Vec<usize>)> {
    const PAIR: usize = 12;
    if !text.contains("\\u") || serde_json::from_str::<serde_json::Value>(text).is_err() {
        return None;
    }
    let (mut out, mut offsets, mut rest) = (String::with_capacity(text.len()), Vec::new(), text);
    while let Some(character) = rest.chars().next() {
        let at = text.len() - rest.len();
        // In JSON a backslash begins an escape wherever it is; what it escapes is passed over with it.
        let length = match (character, rest.get(..PAIR).and_then(pair)) {
            ('\\', Some(pair)) => {
                let escape = format!("\\U{:08X}", u32::from(pair));
                offsets.extend(std::iter::repeat_n(at, escape.len()));
                out.push_str(&escape);
                PAIR
            }
            _ => {
                let length = if character == '\\' { 2 } else { character.len_utf8() };
                let part = rest.get(..length)?;
                offsets.extend(part.char_indices().map(|(inside, _)| at + inside));
                out.push_str(part);
                length
            }
        };
        rest = rest.get(length..)?;
    }
    offsets.push(text.len());
    Some((out, offsets))
}

/// The character of two escapes that are a surrogate pair.
fn pair(escapes: &str) -> Option<char> {
    let (high, low) = escapes.split_at_checked(6)?;
    let unit = |escape: &str| u16::from_str_radix(escape.strip_prefix("\\u")?, 16).ok();
    let mut units = char::decode_utf16([unit(high)?, unit(low)?]);
    let character = units.next()?.ok()?;
    units.next().is_none().then_some(character)
}

struct Reader {
    offsets: Option<Vec<usize>>,
    /// By number, each with the count of its values.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    /// The arrays and objects that are open.
    stack: Vec<Open>,
}

struct Open {
    start: usize,
    anchor: usize,
    /// `nodes` where it began.
    nodes: usize,
    function: Option<String>,
    items: Items,
}

enum Items {
    Array(Vec<Node>),
    Object(Members),
}

/// The members of an object that is open.
#[derive(Default)]
struct Members {
    own: Vec<(Key, Node)>,
    /// The values of merge keys.
    merged: Vec<Node>,
    /// The key whose value comes next.
    key: Option<Key>,
}

impl Reader {
    /// Takes one event; a document, if that ends its value.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<Option<Node>, TemplateError> {
        let place = (span.start.line(), span.start.col() + 1);
        let range = self.offset(span.start.index())..self.offset(span.end.index());
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = Node { span: range, kind: scalar(&text, style, tag.as_deref()) };
                let count = 1 + text.len() / TEXT_OF_A_NODE;
                self.value(node, anchor, count, count, place)
            }
            Event::Alias(anchor) => {
                let (mut node, count) = self
                    .anchors
                    .get(&anchor)
                    .cloned()
                    .ok_or_else(|| TemplateError::new("an alias within what it stands for", place.0, place.1))?;
                // What is wrong with it is told where it is used.
                node.span = range;
                self.value(node, 0, count, count, place)
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(range.start, anchor, tag.as_deref(), Items::Array(Vec::new()), place)?;
                Ok(None)
            }
            Event::MappingStart(anchor, tag) => {
                self.open(range.start, anchor, tag.as_deref(), Items::Object(Members::default()), place)?;
                Ok(None)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.stack.pop() else { return Ok(None) };
                let (anchor, count) = (open.anchor, self.nodes - open.nodes + 1);
                self.value(open.close(range.end), anchor, 1, count, place)
            }
            _ => Ok(None),
        }
    }

    fn open(
        &mut self,
        start: usize,
        anchor: usize,
        tag: Option<&Tag>,
        items: Items,
        (line, column): (usize, usize),
    ) -> Result<(), TemplateError> {
        if self.stack.len() == MAX_DEPTH {
            return Err(TemplateError::new(format!("nested more than {MAX_DEPTH} deep"), line, column));
        }
        self.stack.push(Open { start, anchor, nodes: self.nodes, function: function(tag), items });
        Ok(())
    }

    /// Puts a value in its place; a document's value is returned. It comes to `count` values, itself among them, of which
    /// `new` have not been counted.
    fn value(
        &mut self,
        node: Node,
        anchor: usize,
        new: usize,
        count: usize,
        (line, column): (usize, usize),
    ) -> Result<Option<Node>, TemplateError> {
        // What has an anchor is kept once more.
        self.nodes += new + if anchor > 0 { count } else { 0 };
        if self.nodes > MAX_NODES {
            let message = format!("more than {MAX_NODES} values, with its aliases written out");
            return Err(TemplateError::new(message, line, column));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), count));
        }
        let Some(open) = self.stack.last_mut() else { return Ok(Some(node)) };
        match &mut open.items {
            Items::Array(elements) => elements.push(node),
            Items::Object(Members { own, merged, key }) => match key.take() {
                Some(name) if name.is_merge() => merged.push(node),
                Some(name) => own.push((name, node)),
                None => {
                    let Some(text) = node.key() else {
                        return Err(TemplateError::new("a key that is an object or an array", line, column));
                    };
                    *key = Some(Key { span: node.span.clone(), text });
                }
            },
        }
        Ok(None)
    }

    fn offset(&self, character: usize) -> usize {
        match &self.offsets {
            Some(offsets) => offsets.get(character).or(offsets.last()).copied().unwrap_or_default(),
            None => character,
        }
    }
}

impl Key {
    /// Whether it is the name of a CloudFormation function, and not of a loop over members.
    fn is_function(&self) -> bool {
        self.text == "Ref" || self.text.starts_with("Fn::") && !self.text.starts_with(FOR_EACH)
    }

    /// Whether it is YAML's `<<` and not a key of that name, which has quotes.
    fn is_merge(&self) -> bool {
        self.text == "<<" && self.span.len() == self.text.len()
    }
}

impl Members {
    /// All of them: its own, and those that are merged which it hasn't itself; of several that are merged, the first.
    fn all(self) -> Vec<(Key, Node)> {
        let Members { own: mut members, merged, .. } = self;
        if merged.is_empty() {
            return members;
        }
        let mut keys: HashSet<String> = members.iter().map(|(key, _)| key.text.clone()).collect();
        for source in merged {
            let sources = match source.kind {
                Kind::Array(sources) => sources,
                _ => vec![source],
            };
            for source in sources {
                let Kind::Object(others) = source.kind else { continue };
                members.extend(others.into_iter().filter(|(key, _)| keys.insert(key.text.clone())));
            }
        }
        members
    }
}

impl Open {
    fn close(self, end: usize) -> Node {
        let span = self.start..end;
        let kind = match (self.function, self.items) {
            (Some(name), Items::Array(arguments)) => call(&name, &arguments),
            (Some(name), Items::Object(members)) => {
                call(&name, &[Node { span: span.clone(), kind: Kind::Object(members.all()) }])
            }
            (None, Items::Array(elements)) => Kind::Array(elements),
            (None, Items::Object(members)) => {
                let members = members.all();
                match members.as_slice() {
                    [(key, value)] if key.is_function() => {
                        call(key.text.strip_prefix("Fn::").unwrap_or(&key.text), value.elements())
                    }
                    _ => Kind::Object(members),
                }
            }
        };
        Node { span, kind }
    }
}

impl Node {
    /// What it is as a key, if it can be one.
    fn key(&self) -> Option<String> {
        match &self.kind {
            Kind::String(text) | Kind::Number(text) | Kind::Expression(text) => Some(text.clone()),
            Kind::Bool(yes) => Some(yes.to_string()),
            Kind::Null => Some("null".to_owned()),
            Kind::Array(_) | Kind::Object(_) => None,
        }
    }
}

/// CloudFormation's short form of a function, such as `!Ref`.
fn function(tag: Option<&Tag>) -> Option<String> {
    tag.filter(|tag| tag.handle == "!" && !tag.suffix.is_empty()).map(|tag| tag.suffix.clone())
}

/// What stands in for a call of a function: a text of its own for each function with other arguments.
fn call(name: &str, arguments: &[Node]) -> Kind {
    let texts: Option<Vec<&str>> = arguments.iter().map(Node::as_str).collect();
    Kind::Expression(match (name, texts.as_deref(), arguments) {
        ("Ref" | "GetAtt" | "ImportValue", Some(texts @ [_, ..]), _) => format!("${{{}}}", texts.join(".")),
        // It holds expressions, but need not.
        ("Sub", Some([text]), _) if !text.contains("${") => return Kind::String((*text).to_owned()),
        ("Sub", Some([text]), _) => (*text).to_owned(),
        ("Sub", _, [Node { kind: Kind::String(text), .. }, values]) => values.members().iter().fold(
            text.clone(),
            // What a variable stands for is told, too.
            |text, (key, value)| {
                text.replace(&format!("${{{}}}", key.text), &format!("${{{}:{}}}", key.text, listed([value])))
            },
        ),
        _ => format!("${{{name}{}}}", listed(arguments)),
    })
}

/// Arguments of a function, each behind a space. What is too long to be told is told apart by a number.
fn listed<'a>(arguments: impl IntoIterator<Item = &'a Node>) -> String {
    const LONGEST: usize = 1_000;
    let mut out = String::new();
    for argument in arguments {
        out.push(' ');
        show(argument, &mut out);
    }
    if out.len() > LONGEST {
        let mut hasher = DefaultHasher::new();
        out.hash(&mut hasher);
        out = out.chars().take(LONGEST).collect();
        out.push_str(&format!("… {:016x}", hasher.finish()));
    }
    out
}

/// Writes an argument, without double quotes: what stands in for a call may be a part of JSON.
fn show(argument: &Node, out: &mut String) {
    match &argument.kind {
        Kind::Null => out.push_str("null"),
        Kind::Bool(yes) => out.push_str(&yes.to_string()),
        Kind::Number(text) | Kind::Expression(text) => out.push_str(&text.replace('"', "'")),
        Kind::String(text) if text.is_empty() || text.contains(' ') => {
            out.extend(["'", &text.replace('"', "'"), "'"]);
        }
        Kind::String(text) => out.push_str(&text.replace('"', "'")),
        Kind::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                out.push_str(if index > 0 { " " } else { "" });
                show(element, out);
            }
            out.push(']');
        }
        Kind::Object(members) => {
            out.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                out.push_str(if index > 0 { " " } else { "" });
                out.extend([&key.text, ": "]);
                show(value, out);
            }
            out.push('}');
        }
    }
}

/// A scalar by YAML's core schema.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Kind {
    let string = || Kind::String(text.to_owned());
    if let Some(name) = function(tag) {
        return call(&name, &[Node { span: 0..0, kind: string() }]);
    }
    // Of YAML's own types only these say something else than the text does.
    let is_typed = tag.is_some_and(|tag| {
        tag.is_yaml_core_schema() && ["int", "float", "bool", "null"].contains(&tag.suffix.as_str())
    });
    if !is_typed && (style != ScalarStyle::Plain || tag.is_some()) {
        return string();
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        _ => number(text).map_or_else(string, Kind::Number),
    }
}

/// A number as JSON spells it.
fn number(text: &str) -> Option<String> {
    if crate::value::number::is_number(text.as_bytes()) {
        return Some(text.to_owned());
    }
    let radix = |digits: &str, radix| u64::from_str_radix(digits, radix).ok().map(|value| value.to_string());
    match text.split_at_checked(2) {
        Some(("0x", digits)) => return radix(digits, 16),
        Some(("0o", digits)) => return radix(digits, 8),
        _ => {}
    }
    // What YAML allows besides: a plus sign, leading zeros, no digit before or behind the point.
    let (sign, rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (if text.starts_with('-') { "-" } else { "" }, rest),
        None => ("", text),
    };
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => rest.split_at_checked(at)?,
        None => (rest, ""),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && part.is_empty() {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if part.is_empty() { "" } else { "." };
    let spelt = format!("{sign}{whole}{point}{part}{exponent}");
    crate::value::number::is_number(spelt.as_bytes()).then_some(spelt)
}
