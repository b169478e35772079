//! The map of an event against everybody who claims to have a seat of it.

use std::collections::HashMap;

use seatlock::{feed::Shown, ids::SeatId};

use super::{
    clerk::Clerk,
    deed::EVENTS,
    face::Stage,
    journal::{Record, Subject},
};
use crate::{hall::Hall, streams::client::Map};

/// Seats that were asked for under no key when the server went away: nobody knows whether somebody has them.
#[derive(Debug, Clone)]
pub(super) struct Ghost {
    pub(super) event: usize,
    pub(super) seats: Vec<SeatId>,
}

/// What does not fit.
#[derive(Debug)]
pub(super) struct Mismatch {
    pub(super) what: String,
    /// The stories of those who claim the seat.
    pub(super) claims: Vec<String>,
}

/// Compares an event's map with the journals. What is held and nobody's must be the ghosts', each of whom has all of his
/// seats or none; those who have none are gone.
pub(super) fn compare(
    event: usize,
    map: &Map,
    clerks: &[Clerk],
    ghosts: &mut Vec<Ghost>,
    hall: &Hall,
) -> Vec<Mismatch> {
    let claims = claims(event, clerks);
    let mut mismatches = Vec::new();
    let mut unclaimed = Vec::new();
    for seat in (0..hall.seats()).map(SeatId::new) {
        let shown = map.shown(seat).unwrap_or(Shown::Available);
        let of_seat = claims.get(&seat).map_or(&[][..], Vec::as_slice);
        match of_seat {
            [] if shown == Shown::Held => unclaimed.push(seat),
            [] if shown == Shown::Available => {}
            [one] if claimed(one) == shown => {}
            _ => mismatches.push(mismatch(event, seat, shown, of_seat, hall)),
        }
    }
    let has = |ghost: &Ghost| {
        let seats = ghost.seats.iter();
        seats.filter(|seat| unclaimed.contains(seat)).count()
    };
    ghosts.retain(|ghost| ghost.event != event || has(ghost) > 0);
    let halves = ghosts.iter().filter(|ghost| ghost.event == event);
    for ghost in halves.filter(|ghost| has(ghost) < ghost.seats.len()) {
        mismatches.push(Mismatch {
            what: format!(
                "half a hold that was under way: of {} only some are held",
                hall.labels(&ghost.seats).join(" ")
            ),
            claims: Vec::new(),
        });
    }
    let is_of_ghost = |seat: &SeatId| {
        let mut of_event = ghosts.iter().filter(|ghost| ghost.event == event);
        of_event.any(|ghost| ghost.seats.contains(seat))
    };
    let nobodys = unclaimed.iter().filter(|seat| !is_of_ghost(seat));
    mismatches.extend(nobodys.map(|seat| mismatch(event, *seat, Shown::Held, &[], hall)));
    mismatches
}

fn claims(event: usize, clerks: &[Clerk]) -> HashMap<SeatId, Vec<&Record>> {
    let records = clerks.iter().flat_map(|clerk| &clerk.records);
    let mut claims: HashMap<SeatId, Vec<&Record>> = HashMap::new();
    for record in records.filter(|record| record.event == event) {
        let has_seats = !record.face().stage.is_over();
        for seat in record.face().seats.iter().filter(|_| has_seats) {
            claims.entry(*seat).or_default().push(record);
        }
    }
    claims
}

fn claimed(record: &Record) -> Shown {
    match record.face().stage {
        Stage::Held | Stage::Paying => Shown::Held,
        Stage::Booked => Shown::Booked,
        Stage::Withheld => Shown::Withheld,
        Stage::Absent | Stage::Released | Stage::Expired | Stage::Cancelled => Shown::Available,
    }
}

fn mismatch(event: usize, seat: SeatId, shown: Shown, claims: &[&Record], hall: &Hall) -> Mismatch {
    let name = |record: &&Record| match &record.subject {
        Subject::Hold { id, .. } => format!("hold {id} ({:?})", record.face().stage),
        Subject::Block(_) => "a block".to_owned(),
    };
    let owners: Vec<String> = claims.iter().map(name).collect();
    Mismatch {
        what: format!(
            "{} of '{}' is shown as {} and claimed by {}",
            hall.label(seat),
            EVENTS[event].name,
            shown.name(),
            if owners.is_empty() {
                "nobody".to_owned()
            } else {
                owners.join(" and ")
            }
        ),
        claims: claims
            .iter()
            .flat_map(|record| record.story(hall))
            .collect(),
    }
}
