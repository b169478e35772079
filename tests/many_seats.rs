//! As many seats as a map can have, and what they cost.
//!
//! Built for release it makes all of them; otherwise a tenth, which any machine has the memory for.

use std::{fs, thread, time::Duration};

use seatlock::{
    clock::ManualClock,
    engine::{ConfirmAnswer, Engine, EngineConfig, HoldAnswer},
    event::User,
    limits,
    seat::{Status, StatusMap},
    tick::Ttl,
};

const SEATS: u32 = if cfg!(debug_assertions) {
    limits::SEATS_MAX / 10
} else {
    limits::SEATS_MAX
};

/// Words, marks and mirror of one seat: 4 GB for a hundred million of them.
const SEAT_BYTES_MAX: u64 = 40;

/// What does not grow with the seats: tape, descriptors, two threads' stacks and the allocator's own reserves.
const FIXED_BYTES_MAX: u64 = if cfg!(debug_assertions) { 256 << 20 } else { 0 };

/// Address space in use: what was allocated, whether or not it was touched yet.
fn allocated_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    1024 * kilobytes
        .expect("Linux tells")
        .parse::<u64>()
        .expect("a number")
}

#[test]
fn a_hundred_million_seats_fit_in_four_gigabytes_and_work() {
    let before = allocated_bytes();
    let clock = ManualClock::new();
    let hold_ttl = Ttl::from_ticks(100).expect("a valid TTL");
    let engine = Engine::start(
        EngineConfig {
            seats: SEATS,
            hold_ttl,
        },
        clock.clone(),
    )
    .expect("started");

    let ada = User::new("ada");
    let numbers = [1, 64, 65, SEATS / 2, SEATS - 1, SEATS];
    for number in numbers {
        assert!(matches!(
            engine.hold_seat(number, &ada),
            HoldAnswer::Held { .. }
        ));
    }
    assert!(matches!(
        engine.confirm_seat(SEATS, &ada),
        ConfirmAnswer::Booked { .. }
    ));
    clock.advance(hold_ttl.span());
    let mut map = StatusMap::new(SEATS);
    engine.snapshot(&mut map);
    assert_eq!(map.status(SEATS - 1), Some(Status::Booked));
    assert!((0..SEATS - 1).all(|seat| map.status(seat) == Some(Status::Available)));
    let waited = (0..10_000).find(|_| {
        thread::sleep(Duration::from_millis(1));
        engine.taking_count() == 1
    });
    assert!(waited.is_some(), "the reaper did not get to every block");

    // Only now has the scribe certainly made its mirror.
    let bytes = allocated_bytes() - before;
    println!(
        "{SEATS} seats: {bytes} bytes, {} a seat",
        bytes / u64::from(SEATS)
    );
    assert!(bytes <= u64::from(SEATS) * SEAT_BYTES_MAX + FIXED_BYTES_MAX);
}
