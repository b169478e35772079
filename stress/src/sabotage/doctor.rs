//! Falsifies what the auditor reads from the tape.

use std::sync::Arc;

use seatlock::tape::{Entry, Record};

use super::{Fault, deeds::Deeds};

/// What is done to each batch that was read.
pub(super) fn doctor(fault: Fault, deeds: Arc<Deeds>) -> impl FnMut(&mut [Record]) + Send {
    move |batch| match fault {
        Fault::LostRecord => {
            if let Some(record) = batch.iter_mut().find(|record| is_alone(record))
                && deeds.is_due(1)
            {
                record.entry = Entry::Void;
            }
        }
        Fault::SwappedRecords => {
            if let Some((earlier, later)) = two_of_a_seat(batch)
                && deeds.is_due(1)
            {
                let entry = batch[earlier].entry;
                batch[earlier].entry = batch[later].entry;
                batch[later].entry = entry;
            }
        }
        _ => {}
    }
}

fn is_alone(record: &Record) -> bool {
    record.change().is_some_and(|change| change.rest == 0)
}

/// Two changes of the same seat, each the last of its group or alone.
fn two_of_a_seat(batch: &[Record]) -> Option<(usize, usize)> {
    let seat = |record: &Record| record.change().map(|change| change.seat);
    (0..batch.len())
        .filter(|later| is_alone(&batch[*later]))
        .find_map(|later| {
            let same = |earlier: &usize| {
                is_alone(&batch[*earlier]) && seat(&batch[*earlier]) == seat(&batch[later])
            };
            (0..later).find(same).map(|earlier| (earlier, later))
        })
}
