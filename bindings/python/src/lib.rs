//! eventsieve for Python: classes around the crate's types, which are described in `python/eventsieve/_eventsieve.pyi`
//! and in the README beside this crate.

mod arrow;
mod batch;
mod event;
mod explain;
mod feed;
mod json;
mod lint;
mod matcher;
mod pattern;
mod rules;
mod templates;
mod verdicts;

#[pyo3::pymodule(name = "_eventsieve")]
mod module {
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "as Python has it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    use eventsieve::python::{EventError, PatternError};

    #[pymodule_export]
    use crate::batch::Batch;
    #[pymodule_export]
    use crate::explain::{Explanation, explain};
    #[pymodule_export]
    use crate::lint::{_finding, Finding, lint};
    #[pymodule_export]
    use crate::matcher::Matcher;
    #[pymodule_export]
    use crate::pattern::{Pattern, matches};
    #[pymodule_export]
    use crate::rules::RuleSet;
    #[pymodule_export]
    use crate::templates::{_is_template, _template_place, _template_rules};
    #[pymodule_export]
    use crate::verdicts::Verdicts;
}
