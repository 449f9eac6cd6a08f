//! Bytes to arrays of numbers. Nothing is allocated that the bytes don't fill.

use std::fmt::Display;

use super::{HEADER, LoadError};

/// Reads arrays one after the other.
pub(super) struct Decoder<'f> {
    file: &'f [u8],
    at: usize,
}

/// Numbers, and where in the file they are.
pub(super) struct Numbers<N> {
    pub(super) at: usize,
    pub(super) values: Vec<N>,
}

impl<'f> Decoder<'f> {
    /// Of a file, without its checksum; begins behind the header.
    pub(super) fn new(file: &'f [u8]) -> Self {
        Decoder { file, at: HEADER }
    }

    /// The offset of what comes next.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// An array of elements of `N` bytes.
    fn array<const N: usize>(&mut self) -> Result<&'f [[u8; N]], LoadError> {
        let rest = self.file.get(self.at..).unwrap_or_default();
        let Some((length, rest)) = rest.split_first_chunk() else {
            return Err(LoadError::malformed(self.at, "8 bytes for a length"));
        };
        let length = u64::from_le_bytes(*length);
        let bytes = usize::try_from(length).ok().and_then(|length| length.checked_mul(N));
        let Some(bytes) = bytes.and_then(|bytes| rest.get(..bytes)) else {
            let expected = format!("a length that fits the rest of the file, found {length} times {N} bytes");
            return Err(LoadError::malformed(self.at, expected));
        };
        self.at += size_of::<u64>() + bytes.len();
        Ok(bytes.as_chunks().0)
    }

    pub(super) fn bytes(&mut self) -> Result<&'f [u8], LoadError> {
        Ok(self.array::<1>()?.as_flattened())
    }

    pub(super) fn u32s(&mut self) -> Result<Numbers<u32>, LoadError> {
        let array = self.array()?;
        Ok(Numbers {
            at: self.at - size_of_val(array),
            values: array.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect(),
        })
    }

    pub(super) fn u64s(&mut self) -> Result<Numbers<u64>, LoadError> {
        let array = self.array()?;
        Ok(Numbers {
            at: self.at - size_of_val(array),
            values: array.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect(),
        })
    }

    /// Rows of `N` numbers.
    pub(super) fn rows<const N: usize>(&mut self) -> Result<Rows<N>, LoadError> {
        let Numbers { at, values } = self.u32s()?;
        let (rows, []) = values.as_chunks() else {
            return Err(LoadError::malformed(at, format!("rows of {N} numbers, found {} numbers", values.len())));
        };
        Ok(Rows { at, values: rows.to_vec() })
    }

    /// An error if there is more.
    pub(super) fn finish(&self) -> Result<(), LoadError> {
        if self.at == self.file.len() { Ok(()) } else { Err(LoadError::malformed(self.at, "the checksum")) }
    }
}

/// Rows of numbers, and where in the file they are.
pub(super) type Rows<const N: usize> = Numbers<[u32; N]>;

impl<N> Numbers<N> {
    /// The error that the number at an index is not as it should be.
    pub(super) fn error(&self, index: usize, expected: impl Display) -> LoadError {
        LoadError::malformed(self.at + size_of::<N>() * index, expected)
    }

    /// An error unless all are as they should be.
    pub(super) fn check(&self, expected: impl Display, is_right: impl Fn(&N) -> bool) -> Result<(), LoadError> {
        match self.values.iter().position(|value| !is_right(value)) {
            Some(index) => Err(self.error(index, expected)),
            None => Ok(()),
        }
    }

    /// An error unless there are so many.
    pub(super) fn count(&self, count: usize, what: &str) -> Result<(), LoadError> {
        if self.values.len() == count {
            return Ok(());
        }
        Err(self.error(0, format!("{count} {what}, found {}", self.values.len())))
    }
}

impl<N: Copy + Ord + Into<u64>> Numbers<N> {
    /// An error unless these say where rows begin that lie end to end, and that the last one ends at `end`.
    pub(super) fn starts(&self, rows: usize, end: usize) -> Result<(), LoadError> {
        self.count(rows + 1, "places where rows begin or end")?;
        let ends = [self.values.first(), self.values.last()].map(|value| value.copied().map(Into::into));
        if ends != [Some(0), Some(end as u64)] || !self.values.is_sorted() {
            return Err(self.error(0, format!("places in ascending order from 0 to {end}")));
        }
        Ok(())
    }
}

impl Numbers<u32> {
    /// An error unless all are below one.
    pub(super) fn below(&self, end: usize, what: &str) -> Result<(), LoadError> {
        self.check(format_args!("{what} below {end}"), |value| (*value as usize) < end)
    }
}
