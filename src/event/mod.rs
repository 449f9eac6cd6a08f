//! The forms in which an event may come, and what is wrong with one that has no verdict.

pub(crate) mod error;
mod field;
#[cfg(feature = "pyo3")]
mod python;
#[cfg(feature = "simd-json")]
mod simd;
mod tree;
mod value;
pub(crate) mod visitor;

pub use self::error::{EventError, EventErrorKind};
pub(crate) use self::field::walk as walk_fields;
pub use self::field::{ArrayPosition, Field, FieldValue};
#[cfg(feature = "pyo3")]
pub(crate) use self::python::walk as walk_python;
pub(crate) use self::tree::{WalkScratch, walk as walk_tree};

/// An event, in one of the forms that a matcher reads. It borrows, and is cheap to copy.
///
/// Most forms convert: byte strings, `str`, values of `serde_json` and (with the feature `simd-json`) `simd-json`, and
/// (with the feature `pyo3`) Python objects.
/// What each form cannot hold, and what happens then, is a table on the [crate's page](crate#forms-of-events).
#[derive(Clone, Copy, Debug)]
pub struct Event<'e> {
    pub(crate) form: Form<'e>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Form<'e> {
    Strict(&'e [u8]),
    Trusted(&'e [u8]),
    Value(&'e serde_json::Value),
    #[cfg(feature = "simd-json")]
    SimdBorrowed(&'e simd_json::BorrowedValue<'e>),
    #[cfg(feature = "simd-json")]
    SimdOwned(&'e simd_json::OwnedValue),
    #[cfg(feature = "pyo3")]
    Python(python::Object<'e>),
    Fields(&'e [Field<'e>]),
}

impl<'e> Event<'e> {
    /// JSON text, wholly checked: there is a verdict only on one RFC 8259 object in UTF-8, with nothing but white space
    /// around it. This is what byte strings and `str` convert to.
    pub fn strict(text: &'e [u8]) -> Self {
        Event { form: Form::Strict(text) }
    }

    /// JSON text from a producer that the caller trusts: parts that no rule mentions are passed over unchecked.
    ///
    /// The caller promises that the text is well-formed, and that no path in it has two routes outside arrays: no key
    /// comes twice in an object, and no key with a dot spells another path (as `{"a.b": 1, "a": {"b": 2}}` does). On
    /// such events the verdicts are those of [`Event::strict`]. On others there may be any verdict, or an error, but
    /// nothing worse.
    pub fn trusted(text: &'e [u8]) -> Self {
        Event { form: Form::Trusted(text) }
    }

    /// Leaves given by name, in any order; paths that no field names have no value. An event of no fields is `{}`.
    pub fn fields(fields: &'e [Field<'e>]) -> Self {
        Event { form: Form::Fields(fields) }
    }
}

impl<'e> From<&'e [u8]> for Event<'e> {
    fn from(text: &'e [u8]) -> Self {
        Event::strict(text)
    }
}

impl<'e, const N: usize> From<&'e [u8; N]> for Event<'e> {
    fn from(text: &'e [u8; N]) -> Self {
        Event::strict(text)
    }
}

impl<'e> From<&'e Vec<u8>> for Event<'e> {
    fn from(text: &'e Vec<u8>) -> Self {
        Event::strict(text)
    }
}

impl<'e> From<&'e str> for Event<'e> {
    fn from(text: &'e str) -> Self {
        Event::strict(text.as_bytes())
    }
}

impl<'e> From<&'e String> for Event<'e> {
    fn from(text: &'e String) -> Self {
        Event::strict(text.as_bytes())
    }
}

impl<'e> From<&'e serde_json::Value> for Event<'e> {
    fn from(value: &'e serde_json::Value) -> Self {
        Event { form: Form::Value(value) }
    }
}

#[cfg(feature = "simd-json")]
impl<'e> From<&'e simd_json::BorrowedValue<'e>> for Event<'e> {
    fn from(value: &'e simd_json::BorrowedValue<'e>) -> Self {
        Event { form: Form::SimdBorrowed(value) }
    }
}

#[cfg(feature = "simd-json")]
impl<'e> From<&'e simd_json::OwnedValue> for Event<'e> {
    fn from(value: &'e simd_json::OwnedValue) -> Self {
        Event { form: Form::SimdOwned(value) }
    }
}
