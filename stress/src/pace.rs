//! How a run went over time: what was counted at moments evenly apart, and the seats at some of them.

use std::time::{Duration, Instant};

use seatlock::{
    seat::{Seats, Status, StatusMap, Trail},
    tick::Tick,
};

/// Moments that are kept; when there are more, every other one is forgotten, and from then on they are twice as far apart.
const MOMENTS_MAX: usize = 240;

/// How far apart they are at first.
const APART: Duration = Duration::from_millis(25);

/// Houses with more seats are not drawn: to look at them would cost what is to be measured.
const SEATS_MAX: u32 = 20_000;

/// What was seen at a moment.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Seconds since the beginning.
    pub at: f64,
    /// Changes so far.
    pub taken: u64,
    /// Of these, how many the auditor had checked.
    pub audited: u64,
    /// Each seat's status in two bits, unless there are too many.
    pub states: Vec<u8>,
    /// How many were free, held, and sold or withheld.
    pub counts: [u64; 3],
}

/// A run over time.
#[derive(Debug)]
pub struct Pace {
    started: Instant,
    apart: Duration,
    next: Duration,
    map: Option<StatusMap>,
    /// What was seen, oldest first.
    pub seen: Vec<Seen>,
}

impl Pace {
    /// A run that begins now.
    pub fn new(seats: u32) -> Self {
        Self {
            started: Instant::now(),
            apart: APART,
            next: Duration::ZERO,
            map: (seats <= SEATS_MAX).then(|| StatusMap::new(seats)),
            seen: Vec::new(),
        }
    }

    /// Looks, if it is time.
    pub fn look<T: Trail>(&mut self, seats: &Seats<T>, now: Tick, taken: u64, audited: u64) {
        let elapsed = self.started.elapsed();
        if elapsed < self.next {
            return;
        }
        self.next = elapsed + self.apart;
        let (states, counts) = self.states(seats, now);
        self.seen.push(Seen {
            at: elapsed.as_secs_f64(),
            taken,
            audited,
            states,
            counts,
        });
        if self.seen.len() > MOMENTS_MAX {
            let mut number = 0;
            self.seen.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.apart *= 2;
        }
    }

    fn states<T: Trail>(&mut self, seats: &Seats<T>, now: Tick) -> (Vec<u8>, [u64; 3]) {
        let Some(map) = &mut self.map else {
            return (Vec::new(), [0; 3]);
        };
        seats.snapshot(now, map);
        let mut counts = [0; 3];
        let states = (0..map.count())
            .filter_map(|seat| map.status(seat))
            .map(|status| {
                let number = match status {
                    Status::Available | Status::InChange => 0,
                    Status::Held => 1,
                    Status::Booked => 2,
                };
                counts[usize::from(number)] += 1;
                number
            });
        let states = crate::packed::pairs(states.collect::<Vec<u8>>());
        (states, counts)
    }
}

#[cfg(test)]
mod tests {
    use seatlock::seat::NoTrail;

    use super::*;

    #[test]
    fn moments_thin_out_and_their_number_is_bounded() {
        let seats = Seats::new(5, NoTrail).expect("a few");
        let mut pace = Pace::new(5);
        for taken in 0..2_000 {
            pace.next = Duration::ZERO;
            pace.look(&seats, Tick::new(0), taken, 0);
            assert!(pace.seen.len() <= MOMENTS_MAX);
        }
        assert!(pace.seen.windows(2).all(|two| two[0].taken < two[1].taken));
        assert_eq!(pace.seen[0].counts, [5, 0, 0]);
    }
}
