//! A scenario: who comes when, wanting what, under which rules; read from a TOML file.

use std::{fs, path::Path, time::Duration};

use seatlock::{
    chart::GridPlan,
    event::{OnSale, Orphans, Rules},
    limits::{CHART_SEATS_MAX, GROUP_SEATS_MAX},
    tick::Ttl,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::cli::time;

/// The scenarios that ship with it, by name.
pub const SHIPPED: [(&str, &str); 3] = [
    ("club", include_str!("scenarios/club.toml")),
    ("arena", include_str!("scenarios/arena.toml")),
    ("stadium", include_str!("scenarios/stadium.toml")),
];

/// More people than that are no on-sale but an accident.
pub const BUYERS_MAX: u32 = 20_000_000;

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

/// A span of time, written `90s` or `10m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Span(pub Duration);

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

    /// Refuses what can't be played.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn check(&self) -> Result<(), String> {
        let chart = self.plan()?.chart();
        let chart = chart.map_err(|error| format!("house.chart: {error}"))?;
        if chart.seat_count() > CHART_SEATS_MAX || self.house.withheld > chart.seat_count() {
            return Err("house: more seats than a chart can have, or than there are".into());
        }
        if let Some(error) = self.rules()?.errors().first() {
            return Err(format!("rules: {error}"));
        }
        let shares = [
            ("buyers.best", self.buyers.best),
            ("buyers.apart", self.buyers.apart),
            ("buyers.buys", self.buyers.buys),
            ("buyers.releases", self.buyers.releases),
            ("payments.late", self.payments.late),
            ("payments.declines", self.payments.declines),
            ("bots.buys", self.bots.buys),
        ];
        if let Some((name, _)) = shares
            .iter()
            .find(|(_, share)| !(0.0..=1.0).contains(share))
        {
            return Err(format!("{name} is a share, from 0 to 1"));
        }
        self.check_numbers()
    }

    fn check_numbers(&self) -> Result<(), String> {
        let parties = &self.buyers.parties;
        let parties_max = self.rules.hold_seats_max.min(GROUP_SEATS_MAX) as usize;
        let is_weight = |weight: &f64| weight.is_finite() && *weight >= 0.0;
        let queue = self.arrivals.pattern == Pattern::Queue;
        let spans = self.crashes.windows(2);
        let wrong = [
            (
                !(1..=BUYERS_MAX).contains(&self.arrivals.buyers) || self.bots.count > BUYERS_MAX,
                "arrivals.buyers, bots.count: 1 to 20 million people, and no more bots",
            ),
            (
                queue && !(self.arrivals.rate > 0.0 && self.arrivals.rate.is_finite()),
                "arrivals.rate: a queue lets in more than nobody",
            ),
            (
                !queue && self.arrivals.over.0.is_zero(),
                "arrivals.over: a burst or a ramp takes some time",
            ),
            (
                !parties.iter().all(is_weight) || parties.iter().sum::<f64>() <= 0.0,
                "buyers.parties: weights, of which at least one is more than 0",
            ),
            (
                parties.len() > parties_max,
                "buyers.parties: larger than rules.hold_seats_max",
            ),
            (
                !(0.0..=10.0).contains(&self.buyers.taste),
                "buyers.taste: from 0 to 10",
            ),
            (self.buyers.tries == 0, "buyers.tries: at least 1"),
            (
                self.end.after.0.is_zero() || self.end.after.0 > Ttl::MAX.span(),
                "end.after: more than nothing, and at most 30 days",
            ),
            (
                self.crashes.iter().any(|crash| crash.down.0.is_zero()),
                "crashes: a server that crashes is down for some time",
            ),
            (
                spans
                    .into_iter()
                    .any(|two| two[0].at.0 + two[0].down.0 >= two[1].at.0),
                "crashes: in order, each after the restart from the one before",
            ),
        ];
        let first = wrong.into_iter().find(|(is_wrong, _)| *is_wrong);
        first.map_or(Ok(()), |(_, what)| Err(what.to_owned()))
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

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        time(&text).map(Self).map_err(D::Error::custom)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.to_string())
    }
}

impl std::fmt::Display for Span {
    /// In the largest unit that it is a whole number of.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let micros = self.0.as_micros();
        let units = [
            (3_600_000_000, "h"),
            (60_000_000, "m"),
            (1_000_000, "s"),
            (1_000, "ms"),
        ];
        let whole = |(unit, _): &&(u128, &str)| micros > 0 && micros.is_multiple_of(*unit);
        match units.iter().find(whole) {
            Some((unit, name)) => write!(f, "{}{name}", micros / unit),
            None if micros == 0 => f.write_str("0s"),
            None => write!(f, "{micros}us"),
        }
    }
}
