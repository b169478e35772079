//! What charts and events are called.

use std::{borrow::Borrow, fmt, sync::Arc};

use crate::limits;

/// The name of a chart or an event: lower-case letters, digits, `-`, `_` and `.`, beginning with a letter or a digit,
/// at most [`limits::EVENT_NAME_BYTES_MAX`] bytes. It is part of paths, so it needs no escaping there. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

/// A text that is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameError;

impl Name {
    /// Checks a text.
    ///
    /// # Errors
    /// [`NameError`], whose text says what a name is.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let inner = |byte: u8| alphanumeric(byte) || matches!(byte, b'-' | b'_' | b'.');
        let is_name = text.len() <= limits::EVENT_NAME_BYTES_MAX
            && text.bytes().next().is_some_and(alphanumeric)
            && text.bytes().all(inner);
        if is_name {
            Ok(Self(text.into()))
        } else {
            Err(NameError)
        }
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a name has 1 to {} lower-case letters, digits, '-', '_' or '.', and begins with a letter or a digit",
            limits::EVENT_NAME_BYTES_MAX
        )
    }
}

impl std::error::Error for NameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_needs_no_escaping_in_a_path() {
        let longest = "a".repeat(limits::EVENT_NAME_BYTES_MAX);
        for text in ["a", "0", "default", "hamlet-2026.11", "a_b", &longest] {
            assert_eq!(
                Name::new(text).map(|name| name.to_string()),
                Ok(text.into())
            );
        }
        let too_long = "a".repeat(limits::EVENT_NAME_BYTES_MAX + 1);
        for text in [
            "", "-a", ".", "..", "A", "a/b", "a b", "a%20", "ä", "a\n", &too_long,
        ] {
            assert_eq!(Name::new(text), Err(NameError), "{text:?}");
        }
    }
}
