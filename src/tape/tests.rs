//! The tape in one thread: order, voids, groups, room. What several threads do to it is in `loom-tests`.

use super::*;
use crate::{ids::TakingId, seat::SeatWord};

fn change(seat: u32, rest: u8) -> Change {
    let after = SeatWord::held(TakingId::FIRST, Tick::new(seat));
    Change {
        seat: SeatId::new(seat),
        before: SeatWord::FRESH,
        after,
        rest,
    }
}

fn take(tape: &Tape, count: u32) -> Lsn {
    tape.take(count).expect("room")
}

fn read_all(reader: &mut TapeReader<'_>) -> Vec<u64> {
    let mut batch = Vec::new();
    reader.read(&mut batch, usize::MAX);
    batch.iter().map(|record| record.lsn.get()).collect()
}

#[test]
fn what_is_published_is_read_in_order_and_unchanged() {
    let tape = Tape::with_cells(8, 0);
    let mut reader = tape.reader().expect("the first reader");
    let (first, second, third) = (take(&tape, 1), take(&tape, 1), take(&tape, 1));
    tape.publish(third, change(u32::MAX, 0));
    tape.void(second);
    let mut batch = Vec::new();
    assert_eq!(
        reader.read(&mut batch, 10),
        0,
        "the first number is not answered for"
    );
    tape.publish(first, change(7, 0));
    assert_eq!(reader.read(&mut batch, 10), 3);
    assert_eq!(batch[0].change(), Some(change(7, 0)));
    assert_eq!(
        batch[1],
        Record {
            lsn: second,
            entry: Entry::Void
        }
    );
    assert_eq!(batch[2].change(), Some(change(u32::MAX, 0)));
}

#[test]
fn a_group_is_read_whole_or_not_at_all() {
    let tape = Tape::with_cells(8, 0);
    let mut reader = tape.reader().expect("the first reader");
    let single = take(&tape, 1);
    let group = take(&tape, 3);
    tape.publish(single, change(0, 0));
    tape.publish(group, change(1, 2));
    tape.publish(group.plus(1), change(2, 1));
    assert_eq!(read_all(&mut reader), [1], "half a group stays where it is");
    assert_eq!(read_all(&mut reader), [0; 0]);
    tape.publish(group.plus(2), change(3, 0));
    let mut batch = Vec::new();
    assert_eq!(
        reader.read(&mut batch, 1),
        3,
        "the limit does not split it either"
    );
}

#[test]
fn a_full_tape_gives_no_numbers_until_it_is_read() {
    let tape = Tape::with_cells(8, 2);
    for lap in 0..5 {
        let first = take(&tape, 6);
        assert_eq!(tape.take(1), None, "lap {lap}");
        assert_eq!(tape.depth(), 6);
        (0..6).for_each(|place| tape.void(first.plus(place)));
        let mut reader = tape.reader().expect("the last reader is gone");
        assert_eq!(read_all(&mut reader).len(), 6);
    }
    assert_eq!(tape.next().get(), 31);
}

#[test]
fn there_is_one_reader_at_a_time_and_the_next_goes_on() {
    let tape = Tape::with_cells(4, 0);
    let first = take(&tape, 2);
    tape.void(first);
    tape.void(first.plus(1));
    let mut reader = tape.reader().expect("the first reader");
    assert!(tape.reader().is_none());
    let mut batch = Vec::new();
    assert_eq!(reader.read(&mut batch, 1), 1);
    drop(reader);
    assert_eq!(read_all(&mut tape.reader().expect("free again")), [2]);
}
