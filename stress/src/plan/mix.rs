//! How often each kind of operation is played.

use std::{fmt, str::FromStr};

use rand::{Rng, RngExt};

/// Something that a user, the operator or a reader does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Hold a seat.
    Hold,
    /// Hold several seats in one step.
    Group,
    /// Book what one holds, however many seats that is, in one step.
    Confirm,
    /// Give back what one holds.
    Release,
    /// Move the deadline of what one holds.
    Extend,
    /// Free what one has booked.
    Cancel,
    /// Give back a seat and hold another, in one step.
    Move,
    /// Hold the best seats for several, in one step.
    Best,
    /// Hold places of an area, in one step.
    Places,
    /// Move a booking: free its seats and book as many others, in one step.
    Rebook,
    /// Act on a taking that another worker has, at the same time: one user at two machines.
    Double,
    /// Withhold a seat from sale.
    Block,
    /// Put it on sale again.
    Unblock,
    /// Free a seat if its hold has expired: the wheel's step, out of turn.
    Expire,
    /// Read several seats.
    Read,
}

impl Action {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 15] = [
        Self::Hold,
        Self::Group,
        Self::Confirm,
        Self::Release,
        Self::Extend,
        Self::Cancel,
        Self::Move,
        Self::Best,
        Self::Places,
        Self::Rebook,
        Self::Double,
        Self::Block,
        Self::Unblock,
        Self::Expire,
        Self::Read,
    ];

    /// Its name on the command line and in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Group => "group",
            Self::Confirm => "confirm",
            Self::Release => "release",
            Self::Extend => "extend",
            Self::Cancel => "cancel",
            Self::Move => "move",
            Self::Best => "best",
            Self::Places => "places",
            Self::Rebook => "rebook",
            Self::Double => "double",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Expire => "expire",
            Self::Read => "read",
        }
    }
}

/// A weight for each action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix {
    weights: Vec<(Action, u32)>,
    total: u32,
}

impl Mix {
    /// Weights beyond this are a slip of the hand.
    pub const WEIGHT_MAX: u32 = 1_000_000;

    /// An action, as likely as its weight says.
    #[inline]
    pub fn draw(&self, rng: &mut impl Rng) -> Action {
        let mut left = rng.random_range(0..self.total);
        for &(action, weight) in &self.weights {
            match left.checked_sub(weight) {
                Some(rest) => left = rest,
                None => return action,
            }
        }
        Action::Hold
    }

    fn new(weights: Vec<(Action, u32)>) -> Result<Self, String> {
        let total = weights.iter().map(|(_, weight)| weight).sum();
        if total == 0 {
            return Err("a mix needs a weight above zero".to_owned());
        }
        Ok(Self { weights, total })
    }
}

impl Default for Mix {
    /// Everything, mostly holds and what follows from them.
    fn default() -> Self {
        let weights = [20, 6, 12, 12, 6, 6, 3, 5, 3, 4, 3, 2, 2, 2, 14];
        let weights: Vec<_> = Action::ALL.into_iter().zip(weights).collect();
        let total = weights.iter().map(|(_, weight)| weight).sum();
        Self { weights, total }
    }
}

impl FromStr for Mix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut weights: Vec<(Action, u32)> = Vec::new();
        for part in text.split(',') {
            let (name, weight) = part.split_once('=').unwrap_or((part, "1"));
            let action = Action::ALL
                .into_iter()
                .find(|action| action.name() == name.trim());
            let action = action.ok_or_else(|| format!("there is no operation '{name}'"))?;
            let weight = weight
                .trim()
                .parse()
                .ok()
                .filter(|weight| *weight <= Self::WEIGHT_MAX);
            let weight =
                weight.ok_or_else(|| format!("a weight is a number up to {}", Self::WEIGHT_MAX))?;
            if weights.iter().any(|(other, _)| *other == action) {
                return Err(format!("'{name}' is there twice"));
            }
            weights.push((action, weight));
        }
        Self::new(weights)
    }
}

impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (action, weight)) in self.weights.iter().enumerate() {
            write!(
                f,
                "{}{}={weight}",
                if place == 0 { "" } else { "," },
                action.name()
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::SmallRng};

    use super::*;

    #[test]
    fn actions_come_as_often_as_their_weights_say() {
        let mix: Mix = "hold=3,read=1,cancel=0".parse().expect("a mix");
        let mut rng = SmallRng::seed_from_u64(9);
        let drawn: Vec<_> = (0..40_000).map(|_| mix.draw(&mut rng)).collect();
        let count = |action| drawn.iter().filter(|drawn| **drawn == action).count();
        assert!((29_000..31_000).contains(&count(Action::Hold)));
        assert_eq!(count(Action::Hold) + count(Action::Read), 40_000);
    }

    #[test]
    fn mixes_are_read_as_they_are_shown_and_nonsense_is_refused() {
        let shown = Mix::default().to_string();
        assert_eq!(shown.parse(), Ok(Mix::default()));
        for text in [
            "",
            "hold=0",
            "fly=1",
            "hold=1,hold=2",
            "hold=-1",
            "hold=1000001",
        ] {
            assert!(text.parse::<Mix>().is_err(), "{text:?}");
        }
    }
}
