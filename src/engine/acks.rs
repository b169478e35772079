//! Who waits for changes to be durable, and how far they are.
//!
//! The scribe tells of a whole batch with one message: it wakes the first of those whose change is durable by now, and
//! that one, on a thread of its own runtime, wakes the others. Waking each from the scribe's thread would cost the scribe
//! half as much again as all the rest that it does for a change.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
};

use tokio::sync::oneshot;

use crate::ids::Lsn;

/// How the ledger is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Standing {
    /// It takes what it is given.
    Sound = 0,
    /// It has no room. Changes of seats go on until the tape is full; nothing becomes durable until there is room again.
    Full = 1,
    /// Its storage has failed; the process is about to end.
    Failed = 2,
}

/// It can't be said whether a change is durable, and for now it can't become so: it may still, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsure;

/// How far changes are durable, and who waits for it.
#[derive(Debug)]
pub(super) struct Acks {
    through: AtomicU64,
    standing: AtomicU8,
    waiting: Mutex<BinaryHeap<Reverse<Waiting>>>,
}

#[derive(Debug)]
struct Waiting {
    lsn: Lsn,
    wake: oneshot::Sender<()>,
}

impl Acks {
    /// Everything up to `through` is durable.
    pub(super) fn after(through: Lsn) -> Self {
        Self {
            through: AtomicU64::new(through.get()),
            standing: AtomicU8::new(Standing::Sound as u8),
            waiting: Mutex::default(),
        }
    }

    pub(super) fn through(&self) -> Lsn {
        // Acquire, with the Release in `advance`: who sees it answers after the sync that made it true.
        Lsn::new(self.through.load(Ordering::Acquire))
    }

    pub(super) fn standing(&self) -> Standing {
        // Acquire, with the Release in `stand`.
        match self.standing.load(Ordering::Acquire) {
            0 => Standing::Sound,
            1 => Standing::Full,
            _ => Standing::Failed,
        }
    }

    /// Returns once all changes up to `lsn` are durable, or, while the ledger is not sound, says that this is not so.
    pub(super) async fn wait(&self, lsn: Lsn) -> Result<(), Unsure> {
        while self.through() < lsn {
            if self.standing() != Standing::Sound {
                return Err(Unsure);
            }
            let (wake, woken) = oneshot::channel();
            self.waiting().push(Reverse(Waiting { lsn, wake }));
            // Whoever was first after the last batch may have come after it was told of, so it looks once more.
            let _passing = Passing(self);
            if self.through() < lsn && self.standing() == Standing::Sound {
                // An error would be that the sender is gone, which only leads to another look.
                let _ = woken.await;
            }
        }
        Ok(())
    }

    /// All changes up to `lsn` are durable.
    pub(super) fn advance(&self, lsn: Lsn) {
        // Release, with the Acquire in `through`. The mutex of those who wait orders it before their last look.
        self.through.store(lsn.get(), Ordering::Release);
        self.wake_one();
    }

    /// The ledger is so from now on. Those who wait are told when it is not sound.
    pub(super) fn stand(&self, standing: Standing) {
        // Release, with the Acquire in `standing`.
        self.standing.store(standing as u8, Ordering::Release);
        if standing != Standing::Sound {
            let all = std::mem::take(&mut *self.waiting());
            all.into_iter().for_each(|Reverse(waiting)| waiting.tell());
        }
    }

    fn wake_one(&self) {
        while let Some(waiting) = self.next() {
            if waiting.wake.send(()).is_ok() {
                return;
            }
        }
    }

    fn wake_all(&self) {
        while let Some(waiting) = self.next() {
            waiting.tell();
        }
    }

    /// The next of those whose change is durable.
    fn next(&self) -> Option<Waiting> {
        let mut waiting = self.waiting();
        let through = self.through();
        if waiting.peek()?.0.lsn > through {
            return None;
        }
        waiting.pop().map(|Reverse(next)| next)
    }

    fn waiting(&self) -> MutexGuard<'_, BinaryHeap<Reverse<Waiting>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passes the message on when it is dropped: also by who was woken and has gone away before he could look.
struct Passing<'a>(&'a Acks);

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        self.0.wake_all();
    }
}

impl Waiting {
    fn tell(self) {
        // Who does not wait any more need not be told.
        let _ = self.wake.send(());
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.lsn == other.lsn
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.lsn.cmp(&other.lsn)
    }
}
