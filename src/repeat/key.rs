//! What names a request, and what makes it the same one.

use sha2::{Digest, Sha256};

use crate::limits;

/// A key within its scope, as the SHA-256 of the two: a fixed size, whatever clients send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepeatId([u8; 32]);

impl RepeatId {
    /// The request that this header's value names within a scope; `None` for a value that is no key.
    ///
    /// The draft wants a string in quotes, and many clients send it without them. The two forms of a key are one.
    pub fn of(scope: &str, header: &str) -> Option<Self> {
        let key = key(header.trim_matches([' ', '\t']))?;
        Some(Self(digest(&[scope.as_bytes(), &key])))
    }

    /// From its bytes, as they were recorded.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn bytes(self) -> [u8; 32] {
        self.0
    }
}

/// The SHA-256 of all that makes a request what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of the parts of a request: its method, its path with the query, its body.
    pub fn of(parts: &[&[u8]]) -> Self {
        Self(digest(parts))
    }

    /// From its bytes, as they were recorded.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn bytes(self) -> [u8; 32] {
        self.0
    }
}

/// The characters of a key: those of a string of RFC 9651 except the space, or the same without quotes. Parameters,
/// which the draft has none of, are refused, and so is a list, which two headers would be.
fn key(text: &str) -> Option<Vec<u8>> {
    let key = match text.strip_prefix('"') {
        Some(quoted) => unescape(quoted.strip_suffix('"')?)?,
        None if text.contains(['"', '\\', ',', ';']) => return None,
        None => text.as_bytes().to_vec(),
    };
    let length_is_right = (1..=limits::REPEAT_KEY_BYTES_MAX).contains(&key.len());
    (length_is_right && key.iter().all(u8::is_ascii_graphic)).then_some(key)
}

/// What stands between the quotes, where a backslash stands before a quote or another backslash and nowhere else.
fn unescape(quoted: &str) -> Option<Vec<u8>> {
    let mut key = Vec::with_capacity(quoted.len());
    let mut bytes = quoted.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return None,
            b'\\' => key.push(bytes.next().filter(|next| b"\"\\".contains(next))?),
            _ => key.push(byte),
        }
    }
    Some(key)
}

/// Each part is preceded by its length, so that nothing can move from one to the next.
/// What opens the answers to requests of this key: as secret as the key is, and not to be told from its id.
pub(super) fn secret(scope: &str, header: &str) -> Option<[u8; 32]> {
    let key = key(header.trim_matches([' ', '\t']))?;
    Some(digest(&[b"seal", scope.as_bytes(), &key]))
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_strings_with_or_without_quotes() {
        let longest = "k".repeat(limits::REPEAT_KEY_BYTES_MAX);
        let good = [
            (
                "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"",
                "8e03978e-40d5-43e8-bc93-6894a57f9324",
            ),
            (" 8e03978e ", "8e03978e"),
            ("\"a,b;c\"", "a,b;c"),
            (r#""a\"b\\""#, r#"a"b\"#),
            ("!~", "!~"),
            (&longest, &longest),
        ];
        for (header, expected) in good {
            assert_eq!(
                key(header.trim()).as_deref(),
                Some(expected.as_bytes()),
                "{header}"
            );
        }
        let escaped = format!("\"{}\"", "\\\\".repeat(limits::REPEAT_KEY_BYTES_MAX));
        assert!(key(&escaped).is_some(), "escapes don't count");
    }

    #[test]
    fn what_is_no_string_is_no_key() {
        let long = "k".repeat(limits::REPEAT_KEY_BYTES_MAX + 1);
        let quoted = format!("\"{long}\"");
        let wrong = [
            "",
            "\"",
            "\"\"",
            "\"a",
            "a\"",
            "a\"b",
            "\"a\"b\"",
            "\"a\\\"",
            r#""\x""#,
            "a\\b",
            "a b",
            "\"a b\"",
            "a, b",
            "\"a\", \"b\"",
            "\"a\";p=1",
            "a;p",
            "ä",
            "\"ä\"",
            "\"a\tb\"",
            "a\u{7f}",
            &long,
            &quoted,
        ];
        for header in wrong {
            assert_eq!(RepeatId::of("shop", header), None, "{header}");
        }
    }

    #[test]
    fn an_id_is_the_key_within_its_scope() {
        let id = RepeatId::of("shop", "abc").expect("a key");
        assert_eq!(RepeatId::of("shop", " \"abc\""), Some(id));
        assert_ne!(RepeatId::of("shop", "abd"), Some(id));
        assert_ne!(RepeatId::of("shopa", "bc"), Some(id));
        assert_eq!(RepeatId::from_bytes(id.bytes()), id);
    }

    #[test]
    fn no_byte_of_a_request_can_move_to_another_part() {
        let requests: [&[&[u8]]; 5] = [
            &[b"POST", b"/a", b"b"],
            &[b"POST", b"/ab", b""],
            &[b"POST/a", b"b"],
            &[b"POST", b"/a"],
            &[],
        ];
        for (i, one) in requests.iter().enumerate() {
            for (j, other) in requests.iter().enumerate() {
                assert_eq!(Fingerprint::of(one) == Fingerprint::of(other), i == j);
            }
        }
    }
}
