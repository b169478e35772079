//! What is looked at while nothing happens: samples, crashes, and the end.

use std::time::Duration;

use seatlock::{feed::Shown, ids::SeatId};

use super::{
    house::whole,
    queue::Happening,
    tally::{Ending, Lately, number, seconds},
    world::{World, nanos},
};

impl World<'_> {
    /// Takes the figures of an interval, and compares the server's picture with what it has answered.
    pub(super) fn sample(&mut self) {
        let count = |shown| u64::from(self.house.count(shown));
        let [available, held, booked, withheld] = Shown::ALL.map(count);
        let series = &mut self.tally.series;
        series.available.push(available);
        series.held.push(held);
        series.booked.push(booked);
        series.idle.push(self.idle[0]);
        series.by_bots.push(self.idle[1]);
        series.present.push(self.present);
        series.down.push(!self.server.is_up());
        let lately = std::mem::take(&mut self.tally.lately);
        let Lately {
            arrivals,
            holds,
            refusals,
            limited,
            confirms,
            expired,
            unanswered,
        } = lately;
        series.arrivals.push(arrivals);
        series.holds.push(holds);
        series.refusals.push(refusals);
        series.limited.push(limited);
        series.confirms.push(confirms);
        series.expired.push(expired);
        series.unanswered.push(unanswered);
        let bots = &mut self.tally.bots;
        bots.seats_most = bots.seats_most.max(self.idle[1]);
        self.tally.checks[2] += 1;
        let sum = available + held + booked + withheld;
        if sum != u64::from(self.house.seats()) {
            self.note(Err(format!("{sum} seats of {}", self.house.seats())));
        }
        self.compare();
    }

    /// Compares the server's picture, seat by seat.
    fn compare(&mut self) {
        let Some(snapshot) = self.server.snapshot() else {
            return;
        };
        self.tally.checks[2] += 1;
        let all: u64 = snapshot.counts().all().into_iter().map(u64::from).sum();
        let seats = (0..self.house.seats()).map(SeatId::new);
        let differs = |seat: &SeatId| snapshot.shown(*seat) != Some(self.house.shown(*seat));
        let wrong = seats.clone().find(differs);
        self.tally.checks[3] += u64::from(self.house.seats());
        if let Some(seat) = wrong {
            let (shown, is) = (snapshot.shown(seat), self.house.shown(seat));
            self.note(Err(format!(
                "{seat} is shown as {shown:?}, and by all answers it is {is:?}"
            )));
        } else if all != u64::from(self.house.seats()) {
            self.note(Err(format!("the server counts {all} seats")));
        }
    }

    pub(super) fn crash(&mut self, number: u32) {
        let crash = self.scenario.crashes[number as usize];
        self.server.crash();
        self.gate.forget();
        self.queue.put(
            self.now + nanos(crash.down.0),
            Happening::Restart { number },
        );
    }

    /// Starts the server again. Every hold that was alive at the crash must be there, for its grace at least.
    pub(super) fn restart(&mut self, number: u32) {
        let grace = self.scenario.crashes[number as usize].grace.0;
        let started = self.server.restart(grace);
        self.note(started);
        let promised = self.now + nanos(grace);
        for place in 0..u32::try_from(self.agents.len()).unwrap_or(u32::MAX) {
            let Some(holding) = self.agents[place as usize].holds_alive() else {
                continue;
            };
            self.tally.checks[4] += 1;
            let (key, before) = (holding.key, holding.deadline);
            let at_least = if grace == Duration::ZERO {
                before
            } else {
                before.max(promised)
            };
            match self.server.look(&key) {
                Some(deadline) if deadline >= at_least => self.enter_deadline(place, deadline),
                None if grace == Duration::ZERO && before <= self.now => {
                    self.enter_end(place, Ending::Expired);
                    self.after_deadline(place);
                }
                found => {
                    let (before, found) = (seconds(before), found.map(seconds));
                    self.note(Err(format!(
                        "hold {} had until {before:.2} s, and after the restart until {found:?}",
                        key.id
                    )));
                }
            }
        }
        self.check_bookings();
    }

    fn check_bookings(&mut self) {
        let sold = u64::from(self.house.count(Shown::Booked));
        if self.server.is_remote() {
            if let Some(count) = self.server.booked_count() {
                self.tally.checks[4] += 1;
                let wrong =
                    format!("{sold} seats were sold by all answers; the server says {count}");
                self.note(if count == sold { Ok(()) } else { Err(wrong) });
            }
            return;
        }
        let booked = self.server.booked_seats();
        let is_sold = |seat: &&SeatId| self.house.shown(**seat) == Shown::Booked;
        let sold = booked.iter().filter(is_sold).count();
        self.tally.checks[4] += booked.len() as u64;
        let expected = self.house.count(Shown::Booked) as usize;
        if sold != expected || booked.len() != expected {
            let count = booked.len();
            self.note(Err(format!(
                "{expected} seats were sold by all answers; the server has {count} in bookings, {sold} of them the same"
            )));
        }
    }

    /// Notes when so many seats were sold.
    pub(super) fn reach_milestones(&mut self) {
        let on_sale = self.house.seats() - self.house.count(Shown::Withheld);
        let booked = self.house.count(Shown::Booked);
        let now = seconds(self.now);
        let sold = &mut self.tally.sold;
        let share = |share: f64| whole((number(on_sale.into()) * share).ceil());
        for (reached, seats) in [
            (&mut sold.half, share(0.5)),
            (&mut sold.nine_tenths, share(0.9)),
            (&mut sold.ninety_nine, share(0.99)),
            (&mut sold.all, on_sale),
        ] {
            if booked >= seats {
                reached.get_or_insert(now);
            }
        }
    }

    /// The last look, once nothing happens any more.
    pub(super) fn finish(&mut self) {
        if self.broken.is_none() {
            self.sample();
            if self.server.is_up() {
                self.check_bookings();
            }
        }
        for place in 0..u32::try_from(self.agents.len()).unwrap_or(u32::MAX) {
            let agent = &self.agents[place as usize];
            // Whoever is still there at the latest end goes as he is.
            if agent.next != super::agent::Next::Gone {
                self.leave(place, &[]);
            }
        }
        self.tally.finish();
    }
}
