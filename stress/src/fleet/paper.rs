//! The same on paper: what can be said in closed form, to be put beside what was simulated.

use super::{
    change::Kind,
    costs::Costs,
    etcd,
    ground::{Ground, etcd_of},
    outcome::Outcome,
    plan::Plan,
    sale,
    shard::PIECE_BYTES,
    share::Shares,
    time::seconds,
    weight::Weights,
};

/// Half of a burst's people come in the first tenth of its time: its rate falls by `e` in so much of it.
const BURST_FALLS_IN: f64 = 0.144_27;

/// A figure, on paper and simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What.
    pub name: &'static str,
    /// How it was reckoned.
    pub how: &'static str,
    /// On paper.
    pub paper: f64,
    /// Simulated.
    pub simulated: f64,
}

/// Appends that come independently of one another, and what etcd makes of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steady {
    /// Nanoseconds of a round.
    pub round: f64,
    /// The share of the time that it works.
    pub utilisation: f64,
}

impl Steady {
    /// So many appends a second, of so many bytes each.
    ///
    /// Whatever comes during a round of `r` is the next one; if nothing has, etcd waits for the next append, which is then alone.
    /// So of rounds in which on average `rate * r` come, `e^(-rate * r)` are followed by a pause of `1 / rate`, and
    /// `r = sync + append * (rate * r + e^(-rate * r))`, which is found by putting in what comes out.
    pub fn of(costs: &Costs, a_second: f64, bytes: f64) -> Self {
        let append = 1e3 * costs.write_us + bytes * costs.write_byte_ns;
        let (sync, rate) = (1e3 * costs.sync_us, a_second / 1e9);
        if rate * append >= 1.0 {
            return Self {
                round: f64::INFINITY,
                utilisation: 1.0,
            };
        }
        let mut round = sync + append;
        for _ in 0..STEPS {
            round = sync + append * (rate * round + (-rate * round).exp());
        }
        let pause = (-rate * round).exp() / rate;
        Self {
            round,
            utilisation: round / (round + pause),
        }
    }
}

/// How often what comes out is put in again.
const STEPS: u32 = 1_000;

impl Figure {
    /// By which share the simulation differs from paper.
    pub fn off(&self) -> f64 {
        self.simulated / self.paper - 1.0
    }
}

/// The sale of a kind, on paper.
struct OnSale {
    shares: Shares,
    holds: f64,
    bytes: f64,
}

impl OnSale {
    fn of(plan: &Plan, weights: &Weights, is_great: bool, seats: f64) -> Self {
        let shares = Shares::of(&sale::scenario(is_great));
        // Each seat is sold once, and not each hold is confirmed.
        let holds = seats / shares.party / shares.confirms;
        Self {
            holds,
            bytes: holds * bytes_of_hold(plan, weights, &shares),
            shares,
        }
    }
}

/// Bytes in batches of all that happens to a hold.
pub fn bytes_of_hold(plan: &Plan, weights: &Weights, shares: &Shares) -> f64 {
    let of = |(kind, times): (Kind, f64)| {
        let answer = if kind.is_asked_for() {
            plan.kept_answers * weights.answer as f64
        } else {
            0.0
        };
        times * (weights.change_of(kind, shares.party) + answer)
    };
    shares.kinds().into_iter().map(of).sum()
}

/// Figures on paper beside those of a simulation.
pub fn compare(plan: &Plan, weights: &Weights, ground: &Ground, outcome: &Outcome) -> Vec<Figure> {
    let small_scenario = sale::scenario(false);
    let small_seats = small_scenario
        .plan()
        .ok()
        .and_then(|plan| plan.chart().ok())
        .map_or(0, |chart| {
            chart.seat_count() - small_scenario.house.withheld
        });
    let great = OnSale::of(
        plan,
        weights,
        true,
        if plan.buyers > 0 {
            plan.seats.into()
        } else {
            0.0
        },
    );
    let small_seats = f64::from(plan.small_sales) * f64::from(small_seats);
    let small = OnSale::of(plan, weights, false, small_seats);
    let quiet = Shares::of_small();
    let lasted = outcome.lasted;
    let quiet_holds = plan.quiet_holds * lasted;
    let quiet_bytes = quiet_holds
        * (bytes_of_hold(plan, weights, &quiet)
            + quiet.asked_for() * plan.kept_answers * weights.forgetting as f64);
    let changes = great.holds * great.shares.changes()
        + small.holds * small.shares.changes()
        + quiet_holds * quiet.changes();
    let figure = |name, how, paper, simulated| Figure {
        name,
        how,
        paper,
        simulated,
    };
    let mut figures = vec![
        figure(
            "changes",
            "each seat is sold once; holds are as many as bookings over the share that is confirmed",
            changes,
            outcome.all_changes() as f64,
        ),
        figure(
            "bytes of all changes",
            "each kind of change as it was weighed",
            great.bytes + small.bytes + quiet_bytes,
            outcome.change_bytes as f64,
        ),
        figure(
            "renewals a second",
            "nodes x clusters of etcd x 3 / lease",
            f64::from(plan.nodes) * f64::from(plan.etcd_clusters) * 3.0 / plan.lease.as_secs_f64(),
            outcome.a_second(outcome.asked.renewals),
        ),
        figure(
            "bytes of the fullest etcd at first",
            "state of each of its shards, and half of what its log may grow to",
            file_at_first(plan, ground),
            outcome.file[0],
        ),
    ];
    if plan.buyers > 0 {
        figures.push(figure(
            "holds a second of the great sale at its peak",
            "a ramp, until as many have come as there are seats for",
            peak_of_ramp(plan, &great.shares),
            outcome.peak(|sample| sample.great_holds as f64) / outcome.interval(),
        ));
    }
    figures
}

/// A ramp's rate at the moment when as many have come as there are seats for.
fn peak_of_ramp(plan: &Plan, shares: &Shares) -> f64 {
    let over = sale::scenario(true).arrivals.over.0.as_secs_f64();
    let (parties, buyers) = (f64::from(plan.seats) / shares.party, f64::from(plan.buyers));
    let sold_out = over * (parties / buyers).sqrt().min(1.0);
    2.0 * buyers * sold_out / (over * over)
}

/// Bytes of the fullest file before anything happens.
fn file_at_first(plan: &Plan, ground: &Ground) -> f64 {
    let mut files = vec![0.0; usize::from(plan.etcd_clusters)];
    for (shard, state) in (0..).zip(&ground.state) {
        let log = plan.log_most(*state) as f64 / 2.0;
        let pieces = state.div_ceil(PIECE_BYTES) as f64;
        let bytes = plan.costs.file_bytes(pieces, *state as f64)
            + plan.costs.file_bytes(log / 1_000.0, log);
        files[usize::from(etcd_of(shard, ground.shards, plan.etcd_clusters))] += bytes;
    }
    files.into_iter().fold(0.0, f64::max)
}

/// When all smaller sales begin at once: nanoseconds of a round, and of one of a hundred holds.
pub fn rush(plan: &Plan, weights: &Weights) -> [f64; 2] {
    let scenario = sale::scenario(false);
    let shares = Shares::of(&scenario);
    let (shards, sales) = (f64::from(plan.shards), f64::from(plan.small_sales));
    // So many shards have at least one of them.
    let busy = shards * (1.0 - (-sales / shards).exp());
    let over = scenario.arrivals.over.0.as_secs_f64();
    let holds = sales * f64::from(scenario.arrivals.buyers) / (BURST_FALLS_IN * over);
    let answer = plan.kept_answers * weights.answer as f64;
    let hold = weights.change_of(Kind::Hold, shares.party) + answer;
    let clusters = f64::from(plan.etcd_clusters);
    let (costs, byte) = (&plan.costs, plan.costs.write_byte_ns);
    let fixed = (weights.batch + weights.envelope) as f64 * byte + 1e3 * costs.write_us;
    let sync = 1e3 * costs.sync_us + plan.round_trip.as_nanos() as f64;
    // A round has an append of each busy shard, with all that has come since the last one.
    let left = 1.0 - holds / clusters * hold * byte / 1e9;
    let round = if left > 0.0 {
        (sync + busy / clusters * fixed) / left
    } else {
        f64::INFINITY
    };
    [round, 2.0 * round]
}

/// Seconds from a node's death until others know: its last renewal was up to a third of the lease ago, and etcd looks twice a
/// second.
pub fn detection(plan: &Plan) -> f64 {
    plan.lease.as_secs_f64() * (1.0 - 1.0 / 6.0) + seconds(etcd::LOOKS_EVERY) / 2.0
}
