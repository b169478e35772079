//! API keys: who may do what.
//!
//! A key is a secret text with 256 random bits in it. The server keeps its SHA-256 alone, so whoever reads the key
//! file can't ask for anything. A fast hash is right here, unlike for passwords: there is nothing to guess in 256
//! random bits, and each request pays for it once.
//!
//! # The time that a look-up takes
//! It depends on what was presented, which its sender knows, and on nothing that is secret. The digest's place in the
//! table comes from a hash that is keyed anew in every process, so how long the search takes says nothing about the
//! digests that are there; and where two digests are compared, that is done in constant time. Even a digest that
//! leaked in full would not be a key.

mod file;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    fmt::{self, Write as _},
    hash::{Hash, Hasher},
    sync::Arc,
};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use self::file::{KeyError, KeyErrors, KeyFault};
use super::rate::Rate;
use crate::limits;

/// What a key's bearer may do. Each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// See what is on sale.
    Public,
    /// Hold and book.
    Sales,
    /// Everything.
    Admin,
}

impl Role {
    /// All roles, the weakest first.
    pub const ALL: [Self; 3] = [Self::Public, Self::Sales, Self::Admin];

    /// The role's name, as key files and answers have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Sales => "sales",
            Self::Admin => "admin",
        }
    }

    /// The role with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether this role may do what `needed` may.
    pub fn may_act_as(self, needed: Self) -> bool {
        self >= needed
    }
}

/// A key itself. It is shown once, to whoever asked for a new one, and never by `Debug`.
pub struct Key(Box<str>);

impl Key {
    /// A key from 256 bits of randomness, which must come from the operating system or be seeded by it.
    pub fn make(entropy: [u8; 32]) -> Self {
        let mut text = String::from(file::KEY_PREFIX);
        write_hex(&mut text, &entropy);
        Self(text.into())
    }

    /// The secret.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What may be kept of it.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(&self.0)
    }
}

/// The SHA-256 of a key's text. As text, 64 hexadecimal digits, it is the third word of a line in the key file.
#[derive(Clone, Copy, Eq)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// Of a key's whole text, with its prefix.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}

/// What a known key is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The key's name: for logs and as the principal of repeated requests. Unique, and shared with each request that it lets in.
    pub name: Arc<str>,
    /// What its bearer may do.
    pub role: Role,
    /// How often he may ask, if that differs from the server's setting.
    pub rate: Option<Rate>,
}

/// All keys of a server.
#[derive(Default)]
pub struct Keys(HashMap<KeyHash, Grant>);

impl Keys {
    /// Reads a key file: `name role sha256 [rate/s]` on each line, and `#` begins a comment. With a rate of `500/s` as
    /// many may also come at once. `printf %s "$KEY" | sha256sum` prints a key's hash.
    ///
    /// ```
    /// use seatlock::access::key::{Key, Keys, Role};
    ///
    /// let key = Key::make([7; 32]);
    /// let keys = Keys::parse(&format!("shop sales {} 500/s  # the web shop", key.hash()))?;
    /// assert_eq!(keys.check(key.text()).map(|grant| grant.role), Some(Role::Sales));
    /// assert!(keys.check("sk_guess").is_none());
    /// # Ok::<(), seatlock::access::key::KeyErrors>(())
    /// ```
    ///
    /// # Errors
    /// [`KeyErrors`] with all that is wrong; no key is taken then.
    pub fn parse(text: &str) -> Result<Self, KeyErrors> {
        file::read(text.lines())
    }

    /// Reads the same from an environment variable, where `;` ends a line.
    ///
    /// # Errors
    /// As [`Keys::parse`].
    pub fn parse_variable(text: &str) -> Result<Self, KeyErrors> {
        file::read(text.split(';'))
    }

    /// What the presented text is good for, if it is a key.
    pub fn check(&self, presented: &str) -> Option<&Grant> {
        if presented.len() > limits::API_KEY_BYTES_MAX {
            return None;
        }
        self.0.get(&KeyHash::of(presented))
    }

    /// Whether there are none: the server is open then, and must say so.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl PartialEq for KeyHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Hash for KeyHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0);
    }
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(64);
        write_hex(&mut text, &self.0);
        f.write_str(&text)
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(hidden)")
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(hidden)")
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn write_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
}
