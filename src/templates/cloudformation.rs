//! CloudFormation, with SAM's resources.

use super::node::Node;
use super::{TemplateRule, rule};

/// Adds the rules of a template.
pub(super) fn rules(template: &Node, text: &str, found: &mut Vec<TemplateRule>) {
    let Some(resources) = template.get("Resources") else { return };
    for (name, resource) in resources.members() {
        let properties = resource.get("Properties");
        if is_type(resource, &["AWS::Events::Rule"])
            && let Some(pattern) = properties.and_then(|properties| properties.get("EventPattern"))
        {
            found.push(rule(name.text.clone(), pattern, text));
        }
        let events = properties.and_then(|properties| properties.get("Events")).map_or(&[][..], Node::members);
        for (event_name, event) in events {
            if is_type(event, &["EventBridgeRule", "CloudWatchEvent"])
                && let Some(pattern) = event.get("Properties").and_then(|properties| properties.get("Pattern"))
            {
                found.push(rule(format!("{}.{}", name.text, event_name.text), pattern, text));
            }
        }
    }
}

fn is_type(node: &Node, names: &[&str]) -> bool {
    node.get("Type").and_then(Node::as_str).is_some_and(|name| names.contains(&name))
}
