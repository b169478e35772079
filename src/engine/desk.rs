//! What becomes of the changes that the scribe reads: they go to the mirrors, to the holds and to the feeds.

use std::sync::{
    Arc, PoisonError,
    atomic::{Ordering, fence},
};

use super::{
    Core,
    account::{of_hold, of_seats},
    event::Event,
};
use crate::{
    event::{self, How, Stage},
    feed::Shown,
    ids::{Lsn, SeatId},
    scribe::OutOfOrder,
    seat::Change,
    tape::{Entry, Record},
    tick::Moment,
};

/// The scribe's desk, for the batch that lies on it.
pub(super) struct Desk<'c> {
    core: &'c Core,
    now: Moment,
    /// The event of the last change, and its first seat: the next change is likely to be of the same.
    here: Option<(SeatId, Arc<Event>)>,
    /// Events of which there was a change in this batch.
    touched: Vec<Arc<Event>>,
}

impl<'c> Desk<'c> {
    pub(super) fn new(core: &'c Core) -> Self {
        Self {
            core,
            now: core.clock.now(),
            here: None,
            touched: Vec::new(),
        }
    }

    /// Applies a batch and passes it on.
    ///
    /// # Errors
    /// If a change does not follow from the ones before it.
    pub(super) fn work_through(mut self, batch: &[Record]) -> Result<(), OutOfOrder> {
        for record in batch {
            if let Entry::Change(change) = record.entry {
                self.enter(record.lsn, change)?;
            }
        }
        if let Some(last) = batch.last() {
            for event in &self.touched {
                event.feed.advance(last.lsn);
            }
            self.core.passed_on.send_replace(last.lsn);
        }
        Ok(())
    }

    fn enter(&mut self, lsn: Lsn, change: Change) -> Result<(), OutOfOrder> {
        let (first, event) = self.event_of(change.seat);
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
        if let Some((hold, left)) = self.core.holds.note(&change) {
            self.core.count_lapse(&event, &hold, &left, self.now);
        }
        Ok(())
    }

    fn event_of(&mut self, seat: SeatId) -> (SeatId, Arc<Event>) {
        if let Some((first, event)) = &self.here
            && seat >= *first
            && seat.get() - first.get() < event.seats.count()
        {
            return (*first, Arc::clone(event));
        }
        let found = self.core.registry.by_seat(seat);
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
            if self.passed_on.borrow().plus(1) < last {
                return true;
            }
            self.bury(&closing.event);
            false
        });
        self.registry.closing().append(&mut closing);
    }

    fn bury(&self, event: &Event) {
        let now = self.clock.now();
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
