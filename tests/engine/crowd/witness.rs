//! The answers of a crowd in the order of their LSNs, gone through by somebody with two lists.

use std::collections::{BTreeMap, HashMap};

use seatlock::{
    engine::{Event, HoldView},
    event::Stage,
    feed::{Shown, Snapshot},
    ids::{HoldId, Lsn, SeatId},
    tick::Moment,
};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Deed {
    Take,
    Leave,
    Extend,
    Confirm,
    Cancel,
    Move,
    Block,
    Unblock,
}

/// An answer that says that something was done.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) lsn: Lsn,
    deed: Deed,
    /// The hold as it was afterwards; none for withheld seats.
    hold: Option<HoldView>,
    seats: Vec<SeatId>,
    /// The clock when the answer was there: nobody's can have been later before.
    after: Moment,
}

/// The list of seats and the list of holds.
#[derive(Debug)]
pub(super) struct Witness {
    seats: Vec<Place>,
    holds: HashMap<HoldId, (Vec<SeatId>, Moment)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Free,
    Held(HoldId),
    Booked(HoldId),
    Withheld,
}

impl Entry {
    pub(super) fn of_hold(deed: Deed, view: HoldView, after: Moment) -> Self {
        Self {
            lsn: view.lsn,
            deed,
            seats: view.seats.clone(),
            hold: Some(view),
            after,
        }
    }

    pub(super) fn of_seats(deed: Deed, lsn: Lsn, seats: Vec<SeatId>, after: Moment) -> Self {
        Self {
            lsn,
            deed,
            hold: None,
            seats,
            after,
        }
    }
}

/// Goes through all answers, and compares with what was seen at each position. How often each deed was done.
pub(super) fn replay(event: &Event, told: &[Entry], seen: &[Snapshot]) -> BTreeMap<Deed, u32> {
    let mut witness = Witness::of(event);
    let mut seen = seen.iter().peekable();
    let mut counts = BTreeMap::new();
    for entry in told {
        while let Some(snapshot) = seen.next_if(|seen| seen.position().lsn < entry.lsn) {
            witness.compare(snapshot);
        }
        witness.apply(entry);
        *counts.entry(entry.deed).or_default() += 1;
    }
    counts
}

impl Witness {
    /// Before anything was done.
    pub(super) fn of(event: &Event) -> Self {
        let snapshot = event.feed().snapshot();
        Self {
            seats: vec![Place::Free; snapshot.seats() as usize],
            holds: HashMap::new(),
        }
    }

    fn apply(&mut self, entry: &Entry) {
        let Some(view) = &entry.hold else {
            return self.withhold(entry);
        };
        let known = self.holds.get(&view.id).cloned();
        let (had, deadline) = known.unwrap_or((Vec::new(), view.deadline));
        let comes: Vec<SeatId> = view
            .seats
            .iter()
            .copied()
            .filter(|seat| !had.contains(seat))
            .collect();
        let leaves = match view.stage {
            Stage::Ended(_) => had.clone(),
            _ => had
                .iter()
                .copied()
                .filter(|seat| !view.seats.contains(seat))
                .collect(),
        };
        let (held, booked) = (Place::Held(view.id), Place::Booked(view.id));
        match entry.deed {
            Deed::Take => {
                self.are(&had, held, entry);
                self.take(&comes, held, entry);
            }
            Deed::Extend => self.are(&had, held, entry),
            // Whose deadline has come takes the seats anew.
            Deed::Confirm if view.now.moment >= deadline => self.take(&had, booked, entry),
            Deed::Confirm => {
                self.are(&had, held, entry);
                self.set(&had, booked);
            }
            Deed::Leave => {
                self.are(&had, held, entry);
                self.set(&leaves, Place::Free);
            }
            Deed::Cancel => {
                self.are(&had, booked, entry);
                self.set(&leaves, Place::Free);
            }
            Deed::Move => {
                self.are(&had, booked, entry);
                assert_eq!((leaves.len(), comes.len()), (1, 1), "{entry:?}");
                self.set(&leaves, Place::Free);
                self.take(&comes, booked, entry);
            }
            Deed::Block | Deed::Unblock => unreachable!("these are about no hold"),
        }
        self.holds
            .insert(view.id, (view.seats.clone(), view.deadline));
    }

    fn withhold(&mut self, entry: &Entry) {
        if entry.deed == Deed::Block {
            self.take(&entry.seats, Place::Withheld, entry);
        } else {
            self.are(&entry.seats, Place::Withheld, entry);
            self.set(&entry.seats, Place::Free);
        }
    }

    fn are(&self, seats: &[SeatId], place: Place, entry: &Entry) {
        for seat in seats {
            assert_eq!(self.seats[seat.index()], place, "{seat} before {entry:?}");
        }
    }

    /// Seats can be taken that are free, and that are held by holds whose deadline has come.
    fn take(&mut self, seats: &[SeatId], place: Place, entry: &Entry) {
        for seat in seats {
            match self.seats[seat.index()] {
                Place::Free => {}
                Place::Held(hold) => {
                    let (_, deadline) = self.holds[&hold];
                    assert!(
                        deadline <= entry.after,
                        "{seat} was {hold:?}'s before {entry:?}"
                    );
                }
                taken => panic!("{seat} was {taken:?} before {entry:?}"),
            }
        }
        self.set(seats, place);
    }

    fn set(&mut self, seats: &[SeatId], place: Place) {
        for seat in seats {
            self.seats[seat.index()] = place;
        }
    }

    /// A held seat may have expired and been freed by the reaper, of which no answer tells.
    fn compare(&self, seen: &Snapshot) {
        for (seat, place) in (0..).map(SeatId::new).zip(&self.seats) {
            let shown = seen.shown(seat).expect("there is such a seat");
            let is_right = match place {
                Place::Free => shown == Shown::Available,
                Place::Held(_) => matches!(shown, Shown::Held | Shown::Available),
                Place::Booked(_) => shown == Shown::Booked,
                Place::Withheld => shown == Shown::Withheld,
            };
            assert!(
                is_right,
                "{seat} is {place:?}, shown as {shown:?} at {:?}",
                seen.position()
            );
        }
    }
}
