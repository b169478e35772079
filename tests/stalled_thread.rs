//! Nobody waits for a stalled thread: one is stopped in the middle of a change, at each point at which it calls out,
//! and meanwhile another changes the same seats as often as it likes.

use std::{
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender},
    },
    thread,
};

use seatlock::{
    ids::{Lsn, SeatId, TakingId},
    seat::{Change, Group, GroupOutcome, Outcome, Seat, Seats, Step, Trail},
    tick::Tick,
};

const NOW: Tick = Tick::new(0);
const UNTIL: Tick = Tick::new(1_000);
const SEATS: [SeatId; 3] = [SeatId::new(0), SeatId::new(1), SeatId::new(2)];

/// Where a thread is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    /// Before its number: a group has been installed in all of its seats and is undecided.
    Take,
    /// Before its record: the change has been made; no seat of a group is finished.
    Publish,
    /// Before its mark: a group has finished its first seat and not the others.
    Mark,
}

/// Leaves no trail, and stops the thread called 'stalled' at one point until it is told to go on.
struct Stalling {
    point: Point,
    arrived: Sender<()>,
    go_on: std::sync::Mutex<Receiver<()>>,
}

impl Stalling {
    fn at(&self, point: Point) {
        if point == self.point && thread::current().name() == Some("stalled") {
            // The second time nobody listens any more, and nobody has to tell it to go on.
            if self.arrived.send(()).is_ok() {
                let _ = self
                    .go_on
                    .lock()
                    .expect("no other thread stops here")
                    .recv();
            }
        }
    }
}

impl Trail for Stalling {
    fn take(&self, _count: u32) -> Option<Lsn> {
        self.at(Point::Take);
        Some(Lsn::NONE)
    }

    fn publish(&self, _lsn: Lsn, _change: Change) {
        self.at(Point::Publish);
    }

    fn void(&self, _lsn: Lsn) {}

    fn mark(&self, _seat: SeatId, _until: Tick) {
        self.at(Point::Mark);
    }
}

/// Stops `stalled` at `point`, does `meanwhile`, and answers with what `stalled` came to in the end.
fn with_stalled<R: Send + 'static>(
    point: Point,
    stalled: impl FnOnce(&Seats<Stalling>) -> R + Send + 'static,
    meanwhile: impl FnOnce(&Seats<Stalling>),
) -> R {
    let (arrived, arrival) = mpsc::channel();
    let (resume, go_on) = mpsc::channel();
    let trail = Stalling {
        point,
        arrived,
        go_on: go_on.into(),
    };
    let seats = Arc::new(Seats::new(3, trail).expect("three seats"));
    let theirs = Arc::clone(&seats);
    let thread = thread::Builder::new()
        .name("stalled".into())
        .spawn(move || stalled(&theirs));
    let thread = thread.expect("a thread");
    arrival.recv().expect("the thread comes to the point");
    meanwhile(&seats);
    drop((arrival, resume));
    thread.join().expect("no panic")
}

fn taking(number: u32) -> TakingId {
    TakingId::new(number).expect("small and not zero")
}

fn hold_all(seats: &Seats<Stalling>, by: TakingId) -> GroupOutcome {
    let steps = SEATS.map(|seat| {
        (
            seat,
            Step::Hold {
                taking: by,
                until: UNTIL,
            },
        )
    });
    seats.change_all(&Group::new(&steps).expect("in order"), NOW)
}

fn held_by(seats: &Seats<Stalling>, seat: SeatId) -> Option<TakingId> {
    match seats.read(seat).view() {
        Seat::Held { taking, .. } => Some(taking),
        _ => None,
    }
}

/// Frees and takes each seat in turn, many times, starting with those that `first` holds.
fn keep_changing(seats: &Seats<Stalling>, first: Option<TakingId>) {
    for seat in SEATS {
        if let Some(first) = first {
            assert!(
                matches!(seats.release(seat, first, NOW), Outcome::Done { .. }),
                "{seat}"
            );
        }
        for number in 100..1_100 {
            let mine = taking(number);
            assert!(
                matches!(seats.hold(seat, mine, UNTIL, NOW), Outcome::Done { .. }),
                "{seat}"
            );
            assert!(
                matches!(seats.release(seat, mine, NOW), Outcome::Done { .. }),
                "{seat}"
            );
        }
    }
}

#[test]
fn a_single_change_that_has_no_number_yet_is_overtaken() {
    let outcome = with_stalled(
        Point::Take,
        |seats| seats.hold(SEATS[0], taking(1), UNTIL, NOW),
        |seats| {
            keep_changing(seats, None);
            assert!(matches!(
                seats.hold(SEATS[0], taking(2), UNTIL, NOW),
                Outcome::Done { .. }
            ));
        },
    );
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
}

#[test]
fn a_single_change_that_is_made_and_not_recorded_stands_in_nobodys_way() {
    for point in [Point::Publish, Point::Mark] {
        let outcome = with_stalled(
            point,
            |seats| seats.hold(SEATS[0], taking(1), UNTIL, NOW),
            |seats| {
                assert!(matches!(
                    seats.release(SEATS[0], taking(1), NOW),
                    Outcome::Done { .. }
                ));
                keep_changing(seats, None);
            },
        );
        assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
    }
}

#[test]
fn an_undecided_group_is_aborted_by_whoever_meets_it_and_starts_again() {
    let outcome = with_stalled(
        Point::Take,
        |seats| hold_all(seats, taking(1)),
        |seats| {
            assert!(
                SEATS.iter().all(|seat| held_by(seats, *seat).is_none()),
                "nothing is decided"
            );
            keep_changing(seats, None);
        },
    );
    assert!(matches!(outcome, GroupOutcome::Done { .. }), "{outcome:?}");
}

#[test]
fn an_undecided_group_that_is_overtaken_for_good_is_refused_whole() {
    let outcome = with_stalled(
        Point::Take,
        |seats| hold_all(seats, taking(1)),
        |seats| {
            assert!(matches!(
                seats.hold(SEATS[1], taking(2), UNTIL, NOW),
                Outcome::Done { .. }
            ))
        },
    );
    let GroupOutcome::Refused { in_the_way } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        in_the_way.iter().map(|one| one.seat).collect::<Vec<_>>(),
        [SEATS[1]]
    );
}

#[test]
fn a_decided_group_is_seen_whole_and_finished_by_whoever_meets_it() {
    for point in [Point::Publish, Point::Mark] {
        let outcome = with_stalled(
            point,
            |seats| hold_all(seats, taking(1)),
            |seats| {
                assert!(
                    SEATS
                        .iter()
                        .all(|seat| held_by(seats, *seat) == Some(taking(1))),
                    "{point:?}"
                );
                keep_changing(seats, Some(taking(1)));
            },
        );
        assert!(matches!(outcome, GroupOutcome::Done { .. }), "{outcome:?}");
    }
}
