//! What can't be played, by the name of what is wrong.

use seatlock::{
    limits::{CHART_SEATS_MAX, GROUP_SEATS_MAX},
    tick::Ttl,
};

use super::{Pattern, Scenario};

/// More people than that are no on-sale but an accident.
const BUYERS_MAX: u32 = 20_000_000;

/// What makes no sense, and what it is called.
type Wrong = (bool, &'static str);

impl Scenario {
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
        if let Some(name) = self.share_that_is_none() {
            return Err(format!("{name} is a share, from 0 to 1"));
        }
        let mut wrong = self.wrong_people().into_iter().chain(self.wrong_times());
        let first = wrong.find(|(is_wrong, _)| *is_wrong);
        first.map_or(Ok(()), |(_, what)| Err(what.to_owned()))
    }

    fn share_that_is_none(&self) -> Option<&'static str> {
        let shares = [
            ("buyers.best", self.buyers.best),
            ("buyers.apart", self.buyers.apart),
            ("buyers.buys", self.buyers.buys),
            ("buyers.releases", self.buyers.releases),
            ("payments.late", self.payments.late),
            ("payments.declines", self.payments.declines),
            ("bots.buys", self.bots.buys),
        ];
        let mut wrong = shares
            .into_iter()
            .filter(|(_, share)| !(0.0..=1.0).contains(share));
        wrong.next().map(|(name, _)| name)
    }

    fn wrong_people(&self) -> [Wrong; 6] {
        let parties = &self.buyers.parties;
        let parties_max = self.rules.hold_seats_max.min(GROUP_SEATS_MAX) as usize;
        let is_weight = |weight: &f64| weight.is_finite() && *weight >= 0.0;
        let [people, bots] = [self.limits.people_per_address, self.limits.bots_per_address];
        [
            (
                !(1..=BUYERS_MAX).contains(&self.arrivals.buyers) || self.bots.count > BUYERS_MAX,
                "arrivals.buyers, bots.count: 1 to 20 million people, and no more bots",
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
                people == 0 || bots == 0,
                "limits.people_per_address, limits.bots_per_address: at least 1",
            ),
        ]
    }

    fn wrong_times(&self) -> [Wrong; 5] {
        let queue = self.arrivals.pattern == Pattern::Queue;
        let is_too_early = |two: &[super::Crash]| two[0].at.0 + two[0].down.0 >= two[1].at.0;
        [
            (
                queue && !(self.arrivals.rate > 0.0 && self.arrivals.rate.is_finite()),
                "arrivals.rate: a queue lets in more than nobody",
            ),
            (
                !queue && self.arrivals.over.0.is_zero(),
                "arrivals.over: a burst or a ramp takes some time",
            ),
            (
                self.end.after.0.is_zero() || self.end.after.0 > Ttl::MAX.span(),
                "end.after: more than nothing, and at most 30 days",
            ),
            (
                self.crashes.iter().any(|crash| crash.down.0.is_zero()),
                "crashes: a server that crashes is down for some time",
            ),
            (
                self.crashes.windows(2).any(is_too_early),
                "crashes: in order, each after the restart from the one before",
            ),
        ]
    }
}
