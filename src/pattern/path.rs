//! Paths: keys joined with `.`.

/// The first key of a path.
pub(crate) fn first_key(path: &str) -> &str {
    path.split_once('.').map_or(path, |(first, _)| first)
}

/// The last key of a path.
pub(crate) fn last_key(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(_, last)| last)
}
