//! What answers show: holds, events, charts.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::date::Stamp;
use crate::{
    chart::{Chart, Label},
    engine::{ClosedEvent, Entry, Event, HoldView, State, Told},
    event::{How, Name, Orphans, Stage, Token},
    feed::{Counts, Shown},
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

/// An event.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub(super) struct EventView<'a> {
    /// What it is called in paths.
    name: &'a str,
    /// What people call it.
    title: &'a str,
    /// What its chart was called when it was made.
    chart: &'a str,
    /// Whether seats can be held.
    state: StateWord,
    /// When it was made; a closed one doesn't know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, format = DateTime)]
    created: Option<Stamp>,
    /// What may be done with its seats.
    rules: RulesView,
    /// How many seats there are of each status. Those of a closed one are the last.
    counts: CountsView,
    /// Where to go on from here.
    links: Links,
}

/// Whether seats can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = EventState)]
pub(super) enum StateWord {
    /// Yes, within the time on sale.
    Open,
    /// Not for now. Holds that are alive can be confirmed.
    Paused,
    /// No more, for good.
    Closed,
}

/// Whether single seats may be left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Orphans)]
pub(super) enum OrphansWord {
    /// Buyers choose as they like.
    Allowed,
    /// A choice by hand that leaves a single free seat between others is refused.
    Refused,
}

/// The rules of an event.
#[derive(Serialize, ToSchema)]
#[schema(as = Rules)]
struct RulesView {
    /// How long a hold lasts, from its beginning and from each extension.
    hold_ttl_seconds: u64,
    /// How long a hold can last altogether.
    hold_longest_seconds: u64,
    /// How far beyond its deadline a hold reaches that is being paid for.
    paying_seconds: u64,
    /// Seats in one hold.
    hold_seats_max: u32,
    /// Seats that one user can hold and have booked together.
    user_seats_max: u32,
    /// Holds that one user can have alive at once.
    user_holds_max: u32,
    /// Seat-seconds that one user can let go to waste.
    user_waste_max: u32,
    /// How long a user can't take a seat again that he has let expire.
    cool_down_seconds: u32,
    /// When the sale begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, format = DateTime)]
    opens: Option<Stamp>,
    /// When the sale ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, format = DateTime)]
    closes: Option<Stamp>,
    /// Whether single seats may be left.
    orphans: OrphansWord,
}

/// How many seats there are of each status.
#[derive(Serialize, ToSchema)]
#[schema(as = Counts)]
pub(super) struct CountsView {
    available: u32,
    held: u32,
    booked: u32,
    withheld: u32,
}

/// Paths of an event.
#[derive(Serialize, ToSchema)]
struct Links {
    /// The event itself.
    #[serde(rename = "self")]
    itself: String,
    /// Its chart.
    chart: String,
    /// What its seats are.
    seats: String,
    /// What changes, as it changes.
    stream: String,
    /// Where its seats are held.
    holds: String,
}

impl<'a> EventView<'a> {
    /// An event that is alive; `told` is what it says of itself.
    pub(super) fn alive(event: &'a Event, told: &'a Told) -> Self {
        let (name, chart) = (event.name(), event.chart_name());
        let created = Some(Stamp(event.created()));
        Self::new(name, chart, told, event.state(), created, event.counts())
    }

    /// What is left of a closed one.
    pub(super) fn closed(event: &'a ClosedEvent) -> Self {
        let (name, chart) = (&event.name, &event.chart_name);
        Self::new(name, chart, &event.told, State::Closed, None, event.counts)
    }

    fn new(
        name: &'a Name,
        chart: &'a Name,
        told: &'a Told,
        state: State,
        created: Option<Stamp>,
        counts: Counts,
    ) -> Self {
        Self {
            name: name.as_str(),
            title: &told.title,
            chart: chart.as_str(),
            state: StateWord::of(state),
            created,
            rules: RulesView::of(told),
            counts: CountsView::of(counts),
            links: Links::of(name),
        }
    }
}

impl RulesView {
    fn of(told: &Told) -> Self {
        let rules = &told.rules;
        Self {
            hold_ttl_seconds: rules.hold_ttl.span().as_secs(),
            hold_longest_seconds: rules.hold_longest.span().as_secs(),
            paying_seconds: rules.paying.span().as_secs(),
            hold_seats_max: rules.hold_seats_max,
            user_seats_max: rules.user_seats_max,
            user_holds_max: rules.user_holds_max,
            user_waste_max: rules.user_waste_max,
            cool_down_seconds: rules.cool_down_seconds,
            opens: rules.on_sale.opens.map(Stamp),
            closes: rules.on_sale.closes.map(Stamp),
            orphans: match rules.orphans {
                Orphans::Allowed => OrphansWord::Allowed,
                Orphans::Refused => OrphansWord::Refused,
            },
        }
    }
}

impl StateWord {
    const fn of(state: State) -> Self {
        match state {
            State::Open => Self::Open,
            State::Paused => Self::Paused,
            State::Closed => Self::Closed,
        }
    }
}

impl CountsView {
    fn of(counts: Counts) -> Self {
        Self {
            available: counts.of(Shown::Available),
            held: counts.of(Shown::Held),
            booked: counts.of(Shown::Booked),
            withheld: counts.of(Shown::Withheld),
        }
    }
}

impl Links {
    fn of(name: &Name) -> Self {
        let itself = format!("/v1/events/{name}");
        let under = |part| format!("{itself}/{part}");
        Self {
            chart: under("chart"),
            seats: under("seats"),
            stream: under("stream"),
            holds: under("holds"),
            itself,
        }
    }
}

/// An event in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct EventLine {
    name: String,
    title: String,
    chart: String,
    state: StateWord,
    counts: CountsView,
}

impl EventLine {
    pub(super) fn of(entry: &Entry) -> Self {
        let (chart, told, state, counts) = match entry {
            Entry::Alive(event) => (
                event.chart_name(),
                &event.told(),
                event.state(),
                event.counts(),
            ),
            Entry::Closed(event) => (&event.chart_name, &event.told, State::Closed, event.counts),
        };
        Self {
            name: entry.name().to_string(),
            title: told.title.as_ref().to_owned(),
            chart: chart.to_string(),
            state: StateWord::of(state),
            counts: CountsView::of(counts),
        }
    }
}

/// A chart in a few numbers.
#[derive(Serialize, ToSchema)]
pub(super) struct ChartLine {
    /// What it is called in paths.
    name: String,
    /// Numbered seats and the places of areas together.
    seats: u32,
    /// Sections.
    sections: usize,
    /// Rows; one that is cut by aisles counts once for each part.
    rows: usize,
    /// The names of its areas.
    areas: Vec<String>,
    /// The names of its categories.
    categories: Vec<String>,
}

impl ChartLine {
    pub(super) fn of(name: &Name, chart: &Chart) -> Self {
        Self {
            name: name.to_string(),
            seats: chart.seat_count(),
            sections: chart.sections().len(),
            rows: chart.rows().len(),
            areas: chart
                .areas()
                .iter()
                .map(|area| area.name.to_string())
                .collect(),
            categories: chart
                .categories()
                .iter()
                .map(|category| category.name.to_string())
                .collect(),
        }
    }
}
