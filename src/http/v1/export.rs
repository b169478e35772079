//! All bookings of an event, for a spreadsheet or another program: `GET /v1/events/{event}/bookings`.
//!
//! ```csv
//! booking,booked_at,user,order,seat,category
//! 87b2ae2200000002,2026-11-22T21:45:11.867Z,ada,order 7,Stalls/A/6,gold
//! ```
//! One line a seat; a place of an area has the area's name for its seat. Fields are quoted as RFC 4180 has it. What users
//! and shops have written stands there as it is: a program that takes a field beginning with `=` for a formula is to be
//! told that it is none.

use std::fmt::Write as _;

use axum::{
    extract::State,
    http::{HeaderValue, header::CONTENT_TYPE},
    response::Response,
};
use bytes::Bytes;

use super::{
    date::Stamp,
    durable,
    gate::Admin,
    path::Named,
    reply::{self, Said},
};
use crate::{
    chart::{Chart, csv_field},
    engine::HoldView,
    event::Stage,
    http::routes::Api,
    ids::SeatId,
};

/// `GET /v1/events/{event}/bookings`
pub(super) async fn bookings(State(api): State<Api>, Admin(_): Admin, named: Named) -> Response {
    let event = match named.event(api.engine()) {
        Ok(event) => event,
        Err(problem) => return problem.answer(),
    };
    let bookings = api.engine().bookings(&event);
    if let Some(last) = bookings.last() {
        durable::seen(api.engine(), last).await;
    }
    let mut text = String::from("booking,booked_at,user,order,seat,category\n");
    for booking in &bookings {
        write(booking, &mut text);
    }
    let mut said = Said::new(Bytes::from(text));
    let csv = HeaderValue::from_static("text/csv");
    said.headers_mut().insert(CONTENT_TYPE, csv);
    reply::send(Ok(said))
}

fn write(booking: &HoldView, text: &mut String) {
    let Stage::Booked { at } = booking.stage else {
        return;
    };
    let at = Stamp(booking.now.date_of(at));
    let user = csv_field(booking.user.text().unwrap_or_default());
    let order = csv_field(booking.order.as_deref().unwrap_or_default());
    let chart = booking.event.chart();
    for seat in &booking.seats {
        let category = &chart.categories()[usize::from(chart.category(*seat))].name;
        let (id, seat, category) = (booking.id, label(chart, *seat), csv_field(category));
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{id},{at},{user},{order},{},{category}",
            csv_field(&seat)
        );
    }
}

fn label(chart: &Chart, seat: SeatId) -> String {
    match chart.area_of(seat) {
        Some(area) => chart.areas()[area].name.to_string(),
        None => chart.label(seat).to_string(),
    }
}
