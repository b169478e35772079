//! Which seats are asked for, and on which terms: everything random is drawn before the clock starts.

use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng, seq::SliceRandom as _};
use rand_distr::{Distribution as _, Zipf};
use seatlock::{
    ids::{SeatId, TakingId},
    limits::TAKINGS_MAX,
    tick::{Moment, Tick},
};

/// When everything begins: tick 0.
pub(crate) const EPOCH: Moment = Moment::from_nanos(0);

/// The seed of everything random here: each run and each design gets the same seats.
const SEED: u64 = 2;

/// How long a hold lasts: 60 s.
const TTL_TICKS: u32 = 6_000;

/// Choices that a caller makes before it makes the same ones again. Odd ones out would show in the caches: they
/// take 512 KiB, read in order.
const CHOICES: usize = 1 << 17;

/// Attempts of one caller that fall into one tick: 10 ms of them at 150 ns each.
const ATTEMPTS_A_TICK: u32 = 1 << 16;

/// On which terms a seat is changed: who, when, and until when if it is a hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) taking: TakingId,
    pub(crate) now: Tick,
    pub(crate) until: Tick,
}

impl Terms {
    /// A hold by the taking with this number, wrapped to 30 bits, that begins at this tick.
    pub(crate) fn new(taking: u32, now: u32) -> Self {
        let taking = TakingId::new(taking % TAKINGS_MAX + 1).expect("from 1 to TAKINGS_MAX");
        let now = Tick::new(now);
        Self {
            taking,
            now,
            until: now.plus(TTL_TICKS),
        }
    }
}

/// All seats of a map in random order, over and over: no seat comes twice in a lap, so each can be booked in it.
pub(crate) struct Laps {
    order: Vec<SeatId>,
    at: usize,
    lap: u32,
}

impl Laps {
    /// Laps over a map of this many seats.
    pub(crate) fn new(seats: u32) -> Self {
        Self {
            order: shuffled(seats),
            at: 0,
            lap: 0,
        }
    }

    /// The next seats of this lap, `most` at most and one at least, and the lap's terms: each lap has a taking of
    /// its own and begins a tick later.
    pub(crate) fn stretch(&mut self, most: usize) -> (&[SeatId], Terms) {
        if self.at == self.order.len() {
            self.at = 0;
            self.lap += 1;
        }
        let rest = &self.order[self.at..];
        let stretch = &rest[..most.min(rest.len())];
        self.at += stretch.len();
        (stretch, Terms::new(self.lap, self.lap))
    }
}

/// Every seat of a map once, in random order.
pub(crate) fn shuffled(seats: u32) -> Vec<SeatId> {
    let mut order: Vec<_> = (0..seats).map(SeatId::new).collect();
    order.shuffle(&mut SmallRng::seed_from_u64(SEED));
    order
}

/// How the callers' wishes fall on the seats.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Skew {
    /// Everybody wants the same seat.
    HotSeat,
    /// Every one of so many seats is wanted alike.
    Uniform(u32),
    /// Of so many seats, the second is wanted half as often as the first, the third a third as often.
    Zipf(u32),
}

impl Skew {
    /// Seats of the map.
    pub(crate) fn seats(self) -> u32 {
        match self {
            Self::HotSeat => 1,
            Self::Uniform(seats) | Self::Zipf(seats) => seats,
        }
    }

    fn choices(self, caller: u32) -> Vec<SeatId> {
        let mut random = SmallRng::seed_from_u64(SEED + u64::from(caller));
        match self {
            Self::HotSeat => vec![SeatId::new(0); CHOICES],
            Self::Uniform(seats) => (0..CHOICES)
                .map(|_| SeatId::new(random.random_range(0..seats)))
                .collect(),
            Self::Zipf(seats) => {
                // The ranks are scattered over the map, the same way for all callers: neighbours share a cache line.
                let seat_of_rank = shuffled(seats);
                let ranks = Zipf::new(f64::from(seats), 1.0)
                    .expect("at least one seat, and a positive exponent");
                ranks
                    .sample_iter(random)
                    .take(CHOICES)
                    .map(|rank| seat_of_rank[index_of(rank)])
                    .collect()
            }
        }
    }
}

/// A rank, counted from one, as an index.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank is a whole number from 1 to the number of seats"
)]
fn index_of(rank: f64) -> usize {
    rank as usize - 1
}

/// What one caller among several asks for, without end.
pub(crate) struct Wishes {
    choices: Vec<SeatId>,
    at: usize,
    caller: u32,
    made: u32,
}

impl Wishes {
    /// The wishes of one caller.
    pub(crate) fn new(skew: Skew, caller: u32) -> Self {
        Self {
            choices: skew.choices(caller),
            at: 0,
            caller,
            made: 0,
        }
    }

    /// The next one: a seat, and the terms of a taking that nobody else has.
    #[inline]
    pub(crate) fn next(&mut self) -> (SeatId, Terms) {
        let seat = self.choices[self.at];
        self.at = (self.at + 1) % CHOICES;
        self.made = self.made.wrapping_add(1);
        // Eight callers at most share the 30 bits of a taking: 27 for each, which then begin again.
        let taking = self.caller << 27 | self.made & ((1 << 27) - 1);
        (seat, Terms::new(taking, self.made / ATTEMPTS_A_TICK))
    }
}
