//! Kept answers as they are written down.
//!
//! ```text
//! version 1, id 32, fingerprint 32, until 8, status 2, headers (each: name, value), body
//! ```
//!
//! The answer to a new hold has the hold's token in it, which must not be found in a ledger. Whoever makes a note of an
//! answer seals it first ([`crate::repeat::Kept`]).

use std::sync::Arc;

use bytes::Bytes;

use crate::{
    ledger::{Fields, Reading, Unreadable},
    repeat::{Answer, Fingerprint, Kept, RepeatId},
};

const VERSION: u8 = 1;

pub(crate) fn write(kept: &Kept) -> Bytes {
    let headers: Vec<(&str, &str)> = kept.answer.headers().collect();
    Fields::of_version(VERSION)
        .plain(&kept.id.bytes())
        .plain(&kept.fingerprint.bytes())
        .moment(kept.until)
        .half(kept.answer.status())
        .each(headers.into_iter(), |fields, (name, value)| {
            fields.text(name).text(value)
        })
        .bytes(kept.answer.body())
        .end()
}

pub(crate) fn read(value: &[u8]) -> Result<Kept, Unreadable> {
    let mut reading = Reading::of_version(value, VERSION)?;
    let id = RepeatId::from_bytes(reading.plain()?);
    let fingerprint = Fingerprint::from_bytes(reading.plain()?);
    let (until, status) = (reading.moment()?, reading.half()?);
    let headers = reading.each(|reading| Ok((reading.text()?, reading.text()?)))?;
    let body = reading.bytes()?;
    reading.end()?;
    let answer = Answer::new(status, &headers, body).map_err(|_| Unreadable::Field("answer"))?;
    Ok(Kept {
        id,
        fingerprint,
        answer: Arc::new(answer),
        until,
    })
}
