//! How a process reads the time, as it is written down, so that the next one goes on with the same time.
//!
//! ```text
//! version 1, boot (maybe 16), offset 8
//! ```

use crate::{
    clock::{BootClock, ClockRecord},
    ledger::{Fields, Key, Note, Reading, State, Unreadable},
};

const VERSION: u8 = 1;

const KEY: Key = Key {
    kind: super::kind::CLOCK,
    id: 0,
};

/// A clock that goes on from what the ledger had.
pub(crate) fn resume(state: &State) -> Result<BootClock, Unreadable> {
    let record = state.note(KEY).map(|value| -> Result<_, Unreadable> {
        let mut reading = Reading::of_version(value, VERSION)?;
        let record = ClockRecord {
            boot: reading.maybe(Reading::plain)?,
            offset_nanos: reading.long()?.cast_signed(),
        };
        reading.end()?;
        Ok(record)
    });
    let record = record.transpose()?;
    Ok(BootClock::resuming(record, state.clock(), state.date()))
}

/// What is written down of a clock.
pub(crate) fn note(clock: &BootClock) -> Note {
    let ClockRecord { boot, offset_nanos } = clock.record();
    let value = Fields::of_version(VERSION)
        .maybe(boot, |fields, boot| fields.plain(&boot))
        .long(offset_nanos.cast_unsigned())
        .end();
    super::put(KEY, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Batch, NoteList};

    #[test]
    fn a_clock_is_read_as_it_was_written() {
        let clock = BootClock::new();
        let notes: NoteList = [note(&clock)].iter().collect();
        let mut state = State::new();
        let batch = Batch {
            clock: state.clock(),
            date: state.date(),
            through: state.through(),
            takings: 0,
            notes: &notes,
            records: &[],
        };
        assert!(state.apply(&batch).is_ok());
        let resumed = resume(&state).expect("what was written");
        assert_eq!(resumed.record().boot, clock.record().boot);
    }
}
