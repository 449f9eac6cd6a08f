//! Why a test fails: what kinds of reasons there are.

use super::Place;

/// Why a field or a test fails, and by how little.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Miss {
    /// What kind of reason.
    pub kind: MissKind,
    /// The reason, in one line, for people. The wording may change.
    pub message: String,
    /// What to do about it, in one line, where there is something to say. The wording may change.
    pub hint: Option<String>,
    /// The place in the pattern: the test, or the key that leads nowhere.
    pub pattern: Place,
    /// The place in the event: the value, the part of it where it goes wrong, or the key that is meant.
    pub event: Option<Place>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// The kinds of [`Miss`], the nearest first.
        //
        // Non-exhaustive: what comes near is found out better and better.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum MissKind {
            $($(#[$doc])* $name,)*
        }

        impl MissKind {
            /// Its name in JSON. It never changes.
            pub fn code(self) -> &'static str {
                match self {
                    $(MissKind::$name => $code,)*
                }
            }
        }
    };
}

kinds! {
    /// The same text but for letter case.
    LetterCase = "letter-case",
    /// The same text but for white space before or after it.
    WhiteSpace = "white-space",
    /// A number as text where the test has a number, or the other way round; the same for `true`, `false` and `null`.
    Type = "type",
    /// The test is a plain string that would pass as a wildcard, or looks like a regular expression.
    PlainText = "plain-text",
    /// The same address in another spelling, or an address with something around it.
    Address = "address",
    /// A text that differs in a letter or two.
    Spelling = "spelling",
    /// The value holds the text of the test, and more.
    PartOfText = "part-of-text",
    /// Nearly a prefix, suffix or wildcard: the message says where it stops.
    Stops = "stops",
    /// A number or address outside of the range.
    Range = "range",
    /// A value that is excluded by `anything-but`.
    Excluded = "excluded",
    /// A value where `exists: false` wants none.
    Exists = "exists",
    /// A number that can't be compared (semantics, "Numbers").
    NotComparable = "not-comparable",
    /// The path leads to an object or an empty array, and tests see only leaf values.
    NotALeaf = "not-a-leaf",
    /// The path goes on where the event has a string, a number, `true`, `false`, `null`, or an array without objects.
    InsideLeaf = "inside-leaf",
    /// A key on the path is missing, and one is there that is spelt nearly so.
    MisspeltKey = "misspelt-key",
    /// A value that would pass lies under another path.
    OtherPath = "other-path",
    /// A key on the path is missing.
    MissingKey = "missing-key",
    /// A value of a type that the test never passes.
    OtherType = "other-type",
    /// Another value.
    Different = "different",
}

impl MissKind {
    /// How near it is: the lower, the nearer.
    pub(super) fn rank(self) -> u8 {
        self as u8
    }

    /// Whether it says more than that the value is another one.
    pub(super) fn is_near(self) -> bool {
        !matches!(self, MissKind::Different | MissKind::OtherType)
    }
}
