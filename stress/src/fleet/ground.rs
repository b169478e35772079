//! Where events are, and how much there is of each shard before it begins.

use seatlock::{
    cluster::placement::{Placement, ShardId},
    limits,
};

use super::{plan::Plan, share::Shares, time::whole, weight::Weights};

/// What the great sale is called.
const GREAT: &str = "the-great-sale";

/// A day, in seconds.
const DAY: f64 = 86_400.0;

/// Where events are.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// The shard of each event, the smaller sales first.
    pub shard_of: Vec<u16>,
    /// The great sale's own.
    pub great: u16,
    /// Shards, with the great sale's.
    pub shards: u16,
    /// Events of the shard that has most.
    pub events_most: u32,
    /// Bytes of each shard's state before it begins.
    pub state: Vec<u64>,
    /// Ended holds in each of them.
    pub ended: Vec<u64>,
    /// Kept answers in each of them.
    pub answers: Vec<u64>,
}

impl Ground {
    /// Places all events as a cluster does.
    ///
    /// # Errors
    /// If there can't be so many shards.
    pub fn of(plan: &Plan, weights: &Weights) -> Result<Self, String> {
        let mut placement = Placement::new(plan.shards).map_err(|error| error.to_string())?;
        let _pin = placement.pin(GREAT);
        let great = placement.shard_of(GREAT);
        let others = plan.events.saturating_sub(1);
        let shard_of: Vec<u16> = (0..others)
            .map(|number| placement.shard_of(&format!("event-{number}")).get())
            .collect();
        let mut events = vec![0_u32; placement.shards().count()];
        shard_of
            .iter()
            .for_each(|shard| events[usize::from(*shard)] += 1);
        let parts = |events: u32| Parts::of(plan, weights, events);
        let ended = |events: u32| whole(parts(events).ended_holds);
        let answers = |events: u32| whole(parts(events).kept_answers);
        let state = |events: u32| parts(events).bytes().iter().sum::<f64>() + weights.batch as f64;
        Ok(Self {
            events_most: events.iter().copied().max().unwrap_or(0),
            state: events.iter().map(|events| whole(state(*events))).collect(),
            ended: events.iter().map(|events| ended(*events)).collect(),
            answers: events.iter().map(|events| answers(*events)).collect(),
            shards: plan.shards + 1,
            great: great.get(),
            shard_of,
        })
    }

    /// Events of all shards but the great sale's, on average.
    pub fn events_mean(&self) -> f64 {
        self.shard_of.len() as f64 / f64::from(self.shards - 1)
    }
}

/// The etcd that has a shard: each has a range of them.
pub fn etcd_of(shard: u16, shards: u16, clusters: u16) -> u16 {
    let place = u32::from(shard) * u32::from(clusters) / u32::from(shards.max(1));
    u16::try_from(place).unwrap_or(clusters - 1)
}

/// What a shard's state is made of before it begins.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Parts {
    /// Ended holds that can still be asked about.
    pub ended_holds: f64,
    /// Kept answers.
    pub kept_answers: f64,
    /// Bytes of events with their charts.
    pub events: f64,
    /// Bytes of bookings and sold seats.
    pub sold: f64,
    /// Bytes of ended holds.
    pub ended: f64,
    /// Bytes of the answers of a day.
    pub answers: f64,
}

impl Parts {
    /// Those of a shard with so many events, on average.
    pub fn of(plan: &Plan, weights: &Weights, events: u32) -> Self {
        let small = Shares::of_small();
        let (events, hold) = (f64::from(events), weights.hold_of(small.party));
        let sold = events * f64::from(plan.sold_before);
        let bookings = sold / small.party;
        // Not each hold became a booking.
        let ended = bookings / small.confirms * (small.releases + small.expires);
        let ended = ended.min(limits::ENDED_HOLDS_MAX as f64);
        let share = events / f64::from(plan.events.saturating_sub(1).max(1));
        let answers = plan.quiet_holds * DAY * share * small.asked_for() * plan.kept_answers;
        let answers = answers.min(weights.answers_max as f64);
        Self {
            ended_holds: ended,
            kept_answers: answers,
            events: events * weights.event as f64,
            sold: sold * weights.word as f64 + bookings * hold,
            ended: ended * hold,
            answers: answers * weights.answer as f64,
        }
    }

    /// Bytes of events, of what they have sold, of ended holds, of answers.
    pub fn bytes(&self) -> [f64; 4] {
        [self.events, self.sold, self.ended, self.answers]
    }
}

/// The shard with a number, as messages name it.
pub fn name_of(shard: u16) -> String {
    format!("shard {}", ShardId::new(shard))
}
