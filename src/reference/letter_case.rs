//! `equals-ignore-case`: each character of the test stands for its lower case or its upper case.

use std::collections::BTreeSet;

/// Whether `value` is a spelling of `test`.
pub(super) fn equals(value: &str, test: &str) -> bool {
    spellings(value, test, [0]).contains(&value.len())
}

/// Whether `value` starts with a spelling of `test`.
pub(super) fn starts(value: &str, test: &str) -> bool {
    !spellings(value, test, [0]).is_empty()
}

/// Whether `value` ends with a spelling of `test`.
pub(super) fn ends(value: &str, test: &str) -> bool {
    let anywhere = value.char_indices().map(|(start, _)| start).chain([value.len()]);
    spellings(value, test, anywhere).contains(&value.len())
}

/// Where the spellings of `test` end that begin in `value` at one of the `starts`. There may be several from one start,
/// because the cases of a character may be of different length.
fn spellings(value: &str, test: &str, starts: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
    let mut ends: BTreeSet<usize> = starts.into_iter().collect();
    for character in test.chars() {
        let cases: [String; 2] = [character.to_lowercase().collect(), character.to_uppercase().collect()];
        let mut next = BTreeSet::new();
        for end in ends {
            let rest = value.get(end..).unwrap_or_default();
            next.extend(cases.iter().filter(|case| rest.starts_with(case.as_str())).map(|case| end + case.len()));
        }
        ends = next;
    }
    ends
}
