//! A part of the table: what is known of some keys, and in which order their answers came.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use super::{
    answer::{Answer, Kept},
    key::{Fingerprint, RepeatId},
};
use crate::tick::Moment;

/// How much a part may remember.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) requests: usize,
    pub(super) bytes: usize,
}

/// What is known of a key that a request begins under.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing; from now on it is in progress.
    Nothing,
    /// Nothing, and there is no room for it.
    Full,
    /// The same request is in progress.
    InProgress,
    /// The same request was finished with this answer.
    Finished(Arc<Answer>),
    /// It is another request's.
    Another,
}

#[derive(Debug, Default)]
pub(super) struct Shard {
    requests: HashMap<RepeatId, Request>,
    /// The answers in the order in which they came, by number. A place whose number is no longer its request's is
    /// empty: the request was begun anew after its time.
    order: VecDeque<(u64, RepeatId)>,
    answers: u64,
    bytes: usize,
}

#[derive(Debug)]
enum Request {
    InProgress(Fingerprint),
    Finished { kept: Kept, number: u64 },
}

/// Answers that a request forgets at most before it begins. More than one, so that they vanish faster than they come.
const ENDED_PER_REQUEST: usize = 4;

impl Shard {
    /// Looks a key up, and takes it for this request if it is nobody's.
    pub(super) fn begin(
        &mut self,
        id: RepeatId,
        fingerprint: Fingerprint,
        room: Room,
        now: Moment,
    ) -> Seen {
        self.forget_ended(ENDED_PER_REQUEST, now);
        match self.requests.get(&id) {
            Some(Request::Finished { kept, .. }) if kept.until <= now => self.forget(id),
            Some(Request::Finished { kept, .. }) if kept.fingerprint == fingerprint => {
                return Seen::Finished(Arc::clone(&kept.answer));
            }
            Some(Request::InProgress(first)) if *first == fingerprint => return Seen::InProgress,
            Some(_) => return Seen::Another,
            None => {}
        }
        while self.requests.len() >= room.requests {
            if !self.forget_oldest() {
                return Seen::Full;
            }
        }
        self.requests.insert(id, Request::InProgress(fingerprint));
        Seen::Nothing
    }

    /// Keeps an answer. The oldest ones make room for it; if it needs more than there is, it is kept alone.
    pub(super) fn keep(&mut self, kept: Kept, room: Room) {
        self.forget(kept.id);
        let bytes = kept.bytes();
        while self.order.len() >= room.requests || self.bytes + bytes > room.bytes {
            if !self.forget_oldest() {
                break;
            }
        }
        self.answers += 1;
        self.bytes += bytes;
        self.order.push_back((self.answers, kept.id));
        let number = self.answers;
        self.requests
            .insert(kept.id, Request::Finished { kept, number });
    }

    /// Forgets a request that ended without an answer.
    pub(super) fn free(&mut self, id: RepeatId) {
        if let Some(Request::InProgress(_)) = self.requests.get(&id) {
            self.forget(id);
        }
    }

    /// Forgets at most so many answers whose time has passed, from the oldest on. One that is kept for longer than
    /// usual keeps those behind it as well; whoever asks for them is told nothing of them.
    pub(super) fn forget_ended(&mut self, at_most: usize, now: Moment) {
        for _ in 0..at_most {
            let Some((number, id)) = self.order.front().copied() else {
                return;
            };
            match self.numbered(id, number) {
                Some(kept) if now < kept.until => return,
                _ => self.forget_oldest(),
            };
        }
    }

    pub(super) fn kept(&self) -> Vec<Kept> {
        let order = self.order.iter();
        order
            .filter_map(|(number, id)| self.numbered(*id, *number))
            .cloned()
            .collect()
    }

    pub(super) fn count(&self) -> usize {
        self.requests.len()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The answer with this number, if its request still has it.
    fn numbered(&self, id: RepeatId, number: u64) -> Option<&Kept> {
        match self.requests.get(&id)? {
            Request::Finished {
                kept,
                number: latest,
            } if *latest == number => Some(kept),
            _ => None,
        }
    }

    /// Takes the oldest place out of the queue, with the answer in it if it is not empty. False if there is none.
    fn forget_oldest(&mut self) -> bool {
        let Some((number, id)) = self.order.pop_front() else {
            return false;
        };
        if self.numbered(id, number).is_some() {
            self.forget(id);
        }
        true
    }

    fn forget(&mut self, id: RepeatId) {
        if let Some(Request::Finished { kept, .. }) = self.requests.remove(&id) {
            self.bytes -= kept.bytes();
        }
    }
}
