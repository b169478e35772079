//! Holds and bookings, as answers show them.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::{
    chart::Label,
    engine::HoldView,
    event::{How, Stage, Token},
    http::v1::date::Stamp,
    ids::{HoldId, SeatId},
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
    pub(super) id: Digits,
    /// Its secret, told to whoever makes it and to nobody again: 32 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, pattern = "^[0-9a-f]{32}$")]
    pub(super) token: Option<Secret<'a>>,
    /// The event whose seats it has.
    pub(super) event: &'a str,
    /// Who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) user: Option<&'a str>,
    /// The shop's own reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) order: Option<&'a str>,
    /// How far it has come.
    #[schema(value_type = HoldState)]
    pub(super) state: &'static str,
    /// Its seats by their full labels. Those of an ended one are the ones that it had at its end.
    #[schema(value_type = Vec<String>)]
    pub(super) seats: Seats<'a>,
    /// Its places in areas.
    #[schema(value_type = Vec<PlacesView>)]
    pub(super) areas: Places<'a>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub(super) began: Stamp,
    /// The first moment at which it has expired.
    #[schema(value_type = String, format = DateTime)]
    pub(super) deadline: Stamp,
    /// Whole seconds until then; 0 if it is not held any more.
    pub(super) seconds_left: u64,
    /// The latest deadline that it can have.
    #[schema(value_type = String, format = DateTime)]
    pub(super) extendable_until: Stamp,
    /// When it was confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, format = DateTime)]
    pub(super) booked_at: Option<Stamp>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, format = DateTime)]
    pub(super) ended_at: Option<Stamp>,
    /// The number of the change that this request made; 0 if it made none.
    pub(super) lsn: u64,
}

/// So many places of an area.
#[derive(Serialize, ToSchema)]
struct PlacesView<'a> {
    /// The area's name.
    area: &'a str,
    /// How many.
    quantity: usize,
}

pub(super) struct Digits(pub(super) HoldId);
pub(super) struct Secret<'a>(pub(super) &'a Token);
pub(super) struct Seats<'a>(pub(super) &'a HoldView);
pub(super) struct Places<'a>(pub(super) &'a HoldView);
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
        serializer.collect_seq(of_seats(self.0).map(Seat))
    }
}

impl Serialize for Places<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let places = of_areas(self.0).map(|(area, quantity)| PlacesView { area, quantity });
        // Collected first, because a sequence's length has to be known to be written at once.
        serializer.collect_seq(places.collect::<Vec<_>>())
    }
}

/// The labels of its numbered seats.
pub(super) fn of_seats(view: &HoldView) -> impl Iterator<Item = Label<'_>> {
    let (seats, _) = parted(view);
    seats.iter().map(|seat| view.event.chart().label(*seat))
}

/// The areas of its places, by name, and how many it has of each.
pub(super) fn of_areas(view: &HoldView) -> impl Iterator<Item = (&str, usize)> {
    let chart = view.event.chart();
    let (_, places) = parted(view);
    let of_one_area = places.chunk_by(|one, other| chart.area_of(*one) == chart.area_of(*other));
    of_one_area.filter_map(|seats| {
        let area = &*chart.areas()[chart.area_of(*seats.first()?)?].name;
        Some((area, seats.len()))
    })
}

/// Numbered seats, and places of areas, which have larger numbers.
fn parted(view: &HoldView) -> (&[SeatId], &[SeatId]) {
    let numbered_count = view.event.chart().numbered_count();
    let numbered = view
        .seats
        .partition_point(|seat| seat.get() < numbered_count);
    view.seats.split_at(numbered)
}
