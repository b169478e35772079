//! The fields of a note's value, one after the other, little end first.
//!
//! | field | bytes |
//! |---|---|
//! | whole number | its width |
//! | moment, date | 8: nanoseconds |
//! | bytes, text | 4: how many; then they |
//! | what may be missing | 1: whether it is there; then it |
//!
//! A value begins with the version of its layout, so that a later one can be told from it.

use std::{error, fmt};

use bytes::{Buf, BufMut, Bytes};

use crate::tick::{Date, Moment};

/// Writes the fields of a value.
#[derive(Debug, Default)]
pub struct Fields(Vec<u8>);

/// Reads them again, in the same order.
#[derive(Debug, Clone)]
pub struct Reading<'v>(&'v [u8]);

/// A value is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It ends too soon, or too late.
    Length,
    /// It was written by a later version.
    Version(u8),
    /// A field has no such value.
    Field(&'static str),
}

impl Fields {
    /// A value of this layout.
    pub fn of_version(version: u8) -> Self {
        Self(Vec::with_capacity(128)).byte(version)
    }

    /// Fields that follow whatever is there.
    pub(super) fn behind(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// A whole number.
    #[must_use]
    pub fn byte(mut self, value: u8) -> Self {
        self.0.put_u8(value);
        self
    }

    /// A whole number.
    #[must_use]
    pub fn half(mut self, value: u16) -> Self {
        self.0.put_u16_le(value);
        self
    }

    /// A whole number.
    #[must_use]
    pub fn number(mut self, value: u32) -> Self {
        self.0.put_u32_le(value);
        self
    }

    /// A whole number.
    #[must_use]
    pub fn long(mut self, value: u64) -> Self {
        self.0.put_u64_le(value);
        self
    }

    /// Yes or no.
    #[must_use]
    pub fn flag(self, value: bool) -> Self {
        self.byte(value.into())
    }

    /// A moment.
    #[must_use]
    pub fn moment(self, value: Moment) -> Self {
        self.long(value.nanos())
    }

    /// A date.
    #[must_use]
    pub fn date(self, value: Date) -> Self {
        self.long(value.unix_nanos())
    }

    /// Bytes without their number, of which the reader knows how many there are.
    #[must_use]
    pub fn plain(mut self, value: &[u8]) -> Self {
        self.0.put_slice(value);
        self
    }

    /// Any number of bytes.
    ///
    /// # Panics
    /// Beyond 4 GiB, of which no limit allows anything.
    #[must_use]
    pub fn bytes(self, value: &[u8]) -> Self {
        let count = u32::try_from(value.len()).expect("everything that is kept is far shorter");
        self.number(count).plain(value)
    }

    /// A text.
    #[must_use]
    pub fn text(self, value: &str) -> Self {
        self.bytes(value.as_bytes())
    }

    /// Something that may be missing.
    #[must_use]
    pub fn maybe<T>(self, value: Option<T>, write: impl FnOnce(Self, T) -> Self) -> Self {
        let there = self.flag(value.is_some());
        match value {
            None => there,
            Some(value) => write(there, value),
        }
    }

    /// Any number of things.
    ///
    /// # Panics
    /// Beyond 4 billion, of which no limit allows anything.
    #[must_use]
    pub fn each<T>(
        self,
        values: impl ExactSizeIterator<Item = T>,
        write: impl Fn(Self, T) -> Self,
    ) -> Self {
        let count = u32::try_from(values.len()).expect("everything that is kept is far fewer");
        values.fold(self.number(count), write)
    }

    /// The value.
    pub fn end(self) -> Bytes {
        self.0.into()
    }

    /// The fields, and whatever is before them.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl<'v> Reading<'v> {
    /// Begins with a value, which must be of this version.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn of_version(value: &'v [u8], version: u8) -> Result<Self, Unreadable> {
        let mut reading = Self(value);
        match reading.byte()? {
            found if found == version => Ok(reading),
            found => Err(Unreadable::Version(found)),
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// As all of them: [`Unreadable`].
    pub fn byte(&mut self) -> Result<u8, Unreadable> {
        self.0.try_get_u8().map_err(|_| Unreadable::Length)
    }

    /// A whole number.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn half(&mut self) -> Result<u16, Unreadable> {
        self.0.try_get_u16_le().map_err(|_| Unreadable::Length)
    }

    /// A whole number.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn number(&mut self) -> Result<u32, Unreadable> {
        self.0.try_get_u32_le().map_err(|_| Unreadable::Length)
    }

    /// A whole number.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn long(&mut self) -> Result<u64, Unreadable> {
        self.0.try_get_u64_le().map_err(|_| Unreadable::Length)
    }

    /// Yes or no.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn flag(&mut self) -> Result<bool, Unreadable> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Unreadable::Field("flag")),
        }
    }

    /// A moment.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn moment(&mut self) -> Result<Moment, Unreadable> {
        self.long().map(Moment::from_nanos)
    }

    /// A date.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn date(&mut self) -> Result<Date, Unreadable> {
        self.long().map(Date::from_unix_nanos)
    }

    /// As many bytes as there are in an array.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn plain<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        let (first, rest) = self.0.split_first_chunk().ok_or(Unreadable::Length)?;
        self.0 = rest;
        Ok(*first)
    }

    /// Any number of bytes.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn bytes(&mut self) -> Result<&'v [u8], Unreadable> {
        let count = self.number()? as usize;
        let (first, rest) = self.0.split_at_checked(count).ok_or(Unreadable::Length)?;
        self.0 = rest;
        Ok(first)
    }

    /// A text.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn text(&mut self) -> Result<&'v str, Unreadable> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Unreadable::Field("text"))
    }

    /// Something that may be missing.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn maybe<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<Option<T>, Unreadable> {
        let is_there = self.flag()?;
        is_there.then(|| read(self)).transpose()
    }

    /// Any number of things, none of which is empty.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn each<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<Vec<T>, Unreadable> {
        let mut all = Vec::new();
        self.each_into(&mut all, &mut read)?;
        Ok(all)
    }

    /// Any number of things, none of which is empty, behind those that are there.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn each_into<T>(
        &mut self,
        all: &mut impl Extend<T>,
        mut read: impl FnMut(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<(), Unreadable> {
        // Each takes a byte at least, so a wrong number is found out before it has asked for more room than there are bytes.
        for _ in 0..self.number()? {
            all.extend([read(self)?]);
        }
        Ok(())
    }

    /// What is left, all of it.
    pub fn rest(&mut self) -> &'v [u8] {
        std::mem::take(&mut self.0)
    }

    /// Makes sure that nothing is left.
    ///
    /// # Errors
    /// [`Unreadable::Length`].
    pub fn end(&self) -> Result<(), Unreadable> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Unreadable::Length)
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => f.write_str("it has another length than it should"),
            Self::Version(version) => write!(f, "it is of the unknown version {version}"),
            Self::Field(name) => write!(f, "the field '{name}' has no such value"),
        }
    }
}

impl error::Error for Unreadable {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_nothing_shorter_or_longer_is() {
        let value = Fields::of_version(3)
            .half(65_535)
            .number(7)
            .moment(Moment::from_nanos(9))
            .text("Stalls")
            .maybe(Some("gold"), Fields::text)
            .maybe(None::<&str>, Fields::text)
            .each([1, 2, 3].into_iter(), Fields::number)
            .plain(&[4, 5])
            .end();
        let read = |value: &[u8]| {
            let mut reading = Reading::of_version(value, 3)?;
            assert_eq!(reading.half()?, 65_535);
            assert_eq!(reading.number()?, 7);
            assert_eq!(reading.moment()?, Moment::from_nanos(9));
            assert_eq!(reading.text()?, "Stalls");
            assert_eq!(reading.maybe(Reading::text)?, Some("gold"));
            assert_eq!(reading.maybe(Reading::text)?, None);
            assert_eq!(reading.each(Reading::number)?, [1, 2, 3]);
            assert_eq!(reading.plain()?, [4, 5]);
            reading.end()
        };
        assert_eq!(read(&value), Ok(()));
        for length in 0..value.len() {
            assert_eq!(read(&value[..length]), Err(Unreadable::Length));
        }
        let longer = [&value[..], &[0]].concat();
        assert_eq!(read(&longer), Err(Unreadable::Length));
        assert!(matches!(
            Reading::of_version(&value, 4),
            Err(Unreadable::Version(3))
        ));
    }

    #[test]
    fn a_wrong_number_asks_for_no_room() {
        let value = Fields::of_version(1).number(u32::MAX).end();
        let mut reading = Reading::of_version(&value, 1).expect("its version");
        assert_eq!(reading.clone().each(Reading::byte), Err(Unreadable::Length));
        assert_eq!(reading.bytes(), Err(Unreadable::Length));
    }
}
