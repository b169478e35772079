//! What people do, and bots.
//!
//! ```text
//!          too few free                   refused                 gives back, or just goes
//!   Look ----------------> again   Ask ------------> again   Decide ----------------------->
//!    |                              ^ |                        ^ |
//!    +---- has chosen --------------+ +---- is granted --------+ +-- pays --> HasPaid --> Booked
//!                                                                              | too late: again
//! ```

use std::time::Duration;

use seatlock::{event::best::Adjacent, feed::Shown, ids::SeatId};

use super::{
    Fault,
    agent::{Holding, Next},
    house::Whose,
    limits::Request,
    server::{Asked, Confirmed, Granted, Paying, Refusal},
    tally::Ending,
    world::World,
};

/// How much people's times differ: one of 20 takes 2.7 times as long as the median.
const SPREAD: f64 = 0.6;

/// How much the providers' do.
const PROVIDER_SPREAD: f64 = 0.4;

/// Who leaves the choice to the server needs less time than who chooses on the map.
const BEST_CHOOSES: f64 = 0.3;

/// The share of those whose payment was declined who try another card.
const PAYS_AGAIN: f64 = 0.5;

/// How long a bot waits when it is refused and no time was named.
const BOT_PAUSE: Duration = Duration::from_secs(5);

/// When of its hold a bot has found somebody for the seats, if it does.
const BOT_SELLS_AT: f64 = 0.6;

impl World<'_> {
    /// Somebody does what he had in mind.
    pub(super) fn act(&mut self, place: u32) {
        let next = self.agents[place as usize].next;
        if !self.is_let_in(place, next) {
            return;
        }
        match (next, self.agents[place as usize].is_bot) {
            (Next::Look, true) => self.bot_looks(place),
            (Next::Look, false) => self.look(place),
            (Next::Ask, _) => self.ask(place),
            (Next::Decide, _) => self.decide(place),
            (Next::HasPaid, _) => self.has_paid(place),
            (Next::Gone, _) => {}
        }
    }

    /// Whether he may ask now, for his rate. If not, he does as he is told: he waits, and then asks the same again.
    fn is_let_in(&mut self, place: u32, next: Next) -> bool {
        if self.gate.is_open() || !self.server.is_up() || self.server.is_remote() {
            return true;
        }
        let agent = &mut self.agents[place as usize];
        let request = match next {
            // A bot looks by asking.
            Next::Look if agent.is_bot => Request::Change,
            Next::Look => Request::Look,
            Next::Ask | Next::Decide | Next::HasPaid => Request::Change,
            Next::Gone => return true,
        };
        let entered = self.gate.enter(agent, request, self.now);
        self.tally.asked(agent, entered.is_ok());
        let Err(after) = entered else {
            return true;
        };
        let wait = agent.chance.around(after, SPREAD).max(after);
        self.plan(place, next, wait);
        false
    }

    fn look(&mut self, place: u32) {
        let choosing = self.scenario.buyers.choosing.0;
        let agent = &mut self.agents[place as usize];
        let free = self.house.count(Shown::Available);
        if agent.best {
            if free < agent.party {
                return self.saw_nothing(place);
            }
            let after = agent.chance.around(choosing, SPREAD).mul_f64(BEST_CHOOSES);
            return self.plan(place, Next::Ask, after);
        }
        let rank = agent.taste(self.zipf.as_ref());
        match self
            .house
            .choose(rank, agent.party, agent.apart, &mut agent.chance)
        {
            None => self.saw_nothing(place),
            Some(seats) => {
                agent.wish = seats;
                let after = agent.chance.around(choosing, SPREAD);
                self.plan(place, Next::Ask, after);
            }
        }
    }

    fn saw_nothing(&mut self, place: u32) {
        self.tally.requests.saw_nothing += 1;
        self.try_again(place);
    }

    /// After a while, unless he has had enough.
    pub(super) fn try_again(&mut self, place: u32) {
        let pause = self.scenario.buyers.pause.0;
        let agent = &mut self.agents[place as usize];
        agent.tries = agent.tries.saturating_sub(1);
        if agent.tries == 0 {
            return self.leave(place, &[]);
        }
        let after = agent.chance.around(pause, SPREAD);
        self.plan(place, Next::Look, after);
    }

    fn ask(&mut self, place: u32) {
        let agent = &self.agents[place as usize];
        // The page shows how many are left, and has no button when they are too few.
        if agent.best && !agent.is_bot && self.house.count(Shown::Available) < agent.party {
            return self.saw_nothing(place);
        }
        let adjacent = if agent.apart {
            Adjacent::Preferred
        } else {
            Adjacent::Required
        };
        let named: &[SeatId] = if agent.best { &[] } else { &agent.wish };
        self.house.want(named);
        match self
            .server
            .hold(&agent.user(), named, agent.party, adjacent)
        {
            Asked::Held(granted) => self.granted(place, granted),
            Asked::Refused(refusal) => self.refused(place, refusal),
            Asked::NoAnswer => self.nobody_answers(place, Next::Ask),
        }
    }

    fn granted(&mut self, place: u32, granted: Granted) {
        let Granted {
            key,
            seats,
            deadline,
        } = granted;
        if self.agents[place as usize].best {
            self.house.want(&seats);
        }
        let holding = Holding {
            key,
            seats,
            deadline,
            since: self.now,
            is_alive: true,
        };
        self.enter_hold(place, holding);
        let (hesitates, bots) = (self.scenario.buyers.hesitates.0, &self.scenario.bots);
        let agent = &mut self.agents[place as usize];
        if !agent.is_bot {
            let after = agent.chance.around(hesitates, SPREAD);
            self.plan(place, Next::Decide, after);
        } else if agent.chance.is(bots.buys) {
            let lasts = Duration::from_nanos(deadline - self.now);
            self.plan(place, Next::HasPaid, lasts.mul_f64(BOT_SELLS_AT));
        } else {
            // Its deadline brings it back.
            agent.next = Next::Look;
            agent.plan += 1;
        }
    }

    fn refused(&mut self, place: u32, refusal: Refusal) {
        let requests = &mut self.tally.requests;
        *match refusal {
            Refusal::InTheWay => &mut requests.in_the_way,
            Refusal::NotEnough | Refusal::Other => &mut requests.not_enough,
            Refusal::Over(_) => &mut requests.over,
            Refusal::Cooling => &mut requests.cooling,
            Refusal::Orphans => &mut requests.orphans,
        } += 1;
        self.tally.lately.refusals += 1;
        let agent = &mut self.agents[place as usize];
        agent.refusals = agent.refusals.saturating_add(1);
        if refusal == Refusal::InTheWay {
            self.house.refuse(&agent.wish);
        }
        if self.fault == Fault::ToldHeld && refusal == Refusal::InTheWay {
            let seats = agent.wish.clone();
            let told = self.house.hold(&seats, place, u64::MAX);
            return self.note(told);
        }
        if !agent.is_bot {
            return self.try_again(place);
        }
        self.tally.bots.refused += 1;
        let wait = match refusal {
            Refusal::Over(Some(wait)) => wait,
            _ => BOT_PAUSE,
        };
        let after = agent.chance.around(wait, SPREAD).max(wait);
        self.plan(place, Next::Look, after);
    }

    fn nobody_answers(&mut self, place: u32, next: Next) {
        self.tally.requests.unanswered += 1;
        self.tally.lately.unanswered += 1;
        let pause = self.scenario.buyers.pause.0;
        let agent = &mut self.agents[place as usize];
        let after = agent.chance.around(pause, SPREAD);
        self.plan(place, next, after);
    }

    fn decide(&mut self, place: u32) {
        if !self.server.is_up() {
            return self.nobody_answers(place, Next::Decide);
        }
        let (buyers, payments) = (&self.scenario.buyers, &self.scenario.payments);
        let agent = &mut self.agents[place as usize];
        let Some(key) = agent.holds_alive().map(|holding| holding.key) else {
            return self.try_again(place);
        };
        if agent.chance.is(buyers.buys) {
            if payments.says_paying {
                match self.server.pay(&key) {
                    Paying::Until(deadline) => self.enter_deadline(place, deadline),
                    Paying::Over => {
                        self.note(Err(format!("hold {} was lost before its deadline", key.id)));
                    }
                    Paying::NoAnswer => return self.nobody_answers(place, Next::Decide),
                }
            }
            return self.pays(place);
        }
        if agent.chance.is(buyers.releases) {
            return self.gives_back(place);
        }
        self.leave(place, &[]);
    }

    fn pays(&mut self, place: u32) {
        let payments = &self.scenario.payments;
        let agent = &mut self.agents[place as usize];
        let median = if agent.chance.is(payments.late) {
            payments.late_by
        } else {
            payments.provider
        };
        let after = agent.chance.around(median.0, PROVIDER_SPREAD);
        self.tally.payments.sent += 1;
        self.plan(place, Next::HasPaid, after);
    }

    fn gives_back(&mut self, place: u32) {
        let key = self.agents[place as usize]
            .holds_alive()
            .map(|holding| holding.key);
        match key.map(|key| self.server.release(&key)) {
            Some(Some(true)) => {
                self.tally.requests.released += 1;
                self.enter_end(place, Ending::Released);
            }
            Some(Some(false)) => {
                self.note(Err("a living hold could not be released".into()));
            }
            // He closes the page, and the seats wait for the deadline.
            Some(None) | None => {}
        }
        self.leave(place, &[]);
    }

    fn has_paid(&mut self, place: u32) {
        let payments = &self.scenario.payments;
        let agent = &mut self.agents[place as usize];
        let Some(holding) = agent.holding.clone() else {
            return self.try_again(place);
        };
        if !agent.is_bot && agent.chance.is(payments.declines) {
            self.tally.payments.declined += 1;
            if holding.is_alive && agent.chance.is(PAYS_AGAIN) {
                return self.pays(place);
            }
            return self.gives_back(place);
        }
        match self
            .server
            .confirm(&holding.key, payments.retake && !agent.is_bot)
        {
            Confirmed::Booked(seats) => self.booked(place, &holding, &seats),
            Confirmed::TooLate if self.fault == Fault::ToldBooked => {
                let told = self.house.sell(&holding.seats, place, self.now);
                self.note(told);
            }
            Confirmed::TooLate => self.too_late(place, &holding),
            Confirmed::NoAnswer => self.nobody_answers(place, Next::HasPaid),
        }
    }

    fn too_late(&mut self, place: u32, holding: &Holding) {
        if holding.is_alive {
            return self.note(Err(format!(
                "hold {} was refused before its deadline",
                holding.key.id
            )));
        }
        self.tally.requests.too_late += 1;
        let agent = &mut self.agents[place as usize];
        agent.refusals = agent.refusals.saturating_add(1);
        agent.holding = None;
        if agent.is_bot {
            return self.plan(place, Next::Look, BOT_PAUSE);
        }
        self.tally.payments.lost += 1;
        self.tally.lately.refusals += 1;
        self.try_again(place);
    }

    fn booked(&mut self, place: u32, holding: &Holding, seats: &[SeatId]) {
        let is_bot = self.agents[place as usize].is_bot;
        self.tally.requests.confirmed += 1;
        self.tally.lately.confirms += 1;
        if seats != holding.seats {
            self.note(Err(format!(
                "hold {} was booked with other seats",
                holding.key.id
            )));
        }
        if holding.is_alive {
            self.tally.payments.in_time += u64::from(!is_bot);
            self.enter_end(place, Ending::Paid);
        } else {
            self.tally.checks[1] += seats.len() as u64;
            self.tally.payments.retaken += u64::from(!is_bot);
            let entered = self.house.take_from_sale(seats, Whose::Sold);
            self.note(entered);
        }
        if self.fault == Fault::LostBooking && self.tally.requests.confirmed == 10 {
            self.server.lose(holding.key.id);
        }
        self.reach_milestones();
        self.leave(place, seats);
    }

    fn bot_looks(&mut self, place: u32) {
        if self.now >= super::world::nanos(self.scenario.bots.keeps.0) {
            return self.leave(place, &[]);
        }
        let agent = &mut self.agents[place as usize];
        agent.holding = None;
        if self.house.count(Shown::Available) < agent.party {
            let after = agent.chance.around(BOT_PAUSE, SPREAD);
            return self.plan(place, Next::Look, after);
        }
        self.ask(place);
    }
}
