//! `wildcard`: `*` is any run of bytes.

/// Whether all of `value` matches a wildcard, whose escapes are `\*` and `\\`.
pub(super) fn matches(wildcard: &str, value: &str) -> bool {
    let length = value.len();
    // reached[n]: what was read of the wildcard so far matches the first n bytes of the value.
    let mut reached: Vec<bool> = (0..=length).map(|n| n == 0).collect();
    let mut bytes = wildcard.bytes();
    while let Some(byte) = bytes.next() {
        reached = if byte == b'*' {
            let first = reached.iter().position(|here| *here).unwrap_or(length + 1);
            (0..=length).map(|n| n >= first).collect()
        } else {
            let byte = if byte == b'\\' { bytes.next().unwrap_or(byte) } else { byte };
            let steps = reached.iter().zip(value.bytes()).map(|(here, next)| *here && next == byte);
            [false].into_iter().chain(steps).collect()
        };
    }
    reached.last().copied().unwrap_or(false)
}
