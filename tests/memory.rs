//! What an event costs. One test, alone in its process, so that the process's own memory can be looked at.

use std::{fs, time::Instant};

use seatlock::{
    chart::{Chart, GridPlan},
    clock::ManualClock,
    engine::{CloseEvent, CreateEvent, Engine, EngineConfig, EventSpec, State, Told},
    event::{Name, Rules},
    limits,
};

/// Bytes of memory that the process has in use.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .expect("a line about it");
    let kilobytes = line
        .split_whitespace()
        .nth(1)
        .and_then(|number| number.parse::<u64>().ok());
    kilobytes.expect("a number") * 1_024
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a valid name")
}

fn chart(plan: &str) -> Chart {
    GridPlan::parse(plan)
        .and_then(|plan| plan.chart())
        .expect("a right plan")
}

fn create(engine: &Engine, event: &str, chart: &str) {
    let spec = EventSpec {
        name: name(event),
        chart: name(chart),
        told: Told {
            title: event.into(),
            rules: Rules::DEFAULT,
        },
        state: State::Open,
    };
    assert!(matches!(engine.create_event(spec), CreateEvent::Created(_)));
}

fn close(engine: &Engine, event: &str) {
    assert!(matches!(engine.close_event(event), CloseEvent::Closed(_)));
    assert!(engine.remove_event(event));
}

#[test]
fn events_cost_little_and_give_back_what_they_had() {
    let config = EngineConfig {
        seats: 0,
        ..EngineConfig::default()
    };
    let engine = Engine::start(config, ManualClock::new()).expect("started");
    let _ = engine.put_chart(name("small"), chart("sections=2 rows=5 seats=10"));
    let _ = engine.put_chart(name("middle"), chart("sections=4 rows=50 seats=50"));
    let _ = engine.put_chart(name("large"), chart("sections=20 rows=50 seats=100"));
    small_events(&engine);
    one_large_event(&engine);
    one_after_the_other(&engine);
}

/// As many as there can be, of 100 seats each.
fn small_events(engine: &Engine) {
    let count = u64::try_from(limits::EVENTS_MAX).expect("not that many");
    let before = resident();
    for event in 0..count {
        create(engine, &format!("small-{event}"), "small");
    }
    let each = (resident() - before) / count;
    println!("{count} events of 100 seats: {each} bytes each");
    assert!(each < 8_000, "{each} bytes for an event of 100 seats");
    for event in 0..count {
        close(engine, &format!("small-{event}"));
    }
}

fn one_large_event(engine: &Engine) {
    let began = Instant::now();
    create(engine, "large", "large");
    println!(
        "an event of 100,000 seats was made in {:?}",
        began.elapsed()
    );
    close(engine, "large");
}

/// A thousand events of ten thousand seats each, of which there is never more than one and those that wait for their
/// burial: together they would take hundreds of megabytes.
fn one_after_the_other(engine: &Engine) {
    const BOUND: u64 = 64 << 20;
    let round = |from: u32| {
        for event in from..from + 50 {
            let event = format!("middle-{event}");
            create(engine, &event, "middle");
            close(engine, &event);
        }
        buried(engine);
        resident()
    };
    let before = round(0);
    let most = (1..20)
        .map(|number| round(number * 50))
        .max()
        .expect("19 rounds");
    println!(
        "after a thousand events of 10,000 seats: {} kB more than after 50",
        most.saturating_sub(before) >> 10
    );
    assert!(most < before + BOUND, "{before} bytes became {most}");
}

/// Waits until closed events have given back their seats.
fn buried(engine: &Engine) {
    for _ in 0..10_000 {
        if engine.event_count() == 0 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    panic!("closed events are still there");
}
