//! A sale: a few events that are sold while one thing goes wrong, spread over the shards.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use seatlock::ids::SeatId;
use serde_json::json;

use crate::hall::Hall;

/// The chart of all events.
pub(super) const CHART: &str = "hall";

/// Events of a sale: each node most likely owns some of them.
pub(super) const EVENTS: usize = 12;

/// Those at the end are quiet: looked at often, and rarely changed. What a deposed owner writes or shows is seen there, where
/// the new one has not written anything yet.
pub(super) const QUIET: usize = 2;

/// The last one stands still: only the witness changes anything there, and only at its new owner. A deposed one that nobody
/// asks for a change has nothing by which to find out that it is deposed.
pub(super) const STILL: usize = EVENTS - 1;

/// Seats of each event.
pub(super) const SEATS: u32 = 24;

/// How long holds last: in one half of the events longer than any sale, in the other they end all the time. Where all
/// stands still they last.
const TTLS: [Duration; 2] = [Duration::from_secs(600), Duration::from_secs(3)];

/// See the module.
#[derive(Debug)]
pub(super) struct Sale {
    pub(super) number: u32,
    pub(super) events: Vec<Event>,
    pub(super) hall: Arc<Hall>,
}

/// What is sold.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) ttl: Duration,
    /// When the latest change was asked for that was acknowledged, and how many were. Figures: nothing is published by
    /// them, so every access is relaxed.
    last_good: AtomicU64,
    told: AtomicU64,
}

impl Sale {
    pub(super) fn new(number: u32, hall: &Arc<Hall>) -> Self {
        let events = (0..EVENTS).map(|nth| Event {
            name: format!("sale-{number}-{nth}"),
            ttl: TTLS[(STILL - nth) % TTLS.len()],
            last_good: AtomicU64::new(0),
            told: AtomicU64::new(0),
        });
        Self {
            number,
            events: events.collect(),
            hall: Arc::clone(hall),
        }
    }

    /// Seats of each event.
    pub(super) fn seats(&self) -> usize {
        self.hall.seats() as usize
    }

    /// The places of seats in an event's notes.
    pub(super) fn places(&self, seats: &[SeatId]) -> Vec<usize> {
        seats.iter().map(|seat| seat.index()).collect()
    }

    /// For people: which seat of which event.
    pub(super) fn label(&self, event: usize, seat: usize) -> String {
        let seat = SeatId::new(u32::try_from(seat).unwrap_or(u32::MAX));
        format!("{} of '{}'", self.hall.label(seat), self.events[event].name)
    }

    /// Changes that were acknowledged so far.
    pub(super) fn told(&self) -> u64 {
        let told = self.events.iter();
        told.map(|event| event.told.load(Ordering::Relaxed)).sum()
    }

    /// The place of a seat by its label.
    pub(super) fn place(&self, label: &str) -> Option<usize> {
        self.hall.seat(label).map(SeatId::index)
    }
}

impl Event {
    /// Says that a change that was asked for at this time was acknowledged.
    pub(super) fn is_sold(&self, sent: u64) {
        self.last_good.fetch_max(sent, Ordering::Relaxed);
        self.told.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether a change was acknowledged that was asked for after this time.
    pub(super) fn is_sold_after(&self, time: u64) -> bool {
        self.last_good.load(Ordering::Relaxed) > time
    }

    /// The event as a body of a request.
    pub(super) fn body(&self) -> String {
        json!({
            "chart": CHART,
            "hold_ttl_seconds": self.ttl.as_secs(),
            "hold_longest_seconds": 7_200,
            "user_seats_max": u32::MAX,
            "user_holds_max": u32::MAX,
            "user_waste_max": u32::MAX,
        })
        .to_string()
    }
}
