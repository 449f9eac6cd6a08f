//! Compiled matchers as files.
//!
//! A file is, all numbers little endian and nothing aligned:
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `89 65 76 73 69 65 76 65`: that it is such a file |
//! | 4 | [`VERSION`] |
//! | 8 | length of the whole file |
//! | … | the ids, then the parts of the engine, as arrays: 8 bytes for how many there are, then 1, 4 or 8 bytes for each |
//! | 4 | CRC-32 of all before |
//!
//! What is in the file are the tests, fields, conjunctions, postings and blocks. The trie of paths and the index of tests
//! are built on loading: their hashes have a new seed each time, and nothing that a file says can make them loop.
//!
//! A checksum tells damage and not malice. So everything that matching relies on is checked in [`engine::read`]; its
//! `INVARIANT`s say what for. The version has to be counted up whenever the arrays, their meaning or what matching relies
//! on change; a file of `tests/data` tells when.

mod block;
mod decode;
mod encode;
mod engine;
mod error;
mod id;
mod postings;
mod table;

use std::io::{self, Write};

use self::decode::Decoder;
use self::encode::Encoder;
use crate::matcher::Core;
use crate::{CompileOptions, Matcher};

pub use self::error::{LoadError, LoadErrorKind};
pub use self::id::{LoadId, SaveId};

/// With what every file begins. The first byte is no text in any encoding that files of rules have.
const MAGIC: [u8; 8] = *b"\x89evsieve";

/// The form of what follows. Other versions are refused.
const VERSION: u32 = 3;

/// Bytes of magic, version and length.
const HEADER: usize = 20;

/// Bytes of the checksum at the end.
const CHECKSUM: usize = 4;

impl<Id: SaveId> Matcher<Id> {
    /// Writes the matcher, to be [loaded](Matcher::load) by this version of the crate on any machine.
    ///
    /// The same matcher always gives the same bytes. They are written in pieces of some 64 KiB.
    ///
    /// ```
    /// use eventsieve::{Matcher, MatchSet, RuleSet, Scratch};
    ///
    /// let mut rules = RuleSet::new();
    /// rules.insert("uploads", &r#"{"source": ["aws.s3"]}"#.parse()?)?;
    /// let mut file = Vec::new();
    /// rules.compile()?.save(&mut file)?;
    ///
    /// let matcher = Matcher::<String>::load(&file)?;
    /// let (mut scratch, mut set) = (Scratch::new(), MatchSet::new());
    /// assert!(matcher.matches(r#"{"source": "aws.s3"}"#, &mut scratch, &mut set)?.eq(["uploads"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the writer, and [`io::ErrorKind::InvalidInput`] for an id of 4 GiB or more.
    ///
    /// # Complexity
    ///
    /// Linear in what is written. The ids are put together in memory, nothing else is.
    pub fn save(&self, to: impl Write) -> io::Result<()> {
        let ids = id::Ids::new(self.ids())?;
        // To know the length beforehand, everything is written to nowhere first.
        let mut counted = Encoder::new(io::sink());
        write(&mut counted, self.core(), &ids, 0)?;
        let length = counted.written();
        let mut encoder = Encoder::new(to);
        write(&mut encoder, self.core(), &ids, length + CHECKSUM as u64)?;
        encoder.finish()
    }
}

fn write<W: Write>(encoder: &mut Encoder<W>, core: &Core, ids: &id::Ids, length: u64) -> io::Result<()> {
    encoder.raw(&MAGIC)?;
    encoder.raw(&VERSION.to_le_bytes())?;
    encoder.raw(&length.to_le_bytes())?;
    ids.write(encoder)?;
    engine::write(encoder, core.engine())
}

impl<Id: LoadId> Matcher<Id> {
    /// Loads a matcher that was [saved](Matcher::save), with the default [`CompileOptions`]. It is much quicker than
    /// parsing and compiling the rules.
    ///
    /// A loaded matcher matches as the one that was saved. Of the rules there are only the ids: their patterns are not in
    /// the file, so that they can't be changed, explained or put into a [`RuleSet`](crate::RuleSet). Keep the patterns for
    /// that.
    ///
    /// # Untrusted files
    ///
    /// A file that was damaged is refused. One that was forged by someone who knows the format is refused, or gives a
    /// matcher that is as safe as any other: it doesn't panic, and memory is bounded in proportion to the file. But what
    /// it matches is up to the forger, who might as well have written other rules, and so is how long that takes: many
    /// rules that share an expensive test are a small file.
    ///
    /// # Errors
    ///
    /// A [`LoadError`] if the bytes are not a whole file of this version, or the kernel that is asked for cannot be had.
    ///
    /// # Complexity
    ///
    /// Linear in the file, except that the paths are sorted.
    pub fn load(file: &[u8]) -> Result<Self, LoadError> {
        Matcher::load_with(file, &CompileOptions::new())
    }

    /// [`Matcher::load`] with other options. The kernel and the limits on events are those that are given here, whatever
    /// the matcher was compiled with: they are for the one to say who matches, and not for the file. A sample of events
    /// makes no difference, as the rules are compiled already.
    ///
    /// # Errors
    ///
    /// As [`Matcher::load`].
    pub fn load_with(file: &[u8], options: &CompileOptions) -> Result<Self, LoadError> {
        let settings = options.settings_with(options.chosen_kernel().map_err(|error| LoadError::kernel(&error))?);
        let mut decoder = Decoder::new(check(file)?);
        let ids = id::read(&mut decoder)?;
        let engine = engine::read(&mut decoder, ids.len())?;
        decoder.finish()?;
        Ok(Matcher::new(engine, ids, settings))
    }
}

/// The file without its checksum, if it is whole.
fn check(file: &[u8]) -> Result<&[u8], LoadError> {
    let begins = MAGIC.len().min(file.len());
    if !file.starts_with(MAGIC.get(..begins).unwrap_or_default()) || file.is_empty() {
        return Err(LoadError::foreign());
    }
    let Some((header, _)) = file.split_first_chunk::<HEADER>() else {
        return Err(LoadError::truncated(file.len(), (HEADER + CHECKSUM) as u64));
    };
    let [.., v0, v1, v2, v3, l0, l1, l2, l3, l4, l5, l6, l7] = *header;
    let version = u32::from_le_bytes([v0, v1, v2, v3]);
    if version != VERSION {
        return Err(LoadError::version(MAGIC.len(), VERSION, version));
    }
    let length = u64::from_le_bytes([l0, l1, l2, l3, l4, l5, l6, l7]);
    if length > file.len() as u64 {
        return Err(LoadError::truncated(file.len(), length));
    }
    match file.split_last_chunk::<CHECKSUM>() {
        Some((body, checksum)) if length == file.len() as u64 => {
            let (written, computed) = (u32::from_le_bytes(*checksum), crc32fast::hash(body));
            if written == computed { Ok(body) } else { Err(LoadError::checksum(body.len(), written, computed)) }
        }
        _ => Err(LoadError::too_long(length, file.len())),
    }
}
