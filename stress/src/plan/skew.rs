//! Which seats are asked for.

use std::{fmt, str::FromStr};

use rand::{Rng, RngExt};
use rand_distr::{Distribution, Zipf};
use seatlock::ids::SeatId;

/// How the demand is spread over the seats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Skew {
    /// Each seat as often as any other.
    Uniform,
    /// Seat number n is wanted in proportion to 1 / n to this power.
    Zipf(f64),
    /// Everybody wants the first seat.
    Hot,
}

/// A skew over a number of seats.
#[derive(Debug, Clone)]
pub struct Draw {
    seats: u32,
    zipf: Option<Zipf<f64>>,
    hot: bool,
}

impl Skew {
    /// The skew over `seats` seats.
    pub fn over(self, seats: u32) -> Draw {
        let zipf = match self {
            Self::Zipf(exponent) => Zipf::new(f64::from(seats), exponent).ok(),
            Self::Uniform | Self::Hot => None,
        };
        Draw {
            seats,
            zipf,
            hot: self == Self::Hot,
        }
    }
}

impl Draw {
    /// A seat.
    #[inline]
    pub fn seat(&self, rng: &mut impl Rng) -> SeatId {
        if self.hot {
            return SeatId::new(0);
        }
        match &self.zipf {
            None => SeatId::new(rng.random_range(0..self.seats)),
            Some(zipf) => SeatId::new(rank_to_index(zipf.sample(rng), self.seats)),
        }
    }

    /// `count` different seats, or as many as there are, in ascending order: one drawn, and the others behind it, as
    /// people who come together sit. Behind the last seat comes the first.
    pub fn party(&self, rng: &mut impl Rng, count: u32, into: &mut Vec<SeatId>) {
        into.clear();
        let first = self.seat(rng).get();
        let stride = if rng.random_ratio(3, 4) {
            1
        } else {
            rng.random_range(1..=self.seats.div_ceil(count))
        };
        into.extend((0..count.min(self.seats)).map(|place| {
            let index =
                (u64::from(first) + u64::from(place) * u64::from(stride)) % u64::from(self.seats);
            SeatId::new(u32::try_from(index).unwrap_or(first))
        }));
        into.sort_unstable();
        into.dedup();
    }
}

impl FromStr for Skew {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, exponent) = text.split_once(':').unwrap_or((text, "1"));
        match (name, text.contains(':'), exponent.parse::<f64>()) {
            ("uniform", false, _) => Ok(Self::Uniform),
            ("hot", false, _) => Ok(Self::Hot),
            ("zipf", _, Ok(exponent)) if exponent >= 0.0 && exponent.is_finite() => {
                Ok(Self::Zipf(exponent))
            }
            _ => Err(
                "a skew is 'uniform', 'hot', 'zipf', or 'zipf:EXPONENT' with an exponent from 0 on"
                    .to_owned(),
            ),
        }
    }
}

impl fmt::Display for Skew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uniform => f.write_str("uniform"),
            Self::Zipf(exponent) => write!(f, "zipf:{exponent}"),
            Self::Hot => f.write_str("hot"),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "Zipf's ranks are whole numbers from 1 to the number of seats"
)]
fn rank_to_index(rank: f64, seats: u32) -> u32 {
    (rank as u32).clamp(1, seats) - 1
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::SmallRng};

    use super::*;

    fn counts(skew: Skew, seats: u32) -> Vec<u32> {
        let mut rng = SmallRng::seed_from_u64(7);
        let draw = skew.over(seats);
        let mut counts = vec![0; seats as usize];
        (0..100_000).for_each(|_| counts[draw.seat(&mut rng).index()] += 1);
        counts
    }

    #[test]
    fn each_skew_has_its_shape() {
        assert!(
            counts(Skew::Uniform, 10)
                .iter()
                .all(|count| (9_000..11_000).contains(count))
        );
        assert_eq!(counts(Skew::Hot, 10)[0], 100_000);
        let zipf = counts(Skew::Zipf(1.0), 100);
        assert!(
            (17_000..21_500).contains(&zipf[0]),
            "1 / H(100) is 0.193, drawn {}",
            zipf[0]
        );
        assert!(
            (8_500..10_750).contains(&zipf[1]),
            "half of the first, drawn {}",
            zipf[1]
        );
        assert!(zipf.iter().all(|count| *count > 0));
    }

    #[test]
    fn a_party_is_of_different_seats_in_order_also_where_there_are_too_few() {
        let mut rng = SmallRng::seed_from_u64(8);
        let mut seats = Vec::new();
        for (count, of) in [(4, 64), (64, 64), (64, 10), (2, 1), (3, 7)] {
            for _ in 0..1_000 {
                Skew::Uniform.over(of).party(&mut rng, count, &mut seats);
                assert!(seats.windows(2).all(|pair| pair[0] < pair[1]) && !seats.is_empty());
                assert!(seats.len() <= count as usize && seats.iter().all(|seat| seat.get() < of));
            }
        }
    }

    #[test]
    fn skews_are_read_as_they_are_shown() {
        for text in ["uniform", "hot", "zipf:1.2", "zipf:0"] {
            assert_eq!(
                text.parse::<Skew>().map(|skew| skew.to_string()),
                Ok(text.to_owned())
            );
        }
        for text in ["", "zipf:", "zipf:-1", "zipf:nan", "hot:1", "cold"] {
            assert!(text.parse::<Skew>().is_err(), "{text:?}");
        }
    }
}
