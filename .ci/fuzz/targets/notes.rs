//! Notes of a ledger: whatever they say, they are told in words, and a start makes an engine of them or refuses.
//!
//! Notes one after the other: kind, id, length of the value, the value.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seatlock::{
    clock::ManualClock,
    engine::{Archive, Engine, EngineConfig, describe},
    entropy::SystemEntropy,
    ids::Lsn,
    ledger::{Batch, Key, Ledger, NoteList, State, TwinLedger},
    tick::{Date, Moment},
};

fuzz_target!(|bytes: &[u8]| {
    let notes = notes(bytes);
    let mut ledger = TwinLedger::new();
    let batch = Batch {
        clock: Moment::from_ticks(1),
        date: Date::from_unix_nanos(1),
        through: Lsn::NONE,
        takings: 0,
        notes: &notes,
        records: &[],
    };
    ledger.append(&batch).expect("a twin takes everything");
    let state = ledger.state();
    for (key, value) in state.notes() {
        let described = describe(key, value);
        assert!(!described.kind.is_empty());
    }
    start(ledger, state);
});

fn notes(mut bytes: &[u8]) -> NoteList {
    let mut notes = NoteList::new();
    while let Some(([kind, id, len], rest)) = bytes.split_first_chunk() {
        let (value, rest) = rest.split_at(rest.len().min(usize::from(*len)));
        let key = Key {
            kind: *kind,
            id: u128::from(*id),
        };
        notes.put(key, |fields| fields.plain(value));
        bytes = rest;
    }
    notes
}

fn start(ledger: TwinLedger, state: State) {
    let clock = ManualClock::starting_at(Moment::from_ticks(2));
    let config = EngineConfig {
        seats: 0,
        ..EngineConfig::default()
    };
    let archive = Archive::new(Box::new(ledger), state);
    if let Err(refused) = Engine::start_on(config, clock, SystemEntropy, archive) {
        assert!(!refused.to_string().is_empty());
    }
}
