//! The objects of a rule: nesting, fields and `$or`. Nesting is kept on a stack of our own, not the thread's.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::ast::{Key, Member, Object, Span, Test};
use super::error::{Fault, PatternErrorKind};
use super::lex::{Lexeme, Lexer, Token};
use super::limits::Limits;
use super::render::{quoted, visible};
use super::{operators, suggest};

/// What `$or` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    OrAsOperator,
    OrAsField,
}

/// A fault, and the path at which it was met.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) fault: Fault,
    pub(super) path: String,
}

impl Failure {
    /// One that has nothing to do with any field.
    pub(super) fn outside(fault: Fault) -> Self {
        Failure { fault, path: String::new() }
    }
}

const OR: &str = "$or";

/// Most rules are nested no deeper.
const USUAL_LEVELS: usize = 4;

/// Reads one rule.
#[derive(Debug)]
pub(super) struct Parser<'t, 'l> {
    lexer: Lexer<'t>,
    limits: &'l Limits,
    reading: Reading,
    /// INVARIANT: the first is an object, and every `$or` is in an object. Only the end of the first object empties it.
    levels: SmallVec<[Level<'t>; USUAL_LEVELS]>,
    /// Of the levels, how many are objects.
    depth: usize,
    /// Of the levels, how many are `$or`.
    ors: usize,
    tests: usize,
}

/// Something that is open.
#[derive(Debug)]
enum Level<'t> {
    Object(OpenObject<'t>),
    Or(OpenOr),
}

#[derive(Debug)]
struct OpenObject<'t> {
    open: Span,
    members: Vec<Member>,
    /// The key of the member that is being read.
    key: Option<OpenKey<'t>>,
    /// The product of the combinations of the members.
    combinations: usize,
}

#[derive(Debug)]
struct OpenKey<'t> {
    span: Span,
    text: Cow<'t, str>,
}

#[derive(Debug)]
struct OpenOr {
    open: Span,
    alternatives: Vec<Object>,
    /// Whether the next alternative is being read.
    inside: bool,
    /// The sum of the combinations of the alternatives.
    combinations: usize,
}

impl<'t, 'l> Parser<'t, 'l> {
    pub(super) fn new(text: &'t str, limits: &'l Limits, reading: Reading) -> Self {
        Parser { lexer: Lexer::new(text), limits, reading, levels: SmallVec::new(), depth: 0, ors: 0, tests: 0 }
    }

    /// Reads the whole text.
    pub(super) fn rule(mut self) -> Result<Object, Failure> {
        self.root().map_err(|fault| Failure { fault, path: self.path() })
    }

    fn root(&mut self) -> Result<Object, Fault> {
        let first = self.lexer.read()?;
        match first.token {
            Token::BeginObject => self.open_object(first.span)?,
            Token::End => return Err(structure(first.span, "a rule must be an object, found no text")),
            _ if first.is_value() => {
                let message = format!("a rule must be an object, found {}", first.found());
                return Err(structure(self.lexer.whole(&first), message));
            }
            _ => return Err(first.unexpected("an object")),
        }
        let root = loop {
            let root = match self.levels.last() {
                Some(Level::Or(_)) => self.read_alternative()?,
                _ => self.read_member()?,
            };
            if let Some(root) = root {
                break root;
            }
        };
        let after = self.lexer.read()?;
        match after.token {
            Token::End => Ok(root),
            _ => Err(after.unexpected("the end of the rule")),
        }
    }

    /// The next member of the innermost object, or its end; the root if it was the root's.
    fn read_member(&mut self) -> Result<Option<Object>, Fault> {
        let Some(Level::Object(object)) = self.levels.last_mut() else { return Ok(None) };
        let mut next = self.lexer.read()?;
        match (&next.token, object.members.is_empty()) {
            (Token::EndObject, false) => return self.close_object(next.span),
            (Token::EndObject, true) => {
                return Err(structure(object.open.to(next.span), "an object needs at least one field"));
            }
            (Token::Comma, false) => {
                let comma = next.span;
                next = self.lexer.read()?;
                if matches!(next.token, Token::EndObject) {
                    return Err(trailing_comma(comma, "`}`"));
                }
            }
            (_, true) => {}
            (_, false) => return Err(next.unexpected("`,` or `}`")),
        }
        let Token::String(text) = next.token else { return Err(next.unexpected("a key in double quotes")) };
        let span = next.span;
        let is_or = text == OR && self.reading == Reading::OrAsOperator;
        let is_reserved = self.ors > 0 && operators::is_reserved(&text);
        object.key = Some(OpenKey { span, text });
        if is_reserved {
            return Err(self.reserved(span));
        }
        let colon = self.lexer.read()?;
        if !matches!(colon.token, Token::Colon) {
            return Err(colon.unexpected("`:`"));
        }
        let value = self.lexer.read()?;
        match value.token {
            _ if is_or => self.open_or(value)?,
            Token::BeginObject => self.open_object(value.span)?,
            Token::BeginArray => self.read_field(value.span).map_err(|fault| self.read_as_tests(fault))?,
            _ => return Err(self.not_a_field(value)),
        }
        Ok(None)
    }

    /// The next alternative of the innermost `$or`, or its end.
    fn read_alternative(&mut self) -> Result<Option<Object>, Fault> {
        let Some(Level::Or(or)) = self.levels.last_mut() else { return Ok(None) };
        let mut next = self.lexer.read()?;
        match (&next.token, or.alternatives.is_empty()) {
            (Token::EndArray, _) => return self.close_or(next.span),
            (Token::Comma, false) => {
                let comma = next.span;
                next = self.lexer.read()?;
                if matches!(next.token, Token::EndArray) {
                    return Err(trailing_comma(comma, "`]`"));
                }
            }
            (_, true) => {}
            (_, false) => return Err(next.unexpected("`,` or `]`")),
        }
        or.inside = true;
        match next.token {
            Token::BeginObject => self.open_object(next.span)?,
            _ if next.is_value() => {
                let message = format!("an alternative of `$or` must be an object, found {}", next.found());
                let span = self.lexer.whole(&next);
                return Err(misshapen_or(span, message).hint(
                    "alternative values of one field are listed in its array, without `$or`; for a field that is \
                     called `$or` there is the option `or_as_field` (`--or-as-field`)",
                ));
            }
            _ => return Err(next.unexpected("an alternative")),
        }
        Ok(None)
    }

    fn open_object(&mut self, open: Span) -> Result<(), Fault> {
        let max = self.limits.max_depth;
        if self.depth >= max {
            let message = format!("objects are nested too deep: at most {max} levels are allowed");
            return Err(Fault::new(PatternErrorKind::TooDeep, open, message));
        }
        self.depth += 1;
        // As many as the first member would make room for, if less directly.
        let members = Vec::with_capacity(4);
        self.levels.push(Level::Object(OpenObject { open, members, key: None, combinations: 1 }));
        Ok(())
    }

    fn open_or(&mut self, value: Lexeme<'_>) -> Result<(), Fault> {
        match value.token {
            Token::BeginArray => {}
            _ if value.is_value() => {
                let message = format!("`$or` must be an array of alternatives, found {}", value.found());
                return Err(misshapen_or(self.lexer.whole(&value), message).hint(OR_SHAPE));
            }
            _ => return Err(value.unexpected("an array")),
        }
        self.ors += 1;
        self.levels.push(Level::Or(OpenOr {
            open: value.span,
            alternatives: Vec::new(),
            inside: false,
            combinations: 0,
        }));
        Ok(())
    }

    /// Closes the innermost object and hands it to what it is in; the root if it is in nothing.
    fn close_object(&mut self, close: Span) -> Result<Option<Object>, Fault> {
        let Some(Level::Object(closed)) = self.levels.pop() else { return Ok(None) };
        self.depth -= 1;
        let object = Object { span: closed.open.to(close), members: closed.members };
        let combinations = match self.levels.last_mut() {
            None => return Ok(Some(object)),
            Some(Level::Or(or)) => {
                or.alternatives.push(object);
                or.inside = false;
                or.combinations = or.combinations.saturating_add(closed.combinations);
                or.combinations
            }
            Some(Level::Object(outer)) => {
                if let Some(key) = outer.key.take() {
                    outer.members.push(Member::Descend { key: key.into(), object });
                }
                outer.multiply(closed.combinations)
            }
        };
        self.check_combinations(combinations, closed.open)?;
        Ok(None)
    }

    fn close_or(&mut self, close: Span) -> Result<Option<Object>, Fault> {
        let Some(Level::Or(closed)) = self.levels.pop() else { return Ok(None) };
        self.ors -= 1;
        let span = closed.open.to(close);
        if closed.alternatives.len() < 2 {
            let (found, hint) = match closed.alternatives.is_empty() {
                true => ("none", OR_SHAPE),
                false => ("only one", "fields that have to match anyway are written without `$or`"),
            };
            let message = format!("`$or` needs at least two alternatives, found {found}");
            return Err(misshapen_or(span, message).hint(hint));
        }
        let Some(Level::Object(outer)) = self.levels.last_mut() else { return Ok(None) };
        let key_span = outer.key.take().map_or(closed.open, |key| key.span);
        outer.members.push(Member::Or { key_span, span, alternatives: closed.alternatives });
        let combinations = outer.multiply(closed.combinations);
        self.check_combinations(combinations, key_span)?;
        Ok(None)
    }

    /// Every sum and product on the way is at most the rule's own number, so that the first over the limit decides.
    fn check_combinations(&self, combinations: usize, span: Span) -> Result<(), Fault> {
        let max = self.limits.max_or_combinations;
        if combinations <= max {
            return Ok(());
        }
        let message = format!("the alternatives of `$or` come to more than {max} combinations");
        Err(Fault::new(PatternErrorKind::TooManyCombinations, span, message)
            .hint("several `$or` in one rule multiply; several rules add up"))
    }

    /// The tests on one field, up to the end of the array.
    fn read_field(&mut self, open: Span) -> Result<(), Fault> {
        // Most fields have a single test.
        let mut tests: Vec<Test> = Vec::with_capacity(1);
        let span = loop {
            let mut next = self.lexer.read()?;
            match (&next.token, tests.is_empty()) {
                (Token::EndArray, false) => break open.to(next.span),
                (Token::EndArray, true) => {
                    return Err(structure(open.to(next.span), "a field needs at least one test")
                        .hint("`[{\"exists\": true}]` is any value, `[{\"exists\": false}]` is none"));
                }
                (Token::Comma, false) => {
                    let comma = next.span;
                    next = self.lexer.read()?;
                    if matches!(next.token, Token::EndArray) {
                        return Err(trailing_comma(comma, "`]`"));
                    }
                }
                (_, true) => {}
                (_, false) => return Err(next.unexpected("`,` or `]`")),
            }
            let test = operators::parse_test(&mut self.lexer, next)?;
            self.count(&test)?;
            tests.push(test);
        };
        if let Some(Level::Object(object)) = self.levels.last_mut()
            && let Some(key) = object.key.take()
        {
            object.members.push(Member::Field { key: key.into(), span, tests });
        }
        Ok(())
    }

    fn count(&mut self, test: &Test) -> Result<(), Fault> {
        let max = self.limits.max_tests;
        self.tests += operators::count(&test.kind);
        if self.tests <= max {
            return Ok(());
        }
        let message = format!("the rule has too many tests: at most {max} are allowed");
        Err(Fault::new(PatternErrorKind::TooManyTests, test.span, message))
    }

    /// The keys of the levels, the innermost open one last.
    #[cold]
    fn path(&self) -> String {
        let mut path = String::new();
        let mut separate = false;
        for level in &self.levels {
            let key = match level {
                Level::Object(object) => object.key.as_ref().map(|key| &*key.text),
                Level::Or(or) if or.inside => {
                    path.push_str(&format!("[{}]", or.alternatives.len()));
                    None
                }
                Level::Or(_) => None,
            };
            if let Some(key) = key {
                if separate {
                    path.push('.');
                }
                path.push_str(key);
                separate = true;
            }
        }
        path
    }

    /// The error for a key's value that is neither an object nor an array.
    #[cold]
    fn not_a_field(&self, value: Lexeme<'_>) -> Fault {
        if !value.is_value() {
            return value.unexpected("an object or an array");
        }
        let fault =
            structure(value.span, format!("a field's value must be an array of tests, found {}", value.found()));
        const CHARACTERS: usize = 40;
        let source = self.lexer.source(value.span);
        let shown = visible(source, CHARACTERS);
        let mut keys = self.levels.iter().rev().map_while(|level| match level {
            Level::Object(object) => object.key.as_ref().map(|key| &*key.text),
            Level::Or(_) => None,
        });
        match (keys.next(), keys.next()) {
            (Some(operator), Some(field)) if operators::is_operator(operator) => {
                fault.hint(operators::array_around(field, operator, &shown))
            }
            _ => fault.hint(format!("write `[{shown}]`")),
        }
    }

    /// The error in a field's array, which may hold objects of fields to be joined.
    #[cold]
    fn read_as_tests(&self, fault: Fault) -> Fault {
        let key = match self.levels.last() {
            Some(Level::Object(object)) => object.key.as_ref(),
            _ => None,
        };
        match (fault.kind(), key.and_then(|key| suggest::connective(&key.text))) {
            (PatternErrorKind::Operator, Some(advice)) => fault.hint(advice),
            _ => fault,
        }
    }

    /// The error for a key that no field inside `$or` may have.
    #[cold]
    fn reserved(&self, span: Span) -> Fault {
        let name = quoted(self.lexer.source(span));
        misshapen_or(span, format!("inside `$or`, {name} can't be the name of a field")).hint(
            "the alternatives of `$or` are objects of fields; alternative tests on one field are listed in its array",
        )
    }
}

impl OpenObject<'_> {
    /// Counts a member's combinations in.
    fn multiply(&mut self, combinations: usize) -> usize {
        self.combinations = self.combinations.saturating_mul(combinations);
        self.combinations
    }
}

impl From<OpenKey<'_>> for Key {
    fn from(key: OpenKey<'_>) -> Self {
        Key { span: key.span, text: key.text.into() }
    }
}

fn structure(span: Span, message: impl Into<Cow<'static, str>>) -> Fault {
    Fault::new(PatternErrorKind::Structure, span, message)
}

const OR_SHAPE: &str = "write `\"$or\": [{ … }, { … }]`, each alternative an object of fields";

#[cold]
fn misshapen_or(span: Span, message: impl Into<Cow<'static, str>>) -> Fault {
    Fault::new(PatternErrorKind::Or, span, message)
}

#[cold]
pub(super) fn trailing_comma(comma: Span, close: &str) -> Fault {
    Fault::new(PatternErrorKind::Syntax, comma, format!("a comma can't stand before {close}"))
}
