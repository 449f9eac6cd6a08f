//! A list that grows at its end while others read it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A block has so many places.
const BLOCK: u32 = 64;
/// The first chunk has so many blocks, each further one twice as many as the one before.
const FIRST: u32 = 4;
const CHUNKS: usize = 24;

/// A list that one thread at a time makes longer, while any number of threads read what is there. Nothing in it moves or
/// goes away.
///
/// Its elements are in blocks, and these in chunks. Chunks of elements would do, but to make one of the largest took
/// milliseconds, for which one change had to wait.
#[derive(Debug)]
pub(super) struct Log<T> {
    chunks: [OnceLock<Box<[Block<T>]>>; CHUNKS],
    length: AtomicU32,
}

type Block<T> = OnceLock<Box<[OnceLock<T>]>>;

impl<T> Default for Log<T> {
    fn default() -> Self {
        Log { chunks: [const { OnceLock::new() }; CHUNKS], length: AtomicU32::new(0) }
    }
}

/// Which chunk has an element, in which of its blocks, and where in that.
#[inline]
fn place(index: u32) -> (usize, usize, usize) {
    let number = u64::from(index / BLOCK) + u64::from(FIRST);
    let chunk = number.ilog2() - FIRST.ilog2();
    // The number without its highest bit is less than 2^32.
    #[expect(clippy::cast_possible_truncation, reason = "less than 2^32")]
    let at = (number ^ (u64::from(FIRST) << chunk)) as usize;
    (chunk as usize, at, (index % BLOCK) as usize)
}

fn empty<T>(places: usize) -> Box<[OnceLock<T>]> {
    std::iter::repeat_with(OnceLock::new).take(places).collect()
}

impl<T> Log<T> {
    #[inline]
    pub(super) fn get(&self, index: u32) -> Option<&T> {
        let (chunk, block, at) = place(index);
        self.chunks.get(chunk)?.get()?.get(block)?.get()?.get(at)?.get()
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
        let (chunk, block, at) = place(index);
        let blocks = self.chunks.get(chunk).map(|blocks| blocks.get_or_init(|| empty((FIRST as usize) << chunk)));
        let block = blocks.and_then(|blocks| blocks.get(block));
        if let Some(place) = block.and_then(|block| block.get_or_init(|| empty(BLOCK as usize)).get(at)) {
            let _lost = place.set(value);
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
        assert_eq!(place(u32::MAX), (24, 3, 63), "beyond the last chunk");
    }
}
