//! Pinning: an event that will be wanted by many gets a shard of its own, before it is made.
//!
//! One event must never be in two shards. Nodes hear of a new placement one after the other, so it is not the placement
//! alone that says who makes an event, but the owner of a shard:
//!
//! 1. An owner makes an event only if by its placement the event belongs to that shard, and while nobody pins one of it.
//! 2. Only the owner of the shard that an event belongs to pins it, and only if it has not made it: in one transaction that
//!    compares the placement, and the term in which it has looked.
//! 3. Whoever takes a shard reads the placement after that, and before it makes anything.
//!
//! So the new owner of a shard knows of each pin that came before its term, and none can come after it. `tests/cluster/pins`
//! plays this in every order, and what comes of leaving one of these out.

use super::{
    keys::ClusterKeys,
    owner::Term,
    placement::{Pin, ShardId},
    roster::Roster,
    store::{Action, Condition, Txn},
};

/// What is to be done so that an event has a shard of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Pinning {
    /// This is to be asked. If its conditions don't hold nothing was done, and the roster has to be read again.
    Ask(Txn),
    /// It has one.
    Is(ShardId),
    /// There are as many shards as there can be.
    Full,
    /// Another term has begun: whoever has looked whether the event was made does not know.
    Deposed,
}

impl Pinning {
    /// By this roster, for the owner of the event's shard, who has looked in this term whether the event was made.
    pub fn of(event: &str, roster: &Roster, keys: &ClusterKeys, looked_in: Term) -> Self {
        let shard = roster.placement().shard_of(event);
        let mut placement = roster.placement().clone();
        match placement.pin(event) {
            Pin::Was(shard) => return Self::Is(shard),
            Pin::Full => return Self::Full,
            Pin::Pinned(_) => {}
        }
        if roster
            .owner(shard)
            .is_none_or(|(_, term)| *term != looked_in)
        {
            return Self::Deposed;
        }
        let put = Action::Put {
            key: keys.placement(),
            value: placement.encode(),
            lease: None,
        };
        Self::Ask(Txn {
            when: vec![
                Condition::WrittenAt(keys.placement(), roster.placed_at()),
                Condition::WrittenAt(keys.shard(shard).owner(), looked_in.revision()),
            ],
            then: vec![put],
            otherwise: Vec::new(),
        })
    }
}
