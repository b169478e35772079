//! A bit of a closed ledger is flipped, each in turn: it is read as it was, or refused with its place.

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use seatlock::ledger::{
    Ledger, State,
    file::{self, FileLedger, OpenError, Options},
    storage::{Simulated, Storage},
};

use crate::{
    author::{self, is_same},
    seeds,
};

/// A ledger of several segments that was closed, and what it comes to.
fn written(seed: u64, batches: u32, segment_bytes_max: u64) -> (Simulated, State) {
    let mut chance = SmallRng::seed_from_u64(seed);
    let (disk, mut state) = (Simulated::new(), State::new());
    let mut ledger = open(&disk, segment_bytes_max).expect("an empty disk").0;
    for _ in 0..batches {
        let batch = author::next(&state, &mut chance);
        ledger.append(&batch.borrow()).expect("all is well");
        state.apply(&batch.borrow()).expect("it follows");
        if chance.random() {
            ledger.idle().expect("the disk is sound");
        }
    }
    drop(ledger);
    disk.process_crash();
    (disk, state)
}

fn open(disk: &Simulated, segment_bytes_max: u64) -> Result<(FileLedger, State), OpenError> {
    let options = Options {
        budget_bytes: 0,
        segment_bytes_max,
        own_thread: false,
        id: Some([7; 16]),
    };
    FileLedger::open(Box::new(disk.clone()), options, &mut |_| {})
}

/// All files, and how many bytes they have.
fn files(disk: &Simulated) -> Vec<(String, u64)> {
    let names = disk.list().expect("a list").into_iter();
    let with_bytes = names.map(|name| {
        let bytes = disk.open(&name).and_then(|file| file.bytes());
        (name, bytes.expect("it is there"))
    });
    with_bytes.collect()
}

fn copy(disk: &Simulated) -> Simulated {
    let copy = Simulated::new();
    for (name, bytes) in files(disk) {
        let mut content = vec![0; usize::try_from(bytes).expect("a short file")];
        let from = disk.open(&name).expect("it is there");
        from.read_at(0, &mut content).expect("it can be read");
        let to = copy.create(&name).expect("there is none");
        to.write_at(0, &content).expect("there is room");
    }
    copy
}

/// Whether the refusal names the place: the file, or the batch that is not there if it was all that the file had.
fn names(error: &OpenError, name: &str) -> bool {
    match error {
        OpenError::Damaged(damage) => damage.file == name,
        OpenError::Missing { batch, .. } => *batch > 0,
        _ => false,
    }
}

/// Flips bits, and looks at what is then found each time. Answers with how many of them were refused.
fn refusals(
    disk: &Simulated,
    state: &State,
    bits: impl Iterator<Item = (String, u64, u32)>,
) -> u64 {
    let mut refused = 0;
    for (name, offset, bit) in bits {
        assert!(disk.flip(&name, offset, bit));
        match file::inspect(disk, &mut |_| {}) {
            Ok(found) => assert!(
                is_same(&found.state, state),
                "{name}, byte {offset}, bit {bit}: silently wrong"
            ),
            Err(error) => {
                assert!(
                    names(&error, &name),
                    "{name}, byte {offset}, bit {bit}: {error}"
                );
                refused += 1;
            }
        }
        disk.flip(&name, offset, bit);
    }
    refused
}

#[test]
fn a_flipped_bit_is_refused_with_its_place_or_costs_nothing() {
    let (disk, state) = written(3, 3, 512);
    let bits = files(&disk).into_iter().flat_map(|(name, bytes)| {
        (0..bytes * 8).map(move |bit| {
            (
                name.clone(),
                bit / 8,
                u32::try_from(bit % 8).expect("a bit"),
            )
        })
    });
    let refused = refusals(&disk, &state, bits);
    let bits = disk.bytes() * 8;
    println!("{refused} of {bits} bits");
    assert!(refused > bits / 3, "{refused} of {bits}");
}

#[test]
fn a_flipped_bit_in_each_byte_is_refused_with_its_place_or_costs_nothing() {
    for seed in seeds(1) {
        let mut chance = SmallRng::seed_from_u64(seed);
        let (disk, state) = written(seed, 8, 1 << 10);
        let bytes = files(&disk)
            .into_iter()
            .flat_map(|(name, bytes)| (0..bytes).map(move |offset| (name.clone(), offset)));
        let bits = bytes.map(|(name, offset)| (name, offset, chance.random_range(0..8)));
        let refused = refusals(&disk, &state, bits);
        println!("SEATLOCK_SEED={seed}: {refused} of {} bytes", disk.bytes());
    }
}

/// Who opens it finds what somebody finds who looks, and has changed nothing when it is refused.
#[test]
fn a_start_refuses_what_is_damaged_and_leaves_it_as_it_is() {
    for seed in seeds(60) {
        let mut chance = SmallRng::seed_from_u64(seed);
        let (whole, state) = written(seed, 8, 1 << 10);
        let disk = copy(&whole);
        let there = files(&disk);
        let (name, bytes) = &there[chance.random_range(0..there.len())];
        disk.flip(
            name,
            chance.random_range(0..*bytes),
            chance.random_range(0..8),
        );
        match (file::inspect(&disk, &mut |_| {}), open(&disk, 1 << 10)) {
            (Ok(_), Ok((_, found))) => assert!(is_same(&found, &state), "SEATLOCK_SEED={seed}"),
            (Err(looked), Err(opened)) => {
                assert_eq!(looked.to_string(), opened.to_string());
                assert_eq!(files(&disk), there, "SEATLOCK_SEED={seed}");
            }
            (looked, opened) => panic!("SEATLOCK_SEED={seed}: {looked:?}, {:?}", opened.map(drop)),
        }
    }
}
