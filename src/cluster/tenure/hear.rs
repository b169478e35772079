//! What each answer leads to.

use bytes::Bytes;

use super::{Doubt, Fault, Found, Heard, PAGE_SLOTS, Place, Reign, Seen, Stage, Tenure, Work};
use crate::cluster::{
    checkpoint::Checkpoint,
    keys::Slot,
    owner::{Node, Owner, Term},
    store::{Done, Entry, Revision, StoreError},
};

/// Pieces of a snapshot, and the one that follows.
struct Pieces {
    values: Vec<Bytes>,
    end: u32,
}

impl Tenure {
    /// Hears the answer to what was asked last.
    ///
    /// # Panics
    /// If nothing was asked.
    pub fn hear(&mut self, answer: Result<Done, StoreError>) -> Heard {
        assert!(self.is_asked, "an answer follows from a question");
        self.is_asked = false;
        match answer {
            Ok(done) => self.hear_done(&done),
            // A refusal says nothing of the times that the same was asked before: what is in doubt stays so.
            Err(StoreError::Refused(why)) => Heard::Refused(why),
            Err(StoreError::Unknown(why)) => {
                self.doubt();
                Heard::InDoubt(why)
            }
            Err(StoreError::Impossible(why)) => Heard::Impossible(why),
        }
    }

    fn doubt(&mut self) {
        if let Stage::Owning(reign) = &mut self.stage
            && let Work::Append(_, doubt) | Work::HandOver(_, doubt) = &mut reign.work
        {
            *doubt = Doubt::Yes;
        }
    }

    fn hear_done(&mut self, done: &Done) -> Heard {
        match self.stage.clone() {
            Stage::Stranger | Stage::Knowing(_) => Heard::Broken(Fault::Answer),
            Stage::Looking => self.see(done),
            Stage::Taking(_) if done.held => self.win(Term::new(done.revision)),
            Stage::Taking(_) => self.see(done),
            Stage::Reading(term, place) if done.held => self.read(term, place, &done.found),
            Stage::Reading(..) => self.depose(done),
            Stage::Owning(reign) => self.hear_as_owner(reign, done),
        }
    }

    /// Whose it is. An owner's value with this node's lease is one that this node has left, without an answer to it, or the
    /// owner before it, who hands over.
    fn see(&mut self, done: &Done) -> Heard {
        let entry = first(&done.found, 0);
        let owner = entry.and_then(|entry| Owner::decode(&entry.value));
        if entry.is_some() && owner.is_none() {
            self.stage = Stage::Stranger;
            return Heard::Broken(Fault::Owner);
        }
        let at = entry.map_or(Revision::MISSING, |entry| entry.revision);
        match &owner {
            Some(owner) if owner.node.lease == self.me.lease => self.win(Term::new(at)),
            _ => {
                self.stage = Stage::Knowing(Seen {
                    at,
                    owner: owner.clone(),
                    is_founded: first(&done.found, 1).is_some(),
                });
                Heard::Saw(owner)
            }
        }
    }

    fn win(&mut self, term: Term) -> Heard {
        self.stage = Stage::Reading(term, Place::Checkpoint);
        Heard::Won(term)
    }

    fn depose(&mut self, done: &Done) -> Heard {
        self.stage = Stage::Stranger;
        let owner = first(&done.found, 0);
        Heard::Deposed(owner.and_then(|entry| Owner::decode(&entry.value)))
    }

    fn read(&mut self, term: Term, place: Place, found: &[Vec<Entry>]) -> Heard {
        match place {
            Place::Checkpoint => {
                let entry = first(found, 0);
                let read = entry
                    .and_then(|entry| Some((Checkpoint::decode(&entry.value)?, entry.revision)));
                let Some((checkpoint, at)) = read else {
                    return Heard::Broken(Fault::Checkpoint);
                };
                self.read_on(term, checkpoint, at, 0);
                Heard::Read(Found::Checkpoint(checkpoint))
            }
            Place::Piece(checkpoint, at, piece) => {
                let entries = found.first().map_or(&[][..], Vec::as_slice);
                match self.pieces(checkpoint, piece, entries) {
                    Ok(pieces) => {
                        self.read_on(term, checkpoint, at, pieces.end);
                        Heard::Read(Found::Pieces(pieces.values))
                    }
                    Err(fault) => Heard::Broken(fault),
                }
            }
            Place::Log(checkpoint, at, from) => {
                let entries = found.first().map_or(&[][..], Vec::as_slice);
                match self.slots(from, entries) {
                    Ok(slots) => self.read_slots(term, (checkpoint, at), from, slots),
                    Err(fault) => Heard::Broken(fault),
                }
            }
        }
    }

    /// Pieces one after the other, the first of which is this one.
    fn pieces(
        &self,
        checkpoint: Checkpoint,
        from: u32,
        entries: &[Entry],
    ) -> Result<Pieces, Fault> {
        let mut pieces = Pieces {
            values: Vec::with_capacity(entries.len()),
            end: from,
        };
        for entry in entries {
            if entry.key != self.keys.piece(checkpoint.through, pieces.end) {
                break;
            }
            pieces.values.push(entry.value.clone());
            pieces.end += 1;
        }
        // A later snapshot through the same slot may have left more of them.
        let wanted = (checkpoint.pieces - from) as usize;
        pieces.values.truncate(wanted);
        pieces.end = pieces.end.min(checkpoint.pieces);
        if pieces.end == from {
            return Err(Fault::Piece(from));
        }
        Ok(pieces)
    }

    /// After the checkpoint and some pieces: the next ones, or the log.
    fn read_on(&mut self, term: Term, checkpoint: Checkpoint, at: Revision, piece: u32) {
        let place = if piece < checkpoint.pieces {
            Place::Piece(checkpoint, at, piece)
        } else {
            Place::Log(checkpoint, at, checkpoint.through)
        };
        self.stage = Stage::Reading(term, place);
    }

    fn read_slots(
        &mut self,
        term: Term,
        (checkpoint, checkpoint_at): (Checkpoint, Revision),
        from: Slot,
        mut slots: Vec<(Slot, Bytes)>,
    ) -> Heard {
        let is_last = slots.len() < PAGE_SLOTS as usize;
        // The slot that the snapshot goes through is still there, whatever was trimmed: without it there is no telling where
        // the log ends.
        let Some(newest) = slots.last().map(|(slot, _)| *slot).or(from.before()) else {
            return Heard::Broken(Fault::SlotMissing(from));
        };
        if newest < checkpoint.through {
            return Heard::Broken(Fault::SlotMissing(checkpoint.through));
        }
        slots.retain(|(slot, _)| *slot > checkpoint.through);
        if !is_last {
            let place = Place::Log(checkpoint, checkpoint_at, newest.next());
            self.stage = Stage::Reading(term, place);
            return Heard::Read(Found::Slots(slots));
        }
        self.stage = Stage::Owning(Reign {
            term,
            newest,
            checkpoint,
            checkpoint_at,
            work: Work::Idle,
            snapshot: None,
            must_retake: false,
        });
        Heard::Ready(slots)
    }

    /// Slots one after the other, the first of which is this one.
    fn slots(&self, from: Slot, entries: &[Entry]) -> Result<Vec<(Slot, Bytes)>, Fault> {
        let mut next = from;
        let mut slots = Vec::with_capacity(entries.len());
        for entry in entries {
            let slot = self.keys.slot_of(&entry.key).ok_or(Fault::Answer)?;
            if slot != next {
                return Err(Fault::SlotMissing(next));
            }
            slots.push((slot, entry.value.clone()));
            next = slot.next();
        }
        Ok(slots)
    }
}

impl Tenure {
    fn hear_as_owner(&mut self, reign: Reign, done: &Done) -> Heard {
        if !done.held && !is_term(reign.term, done) {
            return self.hear_of_another_term(reign, done);
        }
        if reign.must_retake {
            return if done.held {
                self.retaken(reign, Term::new(done.revision))
            } else {
                Heard::NoLease
            };
        }
        match reign.work.clone() {
            Work::Append(value, doubt) => self.hear_append(reign, &value, doubt, done),
            Work::HandOver(to, doubt) => self.hear_hand_over(reign, to, doubt, done.held),
            Work::Idle => self.hear_snapshot(reign, done),
        }
    }

    /// It is this node's own one only if it was to retake the shard, and the owner's value is to the byte what it had written
    /// there: then nobody was owner in between.
    fn hear_of_another_term(&mut self, reign: Reign, done: &Done) -> Heard {
        let mine = self.owned_by(&self.me, reign.term.revision());
        match first(&done.found, 0) {
            Some(entry) if reign.must_retake && entry.value == mine => {
                self.retaken(reign, Term::new(entry.revision))
            }
            owner => {
                let by = owner.and_then(|entry| Owner::decode(&entry.value));
                if let (Work::HandOver(to, Doubt::Yes), Some(by)) = (&reign.work, &by)
                    && (by.node == *to && by.after == reign.term.revision())
                {
                    return self.handed_over(to.clone());
                }
                self.depose(done)
            }
        }
    }

    fn retaken(&mut self, mut reign: Reign, term: Term) -> Heard {
        reign.term = term;
        reign.must_retake = false;
        // What was asked in the term before may have been done until just now.
        if let Work::Append(_, doubt) = &mut reign.work {
            *doubt = Doubt::Yes;
        }
        self.stage = Stage::Owning(reign);
        Heard::Retaken(term)
    }

    fn hear_append(&mut self, mut reign: Reign, value: &Bytes, doubt: Doubt, done: &Done) -> Heard {
        let slot = reign.newest.next();
        if !done.held {
            match first(&done.found, 1) {
                Some(entry) if doubt == Doubt::Yes && entry.value == *value => {}
                Some(_) => return Heard::Broken(Fault::SlotTaken(slot)),
                None => return Heard::Broken(Fault::SlotMissing(reign.newest)),
            }
        }
        reign.newest = slot;
        reign.work = Work::Idle;
        self.stage = Stage::Owning(reign);
        Heard::Appended(slot)
    }

    fn hear_hand_over(&mut self, mut reign: Reign, to: Node, doubt: Doubt, held: bool) -> Heard {
        if held {
            return self.handed_over(to);
        }
        reign.work = Work::Idle;
        // One that was asked before may still be done, should the node come after all: not in a new term.
        reign.must_retake = doubt == Doubt::Yes;
        self.stage = Stage::Owning(reign);
        Heard::Kept
    }

    fn handed_over(&mut self, to: Node) -> Heard {
        self.stage = Stage::Stranger;
        Heard::HandedOver(to)
    }

    fn hear_snapshot(&mut self, mut reign: Reign, done: &Done) -> Heard {
        let Some(snapshot) = reign.snapshot.as_mut() else {
            return Heard::Broken(Fault::Answer);
        };
        let turned = snapshot.checkpoint();
        if snapshot.written < turned.pieces {
            snapshot.written += 1;
            self.stage = Stage::Owning(reign);
            return Heard::Wrote;
        }
        let at = if done.held {
            done.revision
        } else {
            match first(&done.found, 1) {
                Some(entry) if entry.value == turned.encode() => entry.revision,
                _ => return Heard::Broken(Fault::Checkpoint),
            }
        };
        (reign.checkpoint, reign.checkpoint_at) = (turned, at);
        reign.snapshot = None;
        self.stage = Stage::Owning(reign);
        Heard::Turned(turned)
    }
}

/// Whether the term is still that of the owner that the answer found.
fn is_term(term: Term, done: &Done) -> bool {
    first(&done.found, 0).is_some_and(|owner| owner.revision == term.revision())
}

/// The only entry that an action can have found.
fn first(found: &[Vec<Entry>], action: usize) -> Option<&Entry> {
    found.get(action)?.first()
}
