//! How often the server lets one ask: its own limiter, on the simulation's clock.

use std::{
    collections::hash_map::DefaultHasher, fmt, hash::BuildHasherDefault, str::FromStr,
    time::Duration,
};

use seatlock::{
    access::rate::{Buckets, Rate, RetryAfter},
    limits::RATE_BUCKETS,
    tick::Moment,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{agent::Agent, scenario::Scenario};

/// How often one may ask, by the names of the server's options; and who asks together with whom.
///
/// Looks at the map are public, so they count by address. All else counts by the shop's one key if there is a limit for it,
/// and by address otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests a second from one address, and at once, such as `5/20`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_per_client: Option<Often>,
    /// Requests a second with the shop's key, and at once: everybody buys by way of one shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_per_key: Option<Often>,
    /// So many people have one address, as behind a mobile carrier's.
    pub people_per_address: u32,
    /// So many bots run on one machine.
    pub bots_per_address: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rate_per_client: None,
            rate_per_key: None,
            people_per_address: 1,
            bots_per_address: 1,
        }
    }
}

/// Requests a second, and at once, written `5/20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Often(Rate);

/// What somebody wants of the server, as far as rates are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    /// To look at the map.
    Look,
    /// To change something.
    Change,
}

/// An address: of people or of bots, and which.
type Address = (bool, u32);

/// The same buckets in each run, whatever the process.
type Plain = BuildHasherDefault<DefaultHasher>;

/// The limiter. Like the server's, it is in memory, and forgets everything at a crash.
#[derive(Debug)]
pub(super) struct Gate {
    limits: Limits,
    /// How many addresses there are, of people and of bots.
    addresses: [u32; 2],
    by_client: Buckets<Address, Plain>,
    by_key: Buckets<(), Plain>,
}

impl Gate {
    /// The gate of a scenario, in front of its people and bots.
    pub(super) fn of(scenario: &Scenario) -> Self {
        let limits = scenario.limits;
        let (people, bots) = (scenario.arrivals.buyers, scenario.bots.count);
        let addresses = |count: u32, each: u32| count.div_ceil(each.max(1)).max(1);
        Self {
            limits,
            addresses: [
                addresses(people, limits.people_per_address),
                addresses(bots, limits.bots_per_address),
            ],
            by_client: Buckets::new(RATE_BUCKETS, Plain::default()),
            by_key: Buckets::new(1, Plain::default()),
        }
    }

    /// Full buckets again.
    pub(super) fn forget(&mut self) {
        self.by_client = Buckets::new(RATE_BUCKETS, Plain::default());
        self.by_key = Buckets::new(1, Plain::default());
    }

    /// Whether it limits anything.
    pub(super) const fn is_open(&self) -> bool {
        self.limits.rate_per_client.is_none() && self.limits.rate_per_key.is_none()
    }

    /// Lets a request in, or says after how long it would be.
    pub(super) fn enter(&self, agent: &Agent, request: Request, now: u64) -> Result<(), Duration> {
        let now = Moment::from_nanos(now);
        let after = |RetryAfter(after)| after;
        match (
            request,
            self.limits.rate_per_key,
            self.limits.rate_per_client,
        ) {
            (Request::Change, Some(Often(rate)), _) => {
                self.by_key.take(&(), 1, rate, now).map_err(after)
            }
            (_, _, Some(Often(rate))) => {
                let of = self.addresses[usize::from(agent.is_bot)];
                let address = (agent.is_bot, agent.number % of);
                self.by_client.take(&address, 1, rate, now).map_err(after)
            }
            (_, _, None) => Ok(()),
        }
    }
}

impl FromStr for Often {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rate = text.split_once('/').and_then(|(per_second, burst)| {
            Rate::new(per_second.parse().ok()?, burst.parse().ok()?)
        });
        rate.map(Self)
            .ok_or_else(|| "a rate is requests a second and at once, such as 5/20".to_owned())
    }
}

impl fmt::Display for Often {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0.per_second(), self.0.burst())
    }
}

impl<'de> Deserialize<'de> for Often {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Often {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}
