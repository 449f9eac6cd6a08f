//! An allocator that counts, for tests and benchmarks.

#![allow(dead_code, missing_docs, unreachable_pub, reason = "shared by tests and benchmarks")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicIsize, Ordering};

/// The system's allocator, a count of its use by each thread, and of the bytes that all threads hold.
pub struct Counting;

static BYTES: AtomicIsize = AtomicIsize::new(0);

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// How often this thread has asked for memory.
pub fn allocations() -> usize {
    ALLOCATIONS.get()
}

/// Bytes that have been asked for and not been given back, what the allocator needs for itself not counted.
pub fn live_bytes() -> isize {
    BYTES.load(Ordering::Relaxed)
}

fn count(more: usize, less: usize) {
    if more > 0 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
    }
    // Sizes are at most `isize::MAX`.
    BYTES.fetch_add(more.cast_signed() - less.cast_signed(), Ordering::Relaxed);
}

// SAFETY: every method hands its arguments to the system's allocator and its answer back, so what that one promises
// holds. Counting neither allocates nor panics: the cell is initialised at compile time and has no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps the promises of this method, which are those of the one called.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(new_size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, new_size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}
