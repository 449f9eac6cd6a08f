//! Addresses and blocks of addresses.

/// An address, as its bits: 32 for IPv4, 128 for IPv6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    bits: Vec<bool>,
}

impl Address {
    /// Reads an address literal.
    pub(super) fn read(text: &str) -> Option<Self> {
        if let Some(numbers) = four(text) {
            return Some(Address { bits: bits(&numbers, 8) });
        }
        let groups = eight(text)?;
        // An IPv6 literal under `::ffff:0:0/96` is the IPv4 address.
        let bits = match groups.as_slice() {
            [0, 0, 0, 0, 0, 0xffff, high, low] => bits(&[*high, *low], 16),
            groups => bits(groups, 16),
        };
        Some(Address { bits })
    }
}

/// Some leading bits of an address.
pub(super) struct Block {
    address: Address,
    length: usize,
}

impl Block {
    /// Reads `address/length`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        Some(Block { address: Address::read(address)?, length: number(length, 10, 127)?.into() })
    }

    /// Whether an address is of the same family and begins with the same bits.
    pub(super) fn contains(&self, address: Address) -> bool {
        let begins_alike = self.address.bits.iter().zip(&address.bits).take(self.length).all(|(mine, its)| mine == its);
        self.address.bits.len() == address.bits.len() && begins_alike
    }
}

/// The numbers of an IPv4 literal.
fn four(text: &str) -> Option<Vec<u16>> {
    let numbers: Vec<u16> = text.split('.').map(|part| number(part, 10, 255)).collect::<Option<_>>()?;
    (numbers.len() == 4).then_some(numbers)
}

/// The groups of an IPv6 literal, those that `::` stands for included.
fn eight(text: &str) -> Option<Vec<u16>> {
    let Some((before, after)) = text.split_once("::") else {
        let groups = groups(text)?;
        return (groups.len() == 8).then_some(groups);
    };
    let before = if before.is_empty() { Vec::new() } else { groups(before)? };
    let after = if after.is_empty() { Vec::new() } else { groups(after)? };
    let zeros = 8usize.checked_sub(before.len() + after.len()).filter(|zeros| *zeros > 0)?;
    Some([before, vec![0; zeros], after].concat())
}

fn groups(text: &str) -> Option<Vec<u16>> {
    text.split(':').map(|part| number(part, 16, 0xffff)).collect()
}

/// Reads digits, at least one, with any number of leading zeros.
fn number(text: &str, radix: u32, max: u16) -> Option<u16> {
    let mut value: u32 = 0;
    for c in text.chars() {
        value = value * radix + c.to_digit(radix)?;
        if value > u32::from(max) {
            return None;
        }
    }
    if text.is_empty() { None } else { u16::try_from(value).ok() }
}

/// The bits of each part, the highest first.
fn bits(parts: &[u16], width: u32) -> Vec<bool> {
    parts.iter().flat_map(|part| (0..width).rev().map(move |bit| part >> bit & 1 == 1)).collect()
}
