//! What `aws events list-rules` and `describe-rule` print.

use super::node::{Node, Twice};
use super::{TemplateRule, rule};

/// Adds the rules of a list, or the only one that is described.
pub(super) fn rules(printed: &Node, text: &str, found: &mut Vec<TemplateRule>) -> Result<(), Twice> {
    let listed = printed.get("Rules")?.map_or(std::slice::from_ref(printed), Node::elements);
    for described in listed {
        // A rule that runs on a schedule has no pattern.
        if let (Some(name), Some(pattern)) = (described.get("Name")?, described.get("EventPattern")?)
            && let Some(name) = name.as_str()
        {
            found.push(rule(name.to_owned(), pattern, text));
        }
    }
    Ok(())
}
