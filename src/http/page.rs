//! The JSON of a page of seats, written by hand: it is the one text here that is long.

use bytes::Bytes;

use crate::{
    limits::PAGE_SEATS,
    seat::{Status, StatusMap},
};

const _: () = assert!(
    PAGE_SEATS.is_multiple_of(StatusMap::SEATS_A_WORD),
    "no word lies on two pages"
);

/// Seats of a page of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    first: u32,
    seats: u32,
    is_last: bool,
}

impl Page {
    /// The pages of a map of `seats` seats. Their texts, one after the other, are one JSON object.
    pub(super) fn all(seats: u32) -> impl ExactSizeIterator<Item = Self> {
        (0..seats.div_ceil(PAGE_SEATS)).map(move |page| {
            let first = page * PAGE_SEATS;
            let rest = seats - first;
            Self {
                first,
                seats: rest.min(PAGE_SEATS),
                is_last: rest <= PAGE_SEATS,
            }
        })
    }

    /// Whether two maps show all seats of this page alike.
    pub(super) fn is_same(self, one: &StatusMap, other: &StatusMap) -> bool {
        self.words(one) == self.words(other)
    }

    /// The page's part of the object. `scratch` is where it is put together.
    pub(super) fn write(self, statuses: &StatusMap, scratch: &mut Vec<u8>) -> Bytes {
        let mut number = itoa::Buffer::new();
        let mut separator: &[u8] = if self.first == 0 { b"{\"" } else { b",\"" };
        scratch.clear();
        for index in self.first..self.first + self.seats {
            scratch.extend_from_slice(separator);
            scratch.extend_from_slice(number.format(index + 1).as_bytes());
            scratch.extend_from_slice(rest_of_entry(statuses.status(index)));
            separator = b",\"";
        }
        if self.is_last {
            scratch.push(b'}');
        }
        Bytes::copy_from_slice(scratch)
    }

    fn words(self, statuses: &StatusMap) -> &[u64] {
        let end = (self.first + self.seats).div_ceil(StatusMap::SEATS_A_WORD);
        &statuses.words()[(self.first / StatusMap::SEATS_A_WORD) as usize..end as usize]
    }
}

fn rest_of_entry(status: Option<Status>) -> &'static [u8] {
    match status {
        Some(Status::Available) => b"\":{\"status\":\"available\"}",
        Some(Status::Held) => b"\":{\"status\":\"locked\"}",
        Some(Status::Booked) => b"\":{\"status\":\"booked\"}",
        Some(Status::InChange) | None => {
            unreachable!("a snapshot shows each of its seats, and none in change")
        }
    }
}
