//! What is answered when, and what a restart remembers: over a ledger that does as it is told.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    thread,
    time::Duration,
};

use seatlock::{
    access::key::Keys,
    clock::ManualClock,
    engine::Archive,
    http::{
        ApiConfig,
        v1::{
            durable::DurableHolds,
            gate::{Gate, GateConfig},
        },
    },
    ledger::{AppendError, Batch, Ledger, TwinLedger},
};
use serde_json::json;

use super::{
    desk::{Desk, problem},
    shop::{self, Shop},
};

/// What the ledger is told to do.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Manner {
    Keep,
    HaveNoRoom,
    TakeItsTime,
}

/// A ledger that keeps, has no room, or takes its time, as it is told.
#[derive(Clone, Default)]
struct Keeper {
    kept: TwinLedger,
    manner: Arc<AtomicU8>,
}

impl Keeper {
    fn tell(&self, manner: Manner) {
        self.manner.store(manner as u8, Ordering::SeqCst);
    }

    fn is_told(&self, manner: Manner) -> bool {
        self.manner.load(Ordering::SeqCst) == manner as u8
    }

    fn desk(&self, clock: &ManualClock, durable_holds: DurableHolds) -> Desk {
        let mut archive = Archive::new(Box::new(self.clone()), self.kept.state());
        archive.on_failure = Box::new(|_stopped_while_full| {});
        let config = ApiConfig {
            gate: Arc::new(Gate::new(GateConfig {
                keys: Keys::parse(&shop::keys()).expect("a valid file"),
                ..GateConfig::default()
            })),
            durable_holds,
            ..ApiConfig::default()
        };
        Desk(Shop::on(clock.clone(), archive, config))
    }
}

impl Ledger for Keeper {
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        while self.is_told(Manner::TakeItsTime) {
            thread::sleep(Duration::from_millis(1));
        }
        if self.is_told(Manner::HaveNoRoom) {
            return Err(AppendError::NoRoom(std::io::ErrorKind::StorageFull.into()));
        }
        self.kept.append(batch)
    }

    fn is_durable(&self) -> bool {
        true
    }
}

fn open(keeper: &Keeper) -> (Desk, ManualClock) {
    let clock = ManualClock::new();
    let desk = keeper.desk(&clock, DurableHolds::No);
    desk.set_up();
    (desk, clock)
}

#[test]
fn a_booking_is_told_when_it_is_durable_and_a_hold_before() {
    let keeper = Keeper::default();
    let (desk, _) = open(&keeper);
    keeper.tell(Manner::TakeItsTime);
    let hold = desk.hold("ada", &["Stalls/A/1"]);
    let path = format!("/v1/holds/{}/confirm", hold.id);
    thread::scope(|scope| {
        let confirmed = scope.spawn(|| {
            let reply = desk.send("POST", &path, "", &[("seatlock-token", &hold.token)]);
            (reply, keeper.is_told(Manner::Keep))
        });
        thread::sleep(Duration::from_millis(100));
        assert!(!confirmed.is_finished(), "nothing is durable yet");
        keeper.tell(Manner::Keep);
        let (reply, was_kept) = confirmed.join().expect("no panic");
        assert_eq!((reply.status, was_kept), (200, true));
    });
}

#[test]
fn a_hold_waits_too_where_it_is_wanted() {
    let keeper = Keeper::default();
    let desk = keeper.desk(&ManualClock::new(), DurableHolds::Yes);
    desk.set_up();
    keeper.tell(Manner::TakeItsTime);
    thread::scope(|scope| {
        let held = scope.spawn(|| desk.ask("ada", json!({"seats": ["Stalls/A/1"]})).status);
        thread::sleep(Duration::from_millis(100));
        assert!(!held.is_finished(), "nothing is durable yet");
        keeper.tell(Manner::Keep);
        assert_eq!(held.join().expect("no panic"), 201);
    });
}

#[test]
fn without_room_nothing_is_sold_and_all_else_goes_on() {
    let keeper = Keeper::default();
    let (desk, _) = open(&keeper);
    let (ada, bob) = (
        desk.hold("ada", &["Stalls/A/1"]),
        desk.hold("bob", &["Stalls/A/2"]),
    );
    // A look waits until what was done before it is durable.
    assert_eq!(desk.seat("Stalls/A/2"), "held");
    keeper.tell(Manner::HaveNoRoom);
    // Nobody knows yet: this one is done, and its outcome is unknown.
    let unknown = desk.with(&ada, "confirm", json!({}));
    problem(&unknown, 503, "unknown-outcome");
    assert_eq!(unknown.header("retry-after"), Some("1"));
    let refused = desk.with(&bob, "confirm", json!({}));
    problem(&refused, 503, "ledger-full");
    let refused = desk.put("/v1/charts/other", &json!({"seats": 3}));
    problem(&refused, 503, "ledger-full");
    // Looks, holds and releases go on.
    let eve = desk.hold("eve", &["Stalls/A/3"]);
    assert_eq!(desk.with(&eve, "release", json!({})).status, 200);
    assert_eq!(desk.get("/v1/events/play/seats").status, 200);
    assert_eq!(desk.look(&bob)["state"], "held");

    keeper.tell(Manner::Keep);
    // It goes on by itself, as soon as it has looked again.
    let again = || desk.with(&bob, "confirm", json!({})).status;
    let tries = (0..1_000).map(|_| {
        thread::sleep(Duration::from_millis(5));
        again()
    });
    assert!({ tries }.any(|status| status == 200));
    assert_eq!(desk.with(&ada, "confirm", json!({})).status, 200);
    assert_eq!(desk.seat("Stalls/A/1"), "booked");
}

#[test]
fn a_restart_forgets_nothing_that_was_answered() {
    let keeper = Keeper::default();
    let (desk, clock) = open(&keeper);
    let asked = json!({"user": "ada", "seats": ["Stalls/A/1"]}).to_string();
    let path = "/v1/events/play/holds";
    let first = desk.send("POST", path, &asked, &[("idempotency-key", "\"cart-1\"")]);
    let (booked, released) = (
        desk.hold("bob", &["Stalls/A/2", "Stalls/A/3"]),
        desk.hold("eve", &["Stalls/A/4"]),
    );
    assert_eq!(
        desk.with(&booked, "confirm", json!({"order": "7"})).status,
        200
    );
    assert_eq!(desk.with(&released, "release", json!({})).status, 200);
    let reason = json!({"seats": ["Stalls/A/9"], "reason": "the pillar"});
    assert_eq!(desk.post("/v1/events/play/block", &reason).status, 200);
    let shown = [&booked, &released].map(|hold| desk.look(hold));
    let seats = desk.get("/v1/events/play/seats").json();
    drop(desk);

    let desk = keeper.desk(&clock, DurableHolds::No);
    let again = desk.send("POST", path, &asked, &[("idempotency-key", "\"cart-1\"")]);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!((again.status, again.json()), (first.status, first.json()));
    assert_eq!([&booked, &released].map(|hold| desk.look(hold)), shown);
    assert_eq!(
        desk.get("/v1/events/play/seats").json()["seats"],
        seats["seats"]
    );
    let other = desk.send("POST", path, "{}", &[("idempotency-key", "\"cart-1\"")]);
    problem(&other, 422, "idempotency-key-reused");
    let wrong = desk.ask("eve", json!({"seats": ["Stalls/A/2"]}));
    problem(&wrong, 409, "seats-taken");
}

/// A copy of a ledger must not be worth more to a thief than a look at the map.
#[test]
fn no_token_and_no_key_is_in_the_ledger() {
    let keeper = Keeper::default();
    let (desk, _) = open(&keeper);
    let asked = json!({"user": "ada", "seats": ["Stalls/A/1"]}).to_string();
    let named = [("idempotency-key", "\"0123456789abcdef\"")];
    let reply = desk.send("POST", "/v1/events/play/holds", &asked, &named);
    let token = reply.json()["token"].as_str().expect("a token").to_owned();
    drop(desk);
    let state = keeper.kept.state();
    let mut bytes = 0;
    for (_, value) in state.notes() {
        bytes += value.len();
        for secret in [token.as_bytes(), b"0123456789abcdef"] {
            assert!(!value.windows(secret.len()).any(|part| part == secret));
        }
    }
    assert!(bytes > 500, "the hold and its answer are there");
}
