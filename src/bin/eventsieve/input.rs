//! Where text comes from: files and standard input, compressed or not.

use std::fmt::{self, Write};
use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use crate::failure::Failure;
use crate::shown::shown;

/// The mark that some editors put before UTF-8 text.
pub(crate) const BOM: &[u8] = b"\xEF\xBB\xBF";
const GZIP_MAGIC: &[u8] = b"\x1F\x8B";
const ZSTD_MAGIC: &[u8] = b"\x28\xB5\x2F\xFD";
/// How much compressed text is read at a time.
const COMPRESSED_READ: usize = 128 * 1024;

/// A file, or standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Stdin,
    File(PathBuf),
}

/// As messages name it.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Stdin => f.write_str("<stdin>"),
            Source::File(path) => {
                path.to_string_lossy().chars().map(shown).try_for_each(|character| f.write_char(character))
            }
        }
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        if path.as_os_str() == "-" { Source::Stdin } else { Source::File(path.to_owned()) }
    }
}

impl Source {
    /// The sources that a command line's files name: standard input if it names none.
    pub(crate) fn list(files: &[PathBuf]) -> Vec<Source> {
        match files {
            [] => vec![Source::Stdin],
            files => files.iter().map(|file| Source::from(file.as_path())).collect(),
        }
    }

    /// Its name for programs.
    pub(crate) fn name(&self) -> String {
        match self {
            Source::Stdin => self.to_string(),
            Source::File(path) => path.to_string_lossy().into_owned(),
        }
    }

    /// Size in bytes as stored, where that is known beforehand.
    pub(crate) fn size(&self) -> Option<u64> {
        match self {
            Source::Stdin => None,
            Source::File(path) => fs::metadata(path).ok().filter(|metadata| metadata.is_file()).map(|file| file.len()),
        }
    }

    /// Opens it for reading its text, decompressed: what is compressed is told from the first bytes, and from the name
    /// in that a file that only claims to be compressed is an error when it is read. Counts the bytes read as stored.
    pub(crate) fn open(&self, count: Arc<AtomicU64>) -> io::Result<Box<dyn Read + Send>> {
        let stored: Box<dyn Read + Send> = match self {
            Source::Stdin => Box::new(io::stdin()),
            Source::File(path) => Box::new(File::open(path)?),
        };
        let mut stored = Counted { inner: stored, count };
        let head = read_magic(&mut stored)?;
        let format = Format::of_magic(&head).unwrap_or_else(|| self.format_of_name());
        let whole = Cursor::new(head).chain(stored);
        Ok(match format {
            Format::Plain => Box::new(whole),
            Format::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(COMPRESSED_READ, whole))),
            Format::Zstd => Box::new(zstd::Decoder::with_buffer(BufReader::with_capacity(COMPRESSED_READ, whole))?),
        })
    }

    /// The whole text, without a byte order mark.
    pub(crate) fn read_all(&self) -> Result<Vec<u8>, Failure> {
        let mut text = Vec::new();
        self.open(Arc::default())
            .and_then(|mut input| input.read_to_end(&mut text))
            .map_err(|error| Failure::new(format_args!("{self}: {error}")))?;
        if text.starts_with(BOM) {
            text.drain(..BOM.len());
        }
        // Marks of byte order, or ASCII in two bytes.
        if let [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [1..=0x7F, 0, 1..=0x7F, ..] | [0, 1..=0x7F, 0, ..] =
            text.as_slice()
        {
            return Err(Failure::new(format_args!("{self}: this looks like UTF-16; save it as UTF-8")));
        }
        Ok(text)
    }

    fn format_of_name(&self) -> Format {
        match self {
            Source::File(path) if path.extension().is_some_and(|name| name.eq_ignore_ascii_case("gz")) => Format::Gzip,
            Source::File(path) if path.extension().is_some_and(|name| name.eq_ignore_ascii_case("zst")) => Format::Zstd,
            _ => Format::Plain,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Plain,
    Gzip,
    Zstd,
}

impl Format {
    fn of_magic(head: &[u8]) -> Option<Format> {
        match head {
            GZIP_MAGIC => Some(Format::Gzip),
            ZSTD_MAGIC => Some(Format::Zstd),
            _ => None,
        }
    }
}

/// Reads as much as is needed to know whether the text begins with one of the marks of compression: a pipe may hand
/// over its bytes one at a time, and may pause after any of them.
fn read_magic(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(ZSTD_MAGIC.len());
    let mut byte = [0];
    while [GZIP_MAGIC, ZSTD_MAGIC].iter().any(|magic| magic.len() > head.len() && magic.starts_with(&head)) {
        match input.read(&mut byte) {
            Ok(0) => break,
            Ok(_) => head.extend_from_slice(&byte),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(head)
}

/// Counts what is read, for the progress bar.
struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.fetch_add(u64::try_from(read).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(read)
    }
}
