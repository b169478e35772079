//! `seatlock ledger backup` and `restore`: the same, in the two directions.
//!
//! What is copied is what all batches together come to: the last word of each seat and the last of each note, as of one
//! instant. The copy is made beside its place, synced, read again, and only then called what it is to be called.

use std::{
    fs,
    path::{Path, PathBuf},
};

use seatlock::{
    ids::{Lsn, SeatId},
    ledger::{
        Batch, Ledger, NoteList, State,
        file::{FileLedger, Options, inspect},
        storage::Disk,
    },
    seat::{Change, SeatWord},
    tape::{Entry, Record},
};

use super::{Failure, look};

/// Seats in one batch of a copy.
const BATCH_SEATS: usize = 1 << 20;

/// Copies the data in one folder to another, which must not be there or be empty.
pub(super) fn copy(from: &Path, to: &Path) -> Result<String, Failure> {
    let is_empty =
        |folder: &Path| fs::read_dir(folder).is_ok_and(|mut files| files.next().is_none());
    if to.exists() && !is_empty(to) {
        return Err(Failure::InTheWay(to.to_owned()));
    }
    let failed = |folder: &Path, reason: String| Failure::Folder(folder.to_owned(), reason);
    let disk = look(from)?;
    let read = inspect(&disk, &mut |_entry| {});
    let state = read.map_err(|error| failed(from, error.to_string()))?.state;
    let unfinished = unfinished(to);
    let written = write(&state, &unfinished).and_then(|()| read_again(&state, &unfinished));
    written.map_err(|reason| failed(&unfinished, reason))?;
    if to.exists() {
        fs::remove_dir(to).map_err(|error| failed(to, error.to_string()))?;
    }
    fs::rename(&unfinished, to).map_err(|error| failed(to, error.to_string()))?;
    let seats = state.words().count();
    let notes = state.notes().count();
    Ok(format!(
        "{seats} seats that are taken or were, and {notes} notes are in {}, as of change {}\n",
        to.display(),
        state.through().get()
    ))
}

fn unfinished(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".unfinished");
    name.into()
}

fn write(state: &State, to: &Path) -> Result<(), String> {
    if to.exists() {
        // Nobody calls a folder so but this command, when it did not come to its end.
        fs::remove_dir_all(to).map_err(|error| error.to_string())?;
    }
    let disk = Disk::open(to).map_err(|error| error.to_string())?;
    let opened = FileLedger::open(Box::new(disk), Options::default(), &mut |_progress| {});
    let (mut ledger, _empty) = opened.map_err(|error| error.to_string())?;
    let mut notes = NoteList::new();
    for (key, value) in state.notes() {
        notes.put(key, |fields| fields.plain(value));
    }
    let words: Vec<(SeatId, SeatWord)> = state.words().collect();
    let none = NoteList::new();
    let mut through = state.through().get() - words.len() as u64;
    let mut batches: Vec<&[(SeatId, SeatWord)]> = words.chunks(BATCH_SEATS).collect();
    if batches.is_empty() {
        batches.push(&[]);
    }
    for (place, words) in batches.into_iter().enumerate() {
        let records = records(words, &mut through);
        let batch = Batch {
            clock: state.clock(),
            date: state.date(),
            through: Lsn::new(through),
            takings: state.takings(),
            notes: if place == 0 { &notes } else { &none },
            records: &records,
        };
        ledger.append(&batch).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// The seats' last words, as if each had been changed but once.
fn records(words: &[(SeatId, SeatWord)], through: &mut u64) -> Vec<Record> {
    words
        .iter()
        .map(|(seat, after)| {
            *through += 1;
            let change = Change {
                seat: *seat,
                before: SeatWord::FRESH,
                after: *after,
                rest: 0,
            };
            Record {
                lsn: Lsn::new(*through),
                entry: Entry::Change(change),
            }
        })
        .collect()
}

fn read_again(state: &State, copy: &Path) -> Result<(), String> {
    let disk = Disk::look(copy);
    let again = inspect(&disk, &mut |_entry| {}).map_err(|error| error.to_string())?;
    let again = again.state;
    let is_same = again.through() == state.through()
        && again.words().eq(state.words())
        && again.notes().count() == state.notes().count()
        && state
            .notes()
            .all(|(key, value)| again.note(key) == Some(value));
    if is_same {
        Ok(())
    } else {
        Err("the copy is not what was copied".to_owned())
    }
}
