//! The seats that one user may not take again yet.

use std::time::Duration;

use crate::{ids::SeatId, limits, tick::Moment};

/// A short list of seats with the moments at which they may be taken again; most users have none.
#[derive(Debug, Default)]
pub(super) struct Cooling(Vec<(SeatId, Moment)>);

impl Cooling {
    /// Keeps the user from these seats until a moment, which never moves an end forward.
    pub(super) fn add(&mut self, seats: &[SeatId], until: Moment, now: Moment) {
        self.forget_ended(now);
        for seat in seats {
            match self.0.iter_mut().find(|(cooling, _)| cooling == seat) {
                Some((_, end)) => *end = until.max(*end),
                None => self.insert(*seat, until),
            }
        }
    }

    /// How long the user may not take this seat yet.
    pub(super) fn left(&self, seat: SeatId, now: Moment) -> Option<Duration> {
        let (_, end) = self.0.iter().find(|(cooling, _)| *cooling == seat)?;
        Some(now.until(*end)).filter(|left| !left.is_zero())
    }

    pub(super) fn forget_ended(&mut self, now: Moment) {
        self.0.retain(|(_, end)| now < *end);
        if self.0.is_empty() {
            self.0 = Vec::new();
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Of too many, the one that ends first makes room, or is the new one itself.
    fn insert(&mut self, seat: SeatId, until: Moment) {
        self.0.push((seat, until));
        if self.0.len() > limits::COOLING_SEATS_MAX {
            let ends = self.0.iter().enumerate();
            let first = ends
                .min_by_key(|(_, (_, end))| *end)
                .map(|(place, _)| place);
            first.map(|place| self.0.swap_remove(place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::from_nanos(seconds * 1_000_000_000)
    }

    #[test]
    fn a_seat_cools_down_until_its_moment_and_never_shorter() {
        let (mut cooling, seat) = (Cooling::default(), SeatId::new(7));
        cooling.add(&[seat, SeatId::new(8)], at(30), at(0));
        cooling.add(&[seat], at(20), at(1));
        assert_eq!(cooling.left(seat, at(10)), Some(Duration::from_secs(20)));
        assert_eq!(cooling.left(seat, at(30)), None);
        assert_eq!(cooling.left(SeatId::new(9), at(10)), None);
        cooling.forget_ended(at(30));
        assert!(cooling.is_empty());
    }

    #[test]
    fn of_too_many_those_that_end_first_are_forgotten() {
        let mut cooling = Cooling::default();
        let max = u32::try_from(limits::COOLING_SEATS_MAX).expect("a small number");
        for seat in 0..2 * max {
            cooling.add(&[SeatId::new(seat)], at(100 + u64::from(seat)), at(0));
            assert!(cooling.0.len() <= limits::COOLING_SEATS_MAX);
        }
        let kept = |seat| cooling.left(SeatId::new(seat), at(0)).is_some();
        assert!((0..max).all(|seat| !kept(seat)) && (max..2 * max).all(kept));
        cooling.add(&[SeatId::new(0)], at(1), at(0));
        assert_eq!(
            cooling.left(SeatId::new(0), at(0)),
            None,
            "it ends before all others"
        );
    }
}
