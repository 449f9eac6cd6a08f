//! Which kernel events are read with.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use eventsieve::{CompileOptions, Kernel, RuleSet};

use crate::failure::Failure;

/// The default options of a matcher, with this kernel if one is forced.
pub(crate) fn compile_options(kernel: Option<Kernel>) -> CompileOptions {
    let options = CompileOptions::new();
    match kernel {
        Some(kernel) => options.kernel(kernel),
        None => options,
    }
}

/// The kernel that is used where none is forced.
pub(crate) fn in_use() -> Result<Kernel, Failure> {
    Ok(RuleSet::<u32>::new().compile().map_err(Failure::new)?.kernel())
}

/// Reads a kernel's name from the command line, and knows them all for its help.
pub(crate) fn parser() -> impl TypedValueParser<Value = Kernel> {
    PossibleValuesParser::new(Kernel::all().iter().map(|kernel| kernel.name())).try_map(|name| name.parse::<Kernel>())
}
