//! Answers sealed: what is recorded of them can be read by nobody but whoever sends the request again.
//!
//! The answer to a new hold has the hold's token in it, and a token must not be found in a ledger. The key that opens an
//! answer is made of what the client has named its request by, of which the ledger has no more than a hash of another
//! kind. Sealed with ChaCha20-Poly1305 (RFC 8439) under a nonce drawn for it, which stands before the sealed bytes.

use std::{fmt, sync::Arc};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::{Answer, Kept, key};

/// Opens the answers to requests of one key in one scope.
pub struct Secret([u8; 32]);

/// Drawn anew for each answer that is sealed.
pub type Draw = [u8; 16];

impl Secret {
    /// The secret of whose key it is and the value of `Idempotency-Key`, if that is a key.
    pub fn of(scope: &str, header: &str) -> Option<Self> {
        key::secret(scope, header).map(Self)
    }

    fn key(&self) -> LessSafeKey {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &self.0);
        LessSafeKey::new(key.expect("a key of this cipher has 32 bytes"))
    }
}

impl Kept {
    /// What is recorded of it. `draw` must not have been used before.
    ///
    /// # Panics
    /// Never: what is sealed is shorter than the cipher's bound of 256 GiB.
    #[must_use]
    pub fn sealed(&self, secret: &Secret, draw: Draw) -> Self {
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&draw[..NONCE_LEN]);
        let mut body = self.answer.body().to_vec();
        let key = secret.key();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut body)
            .expect("an answer is short");
        let body = [&nonce[..], &body].concat();
        Self {
            answer: Arc::new(self.answer.with_body(body.into(), true)),
            ..self.clone()
        }
    }
}

impl Answer {
    /// The answer as it was given. None: it was sealed with another secret, or is damaged.
    pub fn opened(&self, secret: &Secret) -> Option<Self> {
        if !self.is_sealed() {
            return Some(self.clone());
        }
        let (nonce, sealed) = self.body().split_first_chunk::<NONCE_LEN>()?;
        let mut body = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = secret.key();
        let opened = opened.open_in_place(nonce, Aad::empty(), &mut body).ok()?;
        let bytes = opened.len();
        body.truncate(bytes);
        Some(self.with_body(body.into(), false))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        repeat::{Fingerprint, RepeatId},
        tick::Moment,
    };

    const TOKEN: &[u8] = b"4ac72014aa5f8f4f2ad6f2a39b1e9d67";

    #[test]
    fn a_sealed_answer_shows_nothing_and_is_opened_by_its_own_key_alone() {
        let kept = Kept {
            id: RepeatId::of("shop", "cart-1").expect("a key"),
            fingerprint: Fingerprint::of(&[b"POST"]),
            answer: Arc::new(Answer::new(201, &[("a", "b")], TOKEN).expect("short")),
            until: Moment::from_ticks(1),
        };
        let secret = |scope, key| Secret::of(scope, key).expect("a key");
        let sealed = kept.sealed(&secret("shop", "cart-1"), [7; 16]).answer;
        let shown = sealed.body();
        assert!(
            !shown
                .windows(4)
                .any(|part| TOKEN.windows(4).any(|other| other == part))
        );
        let opened = sealed.opened(&secret("shop", "\"cart-1\""));
        assert_eq!(opened.as_ref(), Some(&*kept.answer));
        assert_eq!(sealed.opened(&secret("shop", "cart-2")), None);
        assert_eq!(sealed.opened(&secret("other", "cart-1")), None);
        let other = kept.sealed(&secret("shop", "cart-1"), [8; 16]).answer;
        assert_ne!(other.body(), sealed.body());
    }
}
