//! CloudFormation, with SAM's resources.

use super::node::{Node, Twice};
use super::{TemplateRule, rule};

/// Adds the rules of a template.
pub(super) fn rules(template: &Node, text: &str, found: &mut Vec<TemplateRule>) -> Result<(), Twice> {
    let Some(resources) = template.get("Resources")? else { return Ok(()) };
    for (name, resource) in resources.distinct()? {
        let Some(properties) = resource.get("Properties")? else { continue };
        if is_type(resource, &["AWS::Events::Rule"])?
            && let Some(pattern) = properties.get("EventPattern")?
        {
            found.push(rule(name.text.clone(), pattern, text));
        }
        let Some(events) = properties.get("Events")? else { continue };
        for (event_name, event) in events.distinct()? {
            if is_type(event, &["EventBridgeRule", "CloudWatchEvent"])?
                && let Some(properties) = event.get("Properties")?
                && let Some(pattern) = properties.get("Pattern")?
            {
                found.push(rule(format!("{}.{}", name.text, event_name.text), pattern, text));
            }
        }
    }
    Ok(())
}

fn is_type(node: &Node, names: &[&str]) -> Result<bool, Twice> {
    Ok(node.get("Type")?.and_then(Node::as_str).is_some_and(|name| names.contains(&name)))
}
