//! A start: from what the ledger had to an engine that goes on where the last one stopped.
//!
//! The words of the seats decide, the notes tell. What of the notes is ahead of the words, because a batch that was never
//! durable would have brought the change, is taken back ([`crate::event::Cart::settle`]).
//!
//! | a held seat whose deadline | with a grace | without |
//! |---|---|---|
//! | had come by the ledger's last batch | is freed | is freed |
//! | has come since | is held for the grace | is freed |
//! | is nearer than the grace | is held for the grace | stays held |
//! | is farther | stays held | stays held |
//!
//! These changes have numbers of their own and are in the ledger before anybody is served, so the next start finds them
//! decided. Clocks of two processes don't run together; the ledger keeps deadlines in 32 bits of ticks, and the clock of
//! the batch says which turn of the wheel of years they are of.

mod holds;
mod notes;
mod parts;
mod words;

use std::{error, fmt, sync::Arc, time::Duration};

use super::{
    Core,
    drawings::Drawings,
    event::{Beginning, Event},
    record,
    registry::Drawn,
};
use crate::{
    feed::{Feed, Shown},
    ids::{EventId, Lsn, SeatId, TakingId},
    ledger::{AppendError, Batch, Key, Ledger, Note, NoteList, State, Unreadable},
    repeat::Kept,
    scribe::Mirror,
    seat::{Seat, SeatWord, Seats},
    tick::Moment,
};
pub(super) use notes::Told;
pub(super) use words::Amended;

/// Why an engine can't go on from what the ledger has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecoveryError {
    /// A note can't be read.
    Note(Key, Unreadable),
    /// An event's chart is missing, or has another number of seats.
    Chart(EventId),
    /// An event's seats lie where another's do.
    Ground(EventId),
    /// A seat, by its number over all events, is held or booked by a taking of which nothing is known.
    Taking(SeatId, TakingId),
    /// The clock shows an earlier time than in the ledger's last batch.
    Clock,
}

/// What a start makes of a ledger.
pub(super) struct Recovery {
    told: Told,
    amended: Amended,
    /// What is written down of it before anybody is served.
    notes: Vec<Note>,
}

impl Recovery {
    /// Reads what there is, and decides what becomes of the holds.
    ///
    /// # Errors
    /// [`RecoveryError`].
    pub(super) fn of(
        state: &State,
        drawings: &Drawings,
        now: Moment,
        grace: Duration,
    ) -> Result<Self, RecoveryError> {
        if now < state.clock() {
            return Err(RecoveryError::Clock);
        }
        let mut told = Told::read(state, drawings)?;
        let amended = Amended::of(state, &told.seated, now, grace);
        let mut notes = told.forget_holds_of_gone_events();
        notes.extend(told.forget_answers_until(now));
        notes.extend(amended.strays.iter().cloned());
        Ok(Self {
            told,
            amended,
            notes,
        })
    }

    /// The last change, those of the start included.
    pub(super) fn through(&self) -> Lsn {
        self.amended.through
    }

    /// Has the ledger take down what the start has changed, and whatever else is given.
    ///
    /// # Errors
    /// The ledger's.
    pub(super) fn append(
        &self,
        core: &Core,
        ledger: &mut dyn Ledger,
        notes: &[Note],
    ) -> Result<(), AppendError> {
        let notes: NoteList = notes.iter().chain(&self.notes).collect();
        if notes.is_empty() && self.amended.records.is_empty() {
            return Ok(());
        }
        let now = core.now();
        ledger.append(&Batch {
            clock: now.moment,
            date: now.date,
            through: self.through(),
            takings: core.holds.numbered(),
            notes: &notes,
            records: &self.amended.records,
        })
    }
}

impl Core {
    /// Builds everything up again. What answers were kept.
    ///
    /// # Errors
    /// [`RecoveryError`].
    pub(super) fn rebuild(
        &self,
        recovery: Recovery,
        takings: u64,
    ) -> Result<Vec<Kept>, RecoveryError> {
        let Recovery {
            mut told, amended, ..
        } = recovery;
        self.holds.resume_at(takings);
        *self.registry.office() = told.counters;
        let now = self.clock.now();
        self.rebuild_holds(&told.holds, &amended.found(&told, now)?, now);
        told.holds.clear();
        for (number, name) in told.names {
            if let Some(drawn) = told.charts.get(&number) {
                let _new = self.registry.put_chart(name, drawn.clone());
            }
        }
        for (id, closed) in told.closed {
            self.registry.add_closed(closed.entry(id));
        }
        for ((id, seated), words) in told.seated.into_iter().zip(amended.words) {
            let drawn = told
                .charts
                .get(&seated.chart)
                .ok_or(RecoveryError::Chart(id))?;
            let event = self.rebuild_event(id, seated, drawn, &words, amended.through)?;
            let reasons = told.reasons.iter();
            event.restore_reasons(reasons.map(|(seat, reason)| (*seat, reason)));
            self.registry.add(&event);
        }
        Ok(told.answers)
    }

    fn rebuild_event(
        &self,
        id: EventId,
        seated: record::Seated,
        drawn: &Drawn,
        words: &[(SeatId, SeatWord)],
        through: Lsn,
    ) -> Result<Arc<Event>, RecoveryError> {
        let count = seated.seats;
        if drawn.chart.seat_count() != count {
            return Err(RecoveryError::Chart(id));
        }
        let now = self.clock.now();
        let plot = self.venue.plot_at(seated.lot, now);
        let plot = plot.map_err(|_| RecoveryError::Ground(id))?;
        let seats = Seats::sharing(count, plot, self.venue.descriptors());
        let seats = seats.map_err(|_| RecoveryError::Ground(id))?;
        let seats = seats.restored(words.iter().copied());
        seats.mark_held();
        let shown = words.iter();
        let shown = shown.map(|(seat, word)| (*seat, Shown::of(word.view())));
        Ok(Arc::new(Event::new(Beginning {
            id,
            name: seated.name,
            chart_name: seated.chart_name,
            drawn: drawn.clone(),
            mirror: Mirror::new(count).restored(words.iter().copied(), through),
            feed: Feed::new(count, self.life, through).restored(shown),
            seats,
            created: seated.created,
            told: seated.told,
            state: seated.state,
        })))
    }
}

/// Whose a seat is, as its word says, and until when.
fn owner(word: SeatWord, near: Moment) -> Option<(TakingId, Option<Moment>)> {
    match word.view() {
        Seat::Held { taking, until } => Some((taking, Some(until.moment_near(near)))),
        Seat::Booked { taking, .. } => Some((taking, None)),
        Seat::Available { .. } | Seat::Withheld { .. } | Seat::InChange(_) => None,
    }
}

impl fmt::Display for RecoveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note(key, error) => {
                write!(
                    f,
                    "note {} of kind {} can't be read: {error}",
                    key.id, key.kind
                )
            }
            Self::Chart(event) => write!(f, "event {} has lost its chart", event.get()),
            Self::Ground(event) => {
                write!(f, "the seats of event {} lie where others do", event.get())
            }
            Self::Taking(seat, taking) => {
                write!(f, "{seat} is {taking}'s, of which nothing is known")
            }
            Self::Clock => f.write_str("the clock shows an earlier time than the ledger"),
        }
    }
}

impl error::Error for RecoveryError {}
