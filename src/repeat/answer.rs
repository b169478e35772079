//! An answer as it is kept, and what is recorded of it.

use std::{error::Error, fmt, sync::Arc};

use bytes::Bytes;

use super::{Fingerprint, RepeatId};
use crate::{limits, tick::Moment};

/// An answer: status, headers, body. `Debug` shows no more of it than its size, as a hold's token may be in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    headers: Box<[(Box<str>, Box<str>)]>,
    body: Bytes,
    is_sealed: bool,
}

impl Answer {
    /// An answer with a copy of these headers and this body, so that it keeps no larger buffer alive.
    ///
    /// # Errors
    /// [`AnswerTooLong`] beyond [`limits::REPEAT_ANSWER_BYTES_MAX`].
    pub fn new(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Result<Self, AnswerTooLong> {
        let answer = Self {
            status,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            body: Bytes::copy_from_slice(body),
            is_sealed: false,
        };
        if answer.bytes() > limits::REPEAT_ANSWER_BYTES_MAX {
            return Err(AnswerTooLong);
        }
        Ok(answer)
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The headers that belong to the answer, names and values.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The body. Cloning it copies nothing.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// Whether its body is sealed ([`Kept::sealed`]).
    pub const fn is_sealed(&self) -> bool {
        self.is_sealed
    }

    /// The same with another body.
    #[must_use]
    pub fn with_body(&self, body: Bytes, is_sealed: bool) -> Self {
        Self {
            body,
            is_sealed,
            ..self.clone()
        }
    }

    /// Bytes that it takes up.
    pub fn bytes(&self) -> usize {
        let header = |(name, value): (&str, &str)| {
            size_of::<(Box<str>, Box<str>)>() + name.len() + value.len()
        };
        size_of::<Self>() + self.headers().map(header).sum::<usize>() + self.body.len()
    }
}

/// An answer is longer than can be kept. What gives such answers must be safe to repeat without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerTooLong;

/// All that is kept of a finished request. A plain value, so that it can be recorded and restored
/// ([`super::Repeats::restore`]). Mind that the answer may have a hold's token in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The key within its scope.
    pub id: RepeatId,
    /// What the request was.
    pub fingerprint: Fingerprint,
    /// What it was answered.
    pub answer: Arc<Answer>,
    /// The moment at which it may be forgotten.
    pub until: Moment,
}

impl Kept {
    /// Bytes for a place in the table and in its queue, at their emptiest, with the answer's own counters.
    const PLACE_BYTES: usize = 256;

    pub(super) fn bytes(&self) -> usize {
        Self::PLACE_BYTES + self.answer.bytes()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {} bytes)", self.status, self.bytes())
    }
}

impl fmt::Display for AnswerTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let max = limits::REPEAT_ANSWER_BYTES_MAX;
        write!(f, "an answer of more than {max} bytes can't be kept")
    }
}

impl Error for AnswerTooLong {}
