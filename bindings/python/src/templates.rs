//! Rules in templates, for `load_rules`.

use eventsieve::templates;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Whether a file is likely to be a template, by its name or by what is in it.
#[pyfunction]
pub(crate) fn _is_template(file_name: &str, text: &str) -> bool {
    templates::is_template(file_name, text.as_bytes())
}

/// A rule of a template: its name, its pattern's text if that is known, the line in which the pattern begins, and what is
/// not known of it (line and message).
type TemplateRule = (String, Option<String>, usize, Vec<(usize, String)>);

/// The rules of a template, in the order of the text. Raises ValueError of line, column and message.
#[pyfunction]
pub(crate) fn _template_rules(py: Python<'_>, file_name: &str, text: &str) -> PyResult<Vec<TemplateRule>> {
    let rules = py.detach(|| templates::rules(text, file_name));
    let rules = rules.map_err(|error| PyValueError::new_err((error.line(), error.column(), error.to_string())))?;
    let newlines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let line = |offset: usize| newlines.partition_point(|newline| *newline < offset) + 1;
    let shown = |rule: templates::TemplateRule| {
        let placeholders = rule.placeholders.iter().map(|one| (line(one.span.start), one.to_string())).collect();
        (rule.name, rule.pattern, line(rule.span.start), placeholders)
    };
    Ok(rules.into_iter().map(shown).collect())
}

/// The line and column of what a byte of a rule's pattern was made of. Rules are numbered as `_template_rules` has them.
#[pyfunction]
pub(crate) fn _template_place(file_name: &str, text: &str, rule: usize, offset: usize) -> PyResult<(usize, usize)> {
    let rules = templates::rules(text, file_name).map_err(|error| PyValueError::new_err(error.to_string()))?;
    let place = rules.get(rule).map(|rule| {
        let length = rule.pattern.as_ref().map_or(0, String::len);
        rule.place(offset..length.min(offset + 1).max(offset)).start
    });
    let before = text.get(..place.unwrap_or_default()).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    Ok((before.matches('\n').count() + 1, line.chars().count() + 1))
}
