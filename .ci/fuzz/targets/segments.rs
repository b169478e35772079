//! Files of a ledger: whatever is in them, they are read or refused, and a look agrees with a start.
//!
//! Two segments, the first of which is as long as the first two bytes say.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seatlock::ledger::{
    file::{FileLedger, Options, inspect},
    storage::{Simulated, Storage},
};

fuzz_target!(|bytes: &[u8]| {
    let Some((len, rest)) = bytes.split_first_chunk() else {
        return;
    };
    let (first, second) = rest.split_at(rest.len().min(u16::from_le_bytes(*len).into()));
    let disk = Simulated::new();
    for (name, content) in [("0000000000000001.log", first), ("0000000000000002.log", second)] {
        let file = disk.create(name).expect("a new file");
        file.write_at(0, content).expect("room");
    }
    let mut batches = 0;
    let seen = inspect(&disk, &mut |_entry| batches += 1);
    let options = Options {
        own_thread: false,
        segment_bytes_max: 4 << 10,
        ..Options::default()
    };
    let started = FileLedger::open(Box::new(disk), options, &mut |_progress| {});
    match (seen, started) {
        (Ok(seen), Ok((_, state))) => {
            assert_eq!(seen.batches, batches);
            assert_eq!(seen.state.through(), state.through());
            assert!(seen.state.words().eq(state.words()));
        }
        (Err(seen), Err(started)) => assert_eq!(seen.to_string(), started.to_string()),
        (seen, started) => panic!("{:?} but {:?}", seen.is_ok(), started.map(|_| ()).is_ok()),
    }
});
