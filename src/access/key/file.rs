//! The text form of keys, and what can be wrong with it.

use std::{collections::HashMap, error::Error, fmt};

use super::{Grant, KeyHash, Keys, Role};
use crate::{access::rate::Rate, limits};

/// What every key begins with, so that people and scanners of leaked secrets know one when they see it.
pub(super) const KEY_PREFIX: &str = "sk_";

/// Everything that is wrong with a key file, in the order of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyErrors(pub Vec<KeyError>);

/// One thing that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyError {
    /// The line, or the place in the variable, counted from one.
    pub line: usize,
    /// What is wrong with it. It quotes nothing: a secret may stand in the wrong place.
    pub reason: KeyFault,
}

/// What can be wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// Fewer than three words or more than four.
    Words,
    /// The name is too long or has other characters than letters, digits, `-`, `_`, `.` and `@`.
    Name,
    /// Another key has this name.
    NameTwice {
        /// Its line.
        first: usize,
    },
    /// There is no such role.
    Role,
    /// The third word is not 64 hexadecimal digits.
    Hash,
    /// The key itself stands in the file.
    Plain,
    /// The same key has two names.
    KeyTwice {
        /// The line of the first.
        first: usize,
    },
    /// The rate is not a number within the limits, followed by `/s`.
    Rate,
    /// There are [`limits::API_KEYS_MAX`] keys before it. What follows has not been read.
    TooMany,
}

/// Reads entries, one a line.
pub(super) fn read<'t>(lines: impl Iterator<Item = &'t str>) -> Result<Keys, KeyErrors> {
    let mut reading = Reading::default();
    for (line, text) in (1..).zip(lines) {
        let words = text.split('#').next().unwrap_or_default();
        let words: Vec<&str> = words.split_whitespace().collect();
        if words.is_empty() {
            continue;
        }
        if reading.entries == limits::API_KEYS_MAX {
            reading.fault(line, KeyFault::TooMany);
            break;
        }
        reading.entries += 1;
        reading.entry(line, &words);
    }
    if reading.errors.is_empty() {
        Ok(Keys(reading.grants))
    } else {
        Err(KeyErrors(reading.errors))
    }
}

#[derive(Default)]
struct Reading<'t> {
    entries: usize,
    grants: HashMap<KeyHash, Grant>,
    names: HashMap<&'t str, usize>,
    hashes: HashMap<KeyHash, usize>,
    errors: Vec<KeyError>,
}

impl<'t> Reading<'t> {
    fn fault(&mut self, line: usize, reason: KeyFault) {
        self.errors.push(KeyError { line, reason });
    }

    /// Takes each word for itself, so that every fault of a line is told.
    fn entry(&mut self, line: usize, words: &[&'t str]) {
        let (name, role, hash, rate) = match *words {
            [name, role, hash] => (name, role, hash, None),
            [name, role, hash, rate] => (name, role, hash, Some(rate)),
            _ => return self.fault(line, KeyFault::Words),
        };
        let name = self.name(line, name);
        let role = self.word(line, Role::from_name(role), KeyFault::Role);
        let hash = self.hash(line, hash);
        let rate = rate.map(|rate| self.word(line, rate_from(rate), KeyFault::Rate));
        if let (Some(name), Some(role), Some(hash)) = (name, role, hash) {
            let (name, rate) = (name.into(), rate.flatten());
            self.grants.insert(hash, Grant { name, role, rate });
        }
    }

    fn word<T>(&mut self, line: usize, read: Option<T>, fault: KeyFault) -> Option<T> {
        if read.is_none() {
            self.fault(line, fault);
        }
        read
    }

    fn name(&mut self, line: usize, name: &'t str) -> Option<&'t str> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte);
        if name.len() > limits::API_KEY_NAME_BYTES_MAX || !name.bytes().all(allowed) {
            self.fault(line, KeyFault::Name);
            return None;
        }
        if let Some(first) = self.names.get(name).copied() {
            self.fault(line, KeyFault::NameTwice { first });
            return None;
        }
        self.names.insert(name, line);
        Some(name)
    }

    fn hash(&mut self, line: usize, text: &str) -> Option<KeyHash> {
        let fault = if text.starts_with(KEY_PREFIX) {
            KeyFault::Plain
        } else {
            KeyFault::Hash
        };
        let hash = self.word(line, hash_from(text), fault)?;
        if let Some(first) = self.hashes.get(&hash).copied() {
            self.fault(line, KeyFault::KeyTwice { first });
            return None;
        }
        self.hashes.insert(hash, line);
        Some(hash)
    }
}

fn hash_from(text: &str) -> Option<KeyHash> {
    let mut hash = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 2 * hash.len() {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(KeyHash(hash))
}

fn digit(character: u8) -> Option<u8> {
    let value = char::from(character).to_digit(16)?;
    u8::try_from(value).ok()
}

/// `500/s`: so many a second, and as many at once.
fn rate_from(text: &str) -> Option<Rate> {
    let per_second = text.strip_suffix("/s")?.parse().ok()?;
    Rate::new(per_second, per_second)
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words => f.write_str("a key is written as 'name role sha256', and a rate if wanted"),
            Self::Name => write!(
                f,
                "a name has at most {} letters, digits and '-_.@'",
                limits::API_KEY_NAME_BYTES_MAX
            ),
            Self::NameTwice { first } => write!(f, "the key on line {first} has the same name"),
            Self::Role => f.write_str("the role must be public, sales or admin"),
            Self::Hash => f.write_str("the SHA-256 of a key has 64 hexadecimal digits"),
            Self::Plain => f.write_str(
                "this is a key itself: write its SHA-256 here, and make a new key, as this one may have been seen",
            ),
            Self::KeyTwice { first } => write!(f, "this is the key of line {first}"),
            Self::Rate => write!(
                f,
                "a rate is written as '500/s', from 1 to {}",
                limits::RATE_PER_SECOND_MAX
            ),
            Self::TooMany => write!(f, "there can be {} keys", limits::API_KEYS_MAX),
        }
    }
}

impl fmt::Display for KeyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, KeyError { line, reason }) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { "\n" };
            write!(f, "{separator}line {line}: {reason}")?;
        }
        Ok(())
    }
}

impl Error for KeyErrors {}
