//! Address literals and blocks (semantics, "Addresses").

/// An address. An IPv6 literal under `::ffff:0:0/96` is the IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Address {
    V4(u32),
    V6(u128),
}

/// An address block: the first address (host bits cleared) and the number of leading bits that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Block {
    pub(crate) address: Address,
    /// 0 to 31 for IPv4, 0 to 127 for IPv6; one more for the block of one address.
    pub(crate) bits: u8,
}

/// Reads an address literal. Ordinary strings are refused at the first byte that no literal can have there.
pub(crate) fn parse(text: &[u8]) -> Option<Address> {
    match text.first()? {
        b'0'..=b'9' => parse_v4(text).or_else(|| parse_v6(text)),
        b'a'..=b'f' | b'A'..=b'F' | b':' => parse_v6(text),
        _ => None,
    }
}

/// Reads `address/bits`.
pub(crate) fn parse_block(text: &[u8]) -> Option<Block> {
    let slash = text.iter().position(|byte| *byte == b'/')?;
    let address = parse(text.get(..slash)?)?;
    let bits = parse_bits(text.get(slash + 1..)?)?;
    let address = match address {
        Address::V4(value) if bits < 32 => Address::V4(value & !(u32::MAX >> bits)),
        Address::V6(value) if bits < 128 => Address::V6(value & !(u128::MAX >> bits)),
        _ => return None,
    };
    Some(Block { address, bits })
}

/// ASCII digits, any number of leading zeros; what is over 255 is over every limit.
fn parse_bits(text: &[u8]) -> Option<u8> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u8, |value, byte| match byte {
        b'0'..=b'9' => value.checked_mul(10)?.checked_add(byte - b'0'),
        _ => None,
    })
}

/// Four decimal numbers joined by dots.
fn parse_v4(text: &[u8]) -> Option<Address> {
    let mut address: u32 = 0;
    let mut part: u32 = 0;
    let mut parts = 1;
    let mut empty = true;
    for byte in text {
        match byte {
            b'0'..=b'9' => {
                part = part * 10 + u32::from(byte - b'0');
                if part > 255 {
                    return None;
                }
                empty = false;
            }
            b'.' if !empty && parts < 4 => {
                address = address << 8 | part;
                part = 0;
                parts += 1;
                empty = true;
            }
            _ => return None,
        }
    }
    (parts == 4 && !empty).then_some(Address::V4(address << 8 | part))
}

/// Groups joined by colons, where one `::` may stand for one or more groups of zeros.
fn parse_v6(text: &[u8]) -> Option<Address> {
    let mut rest = text;
    let mut head = Groups::default();
    if !rest.starts_with(b"::") {
        rest = head.read(rest)?;
        if rest.is_empty() {
            return (head.count == 8).then(|| address_of_groups(head.bits));
        }
    }
    // INVARIANT: the groups stopped in front of `::`.
    let mut tail = Groups::default();
    rest = rest.strip_prefix(b"::")?;
    if !rest.is_empty() && !tail.read(rest)?.is_empty() {
        return None;
    }
    if head.count + tail.count > 7 {
        return None;
    }
    // A head of no groups would be shifted by all of its bits, and is zero anyway.
    let head = head.bits.checked_shl(16 * (8 - head.count)).unwrap_or(0);
    Some(address_of_groups(head | tail.bits))
}

fn address_of_groups(bits: u128) -> Address {
    match u32::try_from(bits ^ 0xffff_0000_0000) {
        Ok(mapped) => Address::V4(mapped),
        Err(_) => Address::V6(bits),
    }
}

/// Groups of an IPv6 literal as they are read: the last one is in the lowest bits.
#[derive(Default)]
struct Groups {
    bits: u128,
    count: u32,
}

impl Groups {
    /// Reads one group or more, up to the end of the text or a `::`, which are left.
    fn read<'t>(&mut self, mut text: &'t [u8]) -> Option<&'t [u8]> {
        loop {
            let mut group: u32 = 0;
            let mut len = 0;
            while let Some(digit) = text.get(len).and_then(|byte| hex(*byte)) {
                group = group << 4 | u32::from(digit);
                if group > 0xffff {
                    return None;
                }
                len += 1;
            }
            if len == 0 || self.count == 8 {
                return None;
            }
            self.bits = self.bits << 16 | u128::from(group);
            self.count += 1;
            text = text.get(len..)?;
            if text.is_empty() || text.starts_with(b"::") {
                return Some(text);
            }
            text = text.strip_prefix(b":")?;
        }
    }
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

impl Block {
    /// The block of one address.
    pub(crate) fn of(address: Address) -> Self {
        let bits = match address {
            Address::V4(_) => 32,
            Address::V6(_) => 128,
        };
        Block { address, bits }
    }

    /// Whether all addresses of another block are in this one.
    pub(crate) fn contains(self, other: Block) -> bool {
        let bits = u32::from(self.bits);
        let same = match (self.address, other.address) {
            (Address::V4(one), Address::V4(two)) => (one ^ two).checked_shr(32 - bits).unwrap_or(0) == 0,
            (Address::V6(one), Address::V6(two)) => (one ^ two).checked_shr(128 - bits).unwrap_or(0) == 0,
            _ => false,
        };
        same && self.bits <= other.bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Address> {
        parse(text.as_bytes())
    }

    #[test]
    fn literals() {
        let zeros = "0".repeat(1000);
        let ten = Some(Address::V4(0x0a00_0001));
        for text in ["10.0.0.1", "010.000.0.1", "00000010.0.0.01", "::ffff:a00:1", "0:0:0:0:0:FFFF:0a00:0001"] {
            assert_eq!(of(text), ten, "{text}");
        }
        assert_eq!(of(&format!("{zeros}10.0.0.{zeros}1")), ten);
        assert_eq!(of(&format!("::{zeros}ffff:a00:{zeros}1")), ten);
        assert_eq!(of("::"), Some(Address::V6(0)));
        assert_eq!(of("::1"), Some(Address::V6(1)));
        assert_eq!(of("1::"), Some(Address::V6(1 << 112)));
        assert_eq!(of("1:2:3:4:5:6:7::"), Some(Address::V6(0x0001_0002_0003_0004_0005_0006_0007_0000)));
        assert_eq!(of("::2:3:4:5:6:7:8"), Some(Address::V6(0x0002_0003_0004_0005_0006_0007_0008)));
        assert_eq!(of("2001:DB8::aB"), Some(Address::V6(0x2001_0db8_0000_0000_0000_0000_0000_00ab)));
    }

    #[test]
    fn ordinary_strings() {
        for text in [
            "",
            ".",
            ":",
            "1",
            "10.1",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.",
            ".1.2.3",
            "1..2.3",
            "1.2.3.256",
            "1.2.3.4 ",
            " 1.2.3.4",
            "+1.2.3.4",
            "0x0a.0.0.1",
            "167772161",
            "a.b.c.d",
            "1.2.3.4/32",
            "[::1]",
            ":::",
            "1::2::3",
            ":1",
            "1:",
            "::1:",
            ":1::",
            "12345::",
            "::g",
            "fe80::1%eth0",
            "::ffff:10.0.0.1",
            "1:2:3:4:5:6:7",
            "face",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4::5:6:7:8",
            "::1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7:8::",
            "arn:aws:s3",
            "::1\0",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn blocks() {
        let block = |text: &str| parse_block(text.as_bytes());
        let ten = Some(Block { address: Address::V4(0x0a00_0000), bits: 8 });
        for text in ["10.0.0.0/8", "10.1.2.3/8", "10.0.0.0/08", "10.0.0.0/000008", "::ffff:a00:1/8"] {
            assert_eq!(block(text), ten, "{text}");
        }
        assert_eq!(block("255.255.255.255/0"), Some(Block { address: Address::V4(0), bits: 0 }));
        assert_eq!(block("10.0.0.1/31"), Some(Block { address: Address::V4(0x0a00_0000), bits: 31 }));
        assert_eq!(block("ffff::ffff/0"), Some(Block { address: Address::V6(0), bits: 0 }));
        assert_eq!(block("::3/127"), Some(Block { address: Address::V6(2), bits: 127 }));
        for text in [
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0.0/32",
            "10.0.0.0/8/",
            "10.0.0.0/+8",
            "10.0.0.0/-0",
            "10.0.0.0/8 ",
            "/8",
            "10.0.0.0/\u{668}",
            "10.0.0.0/4294967304",
            "10.0.0.0/264",
            "::/128",
            "::ffff:a00:1/96",
            "fe80::%1/10",
            "10.1/8",
        ] {
            assert_eq!(block(text), None, "{text}");
        }
    }
}
