//! What came of a simulation.

use serde::Serialize;

use super::{
    change::Kind,
    sale::Left,
    tally::{Asked, Latency, Sample},
    time::seconds,
    world::World,
};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Seconds that were simulated.
    pub lasted: f64,
    /// What etcd was asked for.
    pub asked: Asked,
    /// The share of the time that each etcd worked.
    pub utilisation: Vec<f64>,
    /// All durable changes that somebody waited for.
    pub all: Latency,
    /// Those of the great sale.
    pub great: Latency,
    /// Changes by kind: hold, pay, confirm, release, expire, retake.
    pub changes: [u64; Kind::COUNT],
    /// Bytes that they have added to batches.
    pub change_bytes: u64,
    /// People of the great sale, and of the smaller ones together.
    pub left: [Left; 2],
    /// Who came to them, and who is there still.
    pub came: [u64; 2],
    /// See `came`.
    pub present: [u64; 2],
    /// Seats that are sold.
    pub sold: [u64; 2],
    /// Looks that saw too few free seats, and requests that came too late for theirs.
    pub in_vain: [u64; 2],
    /// Requests that nobody answered.
    pub unanswered: u64,
    /// Appends of deposed owners that etcd has refused.
    pub fenced: u64,
    /// Requests that waited at one etcd, at most.
    pub waiting_most: usize,
    /// Bytes of the state of the great sale's shard at the end.
    pub great_state: u64,
    /// Bytes of the largest file of an etcd before it began, and at its most.
    pub file: [f64; 2],
    /// When a file was longer than the quota.
    pub full_at: Option<f64>,
    /// What the troubles came to.
    pub trouble: Troubled,
    /// How often each promise was checked.
    pub checks: [u64; 5],
    /// The promise that was broken first.
    pub broken: Option<String>,
    /// Interval by interval.
    pub samples: Vec<Sample>,
}

/// What the troubles came to, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Troubled {
    /// When a node died.
    pub died: Option<f64>,
    /// How many shards it had.
    pub orphans: usize,
    /// How many of them were served again.
    pub served: usize,
    /// From its death until that was known.
    pub detection: Option<f64>,
    /// From then on until the great sale was served again.
    pub great_read: Option<f64>,
    /// Without service: the great sale, and the last of all its shards.
    pub without_service: [Option<f64>; 2],
    /// When an etcd lost its leader, and how long it had none.
    pub leader: [Option<f64>; 2],
}

impl World<'_> {
    /// What came of it.
    pub(super) fn outcome(mut self, file_before: f64) -> Outcome {
        let lasted = self.tally.samples.last().map_or(0, |sample| sample.at);
        let of_sales = |of: &dyn Fn(&super::sale::Sale) -> u64| {
            let sum = |kind| {
                let sales = self.sales.iter().filter(|sale| sale.scenario == kind);
                sales.map(of).sum::<u64>()
            };
            [sum(1), sum(0)]
        };
        let sold = |sale: &super::sale::Sale| {
            let is_sold =
                |hold: &&u32| self.holds[**hold as usize].kept.stage == super::change::Stage::Sold;
            sale.kept.iter().filter(is_sold).count() as u64
        };
        let left = |of: fn(&Left) -> u64| of_sales(&|sale| of(&sale.left));
        let [bought, held_only, empty_handed] = [
            left(|left| left.bought),
            left(|left| left.held_only),
            left(|left| left.empty_handed),
        ];
        let left = [0, 1].map(|at| Left {
            bought: bought[at],
            held_only: held_only[at],
            empty_handed: empty_handed[at],
        });
        let (came, present) = (
            of_sales(&|sale| sale.came.into()),
            of_sales(&|sale| sale.present.into()),
        );
        let sold = of_sales(&sold);
        let tally = &mut self.tally;
        let [first, second, third, fourth] = tally.checks;
        let files = self.etcds.iter().map(|etcd| etcd.file.most);
        Outcome {
            lasted: seconds(lasted),
            utilisation: tally
                .busy
                .iter()
                .map(|busy| seconds(*busy) / seconds(lasted.max(1)))
                .collect(),
            asked: tally.asked,
            all: tally.times[0].latency(),
            great: tally.times[1].latency(),
            changes: tally.changes,
            change_bytes: tally.change_bytes,
            left,
            came,
            present,
            sold,
            in_vain: [tally.saw_nothing, tally.refused],
            unanswered: tally.unanswered,
            fenced: tally.fenced,
            waiting_most: tally.waiting_most,
            great_state: self.shards[usize::from(self.ground.great)].kept.state_bytes,
            file: [file_before, files.fold(0.0, f64::max)],
            full_at: tally.full_at.map(seconds),
            trouble: self.trouble.outcome(self.ground.great),
            checks: [first, second, third, fourth, came.iter().sum()],
            samples: std::mem::take(&mut tally.samples),
            broken: self.broken,
        }
    }
}

impl super::trouble::Trouble {
    fn outcome(&self, great: u16) -> Troubled {
        let since = |at: Option<u64>, from: Option<u64>| Some(seconds(at?.saturating_sub(from?)));
        let died = self.dead.map(|(_, at)| at);
        let served = |shard: u16| {
            let mut served = self.served.iter();
            served
                .find(|(number, _)| *number == shard)
                .map(|(_, at)| *at)
        };
        let last = self.served.iter().map(|(_, at)| *at).max();
        Troubled {
            died: died.map(seconds),
            orphans: self.orphans,
            served: self.served.len(),
            detection: since(self.noticed, died),
            great_read: since(served(great), self.noticed),
            without_service: [since(served(great), died), since(last, died)],
            leader: [
                self.leader[0].map(seconds),
                since(self.leader[1], self.leader[0]),
            ],
        }
    }
}

impl Outcome {
    /// All changes.
    pub fn all_changes(&self) -> u64 {
        self.changes.iter().sum()
    }

    /// How often something happened a second, on average.
    pub fn a_second(&self, count: u64) -> f64 {
        count as f64 / self.lasted.max(1e-9)
    }

    /// The interval in which something was most.
    pub fn peak(&self, of: impl Fn(&Sample) -> f64) -> f64 {
        self.samples.iter().map(of).fold(0.0, f64::max)
    }

    /// How long an interval is, in seconds.
    pub fn interval(&self) -> f64 {
        self.samples
            .first()
            .map_or(1.0, |sample| seconds(sample.at))
    }
}
