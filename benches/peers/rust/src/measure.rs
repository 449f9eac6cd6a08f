//! Clocks, memory, and files read by the line.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;

/// The rules of a file one by one, so that their text is not part of what an engine holds.
pub struct RuleLines {
    reader: BufReader<File>,
    line: Vec<u8>,
}

impl RuleLines {
    pub fn open(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(RuleLines { reader: BufReader::new(file), line: Vec::new() })
    }

    pub fn next(&mut self) -> Result<Option<&[u8]>, String> {
        self.line.clear();
        let read = self.reader.read_until(b'\n', &mut self.line).map_err(|error| format!("rules: {error}"))?;
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
        }
        Ok((read > 0).then_some(&self.line))
    }

    pub fn rewind(&mut self) -> Result<(), String> {
        io::Seek::rewind(&mut self.reader).map_err(|error| format!("rules: {error}"))
    }
}

/// The events of a file, in one buffer.
#[derive(Default)]
pub struct Events {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Events {
    pub fn read(path: &Path) -> Result<Self, String> {
        let mut text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        if !text.is_empty() && text.last() != Some(&b'\n') {
            text.push(b'\n');
        }
        let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
        Ok(Events { text, ends })
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn bytes(&self) -> usize {
        self.text.len() - self.ends.len()
    }

    #[inline]
    pub fn get(&self, number: usize) -> &[u8] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] + 1 };
        &self.text[start..self.ends[number]]
    }
}

/// Seconds of processor time of this process.
pub fn cpu_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for the answer.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    assert_eq!(status, 0, "no clock for processor time");
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Resident memory in bytes, after what the allocator keeps for later has been given back.
pub fn resident_bytes() -> f64 {
    // SAFETY: both may be called at any time.
    let page = unsafe {
        #[cfg(target_env = "gnu")]
        libc::malloc_trim(0);
        libc::sysconf(libc::_SC_PAGESIZE)
    };
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0.0);
    pages * page as f64
}
