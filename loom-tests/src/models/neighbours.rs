//! Two events on one venue: maps of their own, and one tape and the same descriptors for both.

use std::sync::Arc;

use seatlock::{
    ids::{Lsn, SeatId},
    seat::{Change, Descriptors, Group, GroupOutcome, Outcome, SeatWord, Seats, Step, Trail},
    tape::{Record, Tape},
    tick::Tick,
};

use crate::{
    audit::whole_groups,
    play::{A, B, confirm, hold, taking},
    runner::{self, Model},
};

pub(super) const MODELS: &[Model] = &[Model::bounded(
    3,
    "a_descriptor_goes_to_the_neighbour",
    a_descriptor_goes_to_the_neighbour,
    2_500,
)];

/// Seats of each event, numbered from zero in its map; on the tape the second one's follow the first one's.
const SEATS: u32 = 2;

const NOW: Tick = Tick::new(0);

/// A slow one meets a group of the first event, whose only descriptor then serves a group of the second, on seats of the
/// same numbers. Whatever it does with what it knows of the descriptor, nobody's seats are changed but by who asked for
/// them, and the one tape tells of both events in order.
///
/// Fails with [`NoGeneration`](seatlock::mutation::Mutation::NoGeneration): the slow one never gets away from it.
fn a_descriptor_goes_to_the_neighbour() {
    let tape = Arc::new(Tape::with_cells(16, 0));
    let descriptors = Descriptors::with(1, SEATS);
    let [first, second] = [0, SEATS].map(|first| {
        let corner = Corner {
            tape: Arc::clone(&tape),
            first,
        };
        Arc::new(Seats::sharing(SEATS, corner, &descriptors).expect("models have seats"))
    });
    for (seats, number) in [(&first, 1), (&second, 2)] {
        assert!(all(seats, hold(number, 5)), "the house is empty");
    }
    let owner = {
        let (first, second) = (Arc::clone(&first), Arc::clone(&second));
        Box::new(move || all(&first, confirm(1)) && all(&second, confirm(2)))
            as Box<dyn FnOnce() -> bool + Send>
    };
    let passer_by = {
        let first = Arc::clone(&first);
        Box::new(move || {
            let taken = first.change(A, hold(3, 5), NOW);
            matches!(taken, Outcome::Done { .. })
        }) as Box<dyn FnOnce() -> bool + Send>
    };
    let [sold, taken] = runner::together([owner, passer_by]);
    assert!(!taken, "a seat that is held or sold was taken");
    assert!(sold, "nobody else wanted these seats");
    agree(&tape, [&first, &second]);
    for (seats, number) in [(&first, 1), (&second, 2)] {
        let is_sold = |seat| {
            let word: SeatWord = seats.read(seat);
            matches!(word.view(), seatlock::seat::Seat::Booked { taking: by, .. } if by == taking(number))
        };
        assert!([A, B].into_iter().all(is_sold), "of event {number}");
    }
}

/// Changes both seats of an event, however often it is told that others are in the way.
fn all(seats: &Seats<Corner>, step: Step) -> bool {
    let steps = [(A, step), (B, step)];
    let group = Group::new(&steps).expect("in order");
    loop {
        match seats.change_all(&group, NOW) {
            GroupOutcome::Busy => {}
            outcome => return matches!(outcome, GroupOutcome::Done { .. }),
        }
    }
}

/// The tape is complete, each change goes on from the one before, and at the end both maps are as it says.
fn agree(tape: &Tape, maps: [&Arc<Seats<Corner>>; 2]) {
    let mut records: Vec<Record> = Vec::new();
    let mut reader = tape.reader().expect("the only reader");
    reader.read(&mut records, usize::MAX);
    let numbers = records.iter().map(|record| record.lsn.get());
    assert!(numbers.eq(1..tape.next().get()), "the tape is not complete");
    whole_groups(&records);
    let mut words = [SeatWord::FRESH; 2 * SEATS as usize];
    for change in records.iter().filter_map(Record::change) {
        let word = &mut words[change.seat.index()];
        assert_eq!(*word, change.before, "{} was something else", change.seat);
        *word = change.after;
    }
    let found = maps
        .into_iter()
        .flat_map(|seats| [A, B].map(|seat| seats.read(seat)));
    assert!(found.eq(words), "the maps are not what the tape says");
}

/// An event's part of the tape. Its holds end with the play, so nobody has to be reminded.
#[derive(Debug)]
struct Corner {
    tape: Arc<Tape>,
    first: u32,
}

impl Trail for Corner {
    fn take(&self, count: u32) -> Option<Lsn> {
        self.tape.take(count)
    }

    fn publish(&self, lsn: Lsn, change: Change) {
        let seat = SeatId::new(self.first + change.seat.get());
        self.tape.publish(lsn, Change { seat, ..change });
    }

    fn void(&self, lsn: Lsn) {
        self.tape.void(lsn);
    }

    fn mark(&self, _seat: SeatId, _until: Tick) {}
}
