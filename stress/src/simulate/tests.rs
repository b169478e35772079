//! What must be true of each simulation, and what each kind of agent is for.

use super::*;

/// A scenario that ships, with fewer seats and people.
fn small(name: &str) -> Scenario {
    let mut scenario = Scenario::find(name).expect("it ships");
    scenario.house.chart = "sections=2 rows=6 seats=12".into();
    scenario.house.withheld = 4;
    scenario.arrivals.buyers = 500;
    scenario.bots.count = scenario.bots.count.min(5);
    scenario
}

fn play(scenario: &Scenario) -> Outcome {
    let outcome = run(scenario, scenario.seed, Fault::None, true).expect("it can be played");
    assert_eq!(outcome.broken, None);
    outcome
}

#[test]
fn each_scenario_that_ships_is_played_on_a_small_scale_and_comes_out_the_same_again() {
    for (name, _) in scenario::SHIPPED {
        let scenario = small(name);
        let (one, other) = (play(&scenario), play(&scenario));
        let [one, other] =
            [one, other].map(|outcome| serde_json::to_string(&outcome).expect("plain"));
        assert_eq!(one, other, "{name}");
        let another =
            run(&scenario, scenario.seed + 1, Fault::None, true).expect("it can be played");
        let another = serde_json::to_string(&another).expect("plain");
        assert_ne!(one, another, "{name}");
    }
}

#[test]
fn everybody_is_counted_once_and_every_seat() {
    for (name, _) in scenario::SHIPPED {
        let scenario = small(name);
        let outcome = play(&scenario);
        let people = &outcome.people;
        assert_eq!(people.came, 500);
        assert_eq!(
            people.bought + people.held_only + people.empty_handed,
            people.came
        );
        assert_eq!(people.refusals.iter().sum::<u64>(), people.came);
        let series = &outcome.series;
        for sample in 0..series.available.len() {
            let sum = series.available[sample] + series.held[sample] + series.booked[sample];
            assert_eq!(sum, u64::from(outcome.seats - outcome.withheld));
            assert!(
                series.idle[sample] <= series.held[sample]
                    && series.by_bots[sample] <= series.idle[sample]
            );
        }
        assert_eq!(series.arrivals.iter().sum::<u64>(), people.came);
        assert_eq!(
            series.confirms.iter().sum::<u64>(),
            outcome.requests.confirmed
        );
        assert!(outcome.checks[..4].iter().all(|check| check.times > 0));
    }
}

#[test]
fn buyers_who_all_buy_fill_the_house_and_nobody_else_gets_in() {
    let mut scenario = small("club");
    scenario.bots.count = 0;
    scenario.buyers.buys = 1.0;
    scenario.payments.late = 0.0;
    scenario.payments.declines = 0.0;
    let outcome = play(&scenario);
    assert_eq!(outcome.series.booked.last(), Some(&140));
    assert!(outcome.sold.all.is_some() && outcome.people.empty_handed > 0);
    assert!(outcome.holds.released == 0 && outcome.bots.holds == 0);
}

#[test]
fn who_does_not_buy_costs_a_whole_ttl_or_gives_back() {
    let mut scenario = small("club");
    scenario.bots.count = 0;
    scenario.arrivals.buyers = 30;
    scenario.buyers.buys = 0.0;
    scenario.buyers.hesitates = scenario::Span(Duration::from_secs(1));
    scenario.buyers.releases = 1.0;
    let outcome = play(&scenario);
    assert!(outcome.holds.released > 0 && outcome.holds.expired == 0 && outcome.people.bought == 0);
    scenario.buyers.releases = 0.0;
    let outcome = play(&scenario);
    let holds = &outcome.holds;
    assert!(holds.released == 0 && holds.expired > 0);
    let ttl = scenario.rules.hold_ttl.0.as_secs_f64();
    assert!(holds.expired_seat_seconds >= number(holds.expired) * ttl);
    assert!(holds.abandoned_seat_seconds > 0.0);
}

#[test]
fn payments_that_come_late_are_lost_unless_the_seats_are_still_free() {
    let mut scenario = small("club");
    scenario.arrivals.buyers = 40;
    scenario.bots.count = 0;
    scenario.buyers.buys = 1.0;
    scenario.payments.declines = 0.0;
    scenario.payments.late = 1.0;
    scenario.payments.late_by = scenario::Span(Duration::from_secs(1_200));
    scenario.end.after = scenario::Span(Duration::from_secs(4 * 3_600));
    let outcome = play(&scenario);
    assert!(outcome.payments.retaken > 0);
    scenario.payments.retake = false;
    let outcome = play(&scenario);
    assert!(outcome.payments.retaken == 0 && outcome.payments.lost > 0);
    assert_eq!(outcome.payments.lost, outcome.requests.too_late);
}

#[test]
fn bots_keep_seats_from_people_until_a_limit_on_waste_stops_them() {
    let mut scenario = small("club");
    scenario.bots.count = 24;
    scenario.bots.buys = 0.0;
    scenario.rules.user_waste_max = u32::MAX;
    let hoarded = play(&scenario).bots;
    assert!(
        hoarded.seats_most >= 100 && hoarded.refused == 0,
        "{hoarded:?}"
    );
    scenario.rules.user_waste_max = 1_000;
    let limited = play(&scenario).bots;
    assert!(
        limited.refused > 0 && limited.seat_seconds < hoarded.seat_seconds,
        "{limited:?}"
    );
}

#[test]
fn a_crash_leaves_requests_without_an_answer_and_every_hold_with_its_owner() {
    let mut scenario = small("club");
    let second = |seconds| scenario::Span(Duration::from_secs(seconds));
    scenario.crashes = vec![
        scenario::Crash {
            at: second(40),
            down: second(20),
            grace: second(60),
        },
        scenario::Crash {
            at: second(100),
            down: second(400),
            grace: second(30),
        },
        scenario::Crash {
            at: second(700),
            down: second(20),
            grace: second(0),
        },
    ];
    let outcome = play(&scenario);
    assert!(outcome.requests.unanswered > 0 && outcome.checks[4].times > 0);
    assert!(outcome.series.down.iter().any(|down| *down));
}

#[test]
fn a_queue_lets_people_in_at_its_rate_and_tastes_that_are_alike_collide() {
    let mut scenario = small("club");
    scenario.bots.count = 0;
    scenario.buyers.best = 0.0;
    let alike = play(&scenario).requests.in_the_way;
    scenario.arrivals.pattern = scenario::Pattern::Queue;
    scenario.arrivals.rate = 0.5;
    let outcome = play(&scenario);
    assert!(outcome.requests.in_the_way < alike);
    let each = outcome.series.interval * scenario.arrivals.rate;
    assert!(
        outcome
            .series
            .arrivals
            .iter()
            .all(|came| number(*came) <= each + 1.0)
    );
}

#[test]
fn deliberate_faults_are_found_and_the_seed_is_named() {
    for fault in [Fault::ToldHeld, Fault::ToldBooked, Fault::LostBooking] {
        let mut scenario = small("club");
        scenario.payments.late = 0.5;
        scenario.payments.retake = false;
        let outcome = run(&scenario, 5, fault, true).expect("it can be played");
        assert!(outcome.broken.is_some(), "{fault:?}");
        assert!(summary(&outcome).contains("BROKEN with --seed 5"));
    }
}

#[test]
fn a_scenario_that_makes_no_sense_is_refused_by_the_name_of_what_is_wrong() {
    let text = scenario::SHIPPED[0].1;
    for (from, to, named) in [
        ("best = 0.4", "best = 1.4", "buyers.best"),
        ("hold_ttl = \"5m\"", "hold_ttl = \"0s\"", "rules.hold_ttl"),
        ("rows=20", "rows=many", "house.chart"),
        ("tries = 8", "tries = 0", "buyers.tries"),
        ("tries = 8", "trials = 8", "trials"),
        ("hold_seats_max = 6", "hold_seats_max = 2", "buyers.parties"),
        ("buyers = 2500", "buyers = 0", "arrivals.buyers"),
        (
            "[end]",
            "[limits]\nrate_per_client = \"5\"\n[end]",
            "a rate is",
        ),
        (
            "[end]",
            "[limits]\nbots_per_address = 0\n[end]",
            "limits.bots_per_address",
        ),
        ("after = \"45m\"", "after = \"45\"", "a time is"),
    ] {
        let error = Scenario::parse(&text.replace(from, to)).expect_err(to);
        assert!(error.contains(named), "{to}: {error}");
    }
}

#[test]
fn a_scenario_is_read_back_as_it_is_shown() {
    for (name, _) in scenario::SHIPPED {
        let scenario = Scenario::find(name).expect("it ships");
        let text = toml::to_string(&scenario).expect("plain");
        assert_eq!(Scenario::parse(&text), Ok(scenario));
    }
}

#[test]
fn a_rate_slows_down_who_asks_too_often_and_a_generous_one_nobody() {
    let mut scenario = small("club");
    scenario.bots.count = 20;
    scenario.bots.buys = 0.0;
    let free = play(&scenario);
    assert_eq!(free.limited, outcome::Limited::default());
    let often = |text: &str| Some(text.parse().expect("a rate"));
    scenario.limits.rate_per_client = often("1000/5000");
    let generous = play(&scenario);
    assert!(generous.limited.people_requests > 0 && generous.limited.people_refused == 0);
    assert_eq!(
        generous.people, free.people,
        "a rate that nobody meets changes nothing"
    );
    scenario.limits.rate_per_client = often("1/2");
    scenario.limits.bots_per_address = 20;
    let limited = play(&scenario).limited;
    assert!(limited.bots_refused > 0 && limited.bots_refused < limited.bots_requests);
    assert_eq!(
        limited.people_refused, 0,
        "each person has an address of his own"
    );
    scenario.limits.people_per_address = 500;
    let crowded = play(&scenario).limited;
    assert!(crowded.people > 0 && crowded.people_empty_handed <= crowded.people);
    assert_eq!(play(&scenario).limited, crowded, "the same again");
}

#[test]
fn the_rate_of_a_key_limits_all_who_buy_by_way_of_it_but_not_who_looks() {
    let mut scenario = small("club");
    scenario.limits.rate_per_key = Some("1/1".parse().expect("a rate"));
    let outcome = play(&scenario);
    assert!(outcome.limited.people_refused > 0 && outcome.limited.payments_delayed > 0);
    let limited: u64 = outcome.series.limited.iter().sum();
    assert_eq!(
        limited,
        outcome.limited.people_refused + outcome.limited.bots_refused
    );
}
