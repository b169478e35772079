//! What becomes of the changes that the scribe reads: they go to the mirrors, to the holds and to the feeds.

use std::{
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering, fence},
    },
    thread,
};

use tracing::{error, info};

use super::{
    Core,
    account::{of_hold, of_seats},
    acks::Standing,
    answer::Now,
    event::Event,
    record,
};
use crate::{
    event::{self, Hold, How, Stage},
    feed::Shown,
    ids::{Lsn, SeatId},
    ledger::{AppendError, Batch, Ledger, Note, NoteList},
    limits,
    scribe::OutOfOrder,
    seat::Change,
    tape::{Entry, Record},
};

/// The scribe's desk, on which one batch lies at a time. Between two it is empty, and its memory is kept.
#[derive(Default)]
pub(super) struct Desk {
    /// The event of the last change, and its first seat: the next change is likely to be of the same.
    here: Option<(SeatId, Arc<Event>)>,
    /// Events of which there was a change in this batch.
    touched: Vec<Arc<Event>>,
    /// Holds of which a seat has changed in this batch, if the ledger is to be told. One may be there more than once.
    holds: Vec<Arc<Hold>>,
    notes: NoteList,
}

/// Why the scribe can't go on.
#[derive(Debug)]
pub(super) enum Broken {
    /// A change does not follow from the ones before it.
    Order(OutOfOrder),
    /// The ledger has failed.
    Ledger(AppendError),
}

impl Desk {
    /// Applies a batch, writes it down, and passes it on once that is durable.
    ///
    /// # Errors
    /// [`Broken`]; nothing was passed on.
    pub(super) fn work_through(
        &mut self,
        core: &Core,
        batch: &[Record],
        ledger: &mut dyn Ledger,
        stop: &AtomicBool,
    ) -> Result<(), Broken> {
        let now = core.now();
        let last = batch.last().map(|last| last.lsn);
        let through = last.unwrap_or(core.acks.through());
        self.note_down(core, now, batch, through)
            .map_err(Broken::Order)?;
        if !self.notes.is_empty() || !batch.is_empty() {
            let batch = Batch {
                clock: now.moment,
                date: now.date,
                through,
                takings: core.holds.numbered(),
                notes: &self.notes,
                records: batch,
            };
            core.append(ledger, &batch, stop).map_err(Broken::Ledger)?;
            for event in &self.touched {
                event.feed.advance(through);
            }
            // DURABILITY POINT: the batch is in the ledger, and from here on so it is said.
            core.acks.advance(through);
            ledger.acknowledged();
        }
        self.clear();
        Ok(())
    }

    /// Applies a batch, and gathers what is written down beside it.
    fn note_down(
        &mut self,
        core: &Core,
        now: Now,
        batch: &[Record],
        through: Lsn,
    ) -> Result<(), OutOfOrder> {
        // What was forgotten comes first: it may be there again.
        for id in core.holds.take_forgotten() {
            let key = record::hold_key(id);
            self.notes.push(&Note::Forget { key });
        }
        core.notes.gather(through, &mut self.notes);
        for record in batch {
            if let Entry::Change(change) = record.entry {
                self.enter(core, now, record.lsn, change)?;
            }
        }
        self.holds.sort_unstable_by_key(|hold| hold.id());
        self.holds.dedup_by_key(|hold| hold.id());
        for hold in &self.holds {
            record::hold(hold, &mut self.notes);
        }
        Ok(())
    }

    /// Events that are closed are buried once nobody has them at hand any more.
    fn clear(&mut self) {
        self.here = None;
        self.touched.clear();
        self.holds.clear();
        self.notes.clear();
    }

    fn enter(&mut self, core: &Core, now: Now, lsn: Lsn, change: Change) -> Result<(), OutOfOrder> {
        let (first, event) = self.event_of(core, change.seat);
        let seat = SeatId::new(change.seat.get() - first.get());
        let change = Change { seat, ..change };
        let record = Record {
            lsn,
            entry: Entry::Change(change),
        };
        let mut mirror = event.mirror.lock().unwrap_or_else(PoisonError::into_inner);
        mirror.apply(&record)?;
        drop(mirror);
        event.feed.note(seat, Shown::of(change.after.view()));
        if core.notes.are_kept()
            && let Some(hold) = event::owner(change.after).and_then(|taking| core.holds.of(taking))
        {
            self.holds.push(hold);
        }
        if let Some((hold, left)) = core.holds.note(&change) {
            if let Some(left) = left {
                core.count_lapse(&event, &hold, &left, now.moment);
            }
            if core.notes.are_kept() {
                self.holds.push(hold);
            }
        }
        Ok(())
    }

    fn event_of(&mut self, core: &Core, seat: SeatId) -> (SeatId, Arc<Event>) {
        if let Some((first, event)) = &self.here
            && seat >= *first
            && seat.get() - first.get() < event.seats.count()
        {
            return (*first, Arc::clone(event));
        }
        let found = core.registry.by_seat(seat);
        // An event stays until the scribe has read all of its changes.
        let (first, event) = found.expect("each change is of an event that there is");
        if !self.touched.iter().any(|other| Arc::ptr_eq(other, &event)) {
            self.touched.push(Arc::clone(&event));
        }
        self.here = Some((first, Arc::clone(&event)));
        (first, event)
    }
}

impl Core {
    /// Has the ledger take a batch, as soon as there is room for it, or not at all when the engine is stopped before.
    fn append(
        &self,
        ledger: &mut dyn Ledger,
        batch: &Batch<'_>,
        stop: &AtomicBool,
    ) -> Result<(), AppendError> {
        let mut pause = limits::LEDGER_PAUSE_MIN;
        loop {
            match ledger.append(batch) {
                Ok(()) => {
                    if self.acks.standing() != Standing::Sound {
                        info!("the ledger has room again, and goes on");
                        self.acks.stand(Standing::Sound);
                    }
                    return Ok(());
                }
                Err(AppendError::NoRoom(error)) if !stop.load(Ordering::Acquire) => {
                    if self.acks.standing() == Standing::Sound {
                        error!(%error, "the ledger has no room: nothing becomes durable until it has");
                        self.acks.stand(Standing::Full);
                    }
                    thread::park_timeout(pause);
                    pause = (pause * 2).min(limits::LEDGER_PAUSE_MAX);
                }
                Err(error) => {
                    self.acks.stand(Standing::Failed);
                    return Err(error);
                }
            }
        }
    }

    /// Gives back the memory of closed events that nobody uses any more and of which the scribe has nothing left to
    /// read.
    pub(super) fn bury_closed_events(&self) {
        // Taken out first: what is done below must not hold up who closes another.
        let mut closing = std::mem::take(&mut *self.registry.closing());
        closing.retain_mut(|closing| {
            // Here, and in the table by seats. Only the scribe can find it any more, which changes no seats.
            if Arc::strong_count(&closing.event) > 2 {
                return true;
            }
            // With the Release of those who have dropped theirs: the numbers that they took are taken below.
            fence(Ordering::Acquire);
            let last = *closing.last.get_or_insert_with(|| self.venue.tape().next());
            if self.acks.through().plus(1) < last {
                return true;
            }
            self.bury(&closing.event);
            false
        });
        self.registry.closing().append(&mut closing);
    }

    fn bury(&self, event: &Event) {
        let now = self.clock.now();
        // The next event on this ground is made after this, and its note stands behind these.
        self.notes.leave(|| event.forget_seats());
        self.registry.bury(event);
        let mirror = event.mirror.lock().unwrap_or_else(PoisonError::into_inner);
        let seats = (0..event.seats.count()).map(SeatId::new);
        for taking in seats.filter_map(|seat| event::owner(mirror.word(seat))) {
            if let Some(hold) = self.holds.forget(taking) {
                let mut cart = hold.cart();
                let was_booked = matches!(cart.stage, Stage::Booked { .. });
                let seats = cart.end(How::Cancelled, now);
                // A booking is no hold any more, nor is one of which the scribe has read the end.
                let leaving = if was_booked || seats == 0 {
                    of_seats(seats)
                } else {
                    of_hold(seats)
                };
                self.count_off(event, &hold, &cart, leaving, now);
            }
        }
    }
}
