//! The numbers that name things: a seat, a taking of seats, a change.

use std::fmt;

use crate::limits;

/// A seat's place in its map, counted from zero. Labels are for people and live on a higher floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeatId(u32);

impl SeatId {
    /// Names seat number `index` of a map. Whether the map has such a seat is the map's to say
    /// ([`crate::seat::Seats::seat`]).
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// The seat's number, counted from zero.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The seat's number as an index into an array.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The block of [`limits::BLOCK_SEATS`] seats that this one belongs to.
    pub const fn block(self) -> u32 {
        self.0 / limits::BLOCK_SEATS
    }
}

/// One taking of seats by a user: 30 bits, never zero.
///
/// It does not name a person. Every request that takes seats gets a fresh one, so a word that says "held by
/// this taking until then" is never written twice (see [`crate::seat`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TakingId(u32);

impl TakingId {
    /// The smallest id.
    pub const FIRST: Self = Self(1);

    /// An id from its number, or `None` for zero and beyond 30 bits.
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 || number > limits::TAKINGS_MAX {
            None
        } else {
            Some(Self(number))
        }
    }

    /// The id's number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The id after this one; after the largest comes [`TakingId::FIRST`].
    #[must_use]
    pub const fn next(self) -> Self {
        if self.0 == limits::TAKINGS_MAX {
            Self::FIRST
        } else {
            Self(self.0 + 1)
        }
    }
}

/// Log sequence number: a change's place in the order of all changes of a shard. 62 bits, counted from one.
///
/// At 26 million changes a second the numbers last for 5,600 years.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lsn(u64);

impl Lsn {
    /// 'No change': what a seat carries that was never taken, and what a map without a tape gives out.
    pub const NONE: Self = Self(0);

    /// Bits of a number.
    pub const BITS: u32 = 62;

    /// A number from its value.
    ///
    /// # Panics
    /// Beyond 62 bits, which no counter here can reach.
    pub const fn new(value: u64) -> Self {
        assert!(value >> Self::BITS == 0, "an LSN has 62 bits");
        Self(value)
    }

    /// The number's value.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number `count` places later.
    #[must_use]
    pub const fn plus(self, count: u32) -> Self {
        Self::new(self.0 + count as u64)
    }
}

/// Which of a cluster's shards something belongs to: 12 bits. Where there is no cluster it is zero, and says nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(u16);

impl Place {
    /// The place of whoever is alone.
    pub const ALONE: Self = Self(0);

    /// Bits of a number.
    pub const BITS: u32 = 12;

    /// A place from its number, or `None` beyond 12 bits.
    pub const fn new(number: u16) -> Option<Self> {
        if number >> Self::BITS == 0 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// Its number.
    pub const fn get(self) -> u16 {
        self.0
    }
}

const _: () = assert!(
    limits::SHARDS_MAX == 1 << Place::BITS,
    "each shard is a place"
);

/// A hold, and the booking that it becomes: 64 bits, written as 16 hexadecimal digits.
///
/// | bits | what |
/// |---|---|
/// | 63 to 42 | a random number, by which an id from before the takings' numbers came around again is told from today's |
/// | 41 to 30 | the [`Place`]: whoever knows the id knows where to ask |
/// | 29 to 0 | the hold's first taking, under which it is found |
///
/// It is no secret; the hold's token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoldId(u64);

impl HoldId {
    /// Digits of its text.
    pub const DIGITS: usize = 16;

    const TAKING_BITS: u32 = 30;

    const CHANCE_SHIFT: u32 = Self::TAKING_BITS + Place::BITS;

    /// The id of the hold that begins with a taking at a place. Of `chance` the upper 22 bits count.
    pub const fn new(first: TakingId, place: Place, chance: u64) -> Self {
        let chance = chance >> Self::CHANCE_SHIFT << Self::CHANCE_SHIFT;
        Self(chance | (place.0 as u64) << Self::TAKING_BITS | first.0 as u64)
    }

    /// Where it is.
    pub const fn place(self) -> Place {
        const MASK: u64 = (1 << Place::BITS) - 1;
        Place((self.0 >> Self::TAKING_BITS & MASK) as u16)
    }

    /// The hold's first taking.
    pub const fn first(self) -> Option<TakingId> {
        TakingId::new((self.0 & ((1 << Self::TAKING_BITS) - 1)) as u32)
    }

    /// An id from its bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Its number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Its text.
    pub fn digits(self) -> [u8; Self::DIGITS] {
        let mut digits = [0; Self::DIGITS];
        write_hexadecimal(&self.0.to_be_bytes(), &mut digits);
        digits
    }

    /// Reads what [`fmt::Display`] writes; no other text.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != Self::DIGITS || !text.bytes().all(digit) {
            return None;
        }
        u64::from_str_radix(text, 16).ok().map(Self)
    }
}

/// An event, as the engine's tables know it: counted upwards and never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(u32);

impl EventId {
    /// The event with this number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for HoldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Display for SeatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seat {}", self.0)
    }
}

impl fmt::Display for TakingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "taking {}", self.0)
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LSN {}", self.0)
    }
}

/// Writes two digits for each byte. They come in fours: a formatter that is asked for each byte takes twenty times as
/// long, and a table of digits twice.
#[inline]
pub(crate) fn write_hexadecimal(bytes: &[u8], digits: &mut [u8]) {
    let (fours, rest) = bytes.as_chunks();
    debug_assert!(rest.is_empty(), "ids and tokens are of 64 bits or 128");
    for (eight, four) in digits.as_chunks_mut().0.iter_mut().zip(fours) {
        *eight = eight_digits(u32::from_be_bytes(*four));
    }
}

/// The digits of a number. Its half bytes are spread over the bytes of a number twice as wide, and each is turned into
/// its digit where it stands.
fn eight_digits(number: u32) -> [u8; 8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let spread = u64::from(number);
    let spread = (spread << 16 | spread) & 0x0000_ffff_0000_ffff;
    let spread = (spread << 8 | spread) & 0x00ff_00ff_00ff_00ff;
    let spread = (spread << 4 | spread) & 0x0f0f_0f0f_0f0f_0f0f;
    // 10 and more have the fifth bit once 6 is added.
    let letters = (spread + 6 * ONES) >> 4 & ONES;
    let digits = spread + u64::from(b'0') * ONES + letters * u64::from(b'a' - b'0' - 10);
    digits.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_those_of_a_formatter() {
        let bytes: Vec<u8> = (0..=255).collect();
        let by_formatter: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        for count in [256, 16, 8, 4, 0] {
            let mut digits = vec![b'-'; 2 * count];
            write_hexadecimal(&bytes[..count], &mut digits);
            assert_eq!(digits, &by_formatter.as_bytes()[..2 * count], "{count}");
        }
    }

    #[test]
    fn a_taking_is_never_zero_and_wraps_to_the_first() {
        assert_eq!(TakingId::new(0), None);
        assert_eq!(TakingId::new(limits::TAKINGS_MAX + 1), None);
        let last = TakingId::new(limits::TAKINGS_MAX).expect("the largest id");
        assert_eq!(last.next(), TakingId::FIRST);
        assert_eq!(TakingId::FIRST.next().get(), 2);
    }

    #[test]
    fn a_hold_is_read_back_from_its_text_and_from_no_other() {
        let last = TakingId::new(limits::TAKINGS_MAX).expect("the largest id");
        let far = Place::new(4_095).expect("the largest place");
        assert_eq!(Place::new(4_096), None);
        for (first, place, chance) in [
            (TakingId::FIRST, Place::ALONE, 0),
            (TakingId::FIRST, far, 0),
            (last, Place::ALONE, u64::MAX),
            (last, far, u64::MAX),
        ] {
            let id = HoldId::new(first, place, chance);
            assert_eq!((id.first(), id.place()), (Some(first), place));
            assert_eq!(id.get() >> 42, chance >> 42);
            assert_eq!(HoldId::parse(&id.to_string()), Some(id));
            assert_eq!(id.digits(), id.to_string().as_bytes());
        }
        let ids = [
            "",
            "1",
            "+000000000000001",
            "000000000000000G",
            "00000000000000AB",
        ];
        for text in ids
            .into_iter()
            .chain(["00000000000000010", "é00000000000001"])
        {
            assert_eq!(HoldId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn blocks_are_sixty_four_seats() {
        assert_eq!(SeatId::new(63).block(), 0);
        assert_eq!(SeatId::new(64).block(), 1);
    }
}
