//! CloudFormation, with SAM's resources.

use super::node::{Node, Twice};
use super::{Properties, TemplateRule, add};

const RULE: Properties = Properties { pattern: "EventPattern", instead: Some("ScheduleExpression") };
/// Of a function in SAM.
const EVENT: Properties = Properties { pattern: "Pattern", instead: None };

/// Adds the rules of a template.
pub(super) fn rules(template: &Node, text: &str, found: &mut Vec<TemplateRule>) -> Result<(), Twice> {
    match template.get("Resources")? {
        Some(resources) => rules_of(resources, text, found),
        None => Ok(()),
    }
}

/// What the names of loops begin with.
pub(super) const FOR_EACH: &str = "Fn::ForEach::";

/// Adds the rules among resources. Recursion is as deep as the reader lets values nest.
fn rules_of(resources: &Node, text: &str, found: &mut Vec<TemplateRule>) -> Result<(), Twice> {
    for (name, resource) in resources.distinct()? {
        // What is made again and again, with an expression in its name.
        if let (true, [_, _, body]) = (name.text.starts_with(FOR_EACH), resource.elements()) {
            rules_of(body, text, found)?;
            continue;
        }
        let Some(properties) = resource.get("Properties")? else { continue };
        if is_type(resource, &["AWS::Events::Rule"])? {
            add(found, name.text.clone(), name, properties, &RULE, text)?;
        }
        let Some(events) = properties.get("Events")? else { continue };
        for (event_name, event) in events.distinct()? {
            if !is_type(event, &["EventBridgeRule", "CloudWatchEvent"])? {
                continue;
            }
            let name = format!("{}.{}", name.text, event_name.text);
            let Some(properties) = event.get("Properties")? else { continue };
            add(found, name, event_name, properties, &EVENT, text)?;
        }
    }
    Ok(())
}

fn is_type(node: &Node, names: &[&str]) -> Result<bool, Twice> {
    Ok(node.get("Type")?.and_then(Node::as_str).is_some_and(|name| names.contains(&name)))
}
