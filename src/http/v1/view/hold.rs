//! Holds and bookings, as answers show them.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::{
    chart::Label,
    engine::HoldView,
    event::{How, Stage, Token},
    http::v1::date::Stamp,
    ids::HoldId,
};

/// What a seat is.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "the description of the words of `Shown`")]
pub(in crate::http) enum Status {
    /// Free.
    Available,
    /// Held until a deadline.
    Held,
    /// Sold.
    Booked,
    /// Kept from sale.
    Withheld,
}

/// How far a hold has come.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "the description of the words of `Stage`")]
enum HoldState {
    /// It lives until its deadline.
    Held,
    /// It lives until its deadline, which was moved so that a payment can arrive.
    Paying,
    /// It was confirmed, and is a booking.
    Booked,
    /// Its seats were given back.
    Released,
    /// Its deadline came.
    Expired,
    /// It was booked and cancelled.
    Cancelled,
}

/// A hold, or the booking that it became.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Hold<'a> {
    /// Its id: 16 hexadecimal digits.
    #[schema(value_type = String, pattern = "^[0-9a-f]{16}$")]
    id: Digits,
    /// Its secret, told to whoever makes it and to nobody again: 32 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, pattern = "^[0-9a-f]{32}$")]
    token: Option<Secret<'a>>,
    /// The event whose seats it has.
    event: &'a str,
    /// Who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user: Option<&'a str>,
    /// The shop's own reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order: Option<&'a str>,
    /// How far it has come.
    #[schema(value_type = HoldState)]
    state: &'static str,
    /// Its seats by their full labels. Those of an ended one are the ones that it had at its end.
    #[schema(value_type = Vec<String>)]
    seats: Seats<'a>,
    /// Its places in areas.
    #[schema(value_type = Vec<PlacesView>)]
    areas: Places<'a>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    began: Stamp,
    /// The first moment at which it has expired.
    #[schema(value_type = String, format = DateTime)]
    deadline: Stamp,
    /// Whole seconds until then; 0 if it is not held any more.
    seconds_left: u64,
    /// The latest deadline that it can have.
    #[schema(value_type = String, format = DateTime)]
    extendable_until: Stamp,
    /// When it was confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, format = DateTime)]
    booked_at: Option<Stamp>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, format = DateTime)]
    ended_at: Option<Stamp>,
    /// The number of the change that this request made; 0 if it made none.
    lsn: u64,
}

/// So many places of an area.
#[derive(Serialize, ToSchema)]
struct PlacesView<'a> {
    /// The area's name.
    area: &'a str,
    /// How many.
    quantity: usize,
}

struct Digits(HoldId);
struct Secret<'a>(&'a Token);
struct Seats<'a>(&'a HoldView);
struct Places<'a>(&'a HoldView);
struct Seat<'a>(Label<'a>);

impl<'a> Hold<'a> {
    /// The hold without its secret.
    pub(in crate::http) fn of(view: &'a HoldView) -> Self {
        let stamp = |moment| Stamp(view.now.date_of(moment));
        let (state, booked_at, ended_at) = match view.stage {
            Stage::Held => ("held", None, None),
            Stage::Paying => ("paying", None, None),
            Stage::Booked { at } => ("booked", Some(stamp(at)), None),
            Stage::Ended(end) => (ending(end.how), None, Some(stamp(end.at))),
        };
        let is_held = matches!(view.stage, Stage::Held | Stage::Paying);
        Self {
            id: Digits(view.id),
            token: None,
            event: view.event.name().as_str(),
            user: view.user.text(),
            order: view.order.as_deref(),
            state,
            seats: Seats(view),
            areas: Places(view),
            began: stamp(view.began),
            deadline: stamp(view.deadline),
            seconds_left: if is_held {
                view.now.until(view.deadline).as_secs()
            } else {
                0
            },
            extendable_until: stamp(view.longest),
            booked_at,
            ended_at,
            lsn: view.lsn.get(),
        }
    }

    /// The hold with its secret, for the one answer that tells it.
    pub(in crate::http) fn with_token(view: &'a HoldView, token: &'a Token) -> Self {
        Self {
            token: Some(Secret(token)),
            ..Self::of(view)
        }
    }
}

const fn ending(how: How) -> &'static str {
    match how {
        How::Released => "released",
        How::Expired => "expired",
        How::Cancelled => "cancelled",
    }
}

impl Serialize for Digits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Serialize for Secret<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.reveal())
    }
}

impl Serialize for Seat<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Serialize for Seats<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let chart = self.0.event.chart();
        // Places of areas have larger numbers than all numbered seats.
        let numbered = self
            .0
            .seats
            .partition_point(|seat| seat.get() < chart.numbered_count());
        let seats = self.0.seats[..numbered].iter();
        serializer.collect_seq(seats.map(|seat| Seat(chart.label(*seat))))
    }
}

impl Serialize for Places<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let chart = self.0.event.chart();
        let of_one_area = self
            .0
            .seats
            .chunk_by(|one, other| chart.area_of(*one) == chart.area_of(*other));
        let places = of_one_area.filter_map(|seats| {
            let area = &*chart.areas()[chart.area_of(*seats.first()?)?].name;
            let quantity = seats.len();
            Some(PlacesView { area, quantity })
        });
        // Collected first, because a sequence's length has to be known to be written at once.
        serializer.collect_seq(places.collect::<Vec<_>>())
    }
}
