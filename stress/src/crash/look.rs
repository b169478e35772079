//! A clerk after a restart: looks at all that he has in his journal, and judges it.

use seatlock::feed::Shown;
use serde_json::Value;

use super::{
    clerk::Clerk,
    cut::{self, Ranges},
    face::{Face, Stage},
    journal::{Record, Subject},
    time::{self, Asked, Gap, Millis},
    verdict::{Broken, Promise},
};
use crate::{http::client::Request, streams::client::Map};

/// Ended holds that one clerk goes on asking about.
const ENDED_MAX: usize = 150;

/// What the crash has cost.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lost {
    pub(super) changes: u64,
    pub(super) holds: u64,
    /// How long before the end the first of them was answered.
    pub(super) oldest: Millis,
}

impl Clerk {
    /// Looks at everything. The blocks are to be seen on the events' maps.
    pub(super) fn look(&mut self, maps: &[Map]) -> Result<(), Broken> {
        for at in 0..self.records.len() {
            let record = &self.records[at];
            let seen = match record.subject.clone() {
                Subject::Hold { id, .. } => self.look_at(&id)?,
                Subject::Block(seats) => {
                    let map = &maps[record.event];
                    let withheld = seats
                        .iter()
                        .filter(|seat| map.shown(**seat) == Some(Shown::Withheld))
                        .count();
                    let face = match withheld {
                        0 => Face::ABSENT,
                        all if all == seats.len() => Face::ABSENT.at(Stage::Withheld).with(seats),
                        _ => {
                            let what = "some seats of a block are withheld, and some are not";
                            let story = record.story(&self.hall);
                            return Err(Broken::new(Promise::Whole, what).with(story));
                        }
                    };
                    let now = time::now();
                    let asked = Asked {
                        sent: now,
                        answered: now,
                    };
                    (face, asked)
                }
            };
            self.records[at].seen = Some(seen);
        }
        Ok(())
    }

    /// What a hold or booking is now.
    pub(super) fn look_at(&mut self, id: &str) -> Result<(Face, Asked), Broken> {
        let sent = time::now();
        let path = format!("/v1/bookings/{id}");
        let answer = self.ask(&Request {
            method: "GET",
            path: &path,
            ..Request::default()
        });
        let answer = answer.map_err(|error| unanswered(&path, &error))?;
        let answered = time::now();
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let face = match answer.status {
            200 => Face::read(&self.hall, &body),
            404 => Some(Face::ABSENT),
            _ => None,
        };
        face.map(|face| (face, Asked { sent, answered }))
            .ok_or_else(|| {
                let what = format!("GET {path} is answered {}: {body}", answer.status);
                Broken::new(Promise::Answers, what)
            })
    }

    /// Looks once more at what is alive: what has expired meanwhile is no longer.
    pub(super) fn look_again(&mut self) -> Result<(), Broken> {
        for at in 0..self.records.len() {
            let record = &self.records[at];
            let (Subject::Hold { id, .. }, true) =
                (record.subject.clone(), record.face().stage.is_live())
            else {
                continue;
            };
            let (seen, asked) = self.look_at(&id)?;
            let record = &mut self.records[at];
            if !record.face().fits(&seen, &Gap::NONE, asked) {
                record.seen = Some((seen, asked));
                let what = "a hold has changed by itself";
                let story = record.story(&self.hall);
                return Err(Broken::new(Promise::Deadlines, what).with(story));
            }
            if let Some(last) = record.versions.last_mut() {
                last.face = seen;
            }
        }
        Ok(())
    }

    /// Where the cut can lie, as each record has it.
    pub(super) fn judge(&mut self, gap: &Gap) -> Result<Vec<Ranges>, Broken> {
        let mut all = Vec::with_capacity(self.records.len());
        for record in &self.records {
            let Some((seen, asked)) = &record.seen else {
                continue;
            };
            let ranges = cut::ranges(record, seen, gap, *asked);
            if ranges.is_empty() {
                let (promise, what) = broken_by(record, seen, self.durable);
                let times = format!("{gap:?}, {asked:?}");
                let story = record.story(&self.hall);
                return Err(Broken::new(promise, what).with(story).with([times]));
            }
            all.push(ranges);
        }
        self.count_judged();
        Ok(all)
    }

    fn count_judged(&mut self) {
        let seen = |of: fn(&Record, &Face) -> bool| {
            let judged = self.records.iter();
            let judged = judged.filter_map(|record| Some((record, &record.seen.as_ref()?.0)));
            judged.filter(|(record, seen)| of(record, seen)).count()
        };
        let durable = |record: &Record| {
            let sales = record
                .versions
                .iter()
                .filter(|version| version.is_durable && version.face.stage != Stage::Absent);
            sales.count()
        };
        let counts = [
            (
                Promise::Durable,
                self.records.iter().map(durable).sum::<usize>(),
            ),
            (Promise::Whole, seen(|_, face| face.seats.len() > 1)),
            (
                Promise::Prefix,
                self.records
                    .iter()
                    .map(|record| record.versions.len() - 1)
                    .sum(),
            ),
            (Promise::Deadlines, seen(|_, face| face.stage.is_live())),
            (Promise::Endings, seen(|_, face| face.stage.is_over())),
        ];
        for (promise, count) in counts {
            self.checks.add(promise, count);
        }
    }

    /// Goes on from what there is. `None`s of what was under way are taken up in [`Clerk::ask_again`].
    pub(super) fn settle(&mut self, cut: u64, ended: Millis) -> Lost {
        let mut lost = Lost::default();
        for record in &mut self.records {
            let Some((seen, _)) = record.seen.clone() else {
                continue;
            };
            let gone = record.versions.iter().filter(|version| version.lsn > cut);
            for version in gone {
                lost.changes += 1;
                lost.oldest = lost.oldest.max(ended.saturating_sub(version.at));
            }
            let was_born = record.face().stage != Stage::Absent;
            let is_block = matches!(record.subject, Subject::Block(_));
            lost.holds += u64::from(was_born && !is_block && seen.stage == Stage::Absent);
            record.settle(seen, &self.hall);
        }
        self.records
            .retain(|record| record.face().stage != Stage::Absent || record.pending.is_some());
        self.forget_old_endings();
        lost
    }

    fn forget_old_endings(&mut self) {
        let ended = |record: &Record| record.face().stage.is_over() && record.pending.is_none();
        let mut too_many = self.records.iter().filter(|record| ended(record)).count();
        too_many = too_many.saturating_sub(ENDED_MAX);
        self.records.retain(|record| {
            let goes = too_many > 0 && ended(record);
            too_many -= usize::from(goes);
            !goes
        });
    }
}

impl Lost {
    pub(super) fn add(&mut self, other: Self) {
        self.changes += other.changes;
        self.holds += other.holds;
        self.oldest = self.oldest.max(other.oldest);
    }
}

/// Which promise is broken by a record that is what it never was.
fn broken_by(record: &Record, seen: &Face, durable: u64) -> (Promise, &'static str) {
    let faces = || {
        let pending = record.pending.iter().map(|pending| &pending.face);
        record
            .versions
            .iter()
            .map(|version| &version.face)
            .chain(pending)
    };
    let promised = record
        .versions
        .iter()
        .any(|version| version.face.stage != Stage::Absent && version.lsn <= durable);
    if faces().any(|face| face.fits_but_for_time(seen)) {
        (
            Promise::Deadlines,
            "a deadline is not what it was, nor later by the grace",
        )
    } else if seen.stage == Stage::Absent && promised {
        (Promise::Durable, "it is gone")
    } else if faces().all(|face| face.seats != seen.seats) {
        (Promise::Whole, "it has seats that it never had together")
    } else if seen.stage.is_over() || faces().any(|face| face.stage.is_over()) {
        (Promise::Endings, "it has another end")
    } else {
        (Promise::Durable, "it is what it never was")
    }
}

/// The server has started, and doesn't answer.
pub(super) fn unanswered(path: &str, error: &std::io::Error) -> Broken {
    Broken::new(Promise::Serves, format!("no answer to {path}: {error}"))
}
