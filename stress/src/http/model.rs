//! The small API of one seat as a sequential model, with time in intervals.
//!
//! The server's clock is not ours, so a hold's deadline is known to lie within an interval: the server read its
//! clock between our invocation and the answer, added the TTL and rounded up to a tick. Whoever later sees the
//! hold expired or alive narrows that interval. A refusal or a success that fits no deadline in it is a violation.

use crate::linear::{Model, Span};

/// What is known of a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SeatState {
    /// Free.
    Free,
    /// Held, or held until its deadline passed.
    Held {
        /// By this user.
        user: u32,
        /// The deadline is not before this.
        earliest: u64,
        /// The deadline is not after this.
        latest: u64,
    },
    /// Sold; the small API never gives it back.
    Booked,
}

/// What was asked of a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ask {
    /// `POST /lock`
    Lock {
        /// For whom.
        user: u32,
    },
    /// `POST /confirm`
    Confirm {
        /// For whom.
        user: u32,
    },
    /// `POST /unlock`, which frees anybody's.
    Unlock,
    /// This seat's part of `GET /seats`.
    Look,
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reply {
    /// 200: done, or for an unlock, free already.
    Done,
    /// 400: not locked.
    NotLocked,
    /// 403: locked by another.
    NotYours,
    /// 408: the lock had expired.
    Expired,
    /// 409: booked.
    Booked,
    /// 423: locked.
    Locked,
    /// 503: nothing was changed, for lack of room.
    Busy,
    /// Shown as available.
    ShownFree,
    /// Shown as locked.
    ShownLocked,
    /// Shown as booked.
    ShownBooked,
}

/// One call on one seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeatCall {
    /// What was asked.
    pub ask: Ask,
    /// What was answered, if it was.
    pub reply: Option<Reply>,
    /// The LSN that the answer carried, if it did.
    pub lsn: Option<u64>,
}

/// The seat's rules.
#[derive(Debug, Clone, Copy)]
pub struct SeatModel {
    /// How long a lock lasts.
    pub ttl_nanos: u64,
    /// How far a deadline may be rounded up: the server's tick.
    pub tick_nanos: u64,
    /// How far the two clocks may drift apart within one TTL.
    pub slack_nanos: u64,
}

impl Model for SeatModel {
    type State = SeatState;
    type Call = SeatCall;

    fn step(&self, state: &SeatState, span: &Span<SeatCall>, into: &mut Vec<SeatState>) {
        match span.call.reply {
            Some(reply) => self.answered(*state, span, reply, into),
            // It may have happened: then as any answer that changes the seat would have it.
            None => {
                for reply in [Reply::Done, Reply::Expired] {
                    self.answered(*state, span, reply, into);
                }
            }
        }
    }
}

impl SeatModel {
    fn answered(
        &self,
        state: SeatState,
        span: &Span<SeatCall>,
        reply: Reply,
        into: &mut Vec<SeatState>,
    ) {
        if reply == Reply::Busy {
            into.push(state);
            return;
        }
        // A held seat is judged twice: as alive, and as expired, as far as the deadline's interval lets it be.
        let seen = self.seen(state, span).into_iter().flatten();
        into.extend(seen.filter_map(|seen| match span.call.ask {
            Ask::Lock { user } => self.locked(user, span, reply, seen),
            Ask::Confirm { user } => confirmed(user, reply, seen),
            Ask::Unlock => unlocked(reply, seen),
            Ask::Look => shown(reply, seen),
        }));
    }

    fn locked(
        &self,
        user: u32,
        span: &Span<SeatCall>,
        reply: Reply,
        seen: Seen,
    ) -> Option<SeatState> {
        match (reply, seen) {
            (Reply::Done, Seen::Free | Seen::Expired(_)) => Some(self.held(user, span)),
            (Reply::Locked, Seen::Alive { state, .. }) => Some(state),
            (Reply::Booked, Seen::Booked) => Some(SeatState::Booked),
            _ => None,
        }
    }

    fn seen(&self, state: SeatState, span: &Span<SeatCall>) -> [Option<Seen>; 2] {
        let SeatState::Held {
            user,
            earliest,
            latest,
        } = state
        else {
            return [
                Some(if state == SeatState::Free {
                    Seen::Free
                } else {
                    Seen::Booked
                }),
                None,
            ];
        };
        // The server read its clock between these two.
        let first = span.invoked.saturating_sub(self.slack_nanos);
        let last = span.returned.map_or(u64::MAX, |returned| {
            returned.saturating_add(self.slack_nanos)
        });
        let alive = (first < latest).then(|| {
            let state = SeatState::Held {
                user,
                earliest: earliest.max(first),
                latest,
            };
            Seen::Alive { user, state }
        });
        let expired = (last >= earliest).then(|| {
            Seen::Expired(SeatState::Held {
                user,
                earliest,
                latest: latest.min(last),
            })
        });
        [alive, expired]
    }

    fn held(&self, user: u32, span: &Span<SeatCall>) -> SeatState {
        SeatState::Held {
            user,
            earliest: span
                .invoked
                .saturating_add(self.ttl_nanos)
                .saturating_sub(self.slack_nanos),
            latest: span.returned.map_or(u64::MAX, |returned| {
                returned.saturating_add(self.ttl_nanos + self.tick_nanos + self.slack_nanos)
            }),
        }
    }
}

/// A state as a call may find it; with what its finding tells of the deadline.
enum Seen {
    Free,
    Alive { user: u32, state: SeatState },
    Expired(SeatState),
    Booked,
}

fn confirmed(user: u32, reply: Reply, seen: Seen) -> Option<SeatState> {
    match (reply, seen) {
        (Reply::Done, Seen::Alive { user: by, .. }) if by == user => Some(SeatState::Booked),
        (Reply::NotYours, Seen::Alive { user: by, state }) if by != user => Some(state),
        (Reply::Expired, Seen::Expired(_)) => Some(SeatState::Free),
        // Also an expired hold that the wheel had reclaimed already.
        (Reply::NotLocked, Seen::Free | Seen::Expired(_)) => Some(SeatState::Free),
        (Reply::NotLocked, Seen::Booked) => Some(SeatState::Booked),
        _ => None,
    }
}

fn unlocked(reply: Reply, seen: Seen) -> Option<SeatState> {
    match (reply, seen) {
        (Reply::Done, Seen::Free | Seen::Expired(_) | Seen::Alive { .. }) => Some(SeatState::Free),
        (Reply::Booked, Seen::Booked) => Some(SeatState::Booked),
        _ => None,
    }
}

fn shown(reply: Reply, seen: Seen) -> Option<SeatState> {
    match (reply, seen) {
        (Reply::ShownFree, Seen::Free) => Some(SeatState::Free),
        (Reply::ShownFree, Seen::Expired(state)) => Some(state),
        (Reply::ShownLocked, Seen::Alive { state, .. }) => Some(state),
        (Reply::ShownBooked, Seen::Booked) => Some(SeatState::Booked),
        _ => None,
    }
}
