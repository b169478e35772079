//! What of an engine's work outlives the process, for whoever must not answer before it does.

use std::sync::PoisonError;

use super::{Engine, Standing, Unsure, notes::Inside, record};
use crate::{
    ids::Lsn,
    ledger::Note,
    repeat::{Kept, RepeatId, Secret},
    seat::Trail,
};

impl Engine {
    /// Whether anything outlives the process. If not, nobody has to wait for it.
    pub fn is_durable(&self) -> bool {
        self.core.notes.are_kept()
    }

    /// How the ledger is.
    pub fn standing(&self) -> Standing {
        self.core.acks.standing()
    }

    /// The last change that is durable, if any are.
    pub fn durable_through(&self) -> Lsn {
        self.core.acks.through()
    }

    /// Returns once a change is durable, and all before it. With [`Lsn::NONE`] for a request that has found
    /// everything as it wanted to have it: once all is durable that it can have found.
    ///
    /// Nothing that is under way depends on this being waited for.
    ///
    /// # Errors
    /// [`Unsure`] while the ledger is not sound.
    pub async fn durable(&self, lsn: Lsn) -> Result<(), Unsure> {
        if !self.is_durable() {
            return Ok(());
        }
        let lsn = self.or_last(lsn);
        if self.core.acks.through() < lsn {
            self.threads.wake_scribe();
        }
        self.core.acks.wait(lsn).await
    }

    /// Returns once all that was done before this call is durable, changes of charts and events as well.
    ///
    /// # Errors
    /// [`Unsure`] while the ledger is not sound.
    pub async fn settled(&self) -> Result<(), Unsure> {
        if !self.is_durable() {
            return Ok(());
        }
        // A number under which nothing happens: whatever was noted before it was taken is in its batch or an earlier one.
        let tape = self.core.venue.tape();
        let lsn = tape.take(1).ok_or(Unsure)?;
        tape.void(lsn);
        self.durable(lsn).await
    }

    /// Steps inside, for a request whose changes and whose [`Engine::keep_answer`] must be durable together. Whoever is
    /// inside waits for nothing.
    pub fn step_inside(&self) -> Inside<'_> {
        self.core.notes.enter()
    }

    /// Has an answer outlive the process, sealed so that nobody but who knows the secret can read it. It tells of the
    /// change `lsn`, or, if it is [`Lsn::NONE`], of what was so by now, and is not durable before that.
    pub fn keep_answer(&self, kept: &Kept, secret: &Secret, lsn: Lsn) {
        let sealed = || kept.sealed(secret, self.core.entropy.secret());
        let lsn = self.or_last(lsn);
        let notes = &self.core.notes;
        notes.leave_after(lsn, || vec![record::kept(&sealed())]);
    }

    /// Has answers be forgotten.
    pub fn forget_answers(&self, ids: Vec<RepeatId>) {
        let forget = |id| Note::Forget {
            key: record::answer_key(id),
        };
        // Not before the answers themselves.
        let notes = &self.core.notes;
        notes.leave_after(self.or_last(Lsn::NONE), || {
            ids.into_iter().map(forget).collect()
        });
    }

    /// The change, or the last that anybody has begun.
    fn or_last(&self, lsn: Lsn) -> Lsn {
        if lsn == Lsn::NONE {
            Lsn::new(self.core.venue.tape().next().get() - 1)
        } else {
            lsn
        }
    }

    /// The answers that were kept before this start, in the order in which they may be forgotten. To be asked once.
    pub fn take_answers(&self) -> Vec<Kept> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *answers)
    }
}
