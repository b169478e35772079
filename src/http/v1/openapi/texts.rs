//! Bodies that are no JSON, or that are written without a type.

use std::collections::BTreeMap;

use utoipa::{
    ToSchema,
    openapi::{
        content::{Content, ContentBuilder},
        schema::{Object, ObjectBuilder, Type},
    },
};

use crate::http::v1::view::{CountsView, Status};

/// What all seats of an event are, at one instant.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the description of what `SeatText` writes")]
pub(in crate::http::v1) struct Seats {
    /// The event's name.
    event: String,
    /// The number of the last change that is shown.
    position: u64,
    /// Where a stream can go on from.
    resume: String,
    /// How many seats there are of each status.
    counts: CountsView,
    /// How many places of each area there are of each status.
    areas: BTreeMap<String, CountsView>,
    /// The seats by their full labels.
    seats: BTreeMap<String, Status>,
}

/// A chart, a seat a line.
pub(in crate::http::v1) fn csv() -> Content {
    of(string())
}

/// A text for people.
pub(in crate::http::v1) fn text() -> Content {
    of(string())
}

/// Server-sent events.
pub(in crate::http::v1) fn events() -> Content {
    of(string())
}

/// The seats in two bits each.
pub(in crate::http::v1) fn map() -> Content {
    of(ObjectBuilder::new()
        .schema_type(Type::String)
        .content_media_type("application/vnd.seatlock.map")
        .build())
}

fn of(schema: Object) -> Content {
    ContentBuilder::new().schema(Some(schema)).build()
}

fn string() -> Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}
