//! Short texts as numbers.

/// Two words that hold all of up to 16 bytes, given how many there are.
#[inline(always)]
pub(crate) fn ends(bytes: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
    } else {
        match *bytes {
            [first, middle, last] => (u32::from_le_bytes([first, middle, last, 0]).into(), 0),
            [first, last] => (u16::from_le_bytes([first, last]).into(), 0),
            [only] => (only.into(), 0),
            _ => (0, 0),
        }
    }
}
