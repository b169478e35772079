//! The seats of an event as the public sees them, one as the operator does, and keeping them from sale:
//! `/v1/events/{event}/seats`, `stream`, `seat`, `block`, `unblock`.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ask::{BlockAsk, UnblockAsk},
    availability, body, durable,
    gate::{Admin, Public},
    path::Named,
    post::{Outcome, Posted},
    problem::{Fault, Kind, Problem},
    reply,
    resolve::Resolver,
    stream::Full,
    view::SeatView,
};
use crate::{
    engine::Event,
    http::{request, routes::Api},
    ids::{Lsn, SeatId},
};

/// That seats were kept from sale, or put on sale.
#[derive(Serialize, ToSchema)]
pub(super) struct Changed {
    /// The number of the change; 0 if all was as asked for already.
    lsn: u64,
}

/// `GET /v1/events/{event}/seats`
pub(super) async fn show(
    State(api): State<Api>,
    Public(_): Public,
    named: Named,
    asked: HeaderMap,
) -> Response {
    match named.event(api.engine()) {
        Ok(event) => {
            api.engine().caught_up().await;
            availability::answer(&asked, &api.texts().of(&event), event.feed().snapshot())
        }
        Err(problem) => problem.answer(),
    }
}

/// `GET /v1/events/{event}/seat?label=`
pub(super) async fn one(
    State(api): State<Api>,
    Admin(_): Admin,
    named: Named,
    uri: Uri,
) -> Response {
    let engine = api.engine();
    let found = named.event(engine).and_then(|event| {
        let seat = labelled(&event, uri.query().unwrap_or_default())?;
        Ok((engine.occupant(&event, seat), event, seat))
    });
    let (shown, event, seat) = match found {
        Ok(found) => found,
        Err(problem) => return problem.answer(),
    };
    if let Some(hold) = &shown.hold {
        durable::seen(engine, hold).await;
    }
    let view = SeatView::of(event.chart().label(seat), &shown);
    reply::send(Ok(reply::json(StatusCode::OK, &view)))
}

/// The seat that a query names.
fn labelled(event: &Event, query: &str) -> Result<SeatId, Problem> {
    let wrong = |reason: &str| Problem::invalid_field("label", reason);
    let label = request::parameter(query, "label").ok_or_else(|| wrong("is missing"))?;
    let label = label.map_err(|_not_text| wrong("is no text"))?;
    let missing = || {
        let fault = Fault::new("label", "names no seat of this event's chart");
        Problem::new(Kind::NoSuchSeats).with_errors(vec![fault])
    };
    event.chart().find(&label).ok_or_else(missing)
}

/// `GET /v1/events/{event}/stream`
pub(super) async fn stream(
    State(api): State<Api>,
    Public(caller): Public,
    named: Named,
    uri: Uri,
    asked: HeaderMap,
) -> Response {
    let event = match named.event(api.engine()) {
        Ok(event) => event,
        Err(problem) => return problem.answer(),
    };
    let stream = api
        .streams()
        .open(event.feed(), caller.client(), &asked, uri.query());
    stream.unwrap_or_else(|full: Full| Problem::from(full).answer())
}

/// `POST /v1/events/{event}/block`
pub(super) fn block(api: &Api, posted: &Posted<Admin>) -> Outcome {
    let event = posted.name.event(api.engine())?;
    let ask: BlockAsk = body::read(&posted.body)?;
    let mut resolver = Resolver::new(event.chart());
    let seats = resolver.seats("seats", &ask.seats);
    let seats = resolver.end(seats)?;
    let reason = ask.reason.map(|reason| reason.0.into());
    let lsn = api.engine().block(&event, &seats, reason.as_ref());
    lsn.map(said)
        .map_err(|refusal| Problem::block(&event, refusal))
}

/// `POST /v1/events/{event}/unblock`
pub(super) fn unblock(api: &Api, posted: &Posted<Admin>) -> Outcome {
    let event = posted.name.event(api.engine())?;
    let ask: UnblockAsk = body::read(&posted.body)?;
    let mut resolver = Resolver::new(event.chart());
    let seats = resolver.seats("seats", &ask.seats);
    let seats = resolver.end(seats)?;
    let lsn = api.engine().unblock(&event, &seats);
    lsn.map(said)
        .map_err(|refusal| Problem::block(&event, refusal))
}

fn said(lsn: Lsn) -> (reply::Said, Option<crate::tick::Moment>) {
    let changed = Changed { lsn: lsn.get() };
    (
        reply::changed(reply::json(StatusCode::OK, &changed), lsn),
        None,
    )
}
