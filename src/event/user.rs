//! Who holds a seat.

use std::sync::Arc;

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
    Text(Arc<str>),
    /// The text was longer than is kept. A variant of its own: a short text that spells a digest is another user.
    Digest(Arc<[u8; 32]>),
}

impl User {
    /// The user with this name.
    pub fn new(text: &str) -> Self {
        if text.len() <= limits::USER_BYTES_MAX {
            Self(Name::Text(text.into()))
        } else {
            Self(Name::Digest(Arc::new(Sha256::digest(text).into())))
        }
    }

    /// The user's text, if it was kept.
    pub fn text(&self) -> Option<&str> {
        match &self.0 {
            Name::Text(text) => Some(text),
            Name::Digest(_) => None,
        }
    }

    /// What is written down of a user.
    pub fn record(&self, fields: Fields) -> Fields {
        match &self.0 {
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
        let texts = [
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
    fn what_is_kept_of_a_long_text_is_short() {
        assert!(matches!(User::new(&"x".repeat(10_000)).0, Name::Digest(_)));
        assert!(matches!(
            User::new(&"x".repeat(limits::USER_BYTES_MAX)).0,
            Name::Text(_)
        ));
    }
}
