//! Kept answers as they are written down.
//!
//! ```text
//! version 1, id 32, fingerprint 32, until 8, status 2, headers (each: name, value), body
//! ```
//!
//! The body is sealed ([`Kept::sealed`]).

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
    let answer = Answer::new(status, &headers, &[]).map_err(|_| Unreadable::Field("answer"))?;
    Ok(Kept {
        id,
        fingerprint,
        answer: Arc::new(answer.with_body(Bytes::copy_from_slice(body), true)),
        until,
    })
}
