//! A scenario: who comes when, wanting what, under which rules; read from a TOML file.

mod check;
mod span;

use std::{fs, path::Path};

use seatlock::{
    chart::GridPlan,
    event::{OnSale, Orphans, Rules},
    tick::Ttl,
};
use serde::{Deserialize, Serialize};

pub use self::span::Span;
use super::limits::Limits;

/// The scenarios that ship with it, by name.
pub const SHIPPED: [(&str, &str); 3] = [
    ("club", include_str!("scenarios/club.toml")),
    ("arena", include_str!("scenarios/arena.toml")),
    ("stadium", include_str!("scenarios/stadium.toml")),
];

/// An on-sale that is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What people call it.
    pub title: String,
    /// Where all choices come from, unless the command line says otherwise.
    pub seed: u64,
    /// The seats.
    pub house: House,
    /// The event's rules.
    pub rules: RuleBook,
    /// How people come.
    pub arrivals: Arrivals,
    /// What they are like.
    pub buyers: Buyers,
    /// How they pay.
    pub payments: Payments,
    /// Who wants no seat at all, but to have them.
    #[serde(default)]
    pub bots: Bots,
    /// How often the server lets one ask; as often as one likes unless it is said.
    #[serde(default)]
    pub limits: Limits,
    /// When the server stops without a word.
    #[serde(default)]
    pub crashes: Vec<Crash>,
    /// When it is over.
    pub end: End,
}

/// The seats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct House {
    /// A grid as [`GridPlan::parse`] reads it.
    pub chart: String,
    /// So many of the best are kept from sale.
    #[serde(default)]
    pub withheld: u32,
}

/// The event's rules, by their names in the configuration of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "they are those of `seatlock::event::Rules`")]
pub struct RuleBook {
    pub hold_ttl: Span,
    pub paying: Span,
    pub hold_seats_max: u32,
    pub user_seats_max: u32,
    pub user_holds_max: u32,
    pub user_waste_max: u32,
    pub cool_down: Span,
    pub orphans: OrphanRule,
}

/// What about single seats left between others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrphanRule {
    /// Let buyers choose as they like.
    Allowed,
    /// Refuse a choice on the map that leaves one.
    Refused,
}

/// How people come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrivals {
    /// How many.
    pub buyers: u32,
    /// In which manner.
    pub pattern: Pattern,
    /// With a burst or a ramp: within this time.
    #[serde(default)]
    pub over: Span,
    /// With a queue: how many are let in a second.
    #[serde(default)]
    pub rate: f64,
}

/// In which manner people come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pattern {
    /// Most at the beginning, then fewer and fewer: half within a tenth of the time.
    Burst,
    /// The rate grows evenly from nothing.
    Ramp,
    /// A queue in front of the shop lets them in at an even rate.
    Queue,
}

/// What buyers are like. Times are medians with a long tail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Buyers {
    /// The share that leaves the choice to the server ('best available').
    pub best: f64,
    /// Zipf's exponent over the rank of a seat, for those who choose on the map; 0: each seat is as good as any.
    pub taste: f64,
    /// Weights of parties of one, two, three, ...
    pub parties: Vec<f64>,
    /// The share that takes seats apart where there are none side by side.
    pub apart: f64,
    /// From the look at the map to the wish.
    pub choosing: Span,
    /// From the hold to the decision.
    pub hesitates: Span,
    /// The share that decides to buy.
    pub buys: f64,
    /// Of those who don't: the share that gives the seats back.
    pub releases: f64,
    /// How often one tries to get seats before he leaves.
    pub tries: u16,
    /// Between a refusal and the next look.
    pub pause: Span,
}

/// How buyers pay. Times are medians with a long tail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payments {
    /// How long the provider takes.
    pub provider: Span,
    /// The share of payments of which word comes late.
    pub late: f64,
    /// How long these take.
    pub late_by: Span,
    /// The share that is declined; half of these buyers pay again.
    pub declines: f64,
    /// The shop puts the hold in 'paying' before it sends the buyer away.
    pub says_paying: bool,
    /// The shop confirms with `if_free=retake`.
    pub retake: bool,
}

/// Bots that hoard: each under a name of its own, from the first moment on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bots {
    /// How many.
    pub count: u32,
    /// How many seats each tries to have.
    pub seats: u32,
    /// For how long, hold after hold.
    pub keeps: Span,
    /// The share of holds that it finds somebody for, and buys.
    pub buys: f64,
}

/// A crash of the server.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crash {
    /// When.
    pub at: Span,
    /// How long it takes until it serves again.
    pub down: Span,
    /// What holds that were alive have left at least from then on: `seatlock serve --restart-grace`.
    pub grace: Span,
}

/// When the simulation is over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// At the latest.
    pub after: Span,
}

impl Scenario {
    /// The scenario with this name, or in this file.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn find(name_or_file: &str) -> Result<Self, String> {
        if let Some((_, text)) = SHIPPED.iter().find(|(name, _)| *name == name_or_file) {
            return Self::parse(text);
        }
        let names = SHIPPED.map(|(name, _)| name).join(", ");
        let text = fs::read_to_string(Path::new(name_or_file)).map_err(|error| {
            format!("'{name_or_file}' is none of {names}, and no file that can be read: {error}")
        })?;
        Self::parse(&text).map_err(|error| format!("{name_or_file}: {error}"))
    }

    /// Reads a scenario.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let scenario: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        scenario.check()?;
        Ok(scenario)
    }

    /// The plan of the house.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn plan(&self) -> Result<GridPlan, String> {
        GridPlan::parse(&self.house.chart).map_err(|error| format!("house.chart: {error}"))
    }

    /// The event's rules.
    ///
    /// # Errors
    /// A time that can't be a TTL.
    pub fn rules(&self) -> Result<Rules, String> {
        let rules = &self.rules;
        let ttl =
            |name, span: Span| Ttl::new(span.0).map_err(|error| format!("rules.{name}: {error}"));
        let hold_ttl = ttl("hold_ttl", rules.hold_ttl)?;
        Ok(Rules {
            hold_ttl,
            hold_longest: hold_ttl.max(Rules::DEFAULT.hold_longest),
            paying: ttl("paying", rules.paying)?,
            hold_seats_max: rules.hold_seats_max,
            user_seats_max: rules.user_seats_max,
            user_holds_max: rules.user_holds_max,
            user_waste_max: rules.user_waste_max,
            cool_down_seconds: u32::try_from(rules.cool_down.0.as_secs()).unwrap_or(u32::MAX),
            on_sale: OnSale::default(),
            orphans: match rules.orphans {
                OrphanRule::Allowed => Orphans::Allowed,
                OrphanRule::Refused => Orphans::Refused,
            },
        })
    }
}
