//! How often each thing happens to a hold, on paper: from what buyers are like in the scenarios of `stress simulate`.

use super::change::Kind;
use crate::simulate::scenario::Scenario;

/// Of those whose payment was declined, half pay again.
const PAYS_AGAIN: f64 = 0.5;

/// What happens to a hold on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// Seats of a party.
    pub party: f64,
    /// It is paid for.
    pub pays: f64,
    /// It is confirmed.
    pub confirms: f64,
    /// It is given back.
    pub releases: f64,
    /// It runs out.
    pub expires: f64,
}

impl Shares {
    /// Those of a scenario.
    pub fn of(scenario: &Scenario) -> Self {
        let (buyers, payments) = (&scenario.buyers, &scenario.payments);
        let all: f64 = buyers.parties.iter().sum();
        let seats = (1..).zip(&buyers.parties);
        let seats: f64 = seats
            .map(|(size, weight)| f64::from(size) * weight)
            .sum::<f64>();
        // Declined, and not paid again; a geometric series of those who are declined again.
        let declined =
            payments.declines * (1.0 - PAYS_AGAIN) / (1.0 - payments.declines * PAYS_AGAIN);
        let confirms = buyers.buys * (1.0 - declined);
        let releases = (1.0 - buyers.buys) * buyers.releases + buyers.buys * declined;
        Self {
            party: seats / all,
            pays: if payments.says_paying {
                buyers.buys
            } else {
                0.0
            },
            confirms,
            releases,
            expires: 1.0 - confirms - releases,
        }
    }

    /// Those of the smaller sales, and of events without one.
    pub fn of_small() -> Self {
        Self::of(&super::sale::scenario(false))
    }

    /// Requests that somebody waits for, for each hold.
    pub fn asked_for(&self) -> f64 {
        1.0 + self.pays + self.confirms + self.releases
    }

    /// Changes for each hold.
    pub fn changes(&self) -> f64 {
        self.asked_for() + self.expires
    }

    /// How often each kind happens to a hold, beside its beginning.
    pub fn kinds(&self) -> [(Kind, f64); 5] {
        [
            (Kind::Hold, 1.0),
            (Kind::Pay, self.pays),
            (Kind::Confirm, self.confirms),
            (Kind::Release, self.releases),
            (Kind::Expire, self.expires),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hold_ends_in_one_of_three_ways() {
        for is_great in [false, true] {
            let shares = Shares::of(&crate::fleet::sale::scenario(is_great));
            let ends = shares.confirms + shares.releases + shares.expires;
            assert!((ends - 1.0).abs() < 1e-9 && shares.confirms > 0.5 && shares.expires > 0.0);
            assert!((2.0..3.0).contains(&shares.party));
        }
    }
}
