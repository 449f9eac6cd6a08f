//! Ids as bytes.

use std::io::{self, Write};
use std::sync::Arc;

use super::LoadError;
use super::decode::Decoder;
use super::encode::Encoder;

/// An id that can be saved: text, numbers, and whatever says how to write itself as bytes.
///
/// ```
/// use eventsieve::{LoadId, Matcher, RuleSet, SaveId};
///
/// #[derive(Clone, Debug, PartialEq, Eq, Hash)]
/// struct Target {
///     bus: u16,
///     name: String,
/// }
///
/// impl SaveId for Target {
///     fn save_id(&self, bytes: &mut Vec<u8>) {
///         self.bus.save_id(bytes);
///         self.name.save_id(bytes);
///     }
/// }
///
/// impl LoadId for Target {
///     const EXPECTED: &'static str = "a bus and a name";
///
///     fn load_id(bytes: &[u8]) -> Option<Self> {
///         let (bus, name) = bytes.split_at_checked(2)?;
///         Some(Target { bus: u16::load_id(bus)?, name: String::load_id(name)? })
///     }
/// }
///
/// let mut rules = RuleSet::new();
/// rules.insert(Target { bus: 7, name: "uploads".into() }, &r#"{"source": ["aws.s3"]}"#.parse()?)?;
/// let matcher = rules.compile()?;
/// let mut file = Vec::new();
/// matcher.save(&mut file)?;
/// assert_eq!(Matcher::<Target>::load(&file)?.ids(), matcher.ids());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait SaveId {
    /// Appends the id's bytes. How many there are is kept beside them, so that they need no end of their own.
    fn save_id(&self, bytes: &mut Vec<u8>);
}

/// An id that can be loaded from the bytes that a [`SaveId`] of the same or a borrowed type has written.
pub trait LoadId: Sized {
    /// What the bytes have to be, for messages.
    const EXPECTED: &'static str;

    /// The id, or `None` if the bytes are not one. The bytes are no more to be trusted than the file.
    fn load_id(bytes: &[u8]) -> Option<Self>;
}

impl<Id: SaveId + ?Sized> SaveId for &Id {
    fn save_id(&self, bytes: &mut Vec<u8>) {
        (**self).save_id(bytes);
    }
}

impl SaveId for str {
    fn save_id(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.as_bytes());
    }
}

macro_rules! texts {
    ($($text:ty)*) => {$(
        impl SaveId for $text {
            fn save_id(&self, bytes: &mut Vec<u8>) {
                (**self).save_id(bytes);
            }
        }

        impl LoadId for $text {
            const EXPECTED: &'static str = "text in UTF-8";

            fn load_id(bytes: &[u8]) -> Option<Self> {
                str::from_utf8(bytes).ok().map(Into::into)
            }
        }
    )*};
}

texts!(String Box<str> Arc<str>);

/// Numbers are as wide in the file as here, `usize` as wide as `u64`, lowest byte first.
macro_rules! integers {
    ($($integer:ty as $wide:ty: $expected:literal,)*) => {$(
        impl SaveId for $integer {
            fn save_id(&self, bytes: &mut Vec<u8>) {
                // No platform has wider ones.
                bytes.extend_from_slice(&<$wide>::try_from(*self).unwrap_or_default().to_le_bytes());
            }
        }

        impl LoadId for $integer {
            const EXPECTED: &'static str = $expected;

            fn load_id(bytes: &[u8]) -> Option<Self> {
                <$integer>::try_from(<$wide>::from_le_bytes(bytes.try_into().ok()?)).ok()
            }
        }
    )*};
}

integers! {
    u8 as u8: "a number of 1 byte",
    u16 as u16: "a number of 2 bytes",
    u32 as u32: "a number of 4 bytes",
    u64 as u64: "a number of 8 bytes",
    u128 as u128: "a number of 16 bytes",
    usize as u64: "a number of 8 bytes",
    i8 as i8: "a number of 1 byte",
    i16 as i16: "a number of 2 bytes",
    i32 as i32: "a number of 4 bytes",
    i64 as i64: "a number of 8 bytes",
    i128 as i128: "a number of 16 bytes",
    isize as i64: "a number of 8 bytes",
}

/// Ids on the way to a file: their bytes end to end, and how many bytes each has.
pub(super) struct Ids {
    lengths: Vec<u32>,
    bytes: Vec<u8>,
}

impl Ids {
    pub(super) fn new(ids: &[impl SaveId]) -> io::Result<Self> {
        let (mut lengths, mut bytes) = (Vec::with_capacity(ids.len()), Vec::new());
        for id in ids {
            let before = bytes.len();
            id.save_id(&mut bytes);
            let length = bytes.len().checked_sub(before).and_then(|length| u32::try_from(length).ok());
            let too_long = || io::Error::new(io::ErrorKind::InvalidInput, "an id has 4 GiB or more");
            lengths.push(length.ok_or_else(too_long)?);
        }
        Ok(Ids { lengths, bytes })
    }

    pub(super) fn write<W: Write>(&self, encoder: &mut Encoder<W>) -> io::Result<()> {
        encoder.u32s(self.lengths.iter().copied())?;
        encoder.bytes(&self.bytes)
    }
}

pub(super) fn read<Id: LoadId>(decoder: &mut Decoder<'_>) -> Result<Box<[Id]>, LoadError> {
    let lengths = decoder.u32s()?;
    let mut rest = decoder.bytes()?;
    let end = decoder.at();
    let mut ids = Vec::with_capacity(lengths.values.len());
    for (index, length) in lengths.values.iter().enumerate() {
        let at = end - rest.len();
        let Some((bytes, others)) = rest.split_at_checked(*length as usize) else {
            return Err(lengths.error(index, format!("an id of at most {} bytes", rest.len())));
        };
        rest = others;
        ids.push(Id::load_id(bytes).ok_or_else(|| LoadError::id(at, Id::EXPECTED))?);
    }
    match rest {
        [] => Ok(ids.into_boxed_slice()),
        _ => Err(LoadError::malformed(end - rest.len(), "the end of the ids")),
    }
}
