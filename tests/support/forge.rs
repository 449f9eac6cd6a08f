//! Files of matchers that somebody has changed.

use super::source::Source;

/// Where a file says how long it is.
const LENGTH: std::ops::Range<usize> = 12..20;
const CHECKSUM: usize = 4;

/// Makes the length and the checksum of a file right.
pub fn seal(file: &mut [u8]) {
    let length = file.len() as u64;
    if let Some(place) = file.get_mut(LENGTH) {
        place.copy_from_slice(&length.to_le_bytes());
    }
    if let Some((body, checksum)) = file.split_last_chunk_mut::<CHECKSUM>() {
        *checksum = crc32fast::hash(body).to_le_bytes();
    }
}

/// Changes a number, adds some, or takes some away.
pub fn change(file: &mut Vec<u8>, source: &mut Source<'_>) {
    let place = |source: &mut Source<'_>| {
        let place = source.below(256) << 16 | source.below(256) << 8 | source.below(256);
        LENGTH.end + place % (file.len() - LENGTH.end - CHECKSUM).max(1)
    };
    let (at, other) = (place(source), place(source));
    let number: Vec<u8> = file[at..].iter().take(4).copied().collect();
    let Ok(old) = number.try_into().map(u32::from_le_bytes) else { return };
    let new = match source.below(8) {
        0 => old.wrapping_add(1),
        1 => old.wrapping_sub(1),
        2 => 0,
        3 => u32::MAX,
        4 => 1 << 31,
        5 => u32::try_from(source.below(40)).unwrap_or(0),
        6 => old ^ 1 << source.below(32),
        _ => {
            let length = 1 + source.below(12);
            let end = (at + length).min(file.len() - CHECKSUM);
            if source.percent(50) {
                file.drain(at..end);
            } else {
                let copy = file[at..end].to_vec();
                file.splice(other..other, copy);
            }
            return;
        }
    };
    file[at..at + 4].copy_from_slice(&new.to_le_bytes());
}
