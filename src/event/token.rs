//! The secret that a hold can be used with.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::ids::write_hexadecimal;

/// 128 random bits, given once to whoever made the hold, as 32 hexadecimal digits. It has no `Debug` and no `Display`:
/// whoever wants the text has to ask for it by name.
#[derive(Clone, Copy)]
pub struct Token([u8; 16]);

/// What is kept of a token: its SHA-256, cut to 128 bits. Whoever reads memory or a ledger can use no hold with it.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 16]);

impl Token {
    /// Digits of its text.
    pub const DIGITS: usize = 32;

    /// The token of these bits.
    pub const fn new(bits: [u8; 16]) -> Self {
        Self(bits)
    }

    /// Reads what [`Token::reveal`] writes; no other text.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != Self::DIGITS {
            return None;
        }
        let mut bits = [0; 16];
        for (byte, pair) in bits.iter_mut().zip(digits.as_chunks::<2>().0) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Self(bits))
    }

    /// Its text, for the one answer that carries it.
    pub fn reveal(&self) -> String {
        self.digits().map(char::from).iter().collect()
    }

    /// Its text in bytes.
    pub(crate) fn digits(&self) -> [u8; Self::DIGITS] {
        let mut digits = [0; Self::DIGITS];
        write_hexadecimal(&self.0, &mut digits);
        digits
    }

    /// What is kept of it.
    pub fn hash(&self) -> TokenHash {
        let digest: [u8; 32] = Sha256::digest(self.0).into();
        let mut kept = [0; 16];
        kept.copy_from_slice(&digest[..16]);
        TokenHash(kept)
    }
}

impl TokenHash {
    /// What is kept of a token, as it was written down.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// What is written down of a token.
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }

    /// Whether this is the token's hash. Takes the same time whatever the answer.
    pub fn is_of(&self, token: &Token) -> bool {
        self.0.ct_eq(&token.hash().0).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(secret)")
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash")
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_from_its_text_and_opens_its_own_hash_alone() {
        let token = Token::new([0x0f, 0xa1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        let again = Token::parse(&token.reveal()).expect("its own text");
        assert!(token.hash().is_of(&again));
        assert!(!token.hash().is_of(&Token::new([0; 16])));
        let text = token.reveal();
        for wrong in [
            "",
            &text[1..],
            &text.to_uppercase(),
            &format!("{text}0"),
            &text.replace('f', "g"),
        ] {
            assert!(Token::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_token_does_not_print_itself() {
        let token = Token::new([0xab; 16]);
        let printed = format!("{token:?} {:?}", token.hash());
        assert!(
            !printed.contains("ab") && !printed.contains("171"),
            "{printed}"
        );
    }
}
