//! What is asked at each stage.

use bytes::Bytes;

use super::{PAGE_SLOTS, Place, Reign, Seen, Snapshot, Stage, Tenure, Work};
use crate::cluster::{
    checkpoint::Checkpoint,
    keys::Slot,
    owner::{Node, Owner, Term},
    store::{Action, Condition, Keys, Revision, Txn},
};

impl Tenure {
    /// What is to be asked of the store now, if anything. Its answer goes to [`Tenure::hear`] before anything else is begun or
    /// asked; whoever gives up waiting for it says that it is unknown.
    ///
    /// An owner without other work is asked for the next step of his snapshot here, so whoever has something to append begins
    /// that first, and lets a snapshot go on between two batches.
    pub fn ask(&mut self) -> Option<Txn> {
        if self.is_asked {
            return None;
        }
        let txn = match &self.stage {
            Stage::Stranger | Stage::Knowing(_) => None,
            Stage::Looking => Some(self.look_txn()),
            Stage::Taking(seen) => Some(self.take_txn(seen)),
            Stage::Reading(term, place) => Some(self.read_txn(*term, *place)),
            Stage::Owning(reign) => self.reign_txn(reign),
        };
        self.is_asked = txn.is_some();
        txn
    }

    /// What an owner's value says from the transaction on that replaces this revision.
    pub(super) fn owned_by(&self, node: &Node, after: Revision) -> Bytes {
        let owner = Owner {
            node: node.clone(),
            after,
        };
        owner.encode()
    }

    fn look_txn(&self) -> Txn {
        Txn {
            then: self.whose(),
            ..Txn::default()
        }
    }

    fn take_txn(&self, seen: &Seen) -> Txn {
        let mut when = vec![
            Condition::WrittenAt(self.keys.owner(), seen.at),
            self.is_there(&self.me),
        ];
        let before = seen.owner.as_ref().map(|owner| owner.node.lease);
        // His own earlier lease is as gone as anybody's.
        if let Some(lease) = before.filter(|lease| *lease != self.me.lease) {
            let node = self.keys.cluster().node(lease);
            when.push(Condition::WrittenAt(node, Revision::MISSING));
        }
        let mut then = vec![put(self.keys.owner(), self.owned_by(&self.me, seen.at))];
        if !seen.is_founded {
            let checkpoint = self.keys.checkpoint();
            when.push(Condition::WrittenAt(checkpoint.clone(), Revision::MISSING));
            then.push(put(checkpoint, Checkpoint::default().encode()));
            then.push(put(self.keys.slot(Slot::FOUNDING), Bytes::new()));
        }
        Txn {
            when,
            then,
            otherwise: self.whose(),
        }
    }

    fn read_txn(&self, term: Term, place: Place) -> Txn {
        let what = match place {
            Place::Checkpoint => get(self.keys.checkpoint()),
            Place::Piece(checkpoint, _, piece) => {
                let pieces = self.keys.pieces_from(checkpoint.through, piece);
                Action::Get(pieces, PAGE_SLOTS)
            }
            Place::Log(_, _, from) => Action::Get(self.keys.log_from(from), PAGE_SLOTS),
        };
        self.fenced(term, Vec::new(), vec![what], None)
    }

    fn reign_txn(&self, reign: &Reign) -> Option<Txn> {
        if reign.must_retake {
            return Some(self.retake_txn(reign));
        }
        match &reign.work {
            Work::Append(value, _) => Some(self.append_txn(reign, value)),
            Work::HandOver(to, _) => Some(self.hand_over_txn(reign.term, to)),
            Work::Idle => {
                let snapshot = reign.snapshot.as_ref()?;
                Some(match snapshot.next_piece() {
                    Some((piece, value)) => self.piece_txn(reign, snapshot, piece, value),
                    None => self.turn_txn(reign, snapshot),
                })
            }
        }
    }

    fn append_txn(&self, reign: &Reign, value: &Bytes) -> Txn {
        let slot = self.keys.slot(reign.newest.next());
        let when = vec![
            Condition::WrittenAt(slot.clone(), Revision::MISSING),
            Condition::Exists(self.keys.slot(reign.newest)),
        ];
        let then = vec![put(slot.clone(), value.clone())];
        self.fenced(reign.term, when, then, Some(slot))
    }

    fn piece_txn(&self, reign: &Reign, snapshot: &Snapshot, piece: u32, value: &Bytes) -> Txn {
        let then = vec![put(self.keys.piece(snapshot.through, piece), value.clone())];
        self.fenced(reign.term, Vec::new(), then, None)
    }

    fn turn_txn(&self, reign: &Reign, snapshot: &Snapshot) -> Txn {
        let key = self.keys.checkpoint();
        let when = vec![Condition::WrittenAt(key.clone(), reign.checkpoint_at)];
        let then = vec![
            put(key.clone(), snapshot.checkpoint().encode()),
            Action::Delete(self.keys.log_before(snapshot.through)),
            Action::Delete(self.keys.snapshots_before(snapshot.through)),
        ];
        self.fenced(reign.term, when, then, Some(key))
    }

    fn hand_over_txn(&self, term: Term, to: &Node) -> Txn {
        let then = vec![put(self.keys.owner(), self.owned_by(to, term.revision()))];
        self.fenced(term, vec![self.is_there(to)], then, None)
    }

    fn retake_txn(&self, reign: &Reign) -> Txn {
        let owner = self.owned_by(&self.me, reign.term.revision());
        let then = vec![put(self.keys.owner(), owner)];
        self.fenced(reign.term, vec![self.is_there(&self.me)], then, None)
    }

    /// Something that only the owner of a term does. If it is not done, it is answered by who the owner is, and by what is under
    /// another key.
    fn fenced(
        &self,
        term: Term,
        also: Vec<Condition>,
        then: Vec<Action>,
        otherwise: Option<Bytes>,
    ) -> Txn {
        let mut when = vec![Condition::WrittenAt(self.keys.owner(), term.revision())];
        when.extend(also);
        let asked = [Some(self.keys.owner()), otherwise];
        Txn {
            when,
            then,
            otherwise: asked.into_iter().flatten().map(get).collect(),
        }
    }

    fn is_there(&self, node: &Node) -> Condition {
        Condition::Exists(self.keys.cluster().node(node.lease))
    }

    fn whose(&self) -> Vec<Action> {
        vec![get(self.keys.owner()), get(self.keys.checkpoint())]
    }
}

impl Snapshot {
    /// What the store is told once all pieces are there.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            through: self.through,
            pieces: self.count(),
        }
    }

    fn next_piece(&self) -> Option<(u32, &Bytes)> {
        let value = self.pieces.get(self.written as usize)?;
        Some((self.written, value))
    }

    fn count(&self) -> u32 {
        u32::try_from(self.pieces.len()).unwrap_or(u32::MAX)
    }
}

fn get(key: Bytes) -> Action {
    Action::Get(Keys::one(key), 1)
}

fn put(key: Bytes, value: Bytes) -> Action {
    Action::Put {
        key,
        value,
        lease: None,
    }
}
