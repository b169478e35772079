//! Seatlock: the map alone, and with tape and wheel as the engine has it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use seatlock::{
    ids::SeatId,
    limits::BATCH_CHANGES_MAX,
    seat::{NoTrail, Outcome, Seats, Trail},
    shard::Shard,
    tape::Tape,
};

use super::Design;
use crate::load::{EPOCH, Terms};

/// How long the reader of a [`Scribed`] map sleeps when the tape is empty. In that time the callers fill a small part
/// of the tape.
const READER_REST: Duration = Duration::from_micros(50);

/// No numbers, no records, no marks.
pub(crate) struct MapAlone(Seats<NoTrail>);

/// With tape and wheel; what is on the tape is read when the design settles.
pub(crate) struct TapeAndWheel(Seats<Shard>);

/// With tape and wheel, and a thread that reads the tape all the time.
pub(crate) struct Scribed {
    seats: Arc<Seats<Shard>>,
    closing: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

/// Reads what is there and says how much that was.
pub(crate) fn read_tape(tape: &Tape) -> usize {
    let batch_max = usize::try_from(BATCH_CHANGES_MAX).expect("64-bit machines");
    let mut reader = tape.reader().expect("nobody else reads");
    let mut batch = Vec::with_capacity(batch_max);
    let mut count = 0;
    while reader.read(&mut batch, batch_max) > 0 {
        count += std::hint::black_box(&batch).len();
        batch.clear();
    }
    count
}

/// A map of this many seats with a trail.
pub(crate) fn seats<T: Trail>(count: u32, trail: T) -> Seats<T> {
    Seats::new(count, trail).expect("a benchmark's number of seats is within the limits")
}

#[inline]
fn is_done(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Done { .. })
}

/// Repeats a change while there is no room on the tape: the callers are faster than the reader and have to wait.
#[inline]
fn with_patience(change: impl Fn() -> Outcome) -> bool {
    loop {
        match change() {
            Outcome::Busy { .. } => thread::yield_now(),
            outcome => return is_done(outcome),
        }
    }
}

impl Design for MapAlone {
    const NAME: &'static str = "seatlock, map alone";

    fn new(count: u32) -> Self {
        Self(seats(count, NoTrail))
    }

    #[inline]
    fn hold(&self, seat: SeatId, terms: Terms) -> bool {
        is_done(self.0.hold(seat, terms.taking, terms.until, terms.now))
    }

    #[inline]
    fn confirm(&self, seat: SeatId, terms: Terms) -> bool {
        is_done(self.0.confirm(seat, terms.taking, terms.now))
    }

    #[inline]
    fn release(&self, seat: SeatId, terms: Terms) -> bool {
        is_done(self.0.release(seat, terms.taking, terms.now))
    }

    #[inline]
    fn cancel(&self, seat: SeatId, terms: Terms) -> bool {
        is_done(self.0.cancel(seat, terms.taking, terms.now))
    }
}

impl Design for TapeAndWheel {
    const NAME: &'static str = "seatlock, tape and wheel";
    const NEEDS_SETTLING: bool = true;

    fn new(count: u32) -> Self {
        Self(seats(count, Shard::new(count, EPOCH)))
    }

    #[inline]
    fn hold(&self, seat: SeatId, terms: Terms) -> bool {
        is_done(self.0.hold(seat, terms.taking, terms.until, terms.now))
    }

    #[inline]
    fn confirm(&self, seat: SeatId, terms: Terms) -> bool {
        is_done(self.0.confirm(seat, terms.taking, terms.now))
    }

    #[inline]
    fn release(&self, seat: SeatId, terms: Terms) -> bool {
        is_done(self.0.release(seat, terms.taking, terms.now))
    }

    #[inline]
    fn cancel(&self, seat: SeatId, terms: Terms) -> bool {
        is_done(self.0.cancel(seat, terms.taking, terms.now))
    }

    fn settle(&self) {
        read_tape(&self.0.trail().tape);
    }
}

impl Design for Scribed {
    const NAME: &'static str = "seatlock, with its reader";

    fn new(count: u32) -> Self {
        let seats = Arc::new(seats(count, Shard::new(count, EPOCH)));
        let closing = Arc::new(AtomicBool::new(false));
        let reader = thread::spawn({
            let (seats, closing) = (Arc::clone(&seats), Arc::clone(&closing));
            move || {
                // Relaxed: a wish to end, which says nothing about other memory.
                while !closing.load(Ordering::Relaxed) {
                    if read_tape(&seats.trail().tape) == 0 {
                        thread::sleep(READER_REST);
                    }
                }
            }
        });
        Self {
            seats,
            closing,
            reader: Some(reader),
        }
    }

    #[inline]
    fn hold(&self, seat: SeatId, terms: Terms) -> bool {
        with_patience(|| self.seats.hold(seat, terms.taking, terms.until, terms.now))
    }

    #[inline]
    fn confirm(&self, seat: SeatId, terms: Terms) -> bool {
        with_patience(|| self.seats.confirm(seat, terms.taking, terms.now))
    }

    #[inline]
    fn release(&self, seat: SeatId, terms: Terms) -> bool {
        with_patience(|| self.seats.release(seat, terms.taking, terms.now))
    }

    #[inline]
    fn cancel(&self, seat: SeatId, terms: Terms) -> bool {
        with_patience(|| self.seats.cancel(seat, terms.taking, terms.now))
    }
}

impl Drop for Scribed {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader panicked");
        }
    }
}
