//! The byte scanning primitives, one file per instruction set, and the choice between them.
//!
//! This folder is the only place of the crate with `unsafe` code. The scanner is written once, against [`Simd`], and
//! compiled for every kernel: [`Kernel::run`] enters a [`Task`] with the kernel's instructions enabled.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use portable::Portable;

/// An implementation of the byte scanning, by instruction set.
///
/// All kernels give the same answers; they differ in speed only. A kernel that this machine lacks may be named all the
/// same: scanning with it falls back to [`Kernel::Portable`].
//
// Non-exhaustive, for instruction sets will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kernel {
    /// Plain Rust, for every machine.
    Portable,
    /// AArch64 with NEON.
    Neon,
    /// x86-64 with AVX2, BMI and carry-less multiplication.
    Avx2,
    /// x86-64 with AVX-512 (F, BW, VL, VBMI and VBMI2), BMI and carry-less multiplication.
    Avx512,
}

impl Kernel {
    /// Every kernel that this build knows of, the slowest first, whether or not this machine can run it.
    pub const fn all() -> &'static [Kernel] {
        &[Kernel::Portable, Kernel::Neon, Kernel::Avx2, Kernel::Avx512]
    }

    /// The fastest kernel that this machine can run.
    pub fn detect() -> Kernel {
        Kernel::all().iter().copied().rev().find(|kernel| kernel.is_available()).unwrap_or(Kernel::Portable)
    }

    /// Can this machine run the kernel?
    pub fn is_available(self) -> bool {
        match self {
            Kernel::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => avx2::Avx2::new().is_some(),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => avx512::Avx512::new().is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            Kernel::Avx2 | Kernel::Avx512 => false,
            #[cfg(target_arch = "aarch64")]
            Kernel::Neon => neon::Neon::new().is_some(),
            #[cfg(not(target_arch = "aarch64"))]
            Kernel::Neon => false,
        }
    }

    /// The name that [`FromStr`] reads: `portable`, `neon`, `avx2` or `avx512`.
    pub const fn name(self) -> &'static str {
        match self {
            Kernel::Portable => "portable",
            Kernel::Neon => "neon",
            Kernel::Avx2 => "avx2",
            Kernel::Avx512 => "avx512",
        }
    }

    /// Runs a task with this kernel's instructions, or with plain Rust where the machine lacks them.
    pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
        #[cfg(target_arch = "x86_64")]
        match self {
            Kernel::Avx512 => {
                if let Some(simd) = avx512::Avx512::new() {
                    return simd.call(task);
                }
            }
            Kernel::Avx2 => {
                if let Some(simd) = avx2::Avx2::new() {
                    return simd.call(task);
                }
            }
            Kernel::Portable | Kernel::Neon => {}
        }
        #[cfg(target_arch = "aarch64")]
        if let (Kernel::Neon, Some(simd)) = (self, neon::Neon::new()) {
            return simd.call(task);
        }
        task.run(Portable)
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKernel {
    name: String,
}

impl fmt::Display for UnknownKernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown kernel `{}`, expected one of", self.name)?;
        for (i, kernel) in Kernel::all().iter().enumerate() {
            write!(f, "{} `{kernel}`", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownKernel {}

impl FromStr for Kernel {
    type Err = UnknownKernel;

    fn from_str(name: &str) -> Result<Kernel, UnknownKernel> {
        let found = Kernel::all().iter().find(|kernel| kernel.name() == name);
        found.copied().ok_or_else(|| UnknownKernel { name: name.to_owned() })
    }
}

/// Work that a kernel runs. `run` and what it calls must be `#[inline(always)]`: only what is inlined into the kernel's
/// entry is compiled with the kernel's instructions.
pub(crate) trait Task {
    /// What the work gives.
    type Output;

    /// Does the work.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// The bytes of one block.
pub(crate) const BLOCK: usize = 64;

/// What the scanner asks of an instruction set: questions about 64 bytes at a time, answered by 64-bit masks whose
/// lowest bit stands for the first byte.
///
/// INVARIANT: a value of an implementing type proves that the machine has the instructions.
pub(crate) trait Simd: Copy {
    /// 64 bytes.
    type Block: Copy;

    /// Runs a task as a function of its own, which has the registers for itself, with these instructions.
    fn call<T: Task>(self, task: T) -> T::Output;

    /// Asks for bytes ahead of time, to have them in the cache.
    fn prefetch(self, bytes: &[u8; BLOCK]);

    /// Reads 64 bytes.
    fn load(self, bytes: &[u8; BLOCK]) -> Self::Block;

    /// Reads fewer than 64 bytes (what exceeds them is ignored); spaces stand for the rest.
    fn load_tail(self, bytes: &[u8]) -> Self::Block;

    /// Which bytes equal `byte`?
    fn eq(self, block: Self::Block, byte: u8) -> u64;

    /// Where do two blocks have the same byte?
    fn same(self, a: Self::Block, b: Self::Block) -> u64;

    /// Which bytes are less than `limit`, unsigned? `limit` is 1 to 128.
    fn lt(self, block: Self::Block, limit: u8) -> u64;

    /// The bytes with bit 5 set: letters in lower case, and `[` and `]` as `{` and `}`.
    fn fold(self, block: Self::Block) -> Self::Block;

    /// Which bytes are `{`, `}`, `[`, `]`, `:` or `,`? What it says of bytes below 0x20 means nothing.
    fn structural(self, block: Self::Block) -> u64;

    /// Which bytes are JSON's white space: space, line feed, carriage return or tab?
    fn white_space(self, block: Self::Block) -> u64;

    /// Which bytes are ASCII digits?
    fn digits(self, block: Self::Block) -> u64;

    /// The bitwise or of two blocks.
    fn or(self, a: Self::Block, b: Self::Block) -> Self::Block;

    /// Has any byte its highest bit set?
    fn any_high(self, block: Self::Block) -> bool;

    /// Bit i of the answer is the parity of bits 0 to i: from masks of quotes to masks of what they enclose.
    fn prefix_xor(self, bits: u64) -> u64;

    /// Writes the bytes that the mask selects, and their positions counted from `base`, to the fronts of `bytes` and
    /// `positions`. What follows there is left or overwritten with anything.
    fn compress(self, block: Self::Block, mask: u64, base: u32, positions: &mut [u32; BLOCK], bytes: &mut [u8; BLOCK]);
}

/// For each low half of a byte, the one folded structural byte that has it; a byte that no lookup finds for the others.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const STRUCTURAL_BY_NIBBLE: [u8; 16] = by_nibble(*b":{,}");

/// For each low half of a byte, the one white space byte that has it.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const WHITE_SPACE_BY_NIBBLE: [u8; 16] = by_nibble(*b" \n\r\t");

/// A table for the instructions that look up bytes by their low halves, and find zero for bytes from 0x80.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const fn by_nibble(bytes: [u8; 4]) -> [u8; 16] {
    let mut table = [0xff; 16];
    let mut rest: &[u8] = &bytes;
    while let [byte, after @ ..] = rest {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            table[(*byte & 15) as usize] = *byte;
        }
        rest = after;
    }
    table
}

/// [`Simd::compress`] bit by bit. Eight at a time, for the number of tokens in a block varies little above that.
#[inline(always)]
fn compress_bits(block: &[u8; BLOCK], mut mask: u64, base: u32, positions: &mut [u32; BLOCK], bytes: &mut [u8; BLOCK]) {
    let (positions, _) = positions.as_chunks_mut::<8>();
    let (bytes, _) = bytes.as_chunks_mut::<8>();
    for (positions, bytes) in positions.iter_mut().zip(bytes) {
        for (position, byte) in positions.iter_mut().zip(bytes) {
            let bit = mask.trailing_zeros();
            *position = base.wrapping_add(bit);
            #[expect(clippy::indexing_slicing, reason = "63 is the last index")]
            {
                *byte = block[(bit & 63) as usize];
            }
            mask &= mask.wrapping_sub(1);
        }
        if mask == 0 {
            return;
        }
    }
}
