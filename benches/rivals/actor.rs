//! An actor: one thread owns the seats and answers one request after the other.

use std::thread::{self, JoinHandle};

use crossbeam::channel::{self, Receiver, Sender};
use seatlock::ids::SeatId;

use super::{Design, Record};
use crate::load::Terms;

/// Requests that may wait for the actor.
const QUEUE: usize = 1_024;

/// The door to the thread that owns the seats.
pub(crate) struct Actor {
    requests: Option<Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

struct Request {
    seat: SeatId,
    terms: Terms,
    change: fn(&mut Record, Terms) -> bool,
    reply: Sender<bool>,
}

impl Actor {
    /// Asks and waits: the next request of a caller depends on this one's answer.
    fn ask(&self, seat: SeatId, terms: Terms, change: fn(&mut Record, Terms) -> bool) -> bool {
        let (reply, answer) = channel::bounded(1);
        let asked = self.requests.as_ref().map(|to| {
            to.send(Request {
                seat,
                terms,
                change,
                reply,
            })
        });
        asked.is_some_and(|asked| asked.is_ok()) && answer.recv().is_ok_and(|done| done)
    }
}

impl Design for Actor {
    const NAME: &'static str = "actor";

    fn new(seats: u32) -> Self {
        let (sender, requests) = channel::bounded(QUEUE);
        let thread = thread::spawn(move || serve(seats, &requests));
        Self {
            requests: Some(sender),
            thread: Some(thread),
        }
    }

    fn hold(&self, seat: SeatId, terms: Terms) -> bool {
        self.ask(seat, terms, Record::hold)
    }

    fn confirm(&self, seat: SeatId, terms: Terms) -> bool {
        self.ask(seat, terms, Record::confirm)
    }

    fn release(&self, seat: SeatId, terms: Terms) -> bool {
        self.ask(seat, terms, Record::release)
    }

    fn cancel(&self, seat: SeatId, terms: Terms) -> bool {
        self.ask(seat, terms, Record::cancel)
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the actor panicked");
        }
    }
}

/// Answers until nobody can ask any more.
fn serve(seats: u32, requests: &Receiver<Request>) {
    let mut records: Vec<_> = (0..seats).map(|_| Record::Available).collect();
    for Request {
        seat,
        terms,
        change,
        reply,
    } in requests
    {
        // Whoever asked and went away does not want the answer.
        let _ = reply.send(change(&mut records[seat.index()], terms));
    }
}
