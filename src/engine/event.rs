//! An event on sale: its chart, its rules, its seats, and what the world is shown of them.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU8, Ordering},
    },
};

use super::{answer::Obstacle, record, registry::Drawn};
use crate::{
    chart::Chart,
    event::{Name, Rules, best::Plan, hints::Hints},
    feed::{Counts, Feed, Shown},
    ids::{EventId, SeatId},
    ledger::Note,
    scribe::Mirror,
    seat::{Seat, SeatWord, Seats},
    tick::{Date, Tick},
    venue::Plot,
};

/// An event, from its creation until it is closed. Cheap to share; whoever has it can still ask about its seats after
/// it was closed, and keeps its memory from being given back for as long.
pub struct Event {
    pub(super) id: EventId,
    pub(super) name: Name,
    pub(super) chart_name: Name,
    /// What the ledger calls its chart.
    pub(super) chart_number: u32,
    pub(super) chart: Arc<Chart>,
    pub(super) plan: Arc<Plan>,
    pub(super) hints: Hints,
    pub(super) seats: Seats<Plot>,
    /// The seats as the tape has them. The scribe's alone.
    pub(super) mirror: Mutex<Mirror>,
    pub(super) feed: Arc<Feed>,
    pub(super) created: Date,
    told: RwLock<Told>,
    state: AtomicU8,
    reasons: Mutex<BTreeMap<SeatId, Arc<str>>>,
}

/// What of an event can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What people call it.
    pub title: Arc<str>,
    /// Its rules.
    pub rules: Rules,
}

/// Whether seats can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum State {
    /// Yes, within the time on sale.
    Open = 0,
    /// Not for now. Holds that are alive can be confirmed.
    Paused = 1,
    /// No more, and its holds and bookings are gone from here.
    Closed = 2,
}

/// What an event begins with.
pub(super) struct Beginning {
    pub(super) id: EventId,
    pub(super) name: Name,
    pub(super) chart_name: Name,
    pub(super) drawn: Drawn,
    pub(super) seats: Seats<Plot>,
    pub(super) mirror: Mirror,
    pub(super) feed: Feed,
    pub(super) created: Date,
    pub(super) told: Told,
    pub(super) state: State,
}

impl Event {
    pub(super) fn new(begins: Beginning) -> Self {
        let Drawn {
            number,
            chart,
            plan,
        } = begins.drawn;
        Self {
            id: begins.id,
            name: begins.name,
            chart_name: begins.chart_name,
            chart_number: number,
            chart,
            hints: Hints::new(plan.cells()),
            plan,
            seats: begins.seats,
            mirror: Mutex::new(begins.mirror),
            feed: Arc::new(begins.feed),
            created: begins.created,
            told: RwLock::new(begins.told),
            state: AtomicU8::new(begins.state as u8),
            reasons: Mutex::default(),
        }
    }

    /// Its number.
    pub fn id(&self) -> EventId {
        self.id
    }

    /// What it is called in paths.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The chart that it was made with.
    pub fn chart(&self) -> &Arc<Chart> {
        &self.chart
    }

    /// What that chart was called when the event was made.
    pub fn chart_name(&self) -> &Name {
        &self.chart_name
    }

    /// When it was made.
    pub fn created(&self) -> Date {
        self.created
    }

    /// Its title and rules.
    pub fn told(&self) -> Told {
        self.told
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Its rules.
    pub fn rules(&self) -> Rules {
        self.told
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .rules
    }

    /// Whether seats can be held.
    pub fn state(&self) -> State {
        // Acquire, with the Release in `set_state`: who sees an event opened sees the rules that it was opened with.
        match self.state.load(Ordering::Acquire) {
            0 => State::Open,
            1 => State::Paused,
            _ => State::Closed,
        }
    }

    /// What the world is shown of its seats, as it changes.
    pub fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    /// How many seats there are of each status.
    pub fn counts(&self) -> Counts {
        self.feed.counts()
    }

    /// Why a seat is withheld, if it is and somebody has said.
    pub fn reason(&self, seat: SeatId) -> Option<Arc<str>> {
        self.reasons().get(&seat).cloned()
    }

    pub(super) fn tell(&self, told: Told) {
        *self.told.write().unwrap_or_else(PoisonError::into_inner) = told;
    }

    pub(super) fn set_state(&self, state: State) {
        self.state.store(state as u8, Ordering::Release);
    }

    pub(super) fn reasons(&self) -> MutexGuard<'_, BTreeMap<SeatId, Arc<str>>> {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a seat is at `now`. An expired hold counts as free.
    pub(super) fn shown(&self, seat: SeatId, now: Tick) -> Shown {
        Self::shown_by(self.seats.read(seat), now)
    }

    /// What a seat with this word is at `now`.
    pub(super) fn shown_by(word: SeatWord, now: Tick) -> Shown {
        match word.view() {
            Seat::Held { .. } if word.is_expired(now) => Shown::Available,
            seat => Shown::of(seat),
        }
    }

    /// Takes back why seats are withheld, of all events those of its own; the others are no concern of it.
    pub(super) fn restore_reasons<'r>(
        &self,
        reasons: impl Iterator<Item = (SeatId, &'r Arc<str>)>,
    ) {
        let first = self.seats.trail().first().get();
        let mut known = self.reasons();
        for (number, reason) in reasons {
            let seat = number
                .get()
                .checked_sub(first)
                .and_then(|seat| self.seats.seat(seat));
            let withheld =
                seat.filter(|seat| matches!(self.seats.read(*seat).view(), Seat::Withheld { .. }));
            if let Some(seat) = withheld {
                known.insert(seat, Arc::clone(reason));
            }
        }
    }

    /// What is written down when it is buried: nothing of its seats counts any more.
    pub(super) fn forget_seats(&self) -> Vec<Note> {
        let first = self.seats.trail().first();
        let end = SeatId::new(first.get() + self.seats.count());
        let reasons = self.reasons();
        let gone = reasons.keys().map(|seat| record::reason(self, *seat, None));
        gone.chain([Note::Fresh { seats: first..end }]).collect()
    }

    /// Those of the seats that are not free.
    pub(super) fn obstacles(&self, seats: &[SeatId], now: Tick) -> Vec<Obstacle> {
        let obstacle = |&seat: &SeatId| {
            let shown = self.shown(seat, now);
            (shown != Shown::Available).then_some(Obstacle { seat, shown })
        };
        seats.iter().filter_map(obstacle).collect()
    }
}

impl State {
    /// Its word in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paused => "paused",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("state", &self.state())
            .field("seats", &self.seats.count())
            .finish_non_exhaustive()
    }
}
