//! What one pattern may ask for. Patterns may come from strangers, so every limit is finite by default.

/// The limits of a parser; each is described where it is set, in [`PatternParser`](super::PatternParser).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) max_bytes: usize,
    pub(super) max_depth: usize,
    pub(super) max_tests: usize,
    pub(super) max_or_combinations: usize,
    pub(super) max_expansion: usize,
}

impl Limits {
    /// Spans are held in 32 bits.
    pub(super) const HIGHEST_BYTES: usize = u32::MAX as usize;

    /// Whoever walks the tree of a pattern (to compile, compare, clone or drop it) may do so by plain recursion, which
    /// at this depth is far from filling the stack of a thread.
    pub(super) const HIGHEST_DEPTH: usize = 1_000;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_bytes: 256 * 1024,
            max_depth: 100,
            max_tests: 10_000,
            max_or_combinations: 1_000,
            max_expansion: 16 << 20,
        }
    }
}
