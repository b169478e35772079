//! Where in the one order of all changes the crash has cut.
//!
//! Each record that was looked at after the restart says in which ranges the cut can lie: what it is now it was from the
//! change that made it so up to the next. One place must lie in a range of every record, and not before what was promised
//! to be durable. If there is none, something was lost from the middle: a change is gone and a later one is there.

use std::{collections::BTreeMap, ops::Range};

use super::{
    face::Face,
    journal::Record,
    time::{Asked, Gap},
};

/// Where the cut can lie, as one record has it: from the first number on and before the second.
pub(super) type Ranges = Vec<Range<u64>>;

/// The ranges of a record; none at all if it is what it never was.
pub(super) fn ranges(record: &Record, seen: &Face, gap: &Gap, asked: Asked) -> Ranges {
    let nexts = record.versions.iter().skip(1).map(|next| next.lsn);
    let nexts = nexts.chain([u64::MAX]);
    let mut ranges = Ranges::new();
    for (version, next) in record.versions.iter().zip(nexts) {
        if version.face.fits(seen, gap, asked) {
            match ranges.last_mut().filter(|last| last.end == version.lsn) {
                Some(last) => last.end = next,
                None => ranges.push(version.lsn..next),
            }
        }
    }
    if is_done(record, seen, gap, asked) {
        let from = record.versions.last().map_or(0, |last| last.lsn);
        match ranges.last_mut().filter(|last| last.end == u64::MAX) {
            Some(_) => {}
            None => ranges.push(from..u64::MAX),
        }
    }
    ranges
}

/// Whether what was under way can have been done.
pub(super) fn is_done(record: &Record, seen: &Face, gap: &Gap, asked: Asked) -> bool {
    let pending = record.pending.as_ref();
    pending.is_some_and(|pending| pending.face.fits(seen, gap, asked))
}

/// The first place that all agree on, from `durable` on.
///
/// # Errors
/// The place that most agree on.
pub(super) fn find<'r>(
    all: impl Iterator<Item = &'r Ranges> + Clone,
    durable: u64,
) -> Result<u64, u64> {
    let mut steps: BTreeMap<u64, i64> = BTreeMap::from([(durable, 0)]);
    let mut voices = 0_i64;
    for ranges in all {
        voices += 1;
        for range in ranges {
            let (from, to) = (range.start.max(durable), range.end.max(durable));
            *steps.entry(from).or_default() += 1;
            *steps.entry(to).or_default() -= 1;
        }
    }
    let (mut agreed, mut best) = (0, (-1, durable));
    for (place, step) in steps {
        agreed += step;
        if agreed > best.0 {
            best = (agreed, place);
        }
    }
    if best.0 == voices {
        Ok(best.1)
    } else {
        Err(best.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crash::{
        face::Stage,
        journal::{Pending, Subject, Version},
    };
    use seatlock::ids::SeatId;

    const ASKED: Asked = Asked {
        sent: 1_000,
        answered: 1_010,
    };

    fn face(stage: Stage) -> Face {
        Face {
            stage,
            seats: vec![SeatId::new(7)],
            due: 60_000..=60_000,
        }
    }

    fn version(stage: Stage, lsn: u64) -> Version {
        Version {
            lsn,
            ..Version::base(face(stage))
        }
    }

    fn record() -> Record {
        let subject = Subject::Block(vec![SeatId::new(7)]);
        let mut record = Record::new(0, subject, version(Stage::Held, 10));
        record.versions.push(version(Stage::Paying, 20));
        record
    }

    fn one(range: Range<u64>) -> Ranges {
        std::iter::once(range).collect()
    }

    #[test]
    fn a_record_is_what_it_was_between_two_changes() {
        let of = |record: &Record, stage| ranges(record, &face(stage), &Gap::NONE, ASKED);
        let mut record = record();
        assert_eq!(
            ranges(&record, &Face::ABSENT, &Gap::NONE, ASKED),
            one(0..10)
        );
        assert_eq!(of(&record, Stage::Held), one(10..20));
        assert_eq!(of(&record, Stage::Paying), one(20..u64::MAX));
        assert_eq!(of(&record, Stage::Booked), Ranges::new());
        record.pending = Some(Pending {
            face: face(Stage::Booked),
            deed: crate::crash::deed::Deed::Confirm,
            call: crate::crash::journal::Call {
                path: String::new(),
                token: None,
                key: None,
                body: String::new(),
            },
            story: Vec::new(),
        });
        assert_eq!(of(&record, Stage::Booked), one(20..u64::MAX));
    }

    #[test]
    fn one_place_must_explain_everything() {
        let (early, late) = (vec![0..10, 30..40], one(20..u64::MAX));
        let find = |all: &[Ranges], durable| find(all.iter(), durable);
        assert_eq!(find(&[early.clone(), late.clone()], 5), Ok(30));
        assert_eq!(find(&[early.clone(), late.clone()], 35), Ok(35));
        assert_eq!(find(&[early.clone(), late], 40), Err(40));
        assert_eq!(find(&[one(0..10), one(20..30)], 0), Err(0));
        assert_eq!(find(&[], 7), Ok(7));
    }
}
