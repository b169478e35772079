//! How many requests are worked on at once, and who gets in when there are too many.
//!
//! Only requests that have come in whole count, so slow clients take no place; and as most requests are answered
//! without waiting for anything, there are seldom more of them than threads. The bound is for the time when something
//! that requests wait for is slow.
//!
//! Of all the places the last quarter is for requests that end a hold one way or the other, and another quarter for
//! these and new holds. So a crowd that asks for maps keeps nobody from holding seats, and one that asks for holds
//! keeps nobody from confirming: a sale that was nearly made is worth more than one that has not begun.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Who gets in first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Whether the server lives must be seen when it is busy, too.
    Always,
    /// Ends a hold, or is an administrator's.
    Finish,
    /// Begins a hold.
    Begin,
    /// Only looks.
    Read,
}

/// Counts the requests that are worked on.
#[derive(Debug)]
pub(super) struct Admission {
    places: usize,
    taken: AtomicUsize,
}

/// A place among the requests that are worked on; given back when this is dropped.
#[derive(Debug)]
pub(super) struct Ticket<'a>(&'a Admission);

impl Admission {
    pub(super) fn new(places: usize) -> Self {
        Self {
            places,
            taken: AtomicUsize::new(0),
        }
    }

    /// Lets a request in, or not. Of several that ask at once for the last place, exactly one gets it.
    pub(super) fn admit(&self, urgency: Urgency) -> Option<Ticket<'_>> {
        // Relaxed, here and below: a count that nothing else is read by; the places are never overdrawn, because
        // each request counts itself before it looks.
        let before = self.taken.fetch_add(1, Ordering::Relaxed);
        let ticket = Ticket(self);
        (before < self.share(urgency)).then_some(ticket)
    }

    fn share(&self, urgency: Urgency) -> usize {
        match urgency {
            Urgency::Always => usize::MAX,
            Urgency::Finish => self.places,
            Urgency::Begin => self.places - self.places / 4,
            Urgency::Read => self.places - self.places / 2,
        }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those that get in of `count` that ask one after the other.
    fn admitted(admission: &Admission, urgency: Urgency, count: usize) -> Vec<Ticket<'_>> {
        (0..count)
            .filter_map(|_| admission.admit(urgency))
            .collect()
    }

    #[test]
    fn maps_leave_room_for_holds_and_holds_for_confirms() {
        let admission = Admission::new(8);
        let maps = admitted(&admission, Urgency::Read, 100);
        let holds = admitted(&admission, Urgency::Begin, 100);
        let confirms = admitted(&admission, Urgency::Finish, 100);
        assert_eq!((maps.len(), holds.len(), confirms.len()), (4, 2, 2));
        assert!(admission.admit(Urgency::Always).is_some());
        drop(maps);
        assert_eq!(admitted(&admission, Urgency::Finish, 100).len(), 4);
    }

    #[test]
    fn refused_requests_take_no_place() {
        let admission = Admission::new(1);
        let place = admission.admit(Urgency::Finish);
        for _ in 0..100 {
            assert!(admission.admit(Urgency::Finish).is_none());
        }
        drop(place);
        assert!(admission.admit(Urgency::Finish).is_some());
    }
}
