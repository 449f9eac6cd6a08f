//! Arrays of numbers to bytes.

use std::io::{self, Write};

/// So many bytes are put together before they are written.
const PIECE: usize = 64 << 10;

/// Writes arrays, and the checksum of all that it has written.
pub(super) struct Encoder<W> {
    to: W,
    buffer: Vec<u8>,
    checksum: crc32fast::Hasher,
    written: u64,
}

impl<W: Write> Encoder<W> {
    pub(super) fn new(to: W) -> Self {
        Encoder { to, buffer: Vec::with_capacity(PIECE + 16), checksum: crc32fast::Hasher::new(), written: 0 }
    }

    /// How many bytes there are so far.
    pub(super) fn written(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    /// Bytes as they are.
    pub(super) fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(PIECE) {
            self.buffer.extend_from_slice(piece);
            if self.buffer.len() >= PIECE {
                self.flush()?;
            }
        }
        Ok(())
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.raw(&(bytes.len() as u64).to_le_bytes())?;
        self.raw(bytes)
    }

    pub(super) fn u32s(&mut self, numbers: impl ExactSizeIterator<Item = u32>) -> io::Result<()> {
        self.raw(&(numbers.len() as u64).to_le_bytes())?;
        numbers.map(u32::to_le_bytes).try_for_each(|number| self.raw(&number))
    }

    pub(super) fn u64s(&mut self, numbers: impl ExactSizeIterator<Item = u64>) -> io::Result<()> {
        self.raw(&(numbers.len() as u64).to_le_bytes())?;
        numbers.map(u64::to_le_bytes).try_for_each(|number| self.raw(&number))
    }

    /// Rows of numbers, end to end.
    pub(super) fn rows<const N: usize>(&mut self, rows: impl ExactSizeIterator<Item = [u32; N]>) -> io::Result<()> {
        self.raw(&((rows.len() * N) as u64).to_le_bytes())?;
        rows.map(|row| row.map(u32::to_le_bytes)).try_for_each(|row| self.raw(row.as_flattened()))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.checksum.update(&self.buffer);
        self.to.write_all(&self.buffer)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Writes the checksum, and all that is yet to be written.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.to.write_all(&self.checksum.finalize().to_le_bytes())?;
        self.to.flush()
    }
}
