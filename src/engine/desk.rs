//! What becomes of the changes that the scribe reads: they go to the mirrors, to the holds and to the feeds.

use std::sync::{Arc, PoisonError};

use super::{Core, event::Event};
use crate::{
    access::budget::Leaving,
    event::{self, How, Left, Stage},
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
        if let Some(left) = self.core.holds.note(&change) {
            self.core.has_left(&event, &left, self.now);
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
            // Here, and in the table by seats. Nobody can find it any more to make a third of these.
            if Arc::strong_count(&closing.event) > 2 {
                return true;
            }
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
        self.registry.bury(event);
        let mirror = event.mirror.lock().unwrap_or_else(PoisonError::into_inner);
        let seats = (0..event.seats.count()).map(SeatId::new);
        for taking in seats.filter_map(|seat| event::owner(mirror.word(seat))) {
            if let Some(hold) = self.holds.forget(taking) {
                let mut cart = hold.cart();
                let was_alive = matches!(cart.stage, Stage::Held | Stage::Paying);
                let leaving = Leaving {
                    seats: cart.end(How::Cancelled, self.clock.now()),
                    holds: u32::from(was_alive),
                    wasted_seat_seconds: 0,
                };
                drop(cart);
                self.leave(event, hold.user(), leaving, self.clock.now());
            }
        }
    }

    /// Counts what a user has lost to a deadline.
    fn has_left(&self, event: &Event, left: &Left, now: Moment) {
        let key = (event.id, left.hold.user().clone());
        let cool_down = u64::from(event.rules().cool_down_seconds);
        if cool_down > 0 {
            let until = now.plus(std::time::Duration::from_secs(cool_down));
            self.budgets.cool(&key, &[left.seat], until, now);
        }
        let leaving = Leaving {
            seats: 1,
            holds: u32::from(left.ends_hold),
            wasted_seat_seconds: u32::try_from(left.kept.as_secs()).unwrap_or(u32::MAX),
        };
        self.leave(event, &key.1, leaving, now);
    }
}
