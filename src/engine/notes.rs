//! What is to be written down beside the changes of seats: events, charts, kept answers, reasons.
//!
//! The scribe writes the notes that it finds together with the changes that it has read. Whoever changes a seat and
//! leaves a note of it wants both in one batch, or a crash between two batches would keep the one and lose the other. So
//! he steps in ([`Notes::enter`]) before the change and out after the note, and the scribe, once it has read the changes,
//! lets all who were inside step out before it gathers the notes ([`Notes::gather`]). Who is inside waits for nothing.
//!
//! A hold needs no note from a request: the scribe asks the hold itself, whose cart is locked until the request is done.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use crate::ledger::Note;

/// Notes that wait for the scribe.
#[derive(Debug)]
pub(super) struct Notes {
    /// Shared by those inside; the scribe has it alone for an instant.
    inside: RwLock<()>,
    waiting: Mutex<Vec<Note>>,
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

    /// Leaves notes, in this order. They are made only if they are kept.
    pub(super) fn leave(&self, notes: impl FnOnce() -> Vec<Note>) {
        if self.are_kept {
            let notes = notes();
            self.waiting().extend(notes);
        }
    }

    /// For the scribe, once it has read a batch: all notes that belong to what it has read, and perhaps later ones.
    pub(super) fn gather(&self) -> Vec<Note> {
        if !self.are_kept {
            return Vec::new();
        }
        drop(self.inside.write().unwrap_or_else(PoisonError::into_inner));
        std::mem::take(&mut *self.waiting())
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Note>> {
        // A list of values: it is whole whatever panicked.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
