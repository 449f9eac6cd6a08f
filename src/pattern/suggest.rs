//! What somebody may have meant by what is not there.

use std::borrow::Cow;

use super::render::visible;

/// The candidate that is only a slip or two away, if there is one. Letter case doesn't count.
pub(crate) fn nearest<'c>(name: &str, candidates: &[&'c str]) -> Option<&'c str> {
    const LONGEST: usize = 32;
    if name.len() > LONGEST {
        return None;
    }
    let plain = |name: &str| name.to_lowercase().replace(['_', ' '], "-");
    let name = plain(name);
    let candidates = candidates.iter().filter(|candidate| candidate.len() <= 2 * LONGEST);
    let (distance, nearest) = candidates.map(|candidate| (distance(&name, &plain(candidate)), *candidate)).min()?;
    // A third of the letters, so that a short word doesn't become any other.
    (distance <= 3 && distance * 3 <= nearest.len()).then_some(nearest)
}

/// What to write instead of names that other systems, or later versions of the language, have for something.
pub(super) fn advice(name: &str) -> Option<&'static str> {
    Some(match &*name.to_ascii_lowercase() {
        "equals" | "equal" | "eq" | "is" => "write the value itself as the test, or `{\"exactly\": \"text\"}`",
        "=" | "<" | "<=" | ">" | ">=" | "gt" | "gte" | "lt" | "lte" | "range" | "between" => {
            "comparisons are written `{\"numeric\": [\">=\", 0, \"<\", 10]}`"
        }
        "in" | "any-of" | "one-of" | "$in" | "$or" | "or" | "any" => {
            "alternative values are listed in the field's array"
        }
        "and" | "all" | "all-of" | "$and" => {
            "no two tests can ask for the same value; a beginning and an end are `{\"wildcard\": \"x*y\"}`, two bounds one \
             `numeric`"
        }
        "contains" | "includes" | "substring" => "write `{\"wildcard\": \"*text*\"}`",
        "starts-with" | "startswith" | "begins-with" => "write `{\"prefix\": \"text\"}`",
        "ends-with" | "endswith" => "write `{\"suffix\": \"text\"}`",
        "not" | "not-equals" | "not-in" | "ne" | "!=" => "write `{\"anything-but\": …}`",
        "not-prefix" => "write `{\"anything-but\": {\"prefix\": \"text\"}}`",
        "not-suffix" => "write `{\"anything-but\": {\"suffix\": \"text\"}}`",
        "not-wildcard" => "write `{\"anything-but\": {\"wildcard\": \"te*t\"}}`",
        "not-equals-ignore-case" => "write `{\"anything-but\": {\"equals-ignore-case\": \"text\"}}`",
        "regex" | "regexp" | "matches" | "glob" | "like" => {
            "there are no regular expressions; write `{\"wildcard\": \"te*t\"}`"
        }
        "ip-address-in-range" | "ip" | "ip-address" => "write `{\"cidr\": \"10.0.0.0/8\"}`",
        "not-exists" | "missing" | "absent" => "write `{\"exists\": false}`",
        "date-after" | "date-on-or-after" | "date-before" | "date-on-or-before" | "in-date-range" => {
            "dates can't be compared"
        }
        _ => return None,
    })
}

/// What to write instead of a key that joins objects in other systems, or nearly so in this language.
pub(super) fn connective(key: &str) -> Option<&'static str> {
    Some(match &*key.to_ascii_lowercase() {
        "$or" | "or" | "any-of" | "anyof" => "did you mean `$or`?",
        "$and" | "and" | "all-of" | "allof" => "all fields of an object have to match: write them side by side",
        "$not" | "not" | "$nor" => "values are excluded by `{\"anything-but\": …}`, field by field",
        _ => return None,
    })
}

/// What to write instead of something at this byte of a text that can't be there in JSON.
pub(crate) fn instead_of(text: &[u8], at: usize) -> Option<Cow<'static, str>> {
    const CHARACTERS: usize = 40;
    let rest = text.get(at..)?;
    let first = rest.first().filter(|byte| !ENDS.contains(byte))?;
    if *first == b';' {
        return Some("write `,`".into());
    }
    let (before, after) = around(text, at);
    // A part of a longer run of characters is meant as all of it, be it behind what could be read.
    let is_part = word(rest) > 0 || before < at;
    let run = String::from_utf8_lossy(text.get(before..after)?);
    let meant = if is_part { &*run } else { run.get(..run.chars().next()?.len_utf8())? };
    Some(Cow::Borrowed(match meant {
        "'" => "JSON strings are in double quotes",
        "“" | "”" => "JSON strings are in straight double quotes",
        "/" | "#" => "JSON has no comments",
        "." => "a number begins with a digit: `0.5`",
        "+" if rest.get(1).is_some_and(u8::is_ascii_digit) => "a number has no `+` in front",
        "True" | "TRUE" => "write `true`",
        "False" | "FALSE" => "write `false`",
        "None" | "Null" | "NULL" | "nil" | "undefined" => "write `null`",
        "NaN" | "Infinity" => "JSON numbers are finite",
        number if number.bytes().all(|byte| byte.is_ascii_digit()) => return None,
        _ => match meant.chars().next()? {
            '\u{a0}' | '\u{3000}' | '\u{2000}'..='\u{200a}' => "this is a space that JSON doesn't know",
            first if (first.is_ascii_alphanumeric() || first == '_') && meant.chars().all(is_of_words) => {
                let quoted = format!("strings are in double quotes: `\"{}\"`", visible(meant, CHARACTERS));
                return Some(match nearest(meant, &["true", "false", "null"]) {
                    Some(literal) => format!("did you mean `{literal}`? {quoted}").into(),
                    None => quoted.into(),
                });
            }
            _ => return None,
        },
    }))
}

/// How long the word is that a text begins with.
pub(crate) fn word(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
}

/// Whether a character may be one of a text that was meant as a string.
fn is_of_words(character: char) -> bool {
    character.is_alphanumeric() || "_-.:/@#$%&*~".contains(character)
}

/// White space, and what JSON has around values.
const ENDS: &[u8] = b" \t\r\n,:[]{}\"";

/// Where the characters around a byte begin and end, up to one of [`ENDS`].
fn around(text: &[u8], at: usize) -> (usize, usize) {
    let ends = |byte: &u8| ENDS.contains(byte);
    let (before, after) = text.split_at_checked(at).unwrap_or((text, &[]));
    let start = before.iter().rposition(ends).map_or(0, |end| end + 1);
    (start, before.len() + after.iter().position(ends).unwrap_or(after.len()))
}

/// The edit distance of two short texts, where swapping two neighbours is one edit.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut previous = None;
    for (row, letter) in left.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let substituted = at(&last, column) + usize::from(letter != *other);
            let mut cost = substituted.min(at(&last, column + 1) + 1).min(at(&current, column) + 1);
            let swapped = previous == Some(*other) && column > 0 && right.get(column - 1) == Some(&letter);
            if swapped {
                cost = cost.min(at(&before_last, column - 1) + 1);
            }
            current.push(cost);
        }
        before_last = std::mem::replace(&mut last, current);
        previous = Some(letter);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (left, right, expected) in
            [("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("", "ab", 2), ("prefx", "prefix", 1), ("ab", "ba", 1)]
        {
            assert_eq!(distance(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn nearest_names() {
        let names = ["prefix", "suffix", "cidr", "anything-but", "equals-ignore-case"];
        assert_eq!(nearest("prefxi", &names), Some("prefix"));
        assert_eq!(nearest("ANYTHING_BUT", &names), Some("anything-but"));
        assert_eq!(nearest("equal-ignore-case", &names), Some("equals-ignore-case"));
        assert_eq!(nearest("cdir", &names), Some("cidr"));
        assert_eq!(nearest("state", &names), None);
        assert_eq!(nearest("", &names), None);
        assert_eq!(nearest(&"prefix".repeat(100), &names), None);
    }
}
