//! The house as the simulation keeps it: whose each seat is by what the server has answered, and nothing else.
//!
//! That makes it a second opinion. Whatever the server answers is entered here, and what can't be entered breaks a
//! promise: a seat granted to two, a sale without a living hold. It is also what people see when they look at the map.

use std::{fmt, time::Duration};

use seatlock::{chart::Chart, event::best::House as _, feed::Shown, ids::SeatId};

use super::{bits::Bits, chance::Chance};

/// How many places on the map one looks at before he gives up.
const LOOKS_MAX: u32 = 32;

/// How far the next look is away at most, in ranks.
const GLANCE: f64 = 40.0;

/// Whose a seat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Nobody's.
    Free,
    /// An agent's, until a deadline in nanoseconds.
    Held {
        /// Where he is kept.
        agent: u32,
        /// The first nanosecond at which it is not his any more.
        until: u64,
    },
    /// Sold.
    Sold,
    /// Kept from sale.
    Withheld,
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Free => f.write_str("free"),
            Self::Held { until, .. } => {
                let until = Duration::from_nanos(*until).as_secs_f64();
                write!(f, "another's until {until:.2} s")
            }
            Self::Sold => f.write_str("sold"),
            Self::Withheld => f.write_str("kept from sale"),
        }
    }
}

/// The seats.
#[derive(Debug)]
pub struct House {
    whose: Vec<Whose>,
    /// First seat and length of each row.
    rows: Vec<(u32, u32)>,
    row_of: Vec<u32>,
    /// The best first.
    by_rank: Vec<SeatId>,
    rank_of: Vec<u32>,
    /// By rank.
    free: Bits,
    counts: [u32; 4],
    wanted: Vec<u32>,
    refused: Vec<u32>,
    /// Whether people choose at the edges of what is free, so that they leave no single seats.
    edges: bool,
}

impl House {
    /// An empty house.
    pub fn new(chart: &Chart, edges: bool) -> Self {
        let seats = chart.seat_count();
        let rows: Vec<(u32, u32)> = chart
            .rows()
            .iter()
            .map(|row| (row.first.get(), row.seats))
            .collect();
        let mut row_of = vec![u32::MAX; seats as usize];
        for (number, (first, count)) in (0..).zip(&rows) {
            row_of[*first as usize..(first + count) as usize].fill(number);
        }
        let far = |seat: &SeatId| {
            let offset = chart.offset(*seat);
            offset.x.hypot(offset.y)
        };
        let mut by_rank: Vec<SeatId> = (0..seats).map(SeatId::new).collect();
        by_rank.sort_by(|one, other| far(one).total_cmp(&far(other)).then(one.cmp(other)));
        let mut rank_of = vec![0; seats as usize];
        for (rank, seat) in (0..).zip(&by_rank) {
            rank_of[seat.index()] = rank;
        }
        Self {
            whose: vec![Whose::Free; seats as usize],
            rows,
            row_of,
            by_rank,
            rank_of,
            free: Bits::all(seats),
            counts: [seats, 0, 0, 0],
            wanted: vec![0; seats as usize],
            refused: vec![0; seats as usize],
            edges,
        }
    }

    /// How many seats there are.
    pub fn seats(&self) -> u32 {
        self.whose.len().try_into().unwrap_or(u32::MAX)
    }

    /// How many are as they are shown.
    pub fn count(&self, shown: Shown) -> u32 {
        self.counts[shown as usize]
    }

    /// What a seat is shown as.
    pub fn shown(&self, seat: SeatId) -> Shown {
        match self.whose[seat.index()] {
            Whose::Free => Shown::Available,
            Whose::Held { .. } => Shown::Held,
            Whose::Sold => Shown::Booked,
            Whose::Withheld => Shown::Withheld,
        }
    }

    /// How often each seat was wanted.
    pub fn wanted(&self) -> &[u32] {
        &self.wanted
    }

    /// Counts that these seats were wanted once more.
    pub fn want(&mut self, seats: &[SeatId]) {
        seats.iter().for_each(|seat| self.wanted[seat.index()] += 1);
    }

    /// How often each seat was among those for which somebody was refused, as another was faster.
    pub fn refused(&self) -> &[u32] {
        &self.refused
    }

    /// Counts that somebody was refused these.
    pub fn refuse(&mut self, seats: &[SeatId]) {
        seats
            .iter()
            .for_each(|seat| self.refused[seat.index()] += 1);
    }

    /// The best seats, as many as there are.
    pub fn best(&self, count: u32) -> &[SeatId] {
        &self.by_rank[..count as usize]
    }

    /// Whether all of these are side by side.
    pub fn are_adjacent(&self, seats: &[SeatId]) -> bool {
        let row = |seat: SeatId| self.row_of[seat.index()];
        let mut sorted = seats.to_vec();
        sorted.sort_unstable();
        sorted
            .windows(2)
            .all(|two| row(two[0]) == row(two[1]) && two[0].get() + 1 == two[1].get())
    }

    /// Where somebody would like to sit who looks for seats from this rank on: side by side, or else apart if he takes
    /// that.
    pub fn choose(
        &self,
        rank: u32,
        party: u32,
        apart: bool,
        chance: &mut Chance,
    ) -> Option<Vec<SeatId>> {
        let mut rank = rank;
        for _ in 0..LOOKS_MAX {
            rank = self.free.next_from(rank)?;
            if let Some(seats) = self.side_by_side(self.by_rank[rank as usize], party) {
                return Some(seats);
            }
            let further = 1.0 + chance.share() * GLANCE;
            rank = rank.saturating_add(whole(further)) % self.seats();
        }
        if !apart || self.count(Shown::Available) < party {
            return None;
        }
        let mut seats = Vec::new();
        while seats.len() < party as usize {
            rank = self.free.next_from(rank)?;
            seats.push(self.by_rank[rank as usize]);
            rank = (rank + 1) % self.seats();
        }
        Some(seats)
    }

    fn side_by_side(&self, seat: SeatId, party: u32) -> Option<Vec<SeatId>> {
        let (first, count) = *self.rows.get(self.row_of[seat.index()] as usize)?;
        let is_free = |seat: &u32| self.whose[*seat as usize] == Whose::Free;
        let before = (first..seat.get()).rev().take_while(is_free).count();
        let after = (seat.get()..first + count).take_while(is_free).count();
        let [before, after] = [before, after].map(|seats| u32::try_from(seats).unwrap_or(u32::MAX));
        if before + after < party {
            return None;
        }
        let (left, right) = (seat.get() - before, seat.get() + after - party);
        let start = if self.edges {
            if before < after { left } else { right }
        } else {
            seat.get().saturating_sub(party / 2).clamp(left, right)
        };
        Some((start..start + party).map(SeatId::new).collect())
    }

    /// Enters that seats are an agent's until a deadline.
    ///
    /// # Errors
    /// One of them is not free.
    pub fn hold(&mut self, seats: &[SeatId], agent: u32, until: u64) -> Result<(), String> {
        for seat in seats {
            self.expect(*seat, Whose::Free, "was granted")?;
            self.set(*seat, Whose::Held { agent, until });
        }
        Ok(())
    }

    /// Whose a seat was whose deadline has come.
    pub fn lapsed(&self, seat: SeatId, now: u64) -> Option<u32> {
        match self.whose[seat.index()] {
            Whose::Held { agent, until } if until <= now => Some(agent),
            _ => None,
        }
    }

    /// Enters another deadline.
    pub fn extend(&mut self, seats: &[SeatId], agent: u32, until: u64) {
        for seat in seats {
            self.set(*seat, Whose::Held { agent, until });
        }
    }

    /// Enters that an agent's seats are free again.
    ///
    /// # Errors
    /// One of them is not his.
    pub fn free(&mut self, seats: &[SeatId], agent: u32) -> Result<(), String> {
        for seat in seats {
            match self.whose[seat.index()] {
                Whose::Held { agent: holder, .. } if holder == agent => {
                    self.set(*seat, Whose::Free)
                }
                other => {
                    return Err(format!(
                        "{seat} was given back by who has not got it: it was {other}"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Enters that an agent has bought the seats of his living hold.
    ///
    /// # Errors
    /// One of them is not in a living hold of his.
    pub fn sell(&mut self, seats: &[SeatId], agent: u32, now: u64) -> Result<(), String> {
        for seat in seats {
            match self.whose[seat.index()] {
                Whose::Held {
                    agent: holder,
                    until,
                } if holder == agent && now < until => {
                    self.set(*seat, Whose::Sold);
                }
                other => {
                    return Err(format!(
                        "{seat} was booked by who has no living hold of it: it was {other}"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Enters that free seats have changed hands at once.
    ///
    /// # Errors
    /// One of them is not free.
    pub fn take_from_sale(&mut self, seats: &[SeatId], whose: Whose) -> Result<(), String> {
        for seat in seats {
            self.expect(*seat, Whose::Free, "was taken")?;
            self.set(*seat, whose);
        }
        Ok(())
    }

    fn expect(&self, seat: SeatId, expected: Whose, what: &str) -> Result<(), String> {
        let is = self.whose[seat.index()];
        if is == expected {
            return Ok(());
        }
        Err(format!("{seat} {what} to a second one: it was {is}"))
    }

    fn set(&mut self, seat: SeatId, whose: Whose) {
        self.counts[self.shown(seat) as usize] -= 1;
        self.whose[seat.index()] = whose;
        self.counts[self.shown(seat) as usize] += 1;
        self.free
            .set(self.rank_of[seat.index()], whose == Whose::Free);
    }
}

/// A number of seats from a share of them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it saturates"
)]
pub fn whole(number: f64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use seatlock::chart::GridPlan;

    use super::*;

    fn house() -> House {
        let plan = GridPlan::parse("sections=1 rows=3 seats=4").expect("a plan");
        House::new(&plan.chart().expect("small"), false)
    }

    #[test]
    fn a_party_sits_side_by_side_as_long_as_there_is_room() {
        let (mut house, mut chance) = (house(), Chance::of(1, 1));
        for _ in 0..6 {
            let seats = house.choose(0, 2, false, &mut chance).expect("room");
            assert!(house.are_adjacent(&seats));
            house.hold(&seats, 1, 9).expect("free");
        }
        assert_eq!(house.choose(0, 1, true, &mut chance), None);
        let freed = [SeatId::new(0), SeatId::new(7)];
        house.free(&freed, 1).expect("his");
        assert_eq!(house.choose(0, 2, false, &mut chance), None);
        let apart = house
            .choose(0, 2, true, &mut chance)
            .expect("he takes them");
        assert!(!house.are_adjacent(&apart));
    }

    #[test]
    fn what_breaks_a_promise_cannot_be_entered() {
        let mut house = house();
        let seats = [SeatId::new(3)];
        house.hold(&seats, 1, 10).expect("free");
        assert!(house.hold(&seats, 2, 10).is_err(), "held by two");
        assert!(house.sell(&seats, 2, 5).is_err(), "sold to another");
        assert!(house.sell(&seats, 1, 10).is_err(), "sold too late");
        assert!(house.free(&seats, 2).is_err(), "given back by another");
        house.sell(&seats, 1, 9).expect("in time");
        assert!(
            house.take_from_sale(&seats, Whose::Sold).is_err(),
            "sold twice"
        );
        assert_eq!(house.count(Shown::Booked), 1);
    }
}
