//! `GET /v1/events/{event}/seats`: what all seats of an event are, at one instant.
//!
//! As JSON, unless asked for otherwise. The seats come in the chart's order, by which a stream numbers them; the places
//! of an area, which have no labels, are counted:
//!
//! ```json
//! {"event":"finale","position":1234,"resume":"9f31c2aa-1234",
//!  "counts":{"available":2011,"held":1,"booked":0,"withheld":0},
//!  "areas":{"Lawn":{"available":2000,"held":0,"booked":0,"withheld":0}},
//!  "seats":{"Stalls/A/11":"available","Stalls/A/12":"held"}}
//! ```
//! `position` is to be compared with the `to` of a stream's deltas, and `resume` is where a stream can go on from (see
//! [`super::stream`]).
//!
//! With `Accept: application/vnd.seatlock.map` as a binary map, all numbers little-endian:
//!
//! ```text
//!  0   4  'SLMP'
//!  4   1  version of this format: 1
//!  5   1  bits a seat: 2
//!  6   2  length of the head: 24. A later version may have a longer one
//!  8   4  seats, places of areas included
//! 12   4  life: the first half of `resume`
//! 16   8  position
//! 24   -  seat n in bits 2 x (n mod 4) and up of byte n / 4: 0 available, 1 held, 2 booked, 3 withheld.
//!         Padded with zeros to a multiple of 8 bytes
//! ```
//!
//! **How true it is.** A hold that has expired is shown as held until the reaper has freed it, two ticks later at the
//! most. Whoever was told of a change sees it: [`seats`] waits for the feed before it answers.
//!
//! **Caches.** Each answer has a strong `ETag` of its state, form and coding, and 304 answers who has it already.
//! Between two changes the same texts answer everybody ([`super::seat_text`]).

use std::sync::Arc;

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG,
            IF_NONE_MATCH, VARY,
        },
    },
    response::Response,
};

use super::{
    preference,
    seat_text::{Coding, SeatText},
    texts::Texts,
};
use crate::{
    engine::{Engine, Event},
    feed::Snapshot,
};

/// The media type of the binary map.
pub const MAP_TYPE: &str = "application/vnd.seatlock.map";

const JSON_TYPE: &str = "application/json";

const MAP_MAGIC: &[u8; 4] = b"SLMP";
const MAP_VERSION: u8 = 1;
const MAP_BITS: u8 = 2;
const MAP_HEAD_BYTES: u16 = 24;

/// How the seats are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Map,
}

/// The answer that shows what the event's seats are now, whatever was changed before included.
pub async fn seats(
    engine: &Engine,
    texts: &Texts,
    event: &Arc<Event>,
    asked: &HeaderMap,
) -> Response {
    engine.caught_up().await;
    answer(asked, &texts.of(event), event.feed().snapshot())
}

/// The answer that shows `snapshot` to who asked with these headers. HTTP leaves the body out of an answer to `HEAD`.
pub fn answer(asked: &HeaderMap, text: &Arc<SeatText>, snapshot: Snapshot) -> Response {
    let form = form(asked);
    let coding = match form {
        Form::Json => coding(asked),
        Form::Map => Coding::Identity,
    };
    let tag = tag(&snapshot, form, coding);
    if has_already(asked, &tag) {
        return with_headers(StatusCode::NOT_MODIFIED, Body::empty(), &tag);
    }
    let body = match form {
        Form::Json => text.body(snapshot, coding),
        Form::Map => Body::from(map(&snapshot)),
    };
    let mut answer = with_headers(StatusCode::OK, body, &tag);
    let media_type = match form {
        Form::Json => JSON_TYPE,
        Form::Map => MAP_TYPE,
    };
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    if coding == Coding::Gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    answer
}

/// The binary map.
fn map(snapshot: &Snapshot) -> Vec<u8> {
    let position = snapshot.position();
    let bytes = usize::from(MAP_HEAD_BYTES) + snapshot.seats().div_ceil(4) as usize + 8;
    let mut map = Vec::with_capacity(bytes);
    map.extend_from_slice(MAP_MAGIC);
    map.extend_from_slice(&[MAP_VERSION, MAP_BITS]);
    map.extend_from_slice(&MAP_HEAD_BYTES.to_le_bytes());
    map.extend_from_slice(&snapshot.seats().to_le_bytes());
    map.extend_from_slice(&position.life.get().to_le_bytes());
    map.extend_from_slice(&position.lsn.get().to_le_bytes());
    for row in snapshot.pages().flatten() {
        map.extend_from_slice(&row.to_bytes());
    }
    map
}

/// The map for who prefers it to JSON, or asks for both alike and so knows what it is.
fn form(asked: &HeaderMap) -> Form {
    let weight = |name| preference::of(asked, &ACCEPT, name);
    match (weight(MAP_TYPE), weight(JSON_TYPE)) {
        (Some(map), json) if map > 0 && map >= json.unwrap_or_default() => Form::Map,
        _ => Form::Json,
    }
}

pub(in crate::http) fn coding(asked: &HeaderMap) -> Coding {
    let weight = |name| preference::of(asked, &ACCEPT_ENCODING, name);
    match weight("gzip").or_else(|| weight("*")) {
        Some(gzip) if gzip > 0 && gzip >= weight("identity").unwrap_or_default() => Coding::Gzip,
        _ => Coding::Identity,
    }
}

fn tag(snapshot: &Snapshot, form: Form, coding: Coding) -> String {
    let suffix = match (form, coding) {
        (Form::Map, _) => ".map",
        (Form::Json, Coding::Identity) => "",
        (Form::Json, Coding::Gzip) => ".gz",
    };
    format!("\"{}{suffix}\"", snapshot.position())
}

/// RFC 9110, section 13.1.2: the comparison is weak, and `*` stands for whatever there is.
pub(in crate::http) fn has_already(asked: &HeaderMap, tag: &str) -> bool {
    let lists = asked.get_all(IF_NONE_MATCH).into_iter();
    lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

pub(super) fn with_headers(status: StatusCode, body: Body, tag: &str) -> Response {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(ETAG, tag);
    }
    headers.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
    // To be kept, and asked about each time.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answer
}
