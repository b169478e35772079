//! Bookings, which are confirmed holds: `/v1/bookings`.

use axum::{extract::State, response::Response};

use super::{
    ask::{CancelAsk, MoveAsk},
    body, durable,
    gate::{Admin, Sales},
    path::Named,
    post::{Outcome, Posted},
    problem::Problem,
    reply, resolve,
    resolve::Resolver,
};
use crate::{
    engine::{HoldView, Part},
    http::routes::Api,
};

/// `GET /v1/bookings/{id}`
pub(super) async fn show(State(api): State<Api>, Sales(_): Sales, named: Named) -> Response {
    let shown = look(&api, &named);
    if let Ok(view) = &shown {
        durable::seen(api.engine(), view).await;
    }
    reply::send(shown.map(|view| reply::hold(&view)))
}

/// `POST /v1/bookings/{id}/cancel`
pub(super) fn cancel(api: &Api, posted: &Posted<Admin>) -> Outcome {
    let ask: CancelAsk = body::read_any(&posted.body)?;
    let HoldView { id, event, .. } = look(api, &posted.name)?;
    let part = match (ask.seats, ask.areas) {
        (None, None) => None,
        (seats, areas) => {
            let (seats, areas) = (seats.unwrap_or_default(), areas.unwrap_or_default());
            Some(resolve::part(event.chart(), &seats, &areas)?)
        }
    };
    let cancelled = api.engine().cancel(id, part.as_ref());
    cancelled
        .map(|view| (reply::hold(&view), None))
        .map_err(|refusal| Problem::booking(&event, refusal))
}

/// `POST /v1/bookings/{id}/move`
pub(super) fn move_seats(api: &Api, posted: &Posted<Admin>) -> Outcome {
    let ask: MoveAsk = body::read(&posted.body)?;
    let HoldView { id, event, .. } = look(api, &posted.name)?;
    let mut resolver = Resolver::new(event.chart());
    let from = Part {
        seats: resolver.seats("from", &ask.from),
        areas: resolver.places("from_areas", &ask.from_areas),
    };
    let to = resolver.seats("to", &ask.to);
    let (from, to) = resolver.end((from, to))?;
    let moved = api.engine().move_seats(id, &from, &to);
    moved
        .map(|view| (reply::hold(&view), None))
        .map_err(|refusal| Problem::booking(&event, refusal))
}

fn look(api: &Api, named: &Named) -> Result<HoldView, Problem> {
    let id = named.hold()?;
    api.engine().booking(id).map_err(Problem::unusable)
}
