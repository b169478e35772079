//! What is counted while it goes on.

use super::{
    agent::{Agent, Next},
    outcome::{BotsDone, HoldsMade, Limited, Milestones, PaymentsMade, People, Requests, Series},
};

/// Refusals a person, as far as they are told apart.
const REFUSALS_TOLD: usize = 12;

/// Nanoseconds of a second.
const SECOND: f64 = 1e9;

/// Everything that is counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) people: People,
    pub(super) requests: Requests,
    pub(super) holds: HoldsMade,
    pub(super) bots: BotsDone,
    pub(super) payments: PaymentsMade,
    pub(super) limited: Limited,
    pub(super) sold: Milestones,
    pub(super) series: Series,
    /// What has happened since the last sample.
    pub(super) lately: Lately,
    /// From coming to the booking, in nanoseconds.
    pub(super) waits: Vec<u64>,
    /// Checks, by promise.
    pub(super) checks: [u64; 5],
    refusals: u64,
}

/// What has happened in an interval.
#[derive(Debug, Default)]
pub(super) struct Lately {
    pub(super) arrivals: u64,
    pub(super) holds: u64,
    pub(super) refusals: u64,
    pub(super) limited: u64,
    pub(super) confirms: u64,
    pub(super) expired: u64,
    pub(super) unanswered: u64,
}

/// How a hold ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Paid,
    Released,
    Expired,
}

impl Tally {
    /// A hold of so many seats has ended.
    pub(super) fn ended(&mut self, ending: Ending, agent: &Agent, seats: usize, nanos: u64) {
        let seat_seconds = number(seats as u64) * seconds(nanos);
        let holds = &mut self.holds;
        match ending {
            Ending::Paid => {
                holds.paid += 1;
                holds.paid_seat_seconds += seat_seconds;
            }
            Ending::Released => {
                holds.released += 1;
                holds.released_seat_seconds += seat_seconds;
            }
            Ending::Expired => {
                self.lately.expired += 1;
                holds.expired += 1;
                holds.expired_seat_seconds += seat_seconds;
                if agent.is_idle() {
                    holds.abandoned_seat_seconds += seat_seconds;
                }
            }
        }
        if agent.is_bot {
            self.bots.seat_seconds += seat_seconds;
        }
    }

    /// Somebody has asked, and was let in or not, for his rate.
    pub(super) fn asked(&mut self, agent: &mut Agent, is_in: bool) {
        let limited = &mut self.limited;
        let (requests, refused) = if agent.is_bot {
            (&mut limited.bots_requests, &mut limited.bots_refused)
        } else {
            (&mut limited.people_requests, &mut limited.people_refused)
        };
        *requests += 1;
        if !is_in {
            *refused += 1;
            self.lately.limited += 1;
            agent.was_limited = true;
            let has_paid = agent.next == Next::HasPaid && !agent.is_bot;
            limited.payments_delayed += u64::from(has_paid);
        }
    }

    /// Somebody has left, with so many seats bought.
    pub(super) fn left(&mut self, agent: &Agent, bought: usize, adjacent: bool, now: u64) {
        if agent.is_bot {
            self.bots.seats_bought += bought as u64;
            return;
        }
        let people = &mut self.people;
        people.refusals.resize(REFUSALS_TOLD, 0);
        people.refusals[usize::from(agent.refusals).min(REFUSALS_TOLD - 1)] += 1;
        self.refusals += u64::from(agent.refusals);
        if agent.was_limited {
            self.limited.people += 1;
            self.limited.people_empty_handed += u64::from(bought == 0);
        }
        if bought > 0 {
            people.bought += 1;
            people.parties += u64::from(bought > 1);
            people.adjacent += u64::from(bought > 1 && adjacent);
            self.waits.push(now - agent.came);
        } else if agent.has_held {
            people.held_only += 1;
        } else {
            people.empty_handed += 1;
        }
    }

    /// Puts the last figures together.
    pub(super) fn finish(&mut self) {
        let people = &mut self.people;
        let gone = people.bought + people.held_only + people.empty_handed;
        people.refusals_mean = number(self.refusals) / number(gone.max(1));
        self.waits.sort_unstable();
        let last = self.waits.len().saturating_sub(1);
        people.waited = [50, 90, 99].map(|percent| {
            self.waits
                .get(last * percent / 100)
                .map_or(0.0, |nanos| seconds(*nanos))
        });
    }
}

/// Seconds of nanoseconds.
pub(super) fn seconds(nanos: u64) -> f64 {
    number(nanos) / SECOND
}

/// A number as a fraction.
#[expect(clippy::cast_precision_loss, reason = "it is shown to people")]
pub(super) const fn number(count: u64) -> f64 {
    count as f64
}
