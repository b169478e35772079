//! The first bytes of a segment, and its name.

use twox_hash::xxhash3_64::Hasher;

/// Bytes of a header. In every version that there will be, the header has this length, begins with magic and version,
/// and ends with the checksum of what is before.
pub(super) const HEADER_BYTES: usize = 64;

/// The format that is written, and the newest that is read.
pub(super) const VERSION: u32 = 1;

const MAGIC: [u8; 8] = *b"SEATLOCK";
const SUMMED: usize = HEADER_BYTES - 8;
const SUFFIX: &str = ".log";
const TEMPORARY: &str = ".new";
const DIGITS: usize = 16;

/// What a segment says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// The ledger that it is part of.
    pub(super) ledger: [u8; 16],
    /// Its number.
    pub(super) segment: u32,
}

/// What the first bytes of a file turn out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A segment's header.
    Header(Header),
    /// The header of a segment of a newer version.
    Newer(u32),
    /// No header.
    Broken,
}

/// What a file's name says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// A segment.
    Segment(u32),
    /// A segment that was not finished.
    Temporary,
    /// Nothing of ours.
    Foreign,
}

impl Header {
    /// Its bytes.
    pub(super) fn bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.segment.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.ledger);
        let sum = Hasher::oneshot(&bytes[..SUMMED]);
        bytes[SUMMED..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// What a file begins with.
    pub(super) fn read(bytes: &[u8]) -> Found {
        Self::parse(bytes).unwrap_or(Found::Broken)
    }

    fn parse(bytes: &[u8]) -> Option<Found> {
        let bytes = bytes.first_chunk::<HEADER_BYTES>()?;
        let sum = bytes.last_chunk().copied().map(u64::from_le_bytes)?;
        let rest = bytes.strip_prefix(&MAGIC)?;
        if sum != Hasher::oneshot(&bytes[..SUMMED]) {
            return None;
        }
        let (version, rest) = rest.split_first_chunk()?;
        let (segment, rest) = rest.split_first_chunk()?;
        let version = u32::from_le_bytes(*version);
        if version > VERSION {
            return Some(Found::Newer(version));
        }
        Some(Found::Header(Self {
            ledger: *rest.first_chunk()?,
            segment: u32::from_le_bytes(*segment),
        }))
    }
}

/// The name of a segment.
pub(super) fn name(segment: u32) -> String {
    format!("{segment:0DIGITS$}{SUFFIX}")
}

/// The name of a segment that is being made.
pub(super) fn temporary_name(segment: u32) -> String {
    name(segment) + TEMPORARY
}

/// What a name stands for.
pub(super) fn named(name: &str) -> Named {
    let number = |name: &str| {
        let digits = name.strip_suffix(SUFFIX)?;
        let plain = digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten()
    };
    match (number(name), name.strip_suffix(TEMPORARY).and_then(number)) {
        (Some(segment), _) => Named::Segment(segment),
        (None, Some(_)) => Named::Temporary,
        (None, None) => Named::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header {
        ledger: [9; 16],
        segment: 77,
    };

    #[test]
    fn a_header_is_read_back_and_a_broken_one_told() {
        let bytes = HEADER.bytes();
        assert_eq!(Header::read(&bytes), Found::Header(HEADER));
        for bit in 0..HEADER_BYTES * 8 {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Header::read(&flipped), Found::Broken, "bit {bit}");
        }
        (0..HEADER_BYTES).for_each(|len| assert_eq!(Header::read(&bytes[..len]), Found::Broken));
    }

    #[test]
    fn a_newer_version_is_told_whatever_else_it_has_changed() {
        let mut bytes = HEADER.bytes();
        bytes[8] += 1;
        bytes[20] = 1;
        let sum = Hasher::oneshot(&bytes[..SUMMED]);
        bytes[SUMMED..].copy_from_slice(&sum.to_le_bytes());
        assert_eq!(Header::read(&bytes), Found::Newer(VERSION + 1));
    }

    #[test]
    fn names_stand_for_numbers() {
        for number in [0, 1, 42, u32::MAX] {
            assert_eq!(named(&name(number)), Named::Segment(number));
            assert_eq!(named(&temporary_name(number)), Named::Temporary);
        }
        for other in [
            "",
            "1.log",
            "+000000000000001.log",
            "9999999999999999.log",
            "0000000000000001.log.bak",
            "lock",
        ] {
            assert_eq!(named(other), Named::Foreign, "{other}");
        }
    }
}
