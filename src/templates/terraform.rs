//! Terraform's JSON syntax.

use super::node::{Kind, Node, Twice};
use super::{TemplateRule, hcl, rule};

/// The type of the resources that are rules.
pub(super) const RESOURCE: &str = "aws_cloudwatch_event_rule";
/// Their argument that is the pattern.
pub(super) const PATTERN: &str = "event_pattern";

/// Adds the rules of a configuration. Each level may be an object or a list of such, and each block may come in several
/// members of one name.
pub(super) fn rules(configuration: &Node, text: &str, found: &mut Vec<TemplateRule>) -> Result<(), Twice> {
    for resources in configuration.all("resource").flat_map(Node::elements) {
        for of_type in resources.all(RESOURCE).flat_map(Node::elements) {
            for (name, bodies) in of_type.members() {
                for body in bodies.elements() {
                    if let Some(pattern) = body.get(PATTERN)? {
                        found.push(rule(name.text.clone(), &evaluated(pattern), text));
                    }
                }
            }
        }
    }
    Ok(())
}

/// A string that is one expression, `"${jsonencode({ … })}"`, as that expression.
fn evaluated(pattern: &Node) -> Node {
    let expression = pattern.as_str().and_then(|text| text.trim().strip_prefix("${")?.strip_suffix('}'));
    match expression.and_then(hcl::expression) {
        Some(mut node) => {
            // Its places are those of another text.
            node.move_to(&pattern.span);
            node
        }
        None if expression.is_some() => {
            Node { span: pattern.span.clone(), kind: Kind::Expression(pattern.as_str().unwrap_or_default().to_owned()) }
        }
        None => unescaped(pattern),
    }
}

/// A string whose `$${` and `%%{` are texts, and begin no expression.
fn unescaped(pattern: &Node) -> Node {
    match pattern.as_str() {
        Some(text) if text.contains("$${") || text.contains("%%{") => {
            let text = text.replace("$${", "${").replace("%%{", "%{");
            Node { span: pattern.span.clone(), kind: Kind::String(text) }
        }
        _ => pattern.clone(),
    }
}
