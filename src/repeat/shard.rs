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
    /// Those whose answers were forgotten, for a ledger to forget them too, if there is one.
    forgotten: Option<Vec<RepeatId>>,
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
            if let Some(forgotten) = &mut self.forgotten {
                forgotten.push(id);
            }
        }
    }

    /// From now on takes note of what is forgotten.
    pub(super) fn note_forgotten(&mut self) {
        self.forgotten.get_or_insert_default();
    }

    /// The keys whose answers were forgotten since the last time. Of a key that is in use again it is told later, if it
    /// then has no answer.
    pub(super) fn take_forgotten(&mut self) -> Vec<RepeatId> {
        let Some(forgotten) = &mut self.forgotten else {
            return Vec::new();
        };
        let requests = &self.requests;
        let in_progress = |id: &RepeatId| matches!(requests.get(id), Some(Request::InProgress(_)));
        let (later, now): (Vec<_>, Vec<_>) =
            std::mem::take(forgotten).into_iter().partition(in_progress);
        *forgotten = later;
        now.into_iter()
            .filter(|id| !requests.contains_key(id))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room {
        requests: 8,
        bytes: 1 << 20,
    };

    fn at(seconds: u64) -> Moment {
        Moment::from_nanos(seconds * 1_000_000_000)
    }

    fn id(name: u8) -> RepeatId {
        RepeatId::from_bytes([name; 32])
    }

    fn request() -> Fingerprint {
        Fingerprint::of(&[b"POST"])
    }

    fn answer(text: &str) -> Arc<Answer> {
        Arc::new(Answer::new(201, &[], text.as_bytes()).expect("a short answer"))
    }

    fn keep(shard: &mut Shard, name: u8, text: &str, until: u64) {
        let kept = Kept {
            id: id(name),
            fingerprint: request(),
            answer: answer(text),
            until: at(until),
        };
        shard.keep(kept, ROOM);
    }

    fn begin(shard: &mut Shard, name: u8, now: u64) -> Seen {
        shard.begin(id(name), request(), ROOM, at(now))
    }

    #[test]
    fn an_answer_that_is_kept_for_long_lets_those_behind_it_end_in_time() {
        let mut shard = Shard::default();
        keep(&mut shard, 0, "long", 99);
        keep(&mut shard, 1, "short", 10);
        assert_eq!(begin(&mut shard, 1, 9), Seen::Finished(answer("short")));
        assert_eq!(begin(&mut shard, 1, 10), Seen::Nothing);
    }

    #[test]
    fn an_empty_place_ends_nobody_elses_answer() {
        let mut shard = Shard::default();
        keep(&mut shard, 0, "long", 99);
        keep(&mut shard, 1, "first", 10);
        assert_eq!(begin(&mut shard, 1, 10), Seen::Nothing);
        keep(&mut shard, 1, "second", 200);
        shard.forget_ended(2, at(99));
        assert_eq!((shard.count(), shard.order.len()), (1, 1));
        assert_eq!(begin(&mut shard, 1, 99), Seen::Finished(answer("second")));
    }

    #[test]
    fn empty_places_do_not_let_the_queue_grow() {
        let mut shard = Shard::default();
        keep(&mut shard, 0, "long", 1_000_000);
        for round in 0..1_000 {
            keep(&mut shard, 1, "short", round);
            assert_eq!(begin(&mut shard, 1, round), Seen::Nothing);
            assert!(shard.order.len() <= ROOM.requests);
        }
    }

    #[test]
    fn each_request_forgets_some_that_have_ended() {
        let mut shard = Shard::default();
        (0..8).for_each(|name| keep(&mut shard, name, "", 10));
        assert_eq!(begin(&mut shard, 8, 10), Seen::Nothing);
        assert_eq!(shard.count(), 8 - ENDED_PER_REQUEST + 1);
    }

    #[test]
    fn what_is_kept_again_is_counted_once_and_never_freed() {
        let mut shard = Shard::default();
        keep(&mut shard, 1, "once", 10);
        let bytes = shard.bytes();
        keep(&mut shard, 1, "once", 10);
        assert_eq!((shard.bytes(), shard.count()), (bytes, 1));
        shard.free(id(1));
        assert_eq!(begin(&mut shard, 1, 9), Seen::Finished(answer("once")));
    }
}
