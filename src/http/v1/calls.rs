//! All calls: one table, from which both the routes and their description are made. New holds are known without the
//! routes as well (see [`App`](crate::http::App)).

use axum::{
    Router,
    body::Body,
    http::{Method, Request},
    response::Response,
    routing::{MethodRouter, get},
};

use super::{
    ask, bookings, change, charts, cluster, events, explain, export, holds,
    openapi::{Access::*, Call, chart_text::Chart, lead::Lead::*, served, texts},
    post::{holding, selling},
    problem::Kind::*,
    seats,
    view::{EventView, Hold, SeatView},
};
use crate::http::{Peer, routes::Api};

macro_rules! calls {
    ($($path:literal: $($method:ident $handler:expr => $call:expr),+;)*) => {
        /// The routes.
        pub(in crate::http) fn routes() -> Router<Api> {
            Router::new()
                $(.route($path, MethodRouter::new()$(.$method($handler))+))*
                .route("/openapi.json", get(served::document))
                .merge(served::page())
        }

        /// What the document says of each route, with its path and method.
        pub(super) fn described() -> Vec<(&'static str, &'static str, Call)> {
            vec![$($(($path, stringify!($method), $call)),+),*]
        }
    };
}

calls! {
    "/v1/charts":
        get charts::list => Call::new(Public, "Lists the charts").answers::<charts::Charts>(200);
    "/v1/charts/{chart}":
        get charts::show => Call::new(Public, "Exports a chart")
            .answers::<Chart>(200).or(200, "text/csv", texts::csv())
            .refuses(&[NoSuchChart]),
        put charts::put => Call::new(Admin, "Imports a chart, whole or not at all. Events keep the one that they were made with")
            .takes::<Chart>().or_takes("text/csv", texts::csv())
            .answers::<super::view::ChartLine>(201).answers::<super::view::ChartLine>(200)
            .refuses(&[Malformed, MediaType, TooLong, BodyTooSlow, BadChart, Invalid, Full]),
        delete charts::remove => Call::new(Admin, "Forgets a chart. Events that were made with it keep it")
            .answers_nothing(204).refuses(&[NoSuchChart]);
    "/v1/events":
        get events::list => Call::new(Public, "Lists the events").answers::<events::Events>(200);
    "/v1/events/{event}":
        get events::show => Call::new(Public, "Shows an event")
            .answers::<EventView>(200).refuses(&[NoSuchEvent]),
        put events::put => Call::new(Admin, "Makes an event, or changes its title, rules and state")
            .takes::<change::EventAsk>()
            .answers::<EventView>(201).answers::<EventView>(200)
            .refuses(&[NoSuchChart, Closed, ChartFixed, IsDefault, Full]),
        delete events::remove => Call::new(Admin, "Removes a closed event")
            .answers_nothing(204).refuses(&[NoSuchEvent, EventAlive]);
    "/v1/events/{event}/chart":
        get events::chart => Call::new(Public, "Exports the chart that an event was made with")
            .answers::<Chart>(200).or(200, "text/csv", texts::csv())
            .answers_nothing(304)
            .refuses(&[NoSuchEvent, Closed]);
    "/v1/events/{event}/seats":
        get seats::show => Call::new(Public, "Shows what all seats of an event are, at one instant")
            .answers::<texts::Seats>(200).or(200, "application/vnd.seatlock.map", texts::map())
            .answers_nothing(304)
            .refuses(&[NoSuchEvent, Closed]);
    "/v1/events/{event}/seat":
        get seats::one => Call::new(Admin, "Shows what a seat is, and the hold or booking that has it")
            .asked("label", "The seat's full label.", "Stalls/A/12")
            .answers::<SeatView>(200)
            .refuses(&[NoSuchEvent, NoSuchSeats, Closed, Invalid]);
    "/v1/events/{event}/stream":
        get seats::stream => Call::new(Public, "Streams what changes, as server-sent events")
            .or(200, "text/event-stream", texts::events()).resumes()
            .refuses(&[NoSuchEvent, Closed, TooManyStreams]);
    "/v1/events/{event}/bookings":
        get export::bookings => Call::new(Admin, "Exports all bookings of an event, a seat a line")
            .or(200, "text/csv", texts::csv())
            .refuses(&[NoSuchEvent, Closed]);
    "/v1/events/{event}/block":
        post selling(seats::block) => Call::new(Admin, "Keeps free seats from sale: all that are named, or none")
            .takes::<ask::BlockAsk>().answers::<seats::Changed>(200)
            .refuses(&[NoSuchEvent, NoSuchSeats, Closed, SeatsTaken, SeatsHeld]);
    "/v1/events/{event}/unblock":
        post selling(seats::unblock) => Call::new(Admin, "Puts withheld seats on sale: all that are named, or none")
            .takes::<ask::UnblockAsk>().answers::<seats::Changed>(200)
            .refuses(&[NoSuchEvent, NoSuchSeats, Closed, SeatsTaken, SeatsHeld]);
    "/v1/events/{event}/holds":
        post holding(holds::make) => Call::new(Sales, "Holds seats: all that are asked for, or none")
            .takes::<ask::HoldAsk>().answers::<Hold>(201).leads(Held)
            .refuses(&[NoSuchEvent, NoSuchSeats, Closed, Paused, NotOnSale, SeatsTaken, NotEnough, Orphans])
            .refuses(&[SeatsHeld, UserLimit, CoolingDown]);
    "/v1/holds/{id}":
        get holds::show => Call::new(Token, "Shows a hold, also how one has ended")
            .answers::<Hold>(200).refuses(&[NoSuchHold, WrongToken, Invalid]);
    "/v1/holds/{id}/confirm":
        post selling(holds::confirm) => Call::new(Token, "Books the seats of a hold")
            .may_take::<ask::ConfirmAsk>().answers::<Hold>(200).leads(Booked)
            .refuses(&[NoSuchHold, WrongToken, Ended, Closed, Paused, NotOnSale, UserLimit]);
    "/v1/holds/{id}/release":
        post holding(holds::release) => Call::new(Token, "Gives all seats of a hold back")
            .may_take::<ask::TokenAsk>().answers::<Hold>(200)
            .refuses(&[NoSuchHold, WrongToken, Ended, IsBooked]);
    "/v1/holds/{id}/revoke":
        post holding(holds::revoke) => Call::new(Admin, "Gives all seats of a hold back, without its token")
            .may_take::<ask::RevokeAsk>().answers::<Hold>(200)
            .refuses(&[NoSuchHold, Ended, IsBooked]);
    "/v1/holds/{id}/extend":
        post holding(holds::extend) => Call::new(Token, "Moves a hold's deadline to one TTL from now")
            .may_take::<ask::TokenAsk>().answers::<Hold>(200)
            .refuses(&[NoSuchHold, WrongToken, Ended, IsBooked, AtLongest]);
    "/v1/holds/{id}/pay":
        post holding(holds::pay) => Call::new(Token, "Moves a hold's deadline, once, so that a payment can arrive")
            .may_take::<ask::TokenAsk>().answers::<Hold>(200)
            .refuses(&[NoSuchHold, WrongToken, Ended, IsBooked, AtLongest]);
    "/v1/holds/{id}/add":
        post holding(holds::add) => Call::new(Token, "Adds seats to a hold: all that are asked for, or none")
            .takes::<ask::AddAsk>().answers::<Hold>(200)
            .refuses(&[NoSuchHold, NoSuchSeats, WrongToken, Ended, IsBooked, Closed, Paused, NotOnSale])
            .refuses(&[SeatsTaken, NotEnough, Orphans, SeatsHeld, UserLimit, CoolingDown]);
    "/v1/holds/{id}/give-back":
        post holding(holds::give_back) => Call::new(Token, "Gives seats of a hold back: all that are named, or none")
            .takes::<ask::GiveBackAsk>().answers::<Hold>(200)
            .refuses(&[NoSuchHold, NoSuchSeats, WrongToken, Ended, IsBooked]);
    "/v1/bookings/{id}":
        get bookings::show => Call::new(Sales, "Shows a booking")
            .answers::<Hold>(200).refuses(&[NoSuchHold]);
    "/v1/bookings/{id}/cancel":
        post selling(bookings::cancel) => Call::new(Admin, "Cancels a booking, whole or in part")
            .may_take::<ask::CancelAsk>().answers::<Hold>(200)
            .refuses(&[NoSuchHold, NoSuchSeats, NotBooked, Ended]);
    "/v1/bookings/{id}/move":
        post selling(bookings::move_seats) => Call::new(Admin, "Moves seats of a booking to others in one step")
            .takes::<ask::MoveAsk>().answers::<Hold>(200)
            .refuses(&[NoSuchHold, NoSuchSeats, NotBooked, Ended, SeatsTaken, SeatsHeld]);
    "/v1/cluster":
        get cluster::show => Call::new(Admin, "Shows the nodes of a cluster, and which of them serves what")
            .answers::<cluster::ClusterView>(200);
    "/v1/cluster/drain":
        post cluster::drain => Call::new(Admin, "Has the node that is asked hand over what it serves, and take nothing more")
            .answers::<cluster::Drained>(200).refuses(&[Alone]);
    "/v1/cluster/undrain":
        post cluster::drain => Call::new(Admin, "Has the node that is asked serve again what is its share")
            .answers::<cluster::Drained>(200).refuses(&[Alone]);
    "/v1/cluster/pins/{event}":
        put cluster::pin => Call::new(Admin, "Gives an event that is not made yet a shard of its own, for good")
            .answers::<cluster::Pinned>(201).answers::<cluster::Pinned>(200)
            .refuses(&[EventMade, IsDefault, Full, Invalid, Alone]);
    "/problems/{name}":
        get explain::problem => Call::new(Nobody, "Explains a kind of problem")
            .or(200, "text/plain; charset=utf-8", texts::text()).refuses(&[NoSuchPath]);
}

/// Whether this is what the routes take for `POST /v1/events/{event}/holds`.
pub(in crate::http) fn is_new_hold<B>(request: &Request<B>) -> bool {
    let event = request
        .uri()
        .path()
        .strip_prefix("/v1/events/")
        .and_then(|path| path.strip_suffix("/holds"));
    request.method() == Method::POST && event.is_some_and(|event| !event.contains('/'))
}

/// The answer that the routes would give to a new hold.
pub(in crate::http) fn new_hold(
    request: Request<Body>,
    peer: Option<Peer>,
    api: &Api,
) -> impl Future<Output = Response> {
    holding(holds::make).serve(request, peer, api)
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, routing::post};
    use tower_service::Service as _;

    use super::*;

    #[tokio::test]
    async fn a_new_hold_is_what_the_router_takes_for_one() {
        let mut router = Router::new().route("/v1/events/{event}/holds", post(async || ()));
        for (method, target, is_new_hold) in [
            ("POST", "/v1/events/gala/holds", true),
            ("POST", "/v1/events/holds/holds", true),
            ("POST", "/v1/events/a%2Fb/holds?x=/holds", true),
            ("POST", "http://localhost/v1/events/gala/holds", true),
            ("GET", "/v1/events/gala/holds", false),
            ("POST", "/v1/events/gala/holds/", false),
            ("POST", "/v1/events/gala/hold%73", false),
            ("POST", "/v1/events//holds", true),
            ("POST", "/v1/events/holds", false),
            ("POST", "/v1/events/a/b/holds", false),
            ("POST", "/v1/events/gala/block", false),
            ("POST", "/V1/events/gala/holds", false),
        ] {
            let request = Request::builder().method(method).uri(target);
            let request = request.body(Body::empty()).expect("a request");
            let is_known = super::is_new_hold(&request);
            assert_eq!(is_known, is_new_hold, "{method} {target}");
            let answer = router.call(request).await.expect("infallible");
            let is_routed = answer.status() == StatusCode::OK;
            assert_eq!(is_routed, is_new_hold, "{method} {target}, by the router");
        }
    }
}
