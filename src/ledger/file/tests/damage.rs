//! Every byte of a small ledger is spoilt in turn, and every prefix read.

use std::collections::BTreeMap;

use super::*;

const TINY: Options = Options {
    segment_bytes_max: 1 << 10,
    ..SMALL
};

/// Some segments, closed in order, and what they come to.
fn written() -> (BTreeMap<String, Vec<u8>>, State) {
    let (shelf, mut author) = (Shelf::default(), Author::default());
    let (mut ledger, _) = opened(&shelf, TINY);
    for turn in 0..9 {
        author.change(turn % 7, false);
        author.change(turn, false);
        author.put(u128::from(turn % 3), b"something");
        author.append(&mut ledger);
        if turn % 4 == 0 {
            ledger.idle().expect("the disk is sound");
        }
    }
    drop(ledger);
    (shelf.files(), author.state)
}

fn is_refused_in(file: &str, error: &OpenError) -> bool {
    match error {
        OpenError::Damaged(damage) => damage.file == file,
        OpenError::Missing { .. }
        | OpenError::ForeignSegment { .. }
        | OpenError::NewerFormat { .. } => true,
        OpenError::Io { .. } => false,
    }
}

#[test]
fn a_flipped_byte_is_refused_with_its_place_or_costs_nothing() {
    let (files, state) = written();
    let mut refused = 0;
    for (name, content) in &files {
        for at in 0..content.len() {
            let shelf = Shelf::of(&files);
            let mut spoilt = content.clone();
            spoilt[at] ^= 1 << (at % 8);
            shelf.put(name, spoilt);
            match open(&shelf, TINY) {
                Ok((_, found)) => assert_same(&found, &state),
                Err(error) => {
                    assert!(is_refused_in(name, &error), "{name} at {at}: {error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 500, "only {refused}");
}

#[test]
fn a_log_that_is_cut_off_is_what_it_was_then_or_refused() {
    let (shelf, mut author) = (Shelf::default(), Author::default());
    let options = Options {
        segment_bytes_max: 4 << 10,
        ..SMALL
    };
    let (mut ledger, _) = opened(&shelf, options);
    let mut ends = vec![(ledger.offset, author.state.clone())];
    for turn in 0..6 {
        author.change(turn, false);
        author.put(1, b"value");
        author.append(&mut ledger);
        ends.push((ledger.offset, author.state.clone()));
    }
    std::mem::forget(ledger);
    let files = shelf.files();
    let (name, content) = files.first_key_value().expect("the one that is written to");
    let end = usize::try_from(ends[6].0).expect("small");
    for at in 0..=end {
        for zeros in [false, true] {
            let mut cut = content[..at].to_vec();
            cut.resize(if zeros { content.len() } else { at }, 0);
            let shelf = Shelf::of(&files);
            shelf.put(name, cut);
            match open(&shelf, options) {
                Ok((_, found)) => {
                    let whole = ends.iter().rfind(|(end, _)| *end <= at as u64);
                    assert_same(
                        &found,
                        &whole.expect("the first one is at its header's end").1,
                    );
                }
                Err(error) => assert!(at < header::HEADER_BYTES, "{at}: {error}"),
            }
        }
    }
}

#[test]
fn a_segment_that_is_gone_is_missed() {
    let (files, state) = written();
    let newest = files.keys().next_back().cloned();
    let mut missed = 0;
    for name in files.keys() {
        let mut left = files.clone();
        left.remove(name);
        match open(&Shelf::of(&left), TINY) {
            Ok((_, found)) if Some(name) == newest.as_ref() => assert_same(&found, &state),
            // The newest that was written to can't be missed by those before it.
            Ok(_) => {}
            Err(OpenError::Missing { .. }) => missed += 1,
            Err(other) => panic!("{name}: {other}"),
        }
    }
    assert_eq!(missed, files.len() - 2, "all but the last two");
}

#[test]
fn a_segment_of_another_ledger_or_of_a_newer_version_is_refused() {
    let (mut files, _) = written();
    let header = header::Header {
        ledger: [8; 16],
        segment: 999,
    };
    files.insert(header::name(999), header.bytes().to_vec());
    assert!(matches!(
        open(&Shelf::of(&files), TINY),
        Err(OpenError::ForeignSegment { .. })
    ));

    let (mut files, _) = written();
    let newest = files.last_entry().expect("a ledger");
    let name = newest.key().clone();
    let content = newest.into_mut();
    content[8..12].copy_from_slice(&(header::VERSION + 1).to_le_bytes());
    let sum = twox_hash::xxhash3_64::Hasher::oneshot(&content[..header::HEADER_BYTES - 8]);
    content[header::HEADER_BYTES - 8..header::HEADER_BYTES].copy_from_slice(&sum.to_le_bytes());
    let refused = open(&Shelf::of(&files), TINY).map(drop);
    assert!(
        matches!(&refused, Err(OpenError::NewerFormat { file, version: 2, .. }) if *file == name),
        "{refused:?}"
    );
}
