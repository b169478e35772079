//! The world: nodes, shards, etcd, sales and people, one happening after the other.

use super::{
    change::{Change, Hold, Kind, QUIET},
    crowd::Agent,
    etcd::{Etcd, What},
    ground::{Ground, etcd_of},
    plan::Plan,
    queue::{Happening, Queue},
    sale::{self, Sale},
    shard::{PIECE_BYTES, Shard},
    share::Shares,
    tally::{Asked, Sample, Times},
    time::{self, SECOND, gap, nanos, whole},
    trouble::Trouble,
    weight::Weights,
};
use crate::simulate::{chance::Chance, scenario::Scenario};

/// Figures are taken so often.
pub const INTERVAL: u64 = 10 * SECOND;

/// A simulation under way.
pub struct World<'p> {
    pub(super) plan: &'p Plan,
    pub(super) weights: &'p Weights,
    pub(super) ground: &'p Ground,
    pub(super) now: u64,
    pub(super) queue: Queue,
    pub(super) chance: Chance,
    pub(super) etcds: Vec<Etcd>,
    pub(super) shards: Vec<Shard>,
    pub(super) nodes: Vec<Node>,
    pub(super) scenarios: [Scenario; 2],
    pub(super) sales: Vec<Sale>,
    pub(super) agents: Vec<Agent>,
    pub(super) places: Vec<u32>,
    pub(super) holds: Vec<Hold>,
    pub(super) trouble: Trouble,
    pub(super) tally: Tally,
    pub(super) broken: Option<String>,
    /// What happens to holds of events without an on-sale, and how often.
    kinds: [(Kind, f64); 5],
    quiet_a_second: f64,
    interval: u64,
    end: u64,
}

/// A node.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// It has not died.
    pub is_alive: bool,
    /// When its lease was last renewed.
    pub renewed: u64,
}

/// What is counted.
#[derive(Debug, Default)]
pub struct Tally {
    pub(super) asked: Asked,
    /// Nanoseconds that each etcd worked.
    pub(super) busy: Vec<u64>,
    pub(super) times: [Times; 2],
    pub(super) lately: [Times; 2],
    pub(super) changes: [u64; Kind::COUNT],
    /// Bytes that they have added to batches.
    pub(super) change_bytes: u64,
    pub(super) changes_lately: u64,
    pub(super) great_holds_lately: u64,
    pub(super) unanswered: u64,
    pub(super) unanswered_lately: u64,
    pub(super) saw_nothing: u64,
    pub(super) refused: u64,
    pub(super) fenced: u64,
    pub(super) checks: [u64; 4],
    pub(super) full_at: Option<u64>,
    pub(super) waiting_most: usize,
    pub(super) samples: Vec<Sample>,
}

impl<'p> World<'p> {
    /// A world before its first moment.
    pub fn new(plan: &'p Plan, weights: &'p Weights, ground: &'p Ground) -> Self {
        let small = Shares::of_small();
        let mut world = Self {
            plan,
            weights,
            ground,
            now: 0,
            queue: Queue::default(),
            chance: Chance::of(plan.seed, 1 << 40),
            etcds: (0..u64::from(plan.etcd_clusters))
                .map(|number| Etcd::new(Chance::of(plan.seed, (1 << 41) + number)))
                .collect(),
            shards: Vec::new(),
            nodes: vec![
                Node {
                    is_alive: true,
                    renewed: 0
                };
                usize::from(plan.nodes)
            ],
            scenarios: [sale::scenario(false), sale::scenario(true)],
            sales: Vec::new(),
            agents: Vec::new(),
            places: Vec::new(),
            holds: vec![Hold::nobodys()],
            trouble: Trouble::default(),
            tally: Tally::default(),
            broken: None,
            kinds: small.kinds(),
            quiet_a_second: plan.quiet_holds * small.changes(),
            interval: INTERVAL.min(nanos(plan.until) / 4).max(1),
            end: nanos(plan.until),
        };
        world.scenarios[1].arrivals.buyers = plan.buyers;
        world.found_shards();
        world.open_sales();
        world.begin();
        world
    }

    /// Goes on to the end. Tells `progress` of each sample.
    pub fn run(&mut self, mut progress: impl FnMut(&Self)) {
        while self.broken.is_none() {
            let Some((at, happening)) = self.queue.take() else {
                break;
            };
            if at > self.end {
                break;
            }
            self.now = at;
            self.happen(happening);
            if happening == Happening::Sample {
                progress(self);
            }
        }
        self.check_end();
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Arrives(sale) => self.arrive(sale),
            Happening::Acts { agent, plan } => self.act(agent, plan),
            Happening::Deadline(hold) => self.deadline(hold),
            Happening::Quiet => self.change_quietly(),
            Happening::Reaches(shard) => self.reach(shard),
            Happening::RoundEnds { etcd, number } => self.round_ends(etcd, number),
            Happening::Answered { shard, term } => self.answered(shard, term),
            Happening::Packed { shard, term } => self.packed(shard, term),
            Happening::Serves { shard, term } => self.serve(shard, term),
            Happening::Renews(node) => self.renew(node),
            Happening::Compacts(etcd) => self.compact(etcd),
            Happening::Dies => self.trouble.is_armed = true,
            Happening::LeaseEnds => self.lease_ends(),
            Happening::ComesLate => self.come_late(),
            Happening::LosesLeader => self.lose_leader(),
            Happening::HasLeader => self.has_leader(),
            Happening::Sample => self.sample(),
        }
    }

    /// Shards with what there was before, whose logs have grown by some part of what they may.
    fn found_shards(&mut self) {
        let (plan, costs) = (self.plan, &self.plan.costs);
        for number in 0..self.ground.shards {
            let mut shard = Shard {
                etcd: etcd_of(number, self.ground.shards, plan.etcd_clusters),
                owner: number % plan.nodes,
                ..Shard::default()
            };
            let state = self.ground.state[usize::from(number)];
            let grown = whole(self.chance.share() * plan.log_most(state) as f64);
            shard.log_bytes = grown;
            shard.kept.log.bytes = grown;
            shard.kept.snapshot_bytes = state;
            shard.kept.state_bytes = state;
            shard.kept.ended = self.ground.ended[usize::from(number)];
            shard.kept.answers = self.ground.answers[usize::from(number)];
            let file = &mut self.etcds[usize::from(shard.etcd)].file;
            file.write(costs, state.div_ceil(PIECE_BYTES) as f64, state as f64);
            // Most of a quiet log are batches of one change each.
            let slots = grown / 1_000;
            shard.kept.log.slots = slots;
            shard.kept.slots = slots;
            shard.slots = slots;
            file.write(costs, slots as f64, grown as f64);
            self.shards.push(shard);
        }
    }

    fn open_sales(&mut self) {
        if self.plan.buyers > 0 {
            let seed = self.plan.seed;
            let mut great = Sale::new(&self.scenarios[1], 1, self.plan.seats, 0, seed);
            great.shard = self.ground.great;
            self.sales.push(great);
        }
        let house = self.scenarios[0].plan().ok();
        let chart = house.and_then(|plan| plan.chart().ok());
        let seats = chart.map_or(0, |chart| chart.seat_count()) - self.scenarios[0].house.withheld;
        for number in 0..self.plan.small_sales {
            let seed = self.plan.seed ^ u64::from(number + 1) << 20;
            let begins = whole(self.chance.share() * nanos(self.plan.small_over) as f64);
            let mut small = Sale::new(&self.scenarios[0], 0, seats, begins, seed);
            small.shard = self.ground.shard_of[number as usize];
            self.sales.push(small);
        }
    }

    fn begin(&mut self) {
        for (number, sale) in (0..).zip(&self.sales) {
            if let Some(first) = sale.arrivals.first() {
                self.queue.put(*first, Happening::Arrives(number));
            }
        }
        let third = nanos(self.plan.lease) / 3;
        for node in 0..self.plan.nodes {
            let phase = whole(self.chance.share() * third as f64);
            self.queue.put(phase, Happening::Renews(node));
        }
        for etcd in 0..self.plan.etcd_clusters {
            let at = nanos(self.plan.compaction);
            self.queue.put(at, Happening::Compacts(etcd));
        }
        let troubles = [
            (self.plan.node_dies, Happening::Dies),
            (self.plan.leader_changes, Happening::LosesLeader),
        ];
        for (at, happening) in troubles {
            if let Some(at) = at {
                self.queue.put(nanos(at), happening);
            }
        }
        if self.quiet_a_second > 0.0 {
            self.queue.put(0, Happening::Quiet);
        }
        self.queue.put(self.interval, Happening::Sample);
    }

    /// Something happens to a hold of an event without an on-sale. Who would be drawn one by one is drawn as what he does: a hold's
    /// later fates come at times that know nothing of one another, and so does what comes of many of them.
    fn change_quietly(&mut self) {
        let next = gap(&mut self.chance, self.quiet_a_second);
        self.queue.put(self.now + next, Happening::Quiet);
        let event = whole((self.chance.share() * self.ground.shard_of.len() as f64).floor());
        let shard = usize::try_from(event)
            .ok()
            .and_then(|event| self.ground.shard_of.get(event));
        let Some(shard) = shard.copied() else { return };
        let weights = self.kinds.map(|(_, weight)| weight);
        let kind = self.kinds[self.chance.pick(&weights)].0;
        let keeps = self.chance.is(self.plan.kept_answers);
        // An answer that is kept today has one of yesterday be forgotten.
        let forgets = if keeps && kind.is_asked_for() {
            self.weights.forgetting
        } else {
            0
        };
        let bytes = self.weights.of(kind, QUIET_PARTY.into(), keeps) + forgets;
        let stays = if kind == Kind::Hold {
            self.weights.hold[usize::from(QUIET_PARTY) - 1]
        } else {
            0
        };
        let change = Change {
            hold: QUIET,
            kind,
            until: 0,
            asked: self.now,
            seats: QUIET_PARTY,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            stays: u32::try_from(stays).unwrap_or(u32::MAX),
            keeps,
        };
        self.change(shard, change);
    }

    fn renew(&mut self, node: u16) {
        if !self.nodes[usize::from(node)].is_alive {
            return;
        }
        self.nodes[usize::from(node)].renewed = self.now;
        // A lease in each etcd: what a shard's owner lives by is compared where the shard is.
        for etcd in 0..self.plan.etcd_clusters {
            self.ask(etcd, node, What::Renew, 0);
        }
        let third = nanos(self.plan.lease) / 3;
        self.queue.put(self.now + third, Happening::Renews(node));
    }

    fn compact(&mut self, etcd: u16) {
        let at = usize::from(etcd);
        self.etcds[at].file.compact();
        self.etcds[at].lately.compactions += 1;
        let next = self.now + nanos(self.plan.compaction);
        self.queue.put(next, Happening::Compacts(etcd));
    }

    fn sample(&mut self) {
        let mut sample = Sample {
            at: self.now,
            ..Sample::default()
        };
        self.tally.busy.resize(self.etcds.len(), 0);
        for (number, etcd) in self.etcds.iter_mut().enumerate() {
            let lately = std::mem::take(&mut etcd.lately);
            self.tally.busy[number] += lately.busy;
            sample.asked.add(&lately);
            let share = lately.busy as f64 / self.interval as f64;
            sample.utilisation = sample.utilisation.max(share);
            if etcd.file.most >= sample.file {
                (sample.file, sample.live) = (etcd.file.most, etcd.file.live);
            }
        }
        self.tally.asked.add(&sample.asked);
        if sample.file > self.plan.quota as f64 {
            self.tally.full_at.get_or_insert(self.now);
        }
        let [all, great] = &mut self.tally.lately;
        (sample.all, sample.great) = (all.latency(), great.latency());
        all.clear();
        great.clear();
        sample.changes = std::mem::take(&mut self.tally.changes_lately);
        sample.great_holds = std::mem::take(&mut self.tally.great_holds_lately);
        sample.unanswered = std::mem::take(&mut self.tally.unanswered_lately);
        self.tally.samples.push(sample);
        self.queue.put(self.now + self.interval, Happening::Sample);
    }

    /// Notes what must not be.
    pub(super) fn note(&mut self, wrong: Result<(), String>) {
        if let Err(what) = wrong {
            let at = time::seconds(self.now);
            self.broken.get_or_insert(format!("at {at:.3} s: {what}"));
        }
    }
}

/// Seats of a hold in events without an on-sale.
const QUIET_PARTY: u8 = 2;
