//! Who comes: buyers and bots, each with a character of his own and at most one hold.

use rand_distr::{Distribution, Zipf};
use seatlock::{engine::HoldKey, event::User, ids::SeatId};

use super::{chance::Chance, house::whole, scenario::Scenario};

/// What somebody does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Looks at the map, and decides what he would like.
    Look,
    /// Asks the server for it.
    Ask,
    /// Has made up his mind about what he holds.
    Decide,
    /// The provider has taken his money, or has not.
    HasPaid,
    /// Nothing: he has gone, and his hold is still there.
    Gone,
}

/// A buyer or a bot.
#[derive(Debug)]
pub struct Agent {
    /// Which of the buyers, or of the bots.
    pub number: u32,
    /// It hoards.
    pub is_bot: bool,
    /// His source of chance.
    pub chance: Chance,
    /// How many seats he wants.
    pub party: u32,
    /// He leaves the choice to the server.
    pub best: bool,
    /// He takes seats apart.
    pub apart: bool,
    /// How often he will still try.
    pub tries: u16,
    /// How often he was refused.
    pub refusals: u16,
    /// He was refused for his rate.
    pub was_limited: bool,
    /// When he came.
    pub came: u64,
    /// What he does next.
    pub next: Next,
    /// Counts his plans, so that one that was given up does not happen.
    pub plan: u32,
    /// What he would like.
    pub wish: Vec<SeatId>,
    /// What he holds, or has held and is paying for.
    pub holding: Option<Holding>,
    /// He has held seats.
    pub has_held: bool,
    /// Counts his holds.
    pub holds: u32,
}

/// A hold.
#[derive(Debug, Clone)]
pub struct Holding {
    /// How to use it.
    pub key: HoldKey,
    /// Its seats.
    pub seats: Vec<SeatId>,
    /// The first nanosecond at which it is over.
    pub deadline: u64,
    /// When it began.
    pub since: u64,
    /// Whether its seats are still its owner's.
    pub is_alive: bool,
}

impl Agent {
    /// The buyer with this number.
    pub fn buyer(scenario: &Scenario, seed: u64, number: u32, now: u64) -> Self {
        let mut chance = Chance::of(seed, u64::from(number));
        let buyers = &scenario.buyers;
        let party = chance.pick(&buyers.parties) + 1;
        Self {
            party: u32::try_from(party).unwrap_or(1),
            best: chance.is(buyers.best),
            apart: chance.is(buyers.apart),
            tries: buyers.tries,
            ..Self::new(number, chance, now)
        }
    }

    /// The bot with this number.
    pub fn bot(scenario: &Scenario, seed: u64, number: u32, now: u64) -> Self {
        let chance = Chance::of(seed, u64::from(number) | 1 << 40);
        let seats = scenario.bots.seats.clamp(1, scenario.rules.hold_seats_max);
        Self {
            is_bot: true,
            party: seats,
            best: true,
            apart: true,
            ..Self::new(number, chance, now)
        }
    }

    fn new(number: u32, chance: Chance, now: u64) -> Self {
        Self {
            number,
            is_bot: false,
            chance,
            party: 1,
            best: false,
            apart: false,
            tries: 1,
            refusals: 0,
            was_limited: false,
            came: now,
            next: Next::Look,
            plan: 0,
            wish: Vec::new(),
            holding: None,
            has_held: false,
            holds: 0,
        }
    }

    /// Whom the server knows him as.
    pub fn user(&self) -> User {
        let kind = if self.is_bot { "bot" } else { "buyer" };
        User::new(&format!("{kind}-{}", self.number))
    }

    /// The rank around which he would like to sit, counted from 0.
    pub fn taste(&mut self, zipf: Option<&Zipf<f64>>) -> u32 {
        zipf.map_or(0, |zipf| whole(zipf.sample(&mut self.chance) - 1.0))
    }

    /// The seats of his hold, if it lives.
    pub fn holds_alive(&self) -> Option<&Holding> {
        self.holding.as_ref().filter(|holding| holding.is_alive)
    }

    /// Whether seats of his wait for nobody: nobody is thinking about them.
    pub fn is_idle(&self) -> bool {
        self.is_bot || self.next == Next::Gone
    }
}
