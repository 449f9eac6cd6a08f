//! Which workloads to run.

use crate::workloads::{self, Workload};

/// The workloads that the command line asks for, and those of a standard selection if it asks for none.
///
/// The first argument that isn't an option is criterion's filter, a regular expression for `NAME/MODE/PART`. What stands
/// in it before the first `/` is taken as the beginning of names, so that what the filter leaves out isn't made.
pub fn chosen(standard: &[&str]) -> Vec<&'static Workload> {
    match filter() {
        Some(filter) => {
            let beginning = filter.split('/').next().unwrap_or_default();
            workloads::all().filter(|workload| workload.name.starts_with(beginning)).collect()
        }
        None => standard.iter().filter_map(|name| workloads::find(name)).collect(),
    }
}

/// Options of criterion that take a value, which is no filter.
const WITH_VALUE: [&str; 14] = [
    "--baseline",
    "--baseline-lenient",
    "--color",
    "--colour",
    "--confidence-level",
    "--load-baseline",
    "--measurement-time",
    "--noise-threshold",
    "--nresamples",
    "--output-format",
    "--profile-time",
    "--sample-size",
    "--save-baseline",
    "--warm-up-time",
];

fn filter() -> Option<String> {
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if WITH_VALUE.contains(&argument.as_str()) {
            arguments.next();
        } else if !argument.starts_with('-') {
            return Some(argument);
        }
    }
    None
}
