//! A list that grows at its end while others read it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The first chunk has so many places, each further one twice as many as the one before.
const FIRST: u32 = 16;
const CHUNKS: usize = 28;

/// A list that one thread at a time makes longer, while any number of threads read what is there. Nothing in it moves or
/// goes away.
#[derive(Debug)]
pub(super) struct Log<T> {
    chunks: [OnceLock<Box<[OnceLock<T>]>>; CHUNKS],
    length: AtomicU32,
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Log { chunks: [const { OnceLock::new() }; CHUNKS], length: AtomicU32::new(0) }
    }
}

/// Which chunk has an element, and where in it.
#[inline]
fn place(index: u32) -> (usize, usize) {
    let number = u64::from(index) + u64::from(FIRST);
    let chunk = number.ilog2() - FIRST.ilog2();
    // The number without its highest bit is less than 2^32.
    #[expect(clippy::cast_possible_truncation, reason = "less than 2^32")]
    let at = (number ^ (u64::from(FIRST) << chunk)) as usize;
    (chunk as usize, at)
}

impl<T> Log<T> {
    #[inline]
    pub(super) fn get(&self, index: u32) -> Option<&T> {
        let (chunk, at) = place(index);
        self.chunks.get(chunk)?.get()?.get(at)?.get()
    }

    /// How many elements there are.
    #[inline]
    pub(super) fn len(&self) -> u32 {
        self.length.load(Ordering::Acquire)
    }

    /// Adds an element, and gives its number. One thread at a time: of two, one's element would be lost.
    ///
    /// INVARIANT: there are far fewer than 2^32 elements; tails are limited in length.
    pub(super) fn push(&self, value: T) -> u32 {
        let index = self.length.load(Ordering::Relaxed);
        let (chunk, at) = place(index);
        if let Some(chunk_) = self.chunks.get(chunk) {
            let size = (FIRST as usize) << chunk;
            let places = chunk_.get_or_init(|| std::iter::repeat_with(OnceLock::new).take(size).collect());
            if let Some(place) = places.get(at) {
                let _lost = place.set(value);
            }
        }
        self.length.store(index + 1, Ordering::Release);
        index
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        (0..self.len()).map_while(|index| self.get(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stay_where_they_are() {
        let log = Log::default();
        for number in 0..1_000_u32 {
            assert_eq!(log.push(number * 7), number);
            assert_eq!((log.len(), log.get(number), log.get(number + 1)), (number + 1, Some(&(number * 7)), None));
        }
        assert!(log.iter().copied().eq((0..1_000).map(|number| number * 7)));
        assert_eq!(place(u32::MAX), (28, 15), "beyond the last chunk");
    }
}
