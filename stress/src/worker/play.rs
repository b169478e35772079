//! The operations that a worker plays.

use rand::RngExt;
use seatlock::{
    ids::SeatId,
    seat::{Step, Trail},
    tick::{Moment, Ttl},
};

use super::{
    Wish, Worker,
    basket::{Party, Taking},
    hand::Hand,
};
use crate::{latency::Ended, plan::mix::Action};

/// Seats that one worker withholds at once; with more it puts one on sale first.
const WITHHELD_MAX: usize = 2;

/// Of so many holds one is offered to the other workers.
const DOUBLES: u32 = 4;

/// Seats that one read looks at, at most.
const READ_SEATS_MAX: u32 = 4;

impl<T: Trail, H: Hand> Worker<'_, T, H> {
    /// Plays an action for a user, or what has to come before it: who has nothing to confirm holds a seat first.
    /// Answers with what was played.
    pub(super) fn play(&mut self, action: Action, user: usize) -> (Action, Ended) {
        let played = match action {
            Action::Hold | Action::Group | Action::Best | Action::Places
                if !self.makes_room(user) =>
            {
                return self.play(Action::Release, user);
            }
            Action::Hold => Some(self.hold(user, 1)),
            Action::Group => {
                let seats = self.rng.random_range(self.plan.group.clone());
                Some(self.hold(user, seats))
            }
            Action::Confirm if self.users[user].is_sated() => {
                return self.play(Action::Cancel, user);
            }
            Action::Confirm | Action::Release | Action::Extend => self.on_own_hold(action, user),
            Action::Cancel => self.cancel(user),
            Action::Best => Some(self.hold_chosen(user, false)),
            Action::Places => Some(self.hold_chosen(user, true)),
            Action::Move => self.change_seats(user),
            Action::Rebook => self.rebook(user),
            Action::Double => self.double(user),
            Action::Block if self.withheld.len() >= WITHHELD_MAX => {
                return self.play(Action::Unblock, user);
            }
            Action::Block => Some(self.block()),
            Action::Unblock => Some(self.unblock()),
            Action::Expire => Some(self.one(Step::Expire)),
            Action::Read => Some(self.read()),
        };
        played.map_or_else(
            || (Action::Hold, self.hold(user, 1)),
            |ended| (action, ended),
        )
    }

    /// Whether the user may hold more: if he has his share, he forgets a hold, unless enough are forgotten already.
    fn makes_room(&mut self, user: usize) -> bool {
        if !self.users[user].is_full() {
            return true;
        }
        let now = self.site.clock.now().tick();
        if !self.forgotten.has_room(now) {
            return false;
        }
        if let Some(taking) = self.users[user].take_held(0) {
            self.forgotten.forget(taking, now);
        }
        true
    }

    fn hold(&mut self, user: usize, count: u32) -> Ended {
        let seats = if count == 1 {
            Party::One(self.draw.seat(&mut self.rng))
        } else {
            let mut seats = Vec::new();
            self.draw.party(&mut self.rng, count, &mut seats);
            Party::Many(seats.into())
        };
        self.hold_party(user, seats)
    }

    pub(super) fn hold_party(&mut self, user: usize, seats: Party) -> Ended {
        let fresh = self.takings.fresh();
        let id = self.hand.taking(fresh);
        let moment = self.site.clock.now();
        let ttl = self.ttl();
        let until = moment.deadline(ttl);
        let taking = Taking { id, until, seats };
        let ended = self.ask_for(
            &taking,
            Step::Hold { taking: id, until },
            moment,
            Some(ttl),
            false,
        );
        if ended == Ended::Done {
            if self.rng.random_ratio(1, DOUBLES) {
                // A full queue keeps what it has.
                let _ = self.site.doubles.push(taking.clone());
            }
            self.users[user].hold(taking);
        }
        ended
    }

    /// Who comes back to a hold that he had forgotten comes within a tick of its deadline, in time or too late, with
    /// the reaper on his heels.
    fn on_own_hold(&mut self, action: Action, user: usize) -> Option<Ended> {
        let haste = self.rng.random_range(0..=1);
        let any = self.rng.random_range(0..usize::MAX);
        let due = self.site.clock.now().tick().plus(haste);
        let taking = self
            .forgotten
            .remember(due)
            .or_else(|| self.users[user].take_held(any))?;
        Some(self.on_hold(action, user, taking))
    }

    /// Confirms, releases or extends, and remembers what has become of it.
    fn on_hold(&mut self, action: Action, user: usize, mut taking: Taking) -> Ended {
        let id = taking.id;
        let moment = self.site.clock.now();
        let ttl = self.ttl();
        let later = moment.deadline(ttl);
        let (step, lasts) = match action {
            Action::Confirm => (Step::Confirm { taking: id }, None),
            Action::Extend => (
                Step::Extend {
                    taking: id,
                    until: later,
                },
                Some(ttl),
            ),
            _ => (Step::Release { taking: id }, None),
        };
        let ended = self.ask_for(&taking, step, moment, lasts, true);
        let basket = &mut self.users[user];
        match (action, ended) {
            (Action::Confirm, Ended::Done | Ended::Already) => basket.book(taking),
            (Action::Extend, Ended::Done) => {
                taking.until = later;
                basket.hold(taking);
            }
            // Also what could not be extended because it lasts longer already.
            (Action::Extend, _) | (_, Ended::Busy | Ended::Already)
                if !taking.until.reached_at(moment.tick()) =>
            {
                basket.hold(taking);
            }
            _ => {}
        }
        ended
    }

    fn cancel(&mut self, user: usize) -> Option<Ended> {
        let taking = self.users[user].take_booked()?;
        let moment = self.site.clock.now();
        let ended = self.ask_for(
            &taking,
            Step::Cancel { taking: taking.id },
            moment,
            None,
            false,
        );
        if ended == Ended::Busy {
            self.users[user].book(taking);
        }
        Some(ended)
    }

    /// Gives back one seat and holds another, in one step.
    fn change_seats(&mut self, user: usize) -> Option<Ended> {
        let old = self.users[user].take_held(0)?;
        let to = self.draw.seat(&mut self.rng);
        let &[from] = old.seats.seats() else {
            self.users[user].hold(old);
            return None;
        };
        if from == to {
            self.users[user].hold(old);
            return None;
        }
        let fresh = self.takings.fresh();
        let id = self.hand.taking(fresh);
        let moment = self.site.clock.now();
        let ttl = self.ttl();
        let until = moment.deadline(ttl);
        let mut steps = vec![
            (from, Step::Release { taking: old.id }),
            (to, Step::Hold { taking: id, until }),
        ];
        let lasts_nanos = nanos(ttl);
        let ended = self.ask(&mut Wish {
            steps: &mut steps,
            moment,
            lasts_nanos,
            promised: Some(old.until),
        });
        let kept = if ended == Ended::Done {
            Taking {
                id,
                until,
                seats: Party::One(to),
            }
        } else {
            old
        };
        self.users[user].hold(kept);
        Some(ended)
    }

    /// Acts on what another worker holds and may be acting on at this very moment.
    fn double(&mut self, user: usize) -> Option<Ended> {
        let taking = self.site.doubles.pop()?;
        let action =
            [Action::Confirm, Action::Release, Action::Extend][self.rng.random_range(0..3)];
        Some(self.on_hold(action, user, taking))
    }

    fn block(&mut self) -> Ended {
        let seat = self.draw.seat(&mut self.rng);
        let ended = self.on_seat(seat, Step::Block);
        if ended == Ended::Done {
            self.withheld.push(seat);
        }
        ended
    }

    fn unblock(&mut self) -> Ended {
        match self.withheld.pop() {
            Some(seat) => {
                let ended = self.on_seat(seat, Step::Unblock);
                if ended == Ended::Busy {
                    self.withheld.push(seat);
                }
                ended
            }
            None => self.one(Step::Unblock),
        }
    }

    fn one(&mut self, step: Step) -> Ended {
        let seat = self.draw.seat(&mut self.rng);
        self.on_seat(seat, step)
    }

    fn on_seat(&mut self, seat: SeatId, step: Step) -> Ended {
        let moment = self.site.clock.now();
        self.ask(&mut Wish {
            steps: &mut vec![(seat, step)],
            moment,
            lasts_nanos: 0,
            promised: None,
        })
    }

    /// Looks at some seats one after the other, upwards or downwards: groups must not be seen half done either way.
    fn read(&mut self) -> Ended {
        let count = self.rng.random_range(1..=READ_SEATS_MAX);
        let mut seats = Vec::new();
        self.draw.party(&mut self.rng, count, &mut seats);
        if self.rng.random() {
            seats.reverse();
        }
        let words: Vec<_> = seats
            .iter()
            .map(|seat| self.site.seats.read(*seat))
            .collect();
        let span = self.span();
        for (seat, word) in seats.into_iter().zip(words) {
            self.saw(seat, word, span, None, false);
        }
        Ended::Done
    }

    fn ask_for(
        &mut self,
        taking: &Taking,
        step: Step,
        moment: Moment,
        lasts: Option<Ttl>,
        own: bool,
    ) -> Ended {
        let mut steps = taking
            .seats
            .seats()
            .iter()
            .map(|seat| (*seat, step))
            .collect();
        let promised = own.then_some(taking.until);
        self.ask(&mut Wish {
            steps: &mut steps,
            moment,
            lasts_nanos: lasts.map_or(0, nanos),
            promised,
        })
    }

    fn ttl(&mut self) -> Ttl {
        let (shortest, longest) = (nanos(self.plan.ttl_min), nanos(self.plan.ttl_max));
        let nanos = self.rng.random_range(shortest..=longest);
        Ttl::new(std::time::Duration::from_nanos(nanos)).unwrap_or(self.plan.ttl_max)
    }
}

fn nanos(ttl: Ttl) -> u64 {
    u64::try_from(ttl.span().as_nanos()).unwrap_or(u64::MAX)
}
