//! How a rule set is compiled, and why it may not be.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Kernel;
use crate::matcher::Settings;

/// The environment variable that names the kernel to use where no option does.
pub(crate) const KERNEL_VARIABLE: &str = "EVENTSIEVE_KERNEL";

/// How deep an event may be nested where no option says otherwise.
pub(crate) const MAX_EVENT_DEPTH: usize = 1_000;

/// How a rule set is compiled; the defaults suit everyone who doesn't know better.
///
/// ```
/// use eventsieve::{CompileOptions, Kernel, RuleSet};
///
/// let options = CompileOptions::new().kernel(Kernel::Portable).max_event_depth(64);
/// let matcher = RuleSet::<u32>::new().compile_with(&options)?;
/// assert_eq!(matcher.kernel(), Kernel::Portable);
/// # Ok::<(), eventsieve::CompileError>(())
/// ```
#[derive(Clone, Debug)]
pub struct CompileOptions {
    kernel: Option<Kernel>,
    max_event_depth: usize,
    array_budget: u64,
    pub(super) sample: Option<Sample>,
    /// Blocks whatever they cost, so that tests of few rules meet them.
    pub(super) blocks_anyway: bool,
}

/// Events like those to come.
#[derive(Clone)]
pub(super) struct Sample(Arc<[Box<[u8]>]>);

impl Sample {
    pub(super) fn events(&self) -> &[Box<[u8]>] {
        &self.0
    }
}

/// Without the events, which may be nobody else's business.
impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sample").field("events", &self.0.len()).finish()
    }
}

impl Default for CompileOptions {
    fn default() -> Self {
        CompileOptions {
            kernel: None,
            max_event_depth: MAX_EVENT_DEPTH,
            array_budget: 10_000_000,
            sample: None,
            blocks_anyway: false,
        }
    }
}

impl CompileOptions {
    /// The defaults.
    pub fn new() -> Self {
        CompileOptions::default()
    }

    /// Scan events with this kernel. By default it is the one that the environment variable `EVENTSIEVE_KERNEL` names
    /// (`portable`, `neon`, `avx2`, `avx512`), and without it the best one that the processor has.
    #[must_use]
    pub fn kernel(mut self, kernel: Kernel) -> Self {
        self.kernel = Some(kernel);
        self
    }

    /// How deep an event's objects and arrays may be nested, the event itself counted; 1,000 by default, as the
    /// language has it. Deeper ones are refused with an [`EventError`](crate::EventError).
    #[must_use]
    pub fn max_event_depth(mut self, depth: usize) -> Self {
        self.max_event_depth = depth;
        self
    }

    /// How many steps the array checks of one event may take together where a path has several routes (duplicate keys,
    /// keys whose dots spell another path), a step being one leaf tried or one array around it; 10,000,000 by default,
    /// some 50 ms. The question is NP-hard there; past the budget the event is refused with an
    /// [`EventError`](crate::EventError). Other events need no budget.
    #[must_use]
    pub fn array_budget(mut self, steps: u64) -> Self {
        self.array_budget = steps;
        self
    }

    /// Events like those to come, as JSON text. They say how often each test holds.
    ///
    /// A matcher looks at a rule only if the one of its fields that is expected to hold most rarely does. Without a
    /// sample that is guessed from the rules: what many of them ask for is taken to be frequent. Where events are skewed
    /// in a way that the rules don't show, a sample spares work; verdicts are the same in either case. Some hundred to
    /// some thousand events do, such as the latest ones. Malformed ones don't count.
    ///
    /// The events are copied, and the options keep them. Compiling takes a pass over them, and as much memory as an
    /// index over all of the rules' tests for that time.
    ///
    /// ```
    /// use eventsieve::{CompileOptions, MatchSet, RuleSet, Scratch};
    ///
    /// let mut rules = RuleSet::new();
    /// for n in 0..100 {
    ///     rules.insert(n, &format!(r#"{{"region": ["r{n}"], "kind": ["k{}"]}}"#, n % 7).parse()?)?;
    /// }
    /// // Nearly every event is from one region, which the rules can't tell.
    /// let recent = [r#"{"region": "r3", "kind": "k0"}"#, r#"{"region": "r3", "kind": "k5"}"#];
    /// let matcher = rules.compile_with(&CompileOptions::new().sample(recent))?;
    ///
    /// let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    /// let found: Vec<_> = matcher.matches(br#"{"region": "r3", "kind": "k3"}"#, &mut scratch, &mut set)?.collect();
    /// assert_eq!(found, [&3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sample(mut self, events: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        self.sample = Some(Sample(events.into_iter().map(|event| event.as_ref().into()).collect()));
        self
    }

    /// Check conjunctions in blocks whatever that costs: tests with few rules would not meet blocks otherwise.
    #[cfg(feature = "reference")]
    #[doc(hidden)]
    #[must_use]
    pub fn blocks_anyway(mut self) -> Self {
        self.blocks_anyway = true;
        self
    }

    pub(crate) fn settings_with(&self, kernel: Kernel) -> Settings {
        static SERIAL: AtomicU64 = AtomicU64::new(1);
        Settings {
            kernel,
            max_event_depth: self.max_event_depth,
            array_budget: self.array_budget,
            serial: SERIAL.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// The kernel to use: the option's, the environment's, or the best.
    ///
    /// # Errors
    ///
    /// It cannot be had.
    pub(crate) fn chosen_kernel(&self) -> Result<Kernel, CompileError> {
        let kernel = match (self.kernel, std::env::var_os(KERNEL_VARIABLE)) {
            (Some(kernel), _) => kernel,
            (None, Some(name)) if !name.is_empty() => {
                let name = name.to_string_lossy();
                name.parse().map_err(|_| CompileError {
                    kind: CompileErrorKind::UnknownKernel,
                    message: format!("`{KERNEL_VARIABLE}` names an unknown kernel, `{name}`"),
                })?
            }
            (None, _) => return Ok(Kernel::detect()),
        };
        match kernel.is_available() {
            true => Ok(kernel),
            false => Err(CompileError {
                kind: CompileErrorKind::UnavailableKernel,
                message: format!("this processor cannot run the kernel `{kernel}`"),
            }),
        }
    }
}

/// Why a rule set could not be compiled. The rule set is as it was.
#[derive(Clone, Debug)]
pub struct CompileError {
    kind: CompileErrorKind,
    message: String,
}

/// The kinds of [`CompileError`].
///
/// Non-exhaustive: a later version may meet limits that this one doesn't have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompileErrorKind {
    /// The environment variable `EVENTSIEVE_KERNEL` names no kernel.
    UnknownKernel,
    /// The processor cannot run the kernel that was asked for.
    UnavailableKernel,
}

impl CompileError {
    /// What kind of error it is.
    pub fn kind(&self) -> CompileErrorKind {
        self.kind
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CompileError {}
