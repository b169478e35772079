//! An event on its own, served as `/v1` serves events: what the tests of availability ask.

use std::{fmt::Display, net::Ipv4Addr, ops::Range, sync::Arc};

use axum::{
    Router,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use seatlock::{
    feed::{Feed, Life, Shown},
    http::v1::{
        availability,
        seat_text::{Plan, SeatText},
        stream::{Full, StreamLimits, Streams},
    },
    ids::{Lsn, SeatId},
};

/// Numbered seats, and a lawn after them.
pub(crate) struct Ground {
    pub(crate) numbered: u32,
    pub(crate) lawn: u32,
}

impl Plan for Ground {
    fn numbered(&self) -> u32 {
        self.numbered
    }

    fn label(&self, seat: SeatId) -> impl Display {
        format!("\"Stalls\"/A/{}", seat.get() + 1)
    }

    fn areas(&self) -> impl Iterator<Item = (&str, Range<u32>)> {
        std::iter::once(("Lawn", self.numbered..self.numbered + self.lawn))
    }
}

/// An event and its streams.
#[derive(Clone)]
pub(crate) struct Stall {
    pub(crate) feed: Arc<Feed>,
    pub(crate) streams: Streams<Ipv4Addr>,
    text: Arc<SeatText<Ground>>,
}

impl Stall {
    pub(crate) fn new(seats: u32, limits: StreamLimits) -> Self {
        let ground = Ground {
            numbered: seats,
            lawn: 0,
        };
        Self::on(ground, limits)
    }

    pub(crate) fn on(ground: Ground, limits: StreamLimits) -> Self {
        let seats = ground.numbered + ground.lawn;
        Self {
            feed: Arc::new(Feed::new(seats, Life::new(0xbeef), Lsn::NONE)),
            streams: Streams::new(limits),
            text: Arc::new(SeatText::new("finale", ground)),
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
