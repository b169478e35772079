//! An event on its own, served as `/v1` serves events: what the tests of availability ask.

use std::{net::Ipv4Addr, sync::Arc};

use axum::{
    Router,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use seatlock::{
    chart::Chart,
    feed::{Feed, Life, Shown},
    http::v1::{
        availability,
        seat_text::SeatText,
        stream::{Full, StreamLimits, Streams},
    },
    ids::{Lsn, SeatId},
};

/// An event and its streams.
#[derive(Clone)]
pub(crate) struct Stall {
    pub(crate) feed: Arc<Feed>,
    pub(crate) streams: Streams<Ipv4Addr>,
    text: Arc<SeatText>,
}

impl Stall {
    pub(crate) fn new(seats: u32, limits: StreamLimits) -> Self {
        Self::on(Chart::numbered(seats), limits)
    }

    pub(crate) fn on(chart: Chart, limits: StreamLimits) -> Self {
        Self {
            feed: Arc::new(Feed::new(chart.seat_count(), Life::new(0xbeef), Lsn::NONE)),
            streams: Streams::new(limits),
            text: Arc::new(SeatText::new("finale", Arc::new(chart))),
        }
    }

    pub(crate) fn app(&self) -> Router {
        Router::new()
            .route("/seats", get(seats))
            .route("/stream", get(stream))
            .with_state(self.clone())
    }

    /// One change and the delta that tells of it.
    pub(crate) fn change(&self, lsn: u64, seat: u32, shown: Shown) {
        self.feed.note(SeatId::new(seat), shown);
        self.feed.advance(Lsn::new(lsn));
        self.feed.flush();
    }
}

async fn seats(State(stall): State<Stall>, headers: HeaderMap) -> Response {
    availability::answer(&headers, &stall.text, stall.feed.snapshot())
}

async fn stream(
    State(stall): State<Stall>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let client = Ipv4Addr::LOCALHOST;
    let opened = stall
        .streams
        .open(&stall.feed, client, &headers, query.as_deref());
    opened.unwrap_or_else(|full| match full {
        Full::Server => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Full::Client => StatusCode::TOO_MANY_REQUESTS.into_response(),
    })
}
