//! Events, as answers show them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    access::key::Role,
    engine::{ClosedEvent, Event, State, Told},
    event::{Name, Orphans},
    feed::{Counts, Shown},
    http::v1::date::Stamp,
};

/// An event.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub(in crate::http::v1) struct EventView<'a> {
    /// What it is called in paths.
    name: &'a str,
    /// What people call it.
    title: &'a str,
    /// What its chart was called when it was made.
    chart: &'a str,
    /// Whether seats can be held.
    state: StateWord,
    /// Whether whoever asks may hold them: by his key, or because the server asks for none.
    may_hold: bool,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = EventState)]
pub(in crate::http::v1) enum StateWord {
    /// Yes, within the time on sale.
    Open,
    /// Not for now. Holds that are alive can be confirmed.
    Paused,
    /// No more, for good.
    Closed,
}

/// Whether single seats may be left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Orphans)]
pub(in crate::http::v1) enum OrphansWord {
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
    #[schema(format = Int64)]
    user_seats_max: u32,
    /// Holds that one user can have alive at once.
    #[schema(format = Int64)]
    user_holds_max: u32,
    /// Seat-seconds that one user can let go to waste.
    #[schema(format = Int64)]
    user_waste_max: u32,
    /// How long a user can't take a seat again that he has let expire.
    #[schema(format = Int64)]
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
pub(in crate::http::v1) struct CountsView {
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
    /// An event that is alive, as somebody of this role is shown it; `told` is what it says of itself.
    pub(in crate::http::v1) fn alive(event: &'a Event, told: &'a Told, role: Role) -> Self {
        let (name, chart) = (event.name(), event.chart_name());
        Self {
            created: Some(Stamp(event.created())),
            may_hold: role.may_act_as(Role::Sales),
            ..Self::new(name, chart, told, event.state(), event.counts())
        }
    }

    /// What is left of a closed one.
    pub(in crate::http::v1) fn closed(event: &'a ClosedEvent) -> Self {
        let (name, chart) = (&event.name, &event.chart_name);
        Self::new(name, chart, &event.told, State::Closed, event.counts)
    }

    fn new(name: &'a Name, chart: &'a Name, told: &'a Told, state: State, counts: Counts) -> Self {
        Self {
            name: name.as_str(),
            title: &told.title,
            chart: chart.as_str(),
            state: StateWord::of(state),
            may_hold: false,
            created: None,
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
    pub(super) const fn of(state: State) -> Self {
        match state {
            State::Open => Self::Open,
            State::Paused => Self::Paused,
            State::Closed => Self::Closed,
        }
    }
}

impl CountsView {
    pub(super) fn of(counts: Counts) -> Self {
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
