//! What stands in patterns of templates for what only the deployment knows.

/// Begins an expression of a template in a text.
pub(crate) const OPENING: &str = "${";

/// The tests for each of which a text stands in as a whole if an expression is part of it. The text begins with the name.
pub(crate) const STAND_INS: [&str; 3] = ["numeric", "cidr", "exists"];
