//! Where seats lie of which the chart doesn't say it.

use super::{
    facts::Facts,
    parts::{Position, Row},
};
use crate::ids::SeatId;

/// Puts rows behind one another, each centred, one unit from seat to seat and from row to row. The parts of a row that
/// is cut by aisles lie beside each other, an aisle being as wide as a seat.
pub(super) fn place_rows(rows: &mut [Row]) {
    for (depth, parts) in rows
        .chunk_by_mut(|one, next| next.continues(one))
        .enumerate()
    {
        let seats: f32 = parts.iter().map(|part| part.seats as f32).sum();
        let aisles = parts.len() - 1;
        let mut x = -(seats + aisles as f32 - 1.0) / 2.0;
        for part in parts {
            part.start = Position { x, y: depth as f32 };
            x += part.seats as f32 + 1.0;
        }
    }
}

/// Where a seat of this row lies: where the chart says, or else in line with its row.
pub(super) fn position(row: &Row, positions: &Facts<Option<Position>>, seat: SeatId) -> Position {
    let place = (seat.get() - row.first.get()) as f32;
    let in_line = Position {
        x: row.start.x + place,
        y: row.start.y,
    };
    positions.get(seat.index()).flatten().unwrap_or(in_line)
}

/// The focal point of a chart that doesn't name one: halfway between its leftmost and rightmost seat, level with the
/// foremost.
pub(super) fn middle_of_the_front(rows: &[Row], positions: &Facts<Option<Position>>) -> Position {
    let in_line = matches!(positions, Facts::Same(_));
    let mut seats = rows.iter().flat_map(|row| {
        // Of a row in line its two ends are enough, which matters when it has a hundred million seats.
        let skip = if in_line {
            row.seats.saturating_sub(2)
        } else {
            0
        };
        let first = row.first.get();
        let ids = (first..first + row.seats.min(1)).chain(first + 1 + skip..first + row.seats);
        ids.map(|seat| position(row, positions, SeatId::new(seat)))
    });
    let Some(first) = seats.next() else {
        return Position::ORIGIN;
    };
    let (mut left, mut right, mut front) = (first.x, first.x, first.y);
    for seat in seats {
        (left, right, front) = (left.min(seat.x), right.max(seat.x), front.min(seat.y));
    }
    Position {
        x: left + (right - left) / 2.0,
        y: front,
    }
}
