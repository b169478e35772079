//! Who holds a seat.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use crate::{
    ledger::{Fields, Reading, Unreadable},
    limits,
};

/// A user as the client names him. Two users are equal exactly when their texts are.
///
/// Texts beyond [`limits::USER_BYTES_MAX`] are kept as their SHA-256, so that nobody can fill the memory with names:
/// equal texts stay equal, and different ones different for anybody who cannot break SHA-256. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct User(Name);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Short(Short),
    Text(Arc<str>),
    /// The text was longer than is kept. A variant of its own: a short text that spells a digest is another user.
    Digest(Arc<[u8; 32]>),
}

/// A text of a few bytes, which lies where it is used: most names are so short, and a place in memory for each would be one
/// more that is asked for with each hold, and looked at with each look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Short {
    length: u8,
    /// The text, and zeros.
    bytes: [u8; Short::BYTES_MAX],
}

impl Short {
    /// With it a name takes no more room than a pointer to a text does.
    const BYTES_MAX: usize = 22;

    fn of(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::BYTES_MAX];
        bytes
            .get_mut(..text.len())?
            .copy_from_slice(text.as_bytes());
        let length = u8::try_from(text.len()).ok()?;
        Some(Self { length, bytes })
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length.into()]
    }

    fn text(&self) -> &str {
        str::from_utf8(self.bytes()).expect("it was made of a text")
    }
}

impl Hash for Short {
    /// As texts do it: what follows the text has no part in it.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.bytes());
        state.write_u8(u8::MAX);
    }
}

impl User {
    /// The user with this name.
    pub fn new(text: &str) -> Self {
        if let Some(short) = Short::of(text) {
            Self(Name::Short(short))
        } else if text.len() <= limits::USER_BYTES_MAX {
            Self(Name::Text(text.into()))
        } else {
            Self(Name::Digest(Arc::new(Sha256::digest(text).into())))
        }
    }

    /// The user's text, if it was kept.
    pub fn text(&self) -> Option<&str> {
        match &self.0 {
            Name::Short(short) => Some(short.text()),
            Name::Text(text) => Some(text),
            Name::Digest(_) => None,
        }
    }

    /// What is written down of a user.
    pub fn record(&self, fields: Fields) -> Fields {
        match &self.0 {
            Name::Short(short) => fields.flag(true).text(short.text()),
            Name::Text(text) => fields.flag(true).text(text),
            Name::Digest(digest) => fields.flag(false).plain(&**digest),
        }
    }

    /// Whoever was written down.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn recorded(reading: &mut Reading<'_>) -> Result<Self, Unreadable> {
        if reading.flag()? {
            reading.text().map(Self::new)
        } else {
            reading
                .plain()
                .map(|digest| Self(Name::Digest(Arc::new(digest))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_equal_exactly_when_their_texts_are() {
        let long = "x".repeat(limits::USER_BYTES_MAX + 1);
        let longest_short = "s".repeat(Short::BYTES_MAX);
        let texts = [
            &longest_short,
            &longest_short[1..],
            &format!("{longest_short}s"),
            "a\0",
            "",
            "a",
            "A",
            "ä",
            "a\u{308}",
            &long[1..],
            &long,
            &long.replacen('x', "y", 1),
        ];
        for (i, one) in texts.iter().enumerate() {
            for (j, other) in texts.iter().enumerate() {
                assert_eq!(User::new(one) == User::new(other), i == j, "{one} {other}");
            }
        }
    }

    #[test]
    fn a_text_that_is_kept_is_given_back_wherever_it_lies() {
        for bytes in [0, 1, Short::BYTES_MAX, Short::BYTES_MAX + 1] {
            let text = "ü".repeat(bytes / 2) + &"u".repeat(bytes % 2);
            let user = User::new(&text);
            assert_eq!(user.text(), Some(&*text));
            let is_short = matches!(user.0, Name::Short(_));
            assert_eq!(is_short, bytes <= Short::BYTES_MAX, "{bytes}");
        }
        assert_eq!(size_of::<User>(), 3 * size_of::<usize>());
    }

    #[test]
    fn what_is_kept_of_a_long_text_is_short() {
        assert!(matches!(User::new(&"x".repeat(10_000)).0, Name::Digest(_)));
        assert!(matches!(
            User::new(&"x".repeat(limits::USER_BYTES_MAX)).0,
            Name::Text(_)
        ));
    }
}
