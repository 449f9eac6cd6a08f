//! The Serverless Framework's `serverless.yml`.

use super::node::{Node, Twice};
use super::{Properties, TemplateRule, add, cloudformation};

const BRIDGE: Properties = Properties { pattern: "pattern", instead: Some("schedule") };

/// Adds the rules of a service: of its functions, and of the CloudFormation in it.
pub(super) fn rules(service: &Node, text: &str, found: &mut Vec<TemplateRule>) -> Result<(), Twice> {
    // Both may be lists of files and parts.
    for functions in service.get("functions")?.map_or(&[][..], Node::elements) {
        for (name, function) in functions.distinct()? {
            let events = function.get("events")?.map_or(&[][..], Node::elements);
            for (index, event) in events.iter().enumerate() {
                let Some(bridge) = event.get("eventBridge")? else { continue };
                let rule = format!("{}.events[{index}]", name.text);
                add(found, rule, name, bridge, &BRIDGE, text)?;
            }
        }
    }
    for resources in service.get("resources")?.map_or(&[][..], Node::elements) {
        cloudformation::rules(resources, text, found)?;
    }
    Ok(())
}
