//! What is to be written down beside the changes of seats: events, charts, kept answers, reasons.
//!
//! The scribe writes the notes that it finds together with the changes that it has read. Whoever changes a seat and
//! leaves a note of it wants both in one batch, or a crash between two batches would keep the one and lose the other. So
//! he steps in ([`Notes::enter`]) before the change and out after the note, and the scribe, once it has read the changes,
//! lets all who were inside step out before it gathers the notes ([`Notes::gather`]). Who is inside waits for nothing.
//!
//! That sees to it that no change is written without its note. Nor is a note written without its change: it has the
//! change's number, and waits for the batch that has it. Whoever came after the scribe had read its batch and left a note
//! before it gathered would be in that batch with his note alone.
//!
//! A hold needs no note from a request: the scribe asks the hold itself, whose cart is locked until the request is done.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use crate::{
    ids::Lsn,
    ledger::{Note, NoteList},
};

/// Notes that wait for the scribe.
#[derive(Debug)]
pub(super) struct Notes {
    /// Shared by those inside; the scribe has it alone for an instant.
    inside: RwLock<()>,
    /// With the last change that has to be in the same batch or in an earlier one.
    waiting: Mutex<Vec<(Lsn, Note)>>,
    are_kept: bool,
}

/// Being inside: until this is dropped no batch is written that has what was changed meanwhile.
#[must_use]
#[derive(Debug)]
pub struct Inside<'n> {
    _shared: Option<RwLockReadGuard<'n, ()>>,
}

impl Notes {
    /// None yet. If nothing is kept, notes are forgotten at once, and nobody waits for anybody.
    pub(super) fn new(are_kept: bool) -> Self {
        Self {
            inside: RwLock::new(()),
            waiting: Mutex::default(),
            are_kept,
        }
    }

    /// Whether it is worth while to make a note.
    pub(super) fn are_kept(&self) -> bool {
        self.are_kept
    }

    /// Steps in. Not while being inside already: the scribe may be waiting between the two.
    pub(super) fn enter(&self) -> Inside<'_> {
        let shared = || self.inside.read().unwrap_or_else(PoisonError::into_inner);
        Inside {
            _shared: self.are_kept.then(shared),
        }
    }

    /// Leaves notes, in this order, that may be written before whatever is done at the same time. They are made only if
    /// they are kept.
    pub(super) fn leave(&self, notes: impl FnOnce() -> Vec<Note>) {
        self.leave_after(Lsn::NONE, notes);
    }

    /// Leaves notes that must not be written before this change.
    pub(super) fn leave_after(&self, lsn: Lsn, notes: impl FnOnce() -> Vec<Note>) {
        if self.are_kept {
            let notes = notes().into_iter().map(|note| (lsn, note));
            self.waiting().extend(notes);
        }
    }

    /// For the scribe, once it has read the changes up to `through`: adds all notes that belong to them, and those that
    /// belong to none.
    pub(super) fn gather(&self, through: Lsn, into: &mut NoteList) {
        if !self.are_kept {
            return;
        }
        drop(self.inside.write().unwrap_or_else(PoisonError::into_inner));
        let mut waiting = self.waiting();
        let now = waiting.extract_if(.., |(lsn, _)| *lsn <= through);
        now.for_each(|(_, note)| into.push(&note));
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<(Lsn, Note)>> {
        // A list of values: it is whole whatever panicked.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Key;

    fn note(id: u128) -> Note {
        let key = Key { kind: 1, id };
        Note::Forget { key }
    }

    fn gathered(notes: &Notes, through: u64) -> Vec<Note> {
        let mut list = NoteList::new();
        notes.gather(Lsn::new(through), &mut list);
        list.iter().map(|note| note.to_note()).collect()
    }

    /// A confirm came after the scribe had read its batch and left its answer before the notes were gathered. The answer
    /// was durable with that batch, the change would have been with the next, and between the two the server was killed:
    /// the retry was answered 200 from the kept answer, and the seats were nobody's at their deadline.
    #[test]
    fn a_note_is_not_written_before_its_change() {
        let notes = Notes::new(true);
        notes.leave_after(Lsn::new(8), || vec![note(8)]);
        notes.leave_after(Lsn::new(7), || vec![note(7)]);
        notes.leave(|| vec![note(0)]);
        assert_eq!(gathered(&notes, 7), [note(7), note(0)]);
        assert_eq!(gathered(&notes, 7), []);
        assert_eq!(gathered(&notes, 9), [note(8)]);
    }

    #[test]
    fn where_nothing_is_kept_no_note_is_made() {
        let notes = Notes::new(false);
        notes.leave(|| unreachable!("it is not made"));
        assert_eq!(gathered(&notes, 1), []);
    }
}
