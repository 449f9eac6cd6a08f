//! Buffers that are used again, as fresh memory is slow at first.

use std::sync::{Arc, Mutex, PoisonError};

use super::reader::READ_SIZE;

/// Buffers that had to grow beyond this are not kept.
const KEPT_BUFFER: usize = 16 * READ_SIZE;

/// Buffers that nobody uses at present; the same for all clones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    buffers: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Pool {
    /// A buffer with whatever it held before, if there is one.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Keeps a buffer for others.
    pub(crate) fn give(&self, buffer: Vec<u8>) {
        if (1..=KEPT_BUFFER).contains(&buffer.capacity()) {
            self.buffers.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
        }
    }
}
