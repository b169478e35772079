//! The world: the queue of what happens, the people, the house and the server, one event after the other.

use std::time::Duration;

use rand_distr::Zipf;
use seatlock::{feed::Shown, ids::SeatId, limits::TICK_NANOS};

use super::{
    Fault,
    agent::{Agent, Holding, Next},
    arrivals,
    house::{House, Whose},
    limits::Gate,
    queue::{Happening, Queue},
    remote::Against,
    scenario::Scenario,
    server::{Server, number_of},
    tally::{Ending, Tally, seconds},
};
use crate::packed;

/// Intervals of the series, if it goes on to its latest end.
pub const INTERVALS: u32 = 240;

/// A simulation under way.
pub struct World<'s> {
    pub(super) scenario: &'s Scenario,
    pub(super) seed: u64,
    pub(super) fault: Fault,
    pub(super) server: Server,
    pub(super) gate: Gate,
    pub(super) house: House,
    pub(super) zipf: Option<Zipf<f64>>,
    pub(super) queue: Queue,
    pub(super) agents: Vec<Agent>,
    pub(super) tally: Tally,
    pub(super) now: u64,
    pub(super) broken: Option<String>,
    pub(super) frames: Vec<(u64, Vec<u8>)>,
    pub(super) present: u64,
    /// Seats in holds of which nobody thinks, and in those of bots.
    pub(super) idle: [u64; 2],
    places: Vec<u32>,
    interval: u64,
    end: u64,
}

/// What is checked, in the order of the tally's counters: what, and how.
pub const PROMISES: [(&str, &str); 5] = [
    (
        "never two holders",
        "each seat of each hold that was granted was nobody else's by all answers before",
    ),
    (
        "sold once, to its holder, in time",
        "each seat of each booking was in a living hold of that buyer, or free and taken again at once",
    ),
    (
        "sums add up",
        "free, held, sold and withheld seats together are all seats, at each sample",
    ),
    (
        "the map is true",
        "each seat in the server's picture is what the answers so far say, at each sample",
    ),
    (
        "a restart keeps its word",
        "each hold that was alive at a crash, and each booking, is there after the restart, for the promised time at least",
    ),
];

impl<'s> World<'s> {
    /// A world before its first moment.
    ///
    /// # Errors
    /// What of the scenario can't be played.
    pub fn new(
        scenario: &'s Scenario,
        seed: u64,
        fault: Fault,
        against: Option<&Against>,
    ) -> Result<Self, String> {
        let chart = scenario.plan()?.chart();
        let chart = chart.map_err(|error| error.to_string())?;
        let rules = scenario.rules()?;
        let edges = rules.orphans == seatlock::event::Orphans::Refused;
        let mut house = House::new(&chart, edges);
        let withheld = house.best(scenario.house.withheld).to_vec();
        house.take_from_sale(&withheld, Whose::Withheld)?;
        let crashes = !scenario.crashes.is_empty();
        let server = match against {
            Some(against) => Server::against(against, scenario, chart, &withheld)?,
            None => Server::open(chart, rules, &withheld, seed, crashes)?,
        };
        let end = nanos(scenario.end.after.0);
        let zipf = Zipf::new(f64::from(house.seats()), scenario.buyers.taste).ok();
        let mut world = Self {
            scenario,
            seed,
            fault,
            server,
            gate: Gate::of(scenario),
            house,
            zipf,
            queue: Queue::default(),
            agents: Vec::new(),
            tally: Tally::default(),
            now: 0,
            broken: None,
            frames: Vec::new(),
            present: 0,
            idle: [0; 2],
            places: Vec::new(),
            interval: (end / u64::from(INTERVALS)).max(TICK_NANOS),
            end,
        };
        world.begin();
        Ok(world)
    }

    fn begin(&mut self) {
        self.tally.series.interval = seconds(self.interval);
        self.tally.bots.count = u64::from(self.scenario.bots.count);
        // A running server crashes when it likes.
        let crashes = (0..).zip(&self.scenario.crashes);
        for (number, crash) in crashes.filter(|_| !self.server.is_remote()) {
            self.queue
                .put(nanos(crash.at.0), Happening::Crash { number });
        }
        self.queue.put(self.interval, Happening::Sample);
        for number in 0..self.scenario.bots.count {
            let bot = Agent::bot(self.scenario, self.seed, number, 0);
            let place = self.admit(bot);
            let within = self.agents[place as usize].chance.share();
            self.plan(place, Next::Look, Duration::from_secs(2).mul_f64(within));
        }
        self.picture();
    }

    /// Goes on until nobody is there and nobody will come, or until its latest end. Tells `progress` of each sample.
    pub fn run(&mut self, mut progress: impl FnMut(&Self)) {
        let mut arrivals = arrivals::times(self.scenario, self.seed)
            .into_iter()
            .peekable();
        let mut number = 0;
        while self.broken.is_none() {
            let next = self.queue.next_at().unwrap_or(u64::MAX);
            let arrival = arrivals.peek().copied().unwrap_or(u64::MAX);
            let at = arrival.min(next);
            if at > self.end || arrival == u64::MAX && self.is_over() {
                break;
            }
            self.now = self.server.advance(at);
            if arrival <= next {
                arrivals.next();
                self.arrive(number);
                number += 1;
            } else if let Some((_, happening)) = self.queue.take() {
                if happening == Happening::Sample {
                    progress(self);
                }
                self.happen(happening);
            }
        }
        self.finish();
    }

    fn is_over(&self) -> bool {
        self.present == 0 && self.house.count(Shown::Held) == 0
    }

    fn arrive(&mut self, number: u32) {
        let buyer = Agent::buyer(self.scenario, self.seed, number, self.now);
        self.tally.people.came += 1;
        self.tally.lately.arrivals += 1;
        self.present += 1;
        let place = self.admit(buyer);
        let loads = self.agents[place as usize].chance.share();
        self.plan(place, Next::Look, Duration::from_secs(1).mul_f64(loads));
    }

    fn admit(&mut self, mut agent: Agent) -> u32 {
        match self.places.pop() {
            Some(place) => {
                // Numbers go on, so that nothing that was planned for who was kept here before happens to this one.
                let before = &self.agents[place as usize];
                (agent.plan, agent.holds) = (before.plan + 1, before.holds + 1);
                self.agents[place as usize] = agent;
                place
            }
            None => {
                self.agents.push(agent);
                u32::try_from(self.agents.len() - 1).unwrap_or(u32::MAX)
            }
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Acts { agent, plan } if self.agents[agent as usize].plan == plan => {
                self.act(agent);
            }
            Happening::Deadline { agent, hold } => self.deadline(agent, hold),
            Happening::Crash { number } => self.crash(number),
            Happening::Restart { number } => self.restart(number),
            Happening::Sample => {
                self.sample();
                self.picture();
                self.queue.put(self.now + self.interval, Happening::Sample);
            }
            Happening::Acts { .. } => {}
        }
    }

    /// Has somebody do something after a while.
    pub(super) fn plan(&mut self, place: u32, next: Next, after: Duration) {
        let agent = &mut self.agents[place as usize];
        agent.next = next;
        agent.plan += 1;
        let acts = Happening::Acts {
            agent: place,
            plan: agent.plan,
        };
        self.queue.put(self.now + nanos(after), acts);
    }

    /// Enters a hold that was granted.
    pub(super) fn enter_hold(&mut self, place: u32, holding: Holding) {
        self.tally.checks[0] += holding.seats.len() as u64;
        // In real time a deadline may have come that is still in the queue.
        for seat in &holding.seats {
            if let Some(before) = self.house.lapsed(*seat, self.now) {
                self.enter_end(before, Ending::Expired);
                self.after_deadline(before);
            }
        }
        let entered = self.house.hold(&holding.seats, place, holding.deadline);
        self.note(entered);
        self.tally.requests.held += 1;
        self.tally.lately.holds += 1;
        let agent = &mut self.agents[place as usize];
        agent.has_held = true;
        agent.holds += 1;
        if agent.is_bot {
            self.tally.bots.holds += 1;
            self.idle[0] += holding.seats.len() as u64;
            self.idle[1] += holding.seats.len() as u64;
        }
        let deadline = Happening::Deadline {
            agent: place,
            hold: agent.holds,
        };
        self.queue.put_first(holding.deadline, deadline);
        agent.holding = Some(holding);
        if self.house.count(Shown::Available) == 0 {
            self.tally
                .sold
                .nothing_free
                .get_or_insert(seconds(self.now));
        }
    }

    /// Enters another deadline for a living hold.
    pub(super) fn enter_deadline(&mut self, place: u32, deadline: u64) {
        let agent = &mut self.agents[place as usize];
        let Some(holding) = agent.holding.as_mut().filter(|holding| holding.is_alive) else {
            return;
        };
        holding.deadline = deadline;
        self.house.extend(&holding.seats, place, deadline);
        let happening = Happening::Deadline {
            agent: place,
            hold: agent.holds,
        };
        self.queue.put_first(deadline, happening);
    }

    /// Enters that a living hold has ended, its seats are free, and how long it had kept them.
    pub(super) fn enter_end(&mut self, place: u32, ending: Ending) {
        let agent = &mut self.agents[place as usize];
        let Some(holding) = agent.holding.as_mut().filter(|holding| holding.is_alive) else {
            return;
        };
        holding.is_alive = false;
        let seats = holding.seats.len();
        let (kept, entered) = (
            self.now.min(holding.deadline).saturating_sub(holding.since),
            if ending == Ending::Paid {
                self.tally.checks[1] += seats as u64;
                self.house.sell(&holding.seats, place, self.now)
            } else {
                self.house.free(&holding.seats, place)
            },
        );
        if agent.is_idle() {
            self.idle[0] -= seats as u64;
            self.idle[1] -= if agent.is_bot { seats as u64 } else { 0 };
        }
        self.tally
            .ended(ending, &self.agents[place as usize], seats, kept);
        self.note(entered);
    }

    /// Somebody goes, with these seats bought. A hold that he leaves behind keeps his place.
    pub(super) fn leave(&mut self, place: u32, bought: &[SeatId]) {
        let adjacent = self.house.are_adjacent(bought);
        let agent = &mut self.agents[place as usize];
        self.tally.left(agent, bought.len(), adjacent, self.now);
        self.present -= u64::from(!agent.is_bot);
        agent.plan += 1;
        if let Some(holding) = agent.holds_alive() {
            let seats = holding.seats.len() as u64;
            self.idle[0] += if agent.is_bot { 0 } else { seats };
        } else {
            agent.holding = None;
            self.places.push(place);
        }
        self.agents[place as usize].next = Next::Gone;
    }

    fn deadline(&mut self, place: u32, hold: u32) {
        let agent = &self.agents[place as usize];
        let is_due = |holding: &&Holding| agent.holds == hold && holding.deadline <= self.now;
        if agent.holds_alive().filter(is_due).is_none() || !self.server.is_up() {
            // It has ended or was extended; or nobody can say, until the server is there again.
            return;
        }
        self.enter_end(place, Ending::Expired);
        self.after_deadline(place);
    }

    /// What the owner of a hold does that has just run out.
    pub(super) fn after_deadline(&mut self, place: u32) {
        let agent = &self.agents[place as usize];
        match agent.next {
            Next::Gone => self.places.push(place),
            Next::HasPaid => {}
            _ if agent.is_bot => self.plan(place, Next::Look, Duration::from_millis(50)),
            _ => self.try_again(place),
        }
    }

    /// Notes what could not be entered.
    pub(super) fn note(&mut self, entered: Result<(), String>) {
        if let Err(what) = entered {
            let at = seconds(self.now);
            self.broken.get_or_insert(format!("at {at:.2} s: {what}"));
        }
    }

    /// Takes the picture as the server shows it; of a running one, as its answers have it.
    fn picture(&mut self) {
        let seats = (0..self.house.seats()).map(SeatId::new);
        if self.server.is_remote() {
            let shown = seats.map(|seat| number_of(self.house.shown(seat)));
            self.frames.push((self.now, packed::pairs(shown)));
        } else if let Some(snapshot) = self.server.snapshot() {
            let shown = seats.filter_map(|seat| snapshot.shown(seat)).map(number_of);
            self.frames.push((self.now, packed::pairs(shown)));
        }
    }
}

/// Nanoseconds of a span.
pub fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX / 4)
}
