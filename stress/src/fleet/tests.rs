//! What must be true of each simulation, on a small scale.

use std::time::Duration;

use super::{
    costs::{Costs, Work},
    fault::Fault,
    ground::Ground,
    outcome::Outcome,
    paper,
    plan::Plan,
    run,
    share::Shares,
    weight::Weights,
};

/// A few nodes, and a sale that is sold out within minutes.
fn small() -> Plan {
    Plan {
        nodes: 5,
        shards: 16,
        events: 400,
        seats: 2_000,
        buyers: 12_000,
        small_sales: 6,
        quiet_holds: 5.0,
        small_over: Duration::from_secs(20),
        log_budget: 256 << 10,
        compaction: Duration::from_secs(60),
        node_dies: Some(Duration::from_secs(210)),
        leader_changes: Some(Duration::from_secs(240)),
        until: Duration::from_secs(900),
        seed: 7,
        ..Plan::usual(Costs::shipped())
    }
}

fn play(plan: &Plan) -> Outcome {
    let weights = Weights::weigh().expect("a scale");
    let ground = Ground::of(plan, &weights).expect("so many shards");
    run(plan, &weights, &ground, true)
}

fn well(plan: &Plan) -> Outcome {
    let outcome = play(plan);
    assert_eq!(outcome.broken, None);
    outcome
}

#[test]
fn the_same_seed_gives_the_same_to_the_bit_and_another_does_not() {
    let bits = |seed| {
        let outcome = well(&Plan { seed, ..small() });
        serde_json::to_string(&outcome).expect("plain")
    };
    assert_eq!(bits(7), bits(7));
    assert_ne!(bits(7), bits(8));
}

#[test]
fn everybody_and_every_seat_is_accounted_for() {
    for seed in 1..4 {
        let outcome = well(&Plan { seed, ..small() });
        assert!(outcome.checks.iter().all(|times| *times > 0));
        for place in 0..2 {
            let left = &outcome.left[place];
            let sum = left.bought + left.held_only + left.empty_handed;
            assert_eq!(outcome.came[place], sum + outcome.present[place]);
            assert!(left.bought > 0 && left.empty_handed > 0);
        }
        assert!(outcome.sold[0] > 1_500 && outcome.sold[0] <= 2_000);
        let samples = outcome.samples.iter();
        let changes: u64 = samples.map(|sample| sample.changes).sum();
        assert!(
            outcome.all_changes() - changes < 100,
            "but what came after the last sample"
        );
    }
}

#[test]
fn a_dead_nodes_shards_are_served_again_and_its_late_append_is_fenced_off() {
    let outcome = well(&small());
    let trouble = &outcome.trouble;
    assert_eq!((trouble.served, outcome.fenced), (trouble.orphans, 1));
    let detection = trouble.detection.expect("it was noticed");
    // A lease of 5 s that was renewed up to a third of it ago, and may have started over.
    assert!((3.3..11.0).contains(&detection), "{detection}");
    assert!(trouble.without_service[0] > Some(detection) && outcome.unanswered > 0);
}

#[test]
fn without_troubles_everybody_is_answered() {
    let plan = Plan {
        node_dies: None,
        leader_changes: None,
        ..small()
    };
    let outcome = well(&plan);
    assert_eq!((outcome.unanswered, outcome.fenced), (0, 0));
    assert_eq!(outcome.trouble, super::outcome::Troubled::default());
}

#[test]
fn deliberate_faults_are_found() {
    for (fault, found) in [
        (Fault::EarlyAnswer, "was answered as"),
        (Fault::NoFence, "slot"),
    ] {
        for seed in 1..4 {
            let outcome = play(&Plan {
                fault,
                seed,
                ..small()
            });
            let Some(broken) = outcome.broken else {
                panic!("{fault:?} with seed {seed} was not found");
            };
            assert!(broken.contains(found), "{fault:?}: {broken}");
        }
    }
}

/// How long a steady load lasts.
const SECONDS: u64 = 30;

/// Events without an on-sale alone.
fn quiet(holds: f64) -> Plan {
    Plan {
        buyers: 0,
        small_sales: 0,
        shards: 512,
        events: 20_000,
        quiet_holds: holds,
        sold_before: 0,
        kept_answers: 0.0,
        log_budget: 1 << 30,
        node_dies: None,
        leader_changes: None,
        until: Duration::from_secs(SECONDS),
        ..small()
    }
}

#[test]
fn a_steady_load_is_what_it_is_on_paper() {
    let weights = Weights::weigh().expect("a scale");
    let shares = Shares::of_small();
    for holds in [20.0, 100.0, 500.0] {
        let plan = quiet(holds);
        let outcome = well(&plan);
        let changes = holds * shares.changes();
        // A shard's changes are seldom two at once, with so many shards.
        let bytes = paper::bytes_of_hold(&plan, &weights, &shares) / shares.changes()
            + (weights.batch + weights.envelope) as f64;
        let steady = paper::Steady::of(&plan.costs, changes, bytes);
        // Renewals and compactions are not on that paper, and are little beside it.
        let off = outcome.utilisation[0] / steady.utilisation - 1.0;
        assert!(off.abs() < 0.1, "{holds}: {off}");
        let off = outcome.all_changes() as f64 / (changes * SECONDS as f64) - 1.0;
        assert!(off.abs() < 0.1, "{holds}: {off}");
    }
}

#[test]
fn what_paper_says_of_a_sale_is_nearly_what_comes() {
    let plan = small();
    let weights = Weights::weigh().expect("a scale");
    let ground = Ground::of(&plan, &weights).expect("so many shards");
    let outcome = run(&plan, &weights, &ground, true);
    for figure in paper::compare(&plan, &weights, &ground, &outcome) {
        assert!(figure.off().abs() < 0.35, "{figure:?}");
    }
}

#[test]
fn several_etcds_share_the_work_and_each_has_its_leases() {
    let one = well(&quiet(300.0));
    let four = well(&Plan {
        etcd_clusters: 4,
        ..quiet(300.0)
    });
    assert_eq!(four.utilisation.len(), 4);
    let most = four.utilisation.iter().copied().fold(0.0, f64::max);
    assert!(most < one.utilisation[0] && four.all.p99 < one.all.p99);
    assert!(four.asked.renewals > 3 * one.asked.renewals);
}

#[test]
fn a_log_beyond_its_budget_is_made_a_snapshot_and_the_file_stays_bounded() {
    let few = well(&small());
    assert!(few.asked.turns > 0 && few.asked.pieces >= few.asked.turns);
    let none = well(&Plan {
        log_budget: 1 << 40,
        ..small()
    });
    assert_eq!((none.asked.turns, none.asked.pieces), (0, 0));
    assert!(none.samples.last().map(|last| last.live) > few.samples.last().map(|last| last.live));
}

#[test]
fn snapshots_keep_pace_with_the_state_however_small_the_budget() {
    let outcome = well(&Plan {
        log_budget: 1,
        ..small()
    });
    assert!(outcome.asked.turns > 0);
    // A state grows by no more than its log, which is as long as the last snapshot; some had grown before.
    assert!(outcome.asked.piece_bytes < 3 * outcome.asked.append_bytes);
}

#[test]
fn a_load_beyond_the_end_makes_longer_batches_and_not_a_longer_queue() {
    let plan = Plan {
        shards: 32,
        until: Duration::from_secs(4),
        ..quiet(4_000.0)
    };
    let outcome = well(&plan);
    assert!(outcome.waiting_most <= 33 + usize::from(plan.nodes));
    assert!(outcome.all_changes() > 2 * outcome.asked.appends);
    let work = Work {
        writes: 33.0,
        ..Work::default()
    };
    assert!(outcome.all.p50 as f64 > plan.costs.round(&work) / 2.0);
}
