//! The events of a stream as bytes: `text/event-stream` of the HTML standard, section 9.2.

use std::{io::Write as _, mem};

use bytes::Bytes;

use super::{
    position::{Life, Position},
    row::Shown,
};
use crate::ids::{Lsn, SeatId};

/// What keeps a connection alive that has nothing to say: a comment, which clients pass over.
pub const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");

/// What the end of an event is told as. A client that reconnects will be told that there is no such event.
pub(super) const CLOSED: Bytes = Bytes::from_static(b"event: closed\ndata: {}\n\n");

/// From here on: every change after `position` follows as deltas.
pub(super) fn start(position: Position) -> Bytes {
    place("start", position)
}

/// What follows does not connect to what came before. The client takes a new snapshot and goes on from there.
pub(super) fn reset(position: Position) -> Bytes {
    place("reset", position)
}

/// What changed after `from` and up to `to`: under each status the seats that have it at `to`, as numbers in ascending
/// order, and neighbours as `[first,last]`. `changes` are in ascending order, each seat once.
pub(super) fn delta(life: Life, from: Lsn, to: Lsn, changes: &[(SeatId, Shown)]) -> Bytes {
    let mut text = Vec::with_capacity(64 + 8 * changes.len());
    let id = Position { life, lsn: to };
    put(
        &mut text,
        format_args!(
            "id: {id}\nevent: seats\ndata: {{\"from\":{},\"to\":{}",
            from.get(),
            to.get()
        ),
    );
    for shown in Shown::ALL {
        let mut is_first = true;
        for (first, last) in runs(changes, shown) {
            if mem::take(&mut is_first) {
                put(&mut text, format_args!(",\"{}\":[", shown.name()));
            } else {
                text.push(b',');
            }
            if first == last {
                put(&mut text, format_args!("{first}"));
            } else {
                put(&mut text, format_args!("[{first},{last}]"));
            }
        }
        if !is_first {
            text.push(b']');
        }
    }
    text.extend_from_slice(b"}\n\n");
    // Deltas are kept, and what they would keep of the room to grow is kept with them.
    Bytes::copy_from_slice(&text)
}

fn place(name: &str, position: Position) -> Bytes {
    let number = position.lsn.get();
    Bytes::from(format!(
        "id: {position}\nevent: {name}\ndata: {{\"position\":{number}}}\n\n"
    ))
}

/// The first and the last of each run of neighbours that have this status.
fn runs(changes: &[(SeatId, Shown)], shown: Shown) -> impl Iterator<Item = (u32, u32)> {
    let mut seats = changes
        .iter()
        .filter(move |(_, has)| *has == shown)
        .map(|(seat, _)| seat.get())
        .peekable();
    std::iter::from_fn(move || {
        let first = seats.next()?;
        let mut last = first;
        while let Some(next) = seats.next_if_eq(&(last + 1)) {
            last = next;
        }
        Some((first, last))
    })
}

fn put(text: &mut Vec<u8>, what: std::fmt::Arguments<'_>) {
    // Writing to a vector can't fail.
    let _ = text.write_fmt(what);
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Life = Life::new(0x9f31_c2aa);

    fn text(bytes: &Bytes) -> &str {
        std::str::from_utf8(bytes).expect("events are text")
    }

    fn after(changes: &[(u32, Shown)]) -> String {
        let changes: Vec<_> = changes
            .iter()
            .map(|(seat, shown)| (SeatId::new(*seat), *shown))
            .collect();
        text(&delta(LIFE, Lsn::new(3), Lsn::new(9), &changes)).to_owned()
    }

    #[test]
    fn a_delta_lists_seats_by_status_and_neighbours_as_a_pair() {
        use Shown::{Available, Booked, Held, Withheld};
        assert_eq!(
            after(&[
                (0, Held),
                (1, Held),
                (2, Booked),
                (3, Held),
                (7, Held),
                (8, Held),
                (9, Held),
                (20, Available)
            ]),
            "id: 9f31c2aa-9\nevent: seats\ndata: {\"from\":3,\"to\":9,\"available\":[20],\"held\":[[0,1],3,[7,9]],\"booked\":[2]}\n\n"
        );
        assert!(after(&[(5, Withheld)]).contains("\"to\":9,\"withheld\":[5]}"));
    }

    #[test]
    fn a_start_and_a_reset_say_from_where_on() {
        let position = Position {
            life: LIFE,
            lsn: Lsn::new(12),
        };
        assert_eq!(
            text(&start(position)),
            "id: 9f31c2aa-12\nevent: start\ndata: {\"position\":12}\n\n"
        );
        assert_eq!(
            text(&reset(position)),
            "id: 9f31c2aa-12\nevent: reset\ndata: {\"position\":12}\n\n"
        );
    }
}
