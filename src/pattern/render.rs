//! Showing pieces of JSON texts to people.

use std::fmt::{self, Write};
use std::ops::Range;

use super::shown::shown;

/// The line of the text in which an error begins, cut to what fits on a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
    /// The line as it is shown.
    pub(crate) source: String,
    /// Columns of the screen in front of the marks.
    indent: usize,
    /// Columns to be marked, at least one.
    width: usize,
}

/// Characters of a line that are shown, unless somebody says otherwise.
const USUAL: usize = 120;

impl Excerpt {
    /// Of the line in which `span` begins. Linear in the part of the text in front of the span.
    pub(crate) fn new(text: &[u8], span: Range<usize>) -> Self {
        Excerpt::within(text, span, USUAL)
    }

    /// As [`Excerpt::new`], of so many characters of the line at most.
    pub(crate) fn within(text: &[u8], span: Range<usize>, characters: usize) -> Self {
        // Shown in front of the error where the line has to be cut; more, if there are fewer behind it.
        let before_error = characters * 5 / 12;
        let (before, rest) = text.split_at_checked(span.start).unwrap_or((text, &[]));
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let before = String::from_utf8_lossy(before.get(line_start..).unwrap_or_default());
        // A character has at most four bytes: more need not be looked at.
        let rest = rest.get(..4 * (characters + 1)).unwrap_or(rest);
        let line_end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let (marked, after) = rest.get(..line_end).unwrap_or_default().split_at(span.len().min(line_end));
        let (marked, after) = (String::from_utf8_lossy(marked), String::from_utf8_lossy(after));

        let from_error = marked.chars().chain(after.chars()).count();
        let in_front = before.chars().count();
        let cut = in_front.saturating_sub(before_error).min((in_front + from_error).saturating_sub(characters));
        // From the error on.
        let room = characters - (in_front - cut);
        let mut source = String::new();
        if cut > 0 {
            source.push('…');
        }
        source.extend(before.chars().skip(cut).map(shown));
        let indent = screen_width(&source);
        let marked: String = marked.chars().take(room).map(shown).collect();
        source.push_str(&marked);
        source.extend(after.chars().take(room.saturating_sub(marked.chars().count())).map(shown));
        if from_error > room {
            source.push('…');
        }
        Excerpt {
            line: memchr::memchr_iter(b'\n', text.get(..line_start).unwrap_or_default()).count() + 1,
            column: in_front + 1,
            source: source.trim_end().to_owned(),
            indent,
            width: screen_width(&marked).max(1),
        }
    }

    /// Marks to stand under the source.
    pub(crate) fn marks(&self) -> String {
        " ".repeat(self.indent) + &"^".repeat(self.width)
    }
}

/// Writes the place, the line with marks under it, and notes (one line each), without a line break at the end. `path` is
/// left out if it is empty.
pub(crate) fn write_excerpt(out: &mut impl Write, excerpt: &Excerpt, path: &str, notes: &[String]) -> fmt::Result {
    const PATH_CHARACTERS: usize = 100;
    let line = excerpt.line.to_string();
    let gutter = " ".repeat(line.len() + 1);
    write!(out, "{gutter}--> line {line}, column {}", excerpt.column)?;
    if !path.is_empty() {
        write!(out, ", field `{}`", visible(path, PATH_CHARACTERS))?;
    }
    let space = if excerpt.source.is_empty() { "" } else { " " };
    write!(out, "\n{gutter}|\n{line} |{space}{}\n{gutter}| {}", excerpt.source, excerpt.marks())?;
    for note in notes {
        write!(out, "\n{gutter}= {note}")?;
    }
    Ok(())
}

/// A text as it may stand in a line of a message: cut to a number of characters, with nothing invisible.
pub(crate) fn visible(text: &str, characters: usize) -> String {
    let mut shown: String = text.chars().take(characters).map(shown).collect();
    if text.chars().nth(characters).is_some() {
        shown.push('…');
    }
    shown
}

/// A piece of the rule in backticks.
pub(crate) fn quoted(text: &str) -> String {
    const CHARACTERS: usize = 40;
    format!("`{}`", visible(text, CHARACTERS))
}

/// Columns of a terminal that a text takes up, near enough to put marks under it: the usual scripts, without the
/// tables of Unicode.
fn screen_width(text: &str) -> usize {
    let width = |character| match character {
        // Combining marks, joiners and variation selectors.
        '\u{300}'..='\u{36f}' | '\u{200c}'..='\u{200d}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' => 0,
        // Hangul, CJK and kana, full-width forms, emoji.
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    };
    text.chars().map(width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: usize = 50;
    const AFTER: usize = 70;

    fn excerpt(text: &str, span: Range<usize>) -> (usize, usize, String, String) {
        let excerpt = Excerpt::new(text.as_bytes(), span);
        (excerpt.line, excerpt.column, excerpt.source.clone(), excerpt.marks())
    }

    #[test]
    fn places() {
        assert_eq!(excerpt("", 0..0), (1, 1, String::new(), "^".into()));
        assert_eq!(excerpt("ab", 2..2), (1, 3, "ab".into(), "  ^".into()));
        assert_eq!(excerpt("a\r\nbcd\r\ne", 4..5), (2, 2, "bcd".into(), " ^".into()));
        assert_eq!(excerpt("a\nbcd\ne", 3..7), (2, 2, "bcd".into(), " ^^".into()));
        assert_eq!(excerpt("a\n", 1..2), (1, 2, "a".into(), " ^".into()));
        assert_eq!(excerpt("a\n", 2..2), (2, 1, String::new(), "^".into()));
        assert_eq!(excerpt("日本\tx", 7..8), (1, 4, "日本 x".into(), "     ^".into()));
        assert_eq!(excerpt("\u{1b}[31m\u{202e}x", 8..9), (1, 7, "␛[31m\u{fffd}x".into(), "      ^".into()));
        assert_eq!(excerpt("a", 5..9), (1, 2, "a".into(), " ^".into()));
    }

    #[test]
    fn long_lines_are_cut() {
        let text = "é".repeat(1000);
        let (line, column, source, marks) = excerpt(&text, 1000..1002);
        assert_eq!((line, column), (1, 501));
        assert_eq!(source, format!("…{}…", "é".repeat(BEFORE + AFTER)));
        assert_eq!(marks, format!("{}^", " ".repeat(BEFORE + 1)));
        let (_, _, source, marks) = excerpt(&text, 1000..2000);
        assert_eq!(source, format!("…{}…", "é".repeat(BEFORE + AFTER)));
        assert_eq!(marks, format!("{}{}", " ".repeat(BEFORE + 1), "^".repeat(AFTER)));
    }

    #[test]
    fn bytes_that_are_not_text() {
        let excerpt = Excerpt::new(b"{\"a\": [\"\xff\"]}", 8..9);
        assert_eq!((excerpt.column, excerpt.source.as_str(), excerpt.width), (9, "{\"a\": [\"\u{fffd}\"]}", 1));
    }
}
