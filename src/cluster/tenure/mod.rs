//! What a node and a shard are to each other: a state machine that asks and is answered.
//!
//! ```text
//! stranger --look--> looking --whose it is--> knowing --take--> taking --won--> reading --read to the end--> owning
//!                       |                        ^                 |              ^                            |
//!                       |                        +--not in time----+              |    append, snapshot, retake, |
//!                       +--named by the owner before------------------------------+    and owning again          |
//!
//! from any of the last three: deposed, or handed over --> stranger
//! ```
//!
//! **What is asked follows from the state alone** ([`Tenure::ask`]): no answer, or an unknown one, leaves the state as it
//! is, so that what is asked next is the same again, to the byte. That is safe because each transaction compares something
//! that it changes: done twice, the second time it does nothing. The answer to the second then tells what became of the first.
//!
//! | transaction | is done if | and changes |
//! |---|---|---|
//! | take | the owner's revision is the one seen, that owner's node is gone, mine is there | the owner |
//! | read | I am the owner | nothing |
//! | append | I am the owner, slot n is empty, slot n-1 is not | slot n |
//! | write a piece | I am the owner | a piece that nothing points to yet |
//! | turn | I am the owner, the checkpoint's revision is the one I know | the checkpoint; what it makes needless goes |
//! | hand over | I am the owner, the other node is there | the owner |
//! | retake | I am the owner, my node is there | the owner: a new term |
//!
//! 'I am the owner' compares the revision of the owner's key with the term. Whatever an earlier owner has sent and the store
//! has not done yet is never done once another term has begun, which is why a new owner reads only then.
//!
//! - *Slot n-1 is not empty*: an append that is done late, when slot n was written long ago and trimmed since, would find
//!   slot n empty. Trimming leaves the newest slot, so it finds slot n-1 empty too. That is also why a shard is founded with
//!   a slot in its log.
//! - *The checkpoint's revision*: a turn that is done late, after another one of the same term, would set the checkpoint
//!   back to a snapshot that is gone.
//! - *Retake*: after its lease was lost, a node lives by another one, and the owner's value has to say so before others
//!   believe that the node is there. Until then nothing is read: that the new lease is alive keeps nobody from taking a shard
//!   whose owner lives by the old one. And after a hand-over that was not done but may still be done late.

mod ask;
mod hear;
mod step;
#[cfg(test)]
mod tests;

use bytes::Bytes;

use super::{
    checkpoint::Checkpoint,
    keys::{ShardKeys, Slot},
    owner::{Node, Owner, Term},
    store::Revision,
};

pub use step::Begun;

/// Slots of the log, or pieces of a snapshot, that are read at once: at 128 KiB each, half of what a client takes in one message.
pub const PAGE_SLOTS: u32 = 16;

/// One node and one shard. One request at a time is under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tenure {
    keys: ShardKeys,
    me: Node,
    stage: Stage,
    /// A request is under way: its answer is heard before anything else begins.
    is_asked: bool,
}

/// What an answer has led to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Heard {
    /// Somebody else owns the shard, or nobody does.
    Saw(Option<Owner>),
    /// The shard is this node's: what there is of it can be read now.
    Won(Term),
    /// Some of what there is, in order.
    Read(Found),
    /// The last slots of what there is, which may be none. From here on this node serves the shard.
    Ready(Vec<(Slot, Bytes)>),
    /// What was to be appended is durable, in this slot.
    Appended(Slot),
    /// A piece of the snapshot is written.
    Wrote,
    /// The snapshot counts, and what it makes needless is gone.
    Turned(Checkpoint),
    /// The other node owns the shard. Everything that is in memory of it is to be dropped.
    HandedOver(Node),
    /// The node that was to be the next owner is gone. This one still is.
    Kept,
    /// The shard is still this node's, in a new term.
    Retaken(Term),
    /// Another term has begun: everything that is in memory of the shard is to be dropped, and what was to be appended was
    /// never acknowledged. Whose term it is, if that can be read.
    Deposed(Option<Owner>),
    /// The node's own key is not there: it needs another lease ([`Tenure::live_by`]).
    NoLease,
    /// Nothing was done. The same is asked next.
    Refused(String),
    /// Nobody knows whether it was done. The same is asked next.
    InDoubt(String),
    /// It can't be done.
    Impossible(String),
    /// What is in the store can't be: somebody else writes there, or it was set back. Nothing can be relied on.
    Broken(Fault),
}

/// A part of what there is of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// How many pieces will come before the slots, and which slot they stand for.
    Checkpoint(Checkpoint),
    /// The next pieces of the snapshot.
    Pieces(Vec<Bytes>),
    /// The next slots.
    Slots(Vec<(Slot, Bytes)>),
}

/// What can't be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Slot n holds something else than this owner has put there.
    SlotTaken(Slot),
    /// Slot n is missing although later ones, or the checkpoint, need it.
    SlotMissing(Slot),
    /// The owner's value can't be read: a later version has written it.
    Owner,
    /// The checkpoint is missing, unreadable, or another than this owner has put there.
    Checkpoint,
    /// A piece of the snapshot is missing.
    Piece(u32),
    /// The store has answered something that was not asked.
    Answer,
}

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Stage {
    /// Nothing is wanted.
    Stranger,
    /// Whose it is.
    Looking,
    /// It was somebody's, or nobody's.
    Knowing(Seen),
    /// It is to be this node's.
    Taking(Seen),
    /// It is, and what there is of it is being read.
    Reading(Term, Place),
    /// It is, and all of it is in memory.
    Owning(Reign),
}

/// An owner's key, as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Seen {
    at: Revision,
    owner: Option<Owner>,
    /// Whether there was a checkpoint. If not, the shard is to be founded.
    is_founded: bool,
}

/// What is read next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Checkpoint,
    Piece(Checkpoint, Revision, u32),
    Log(Checkpoint, Revision, Slot),
}

/// An owner's memory of what it has written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Reign {
    term: Term,
    newest: Slot,
    checkpoint: Checkpoint,
    checkpoint_at: Revision,
    work: Work,
    snapshot: Option<Snapshot>,
    /// A new term is to begin before anything else happens.
    must_retake: bool,
}

/// What an owner is asking for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Work {
    /// Nothing, or the next step of the snapshot.
    Idle,
    /// The slot after the newest.
    Append(Bytes, Doubt),
    /// Another owner.
    HandOver(Node, Doubt),
}

/// Whether the same was asked before and the answer was unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Doubt {
    No,
    Yes,
}

/// A snapshot that is being written. Its bytes stay the same until it counts, so that a piece that is written twice does not
/// matter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Snapshot {
    through: Slot,
    pieces: Vec<Bytes>,
    written: u32,
}
