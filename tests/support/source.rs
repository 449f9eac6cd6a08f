//! Decisions, drawn from bytes.

/// Draws decisions from bytes: those of a fuzzer, or of a property test, which can so shrink whatever is generated.
/// When the bytes are used up, every decision is the first choice, so generators give the simplest thing first and end.
pub struct Source<'b> {
    bytes: &'b [u8],
}

impl<'b> Source<'b> {
    /// Decisions from these bytes.
    pub fn new(bytes: &'b [u8]) -> Self {
        Source { bytes }
    }

    /// Whether all bytes are used up.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A number from 0 to `limit - 1`. Larger limits than 256 are as good as 256.
    pub fn below(&mut self, limit: usize) -> usize {
        let Some((&byte, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(byte) * limit / 256
    }

    /// Yes, so many times of 100.
    pub fn percent(&mut self, times: usize) -> bool {
        self.below(100) >= 100 - times
    }

    /// One of the choices, which are not empty.
    pub fn pick<'c, T: ?Sized>(&mut self, choices: &[&'c T]) -> &'c T {
        choices[self.below(choices.len())]
    }

    /// Some of `least` to `most` things.
    pub fn some<T>(&mut self, least: usize, most: usize, mut thing: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = least + self.below(most - least + 1);
        (0..count).map(|_| thing(self)).collect()
    }
}
