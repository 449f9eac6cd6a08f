//! Rules in templates: CloudFormation and SAM (YAML and JSON), the Serverless Framework, and Terraform (HCL and JSON); and
//! those that are deployed, as the AWS CLI lists them. Feature `templates`.
//!
//! Patterns in templates are written in the template's language, and refer to what only the deployment knows. They are
//! made JSON here, with placeholders for that: texts with `${…}` in them, as in `"${AWS::AccountId}"`. Where no text can
//! stand, in `numeric`, `cidr` and `exists`, it stands for the whole test. A pattern so made is for lints and tests with
//! events that have the placeholder; what is deployed may differ. Under `anything-but`, each value but the placeholder
//! passes. A rule has no pattern if that is nothing but an expression, or is JSON in a string with an expression outside of
//! the quotes, `{"account": ${jsonencode(var.accounts)}}`.
//!
//! | in | where |
//! | --- | --- |
//! | CloudFormation | resources of type `AWS::Events::Rule`, their `EventPattern`: an object, or JSON in a string |
//! | SAM | `Events` of type `EventBridgeRule`, `CloudWatchEvent`, their `Pattern` |
//! | Serverless | `functions.*.events[].eventBridge.pattern`, and CloudFormation below `resources` |
//! | Terraform | resources `aws_cloudwatch_event_rule`, their `event_pattern`: a string, a heredoc, or `jsonencode(…)` |
//! | what `aws events list-rules` and `describe-rule` print, as JSON or YAML | the `EventPattern` of each rule, by its `Name` |

mod cloudformation;
mod deployed;
mod hcl;
mod json;
mod node;
mod serverless;
mod terraform;
mod yaml;

use std::fmt;
use std::ops::Range;

use self::node::{Key, Node, Twice};
use crate::pattern::render::{Excerpt, quoted};

/// A rule that was found in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TemplateRule {
    /// What the template calls it: the logical id of the resource; with the event's name behind a dot for SAM
    /// (`Function.Event`), with the event's number for Serverless (`function.events[0]`).
    pub name: String,
    /// The pattern's JSON text, which may be malformed where the template has it in a string. `None` if nothing can stand
    /// in for an expression: one that is all of the pattern, such as a reference to a variable, or one that stands in the
    /// JSON of a string, but not in quotes there. And `None`, without placeholders, if the template gives the rule neither
    /// a pattern nor a schedule.
    pub pattern: Option<String>,
    /// Where the pattern is in the template, in bytes; the rule, if it has none.
    pub span: Range<usize>,
    /// What stands in for expressions, in the order of the text.
    pub placeholders: Vec<Placeholder>,
    parts: Vec<Part>,
}

/// An expression whose value only the deployment knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placeholder {
    /// The expression as it is written, on one line; a long one is cut.
    pub expression: String,
    /// The text that stands in for it in the pattern, cut likewise; `None` if nothing can, and the rule has no pattern.
    pub text: Option<String>,
    /// Where it is in the template, in bytes.
    pub span: Range<usize>,
}

/// What it is, and what stands in for it, in one line.
impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not known here: ", self.expression)?;
        match &self.text {
            None => f.write_str("the rule is left out"),
            // In a string there may be more than the expression.
            Some(text) if self.expression.contains(text.as_str()) => f.write_str("it stands for itself"),
            Some(text) => write!(f, "the text `{text}` stands in"),
        }
    }
}

impl TemplateRule {
    /// Where in the template a span of the pattern's text is, in bytes: exactly, or the narrowest part that was turned
    /// into JSON and holds it.
    pub fn place(&self, span: Range<usize>) -> Range<usize> {
        let holding = self.parts.iter().filter(|part| within(&span, &part.json));
        match holding.min_by_key(|part| part.json.len()) {
            Some(Part { json, template, is_same: true }) => {
                let at = |offset: usize| template.start + (offset - json.start);
                at(span.start)..at(span.end)
            }
            Some(part) => part.template.clone(),
            None => self.span.clone(),
        }
    }
}

/// A part of a pattern's text, and what of the template it was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    json: Range<usize>,
    template: Range<usize>,
    /// Whether the two are the same text.
    is_same: bool,
}

fn within(span: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start <= span.start && span.end <= outer.end
}

/// Why a text is no template that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    message: String,
    line: usize,
    column: usize,
}

impl TemplateError {
    fn new(message: impl Into<String>, line: usize, column: usize) -> Self {
        TemplateError { message: message.into(), line, column }
    }

    fn twice(Twice(key): &Twice, text: &str) -> Self {
        let Excerpt { line, column, .. } = Excerpt::new(text.as_bytes(), key.span.clone());
        TemplateError::new(format!("the key {} is there twice", quoted(&key.text)), line, column)
    }

    /// The line of the error; the first is 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column of the error, in characters; the first is 1.
    pub fn column(&self) -> usize {
        self.column
    }
}

/// What is wrong, in one line, without the place.
impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TemplateError {}

/// The languages of templates.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    /// JSON among it.
    Yaml,
    Hcl,
}

impl Language {
    /// By the file's name: `.tf` is HCL, all else YAML.
    fn of(file_name: &str) -> Self {
        if file_name.ends_with(".tf") { Language::Hcl } else { Language::Yaml }
    }
}

/// Whether a file is likely to be a template: by its name (`.yaml`, `.yml`, `.template`, `.tf`, `.tf.json`), or, for other
/// names, by JSON with a top-level `AWSTemplateFormatVersion`, with resources that have a type in `Resources`, or as the AWS
/// CLI prints rules. A template need not hold rules.
pub fn is_template(file_name: &str, text: &[u8]) -> bool {
    const NAMES: [&str; 5] = [".yaml", ".yml", ".template", ".tf", ".tf.json"];
    if NAMES.iter().any(|name| file_name.ends_with(name)) {
        return true;
    }
    // Cheap, for large files of rules: a template says early what it is.
    const HEAD: usize = 64 << 10;
    let head = String::from_utf8_lossy(text.get(..HEAD).unwrap_or(text));
    let says_so = |key: &&str| head.contains(&format!("\"{key}\""));
    ["Resources", "AWSTemplateFormatVersion", "EventPattern"].iter().any(says_so)
        && serde_json::from_slice(text).is_ok_and(|top| looks_so(&top))
}

/// A rule may be called `Resources`, too, but no field has the type of a resource, and no rule's name is that of a section.
fn looks_so(top: &serde_json::Map<String, serde_json::Value>) -> bool {
    const SECTIONS: [&str; 12] = [
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Globals",
        "Hooks",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    ];
    let has = |value: &serde_json::Value, key: &str, part: &str| {
        value.get(key).and_then(serde_json::Value::as_str).is_some_and(|text| text.contains(part))
    };
    let is_resource = |value: &serde_json::Value| has(value, "Type", "::");
    let resources = top.get("Resources").and_then(serde_json::Value::as_object);
    let listed = top.get("Rules").and_then(serde_json::Value::as_array);
    resources.is_some_and(|all| all.values().any(is_resource))
        || resources.is_some() && top.keys().all(|key| SECTIONS.contains(&key.as_str()))
        || top.get("AWSTemplateFormatVersion").is_some_and(serde_json::Value::is_string)
        || top.get("EventPattern").is_some_and(serde_json::Value::is_string)
        || listed.is_some_and(|rules| rules.iter().any(|rule| has(rule, "Name", "")))
}

/// The rules of a template, in the order of the text. The file's name tells the language: `.tf` is HCL, all else YAML,
/// of which JSON is a part.
///
/// ```
/// let template = "
/// Resources:
///   Stopped:
///     Type: AWS::Events::Rule
///     Properties:
///       EventPattern:
///         source: [aws.ec2]
///         account: [!Ref AWS::AccountId]
/// ";
/// let rules = eventsieve::templates::rules(template, "template.yaml")?;
/// assert_eq!(rules[0].name, "Stopped");
/// assert_eq!(rules[0].pattern.as_deref(), Some(r#"{"source":["aws.ec2"],"account":["${AWS::AccountId}"]}"#));
/// assert_eq!(rules[0].placeholders[0].expression, "!Ref AWS::AccountId");
///
/// let finding = &rules[0].pattern.as_deref().unwrap_or_default().parse::<eventsieve::Pattern>()?.lint();
/// assert_eq!(finding, &[]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The text is not of its language, is nested too deep, has a key twice where rules are looked for, or comes to too much
/// when its aliases are written out.
///
/// # Complexity
///
/// Linear in the text, aliases written out.
pub fn rules(text: &str, file_name: &str) -> Result<Vec<TemplateRule>, TemplateError> {
    let mut found = Vec::new();
    match Language::of(file_name) {
        Language::Hcl => hcl::rules(text, &mut found)?,
        Language::Yaml => {
            for document in yaml::read(text)? {
                for rules in [cloudformation::rules, serverless::rules, terraform::rules, deployed::rules] {
                    rules(&document, text, &mut found).map_err(|twice| TemplateError::twice(&twice, text))?;
                }
            }
        }
    }
    found.sort_by_key(|rule| rule.span.start);
    Ok(found)
}

/// Where a template says what a rule matches: the property that is the pattern, and the one that does without.
struct Properties {
    pattern: &'static str,
    instead: Option<&'static str>,
}

/// Adds the rule at a key, without a pattern if it ought to have one and hasn't.
fn add(
    found: &mut Vec<TemplateRule>,
    name: String,
    key: &Key,
    described: &Node,
    properties: &Properties,
    text: &str,
) -> Result<(), Twice> {
    match described.get(properties.pattern)? {
        Some(pattern) => found.push(rule(name, pattern, text)),
        None if described.is_without(properties.instead) => {
            let (span, placeholders, parts) = (key.span.clone(), Vec::new(), Vec::new());
            found.push(TemplateRule { name, pattern: None, span, placeholders, parts });
        }
        None => {}
    }
    Ok(())
}

/// A rule whose pattern is this value.
fn rule(name: String, value: &Node, text: &str) -> TemplateRule {
    let made = json::pattern(value, text);
    TemplateRule {
        name,
        pattern: made.text,
        span: value.span.clone(),
        placeholders: made.placeholders,
        parts: made.parts,
    }
}
