//! What a node can begin.

use bytes::Bytes;

use super::{Doubt, Reign, Snapshot, Stage, Tenure, Work};
use crate::cluster::{
    checkpoint::Checkpoint,
    keys::{ShardKeys, Slot},
    owner::{Node, Term},
    store::LeaseId,
};

/// Whether something has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Begun {
    /// It is what is asked next.
    Yes,
    /// Not at this stage, or something else is under way. Nothing has changed.
    NotNow,
}

impl Tenure {
    /// A node that has nothing to do with the shard. Its key must be there before it takes anything.
    pub fn stranger(keys: ShardKeys, me: Node) -> Self {
        Self {
            keys,
            me,
            stage: Stage::Stranger,
            is_asked: false,
        }
    }

    /// This node.
    pub fn me(&self) -> &Node {
        &self.me
    }

    /// The term in which this node owns the shard, from the moment it was won.
    pub fn term(&self) -> Option<Term> {
        match &self.stage {
            Stage::Reading(term, _) => Some(*term),
            Stage::Owning(reign) => Some(reign.term),
            _ => None,
        }
    }

    /// The lease on whose being alive it depends whether what is in memory may be read; `None` if it may not in any case: it is
    /// not this node's shard, or not for long, or others can't see that it is.
    pub fn readable_under(&self) -> Option<LeaseId> {
        let reign = self.reign()?;
        let is_leaving = matches!(reign.work, Work::HandOver(..));
        (!is_leaving && !reign.must_retake).then_some(self.me.lease)
    }

    /// A new term is to begin before anything else happens: [`Tenure::ask`] asks for it.
    pub fn must_retake(&self) -> bool {
        self.reign().is_some_and(|reign| reign.must_retake)
    }

    /// The newest slot of a shard that is owned.
    pub fn newest(&self) -> Option<Slot> {
        self.reign().map(|reign| reign.newest)
    }

    /// The checkpoint of a shard that is owned.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.reign().map(|reign| reign.checkpoint)
    }

    /// Whether something can be appended now.
    pub fn is_idle(&self) -> bool {
        !self.is_asked && self.reign().is_some_and(Reign::is_idle)
    }

    /// A snapshot is being written: [`Tenure::ask`] goes on with it whenever nothing else is wanted.
    pub fn is_snapshotting(&self) -> bool {
        self.reign().is_some_and(|reign| reign.snapshot.is_some())
    }

    /// Looks whose shard it is.
    pub fn look(&mut self) -> Begun {
        if self.is_asked || self.term().is_some() {
            return Begun::NotNow;
        }
        self.stage = Stage::Looking;
        Begun::Yes
    }

    /// Takes the shard from the owner that was seen last, if he is gone. If there was none, it founds it.
    pub fn take(&mut self) -> Begun {
        match &self.stage {
            Stage::Knowing(seen) if !self.is_asked => {
                self.stage = Stage::Taking(seen.clone());
                Begun::Yes
            }
            _ => Begun::NotNow,
        }
    }

    /// Appends a value to the log.
    pub fn append(&mut self, value: Bytes) -> Begun {
        self.work(Work::Append(value, Doubt::No))
    }

    /// Makes another node the owner, if it is there. From here on nothing is read.
    pub fn hand_over(&mut self, to: Node) -> Begun {
        if self.is_snapshotting() {
            return Begun::NotNow;
        }
        self.work(Work::HandOver(to, Doubt::No))
    }

    /// Begins a snapshot of what the log comes to through its newest slot. Not if there is one of that already.
    pub fn snapshot(&mut self, pieces: Vec<Bytes>) -> Begun {
        match self.idle_reign() {
            Some(reign) if reign.snapshot.is_none() && reign.checkpoint.through < reign.newest => {
                reign.snapshot = Some(Snapshot {
                    through: reign.newest,
                    pieces,
                    written: 0,
                });
                Begun::Yes
            }
            _ => Begun::NotNow,
        }
    }

    /// The node lives by another lease from now on, under which its key is there. What it owns it takes again, with the
    /// memory that it has of it; whatever it is only about to own it forgets.
    pub fn live_by(&mut self, lease: LeaseId) -> Begun {
        if self.is_asked {
            return Begun::NotNow;
        }
        self.me.lease = lease;
        if let Stage::Owning(reign) = &mut self.stage {
            reign.retake();
        } else {
            self.stage = Stage::Stranger;
        }
        Begun::Yes
    }

    fn work(&mut self, work: Work) -> Begun {
        match self.idle_reign() {
            Some(reign) => {
                reign.work = work;
                Begun::Yes
            }
            None => Begun::NotNow,
        }
    }

    fn reign(&self) -> Option<&Reign> {
        match &self.stage {
            Stage::Owning(reign) => Some(reign),
            _ => None,
        }
    }

    fn idle_reign(&mut self) -> Option<&mut Reign> {
        match &mut self.stage {
            Stage::Owning(reign) if reign.is_idle() && !self.is_asked => Some(reign),
            _ => None,
        }
    }
}

impl Reign {
    /// Nothing is under way but, maybe, a snapshot.
    fn is_idle(&self) -> bool {
        self.work == Work::Idle && !self.must_retake
    }

    /// A new term is to begin before anything else. What is in doubt is asked again in it; but a hand-over is over: whether it
    /// was done shows in whether there can be a new term.
    pub(super) fn retake(&mut self) {
        self.must_retake = true;
        if matches!(self.work, Work::HandOver(..)) {
            self.work = Work::Idle;
        }
    }
}
