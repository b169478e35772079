//! The kinds of problems: a closed list, each with a name that never changes.

use axum::http::StatusCode;

macro_rules! kinds {
    ($($kind:ident $status:ident $name:literal $title:literal $text:literal)*) => {
        /// A kind of problem. Its documentation is what `GET /problems/{name}` answers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(in crate::http) enum Kind {
            $(#[doc = $text] $kind,)*
        }

        impl Kind {
            /// All of them.
            pub(in crate::http) const ALL: &[Self] = &[$(Self::$kind),*];

            /// Their names, in this order.
            pub(in crate::http) const NAMES: [&'static str; Self::ALL.len()] = [$($name),*];

            /// The status that every problem of this kind has.
            pub(in crate::http) const fn status(self) -> StatusCode {
                match self { $(Self::$kind => StatusCode::$status,)* }
            }

            /// Its stable URI, relative to the server.
            pub(in crate::http) const fn uri(self) -> &'static str {
                match self { $(Self::$kind => concat!("/problems/", $name),)* }
            }

            /// What it is in a few words, the same for every problem of this kind.
            pub(in crate::http) const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)* }
            }

            /// What it means and what to do about it.
            pub(in crate::http) const fn text(self) -> &'static str {
                match self { $(Self::$kind => $text,)* }
            }
        }
    };
}

kinds! {
    Malformed BAD_REQUEST "malformed" "The request cannot be read"
        "The body is not JSON, is nested too deeply, or broke off. Nothing was done."
    KeyInvalid BAD_REQUEST "idempotency-key-invalid" "The idempotency key is no key"
        "`Idempotency-Key` is a string of 1 to 255 visible ASCII characters, in quotes or without. Nothing was done."
    NoApiKey UNAUTHORIZED "key-missing" "An API key is required"
        "Send `Authorization: Bearer` and a key of this server."
    UnknownApiKey UNAUTHORIZED "key-unknown" "The API key is unknown"
        "The key in `Authorization` is none of this server's."
    RoleTooSmall FORBIDDEN "role-too-small" "The API key may not do this"
        "Holds and bookings need a key with the role `sales`, charts, events, blocks and cancellations one with `admin`."
    WrongToken FORBIDDEN "wrong-token" "The token is not this hold's"
        "Each hold is used with the token that came with it, in the header `Seatlock-Token` or the field `token`."
    NoSuchPath NOT_FOUND "unknown-path" "There is nothing at this path"
        "See `/docs` for the paths that there are."
    NoSuchChart NOT_FOUND "unknown-chart" "There is no such chart"
        "No chart has this name. `GET /v1/charts` lists those that there are."
    NoSuchEvent NOT_FOUND "unknown-event" "There is no such event"
        "No event has this name. `GET /v1/events` lists those that there are."
    NoSuchHold NOT_FOUND "unknown-hold" "There is no such hold or booking"
        "There never was one with this id, its event was closed, or it ended so long ago that it was forgotten."
    NoSuchSeats NOT_FOUND "unknown-seats" "There are no such seats"
        "The event's chart has no seats, areas, sections or categories of these names; `errors` lists each. Nothing was done."
    NoSuchMethod METHOD_NOT_ALLOWED "method-not-allowed" "This path does not take this method"
        "The header `Allow` lists the methods that it takes."
    BodyTooSlow REQUEST_TIMEOUT "body-too-slow" "The body took too long to arrive"
        "Nothing was done."
    SeatsTaken CONFLICT "seats-taken" "Seats are not free"
        "At least one of the seats is booked or withheld; `seats` lists all that are in the way, each with its status. Nothing was done."
    NotEnough CONFLICT "not-enough-seats" "There are not enough free seats"
        "Fewer seats or places of the kind that was asked for are free. Nothing was done."
    Orphans CONFLICT "orphans-left" "The choice leaves single seats"
        "This event does not let a choice by hand leave single free seats; `seats` lists those that it would. Nothing was done."
    Paused CONFLICT "event-paused" "The event is paused"
        "Seats can't be held for now. Holds that are alive can be confirmed."
    Closed CONFLICT "event-closed" "The event is closed"
        "A closed event stays closed. It can be removed."
    NotOnSale CONFLICT "not-on-sale" "The event is not on sale now"
        "The sale begins at `opens`, or has ended at `closed`."
    IsBooked CONFLICT "already-booked" "The hold was confirmed"
        "It is a booking now, and is changed as one."
    NotBooked CONFLICT "not-booked" "The hold was not confirmed"
        "It is no booking yet."
    AtLongest CONFLICT "at-longest" "The hold cannot last longer"
        "It reaches its event's longest time already, or is being paid for. `hold` shows it."
    EventAlive CONFLICT "event-not-closed" "The event is not closed"
        "Close it before you remove it."
    EventMade CONFLICT "event-made" "The event was made before"
        "What has happened to an event lies in its shard's log, so it gets a shard of its own before it is made or never. Nothing was done."
    IsDefault CONFLICT "event-of-small-api" "The event belongs to the small API"
        "The event `default` goes on for as long as the server does."
    ChartFixed CONFLICT "chart-fixed" "An event keeps its chart"
        "An event is sold with the chart that it was made with. Make another event for another chart."
    Full CONFLICT "no-room" "The server has as much as it can have"
        "There are as many charts, events or seats as this server takes. Remove some that are no longer needed."
    InProgress CONFLICT "idempotency-key-in-use" "The request is being carried out"
        "A request with this `Idempotency-Key` has not been answered yet. Ask again in a moment."
    Ended GONE "hold-ended" "The hold has ended"
        "`hold` shows how it ended, `seats` what its seats are now. If they are free, a confirm with `if_free` of `retake` books them nevertheless."
    TooLong PAYLOAD_TOO_LARGE "body-too-long" "The body is too long"
        "A chart may have 256 MiB, every other body 64 KiB. Nothing was done."
    MediaType UNSUPPORTED_MEDIA_TYPE "unsupported-media-type" "The body is of another type"
        "Bodies are `application/json`, charts can be `text/csv`, and none is compressed. Nothing was done."
    Invalid UNPROCESSABLE_ENTITY "invalid" "The request is not valid"
        "`errors` names each field that is wrong and says why. Nothing was done."
    BadChart UNPROCESSABLE_ENTITY "invalid-chart" "The chart is not valid"
        "`errors` names line, field and reason of each fault, `more` says how many others there are. Nothing was taken."
    KeyReused UNPROCESSABLE_ENTITY "idempotency-key-reused" "Another request has this idempotency key"
        "A request under this `Idempotency-Key` was another one. Nothing was done."
    SeatsHeld LOCKED "seats-held" "Seats are held by others"
        "The seats in `seats` are held; each may be free again when its hold ends. Nothing was done."
    TooOften TOO_MANY_REQUESTS "too-often" "There were too many requests"
        "Ask again after `retry_after` seconds."
    UserLimit TOO_MANY_REQUESTS "user-limit" "The user has as much as one user can have"
        "By the event's rules one user has so many seats and holds at a time, and lets only so many go to waste. Nothing was done."
    CoolingDown TOO_MANY_REQUESTS "cooling-down" "The user has let these seats expire just now"
        "The user can hold the seats in `seats` again after `retry_after` seconds. Nothing was done."
    TooManyStreams TOO_MANY_REQUESTS "too-many-streams" "There are too many streams of this client"
        "End one of them, or ask again later."
    Fault INTERNAL_SERVER_ERROR "our-fault" "Something is wrong with this server"
        "Whether the request was carried out is for `GET` to say."
    TookTooLong SERVICE_UNAVAILABLE "took-too-long" "It took too long"
        "It may still be done, or not: the same request under the same `Idempotency-Key` tells."
    LedgerFull SERVICE_UNAVAILABLE "ledger-full" "The server cannot write anything down for now"
        "What is asked for is answered only when it is durable, and the ledger has no room. Nothing was done. Ask again after `retry_after` seconds."
    UnknownOutcome SERVICE_UNAVAILABLE "unknown-outcome" "It is not known whether it was done for good"
        "It was done, and may be lost again should the server stop now. The same request under the same `Idempotency-Key` tells."
    Alone CONFLICT "alone" "The server is alone"
        "It is no node of a cluster: there are no shards, and nobody to hand anything over to. Nothing was done."
    Misdirected MISDIRECTED_REQUEST "misdirected" "Another node serves this"
        "Only nodes of a cluster are told so by one another: whoever asked has an old idea of who serves the event. Nothing was done."
    NoOwner SERVICE_UNAVAILABLE "no-owner" "No node serves this at the moment"
        "The node that served the event is gone, and another one takes over. Nothing was done. Try again after `Retry-After`."
    Busy SERVICE_UNAVAILABLE "busy" "The server is busy"
        "Nothing was done. Ask again after `retry_after` seconds."
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Kind;

    #[test]
    fn each_kind_has_a_name_of_its_own_and_a_text() {
        let uris: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.uri()).collect();
        assert_eq!(uris.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(kind.text().ends_with(['.', '`']), "{}", kind.uri());
        }
    }
}
