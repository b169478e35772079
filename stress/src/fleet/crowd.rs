//! What buyers do.
//!
//! ```text
//!          too few free                   refused                  gives back, or just goes
//!   Look ----------------> again   Ask ------------> again    Decide ----------------------->
//!    |                              ^ |                         ^ |
//!    +---- has chosen --------------+ +---- it is durable ------+ +-- pays --> HasPaid --> sold
//! ```
//!
//! They are those of `stress simulate`: its scenarios say how many come when and what they are like. Bots, rates and rules are
//! left out here, and seats beside one another: they change which seats somebody has, and hardly how many changes there are.

use std::time::Duration;

use super::{
    change::{Change, Hold, Kind, PARTY_MAX, Side, Stage as Fate},
    queue::Happening,
    time::nanos,
    world::World,
};
use crate::simulate::chance::Chance;

/// How much people's times differ, and providers'.
const SPREAD: f64 = 0.6;
const PROVIDER_SPREAD: f64 = 0.4;

/// Who leaves the choice to the server needs less time than who chooses on the map.
const BEST_CHOOSES: f64 = 0.3;

/// The share of those whose payment was declined who try another card.
const PAYS_AGAIN: f64 = 0.5;

/// How long somebody waits for an answer before he asks again.
const PATIENCE: Duration = Duration::from_secs(5);

/// A buyer.
#[derive(Debug, Clone)]
pub struct Agent {
    sale: u16,
    party: u8,
    tries: u8,
    is_best: bool,
    has_held: bool,
    is_present: bool,
    next: Next,
    plan: u32,
    hold: u32,
    wish: [u32; PARTY_MAX],
    chance: Chance,
}

/// What a buyer has in mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Look,
    Ask,
    /// He waits for an answer.
    Waits,
    /// He has had none, and asks what became of it.
    AsksAgain(Kind),
    Decide,
    HasPaid,
}

impl World<'_> {
    /// The next buyer of a sale comes.
    pub(super) fn arrive(&mut self, number: u16) {
        let sale = &mut self.sales[usize::from(number)];
        let buyer = u64::from(sale.came) | u64::from(number) << 32;
        sale.came += 1;
        sale.present += 1;
        if let Some(at) = sale.arrivals.get(sale.came as usize) {
            self.queue.put(*at, Happening::Arrives(number));
        }
        let buyers = &self.scenarios[sale.scenario].buyers;
        let mut chance = Chance::of(self.plan.seed, buyer);
        let party = chance.pick(&buyers.parties) + 1;
        let mut agent = Agent {
            sale: number,
            party: u8::try_from(party.min(PARTY_MAX)).unwrap_or(1),
            tries: u8::try_from(buyers.tries).unwrap_or(u8::MAX),
            is_best: chance.is(buyers.best),
            has_held: false,
            is_present: true,
            next: Next::Look,
            plan: 0,
            hold: 0,
            wish: [0; PARTY_MAX],
            chance,
        };
        let place = if let Some(place) = self.places.pop() {
            // Numbers go on, so that nothing that was planned for who was kept here before happens to this one.
            agent.plan = self.agents[place as usize].plan + 1;
            self.agents[place as usize] = agent;
            place
        } else {
            self.agents.push(agent);
            u32::try_from(self.agents.len() - 1).unwrap_or(u32::MAX)
        };
        self.look(place);
    }

    /// Somebody does what he had in mind.
    pub(super) fn act(&mut self, place: u32, plan: u32) {
        let agent = &self.agents[place as usize];
        if agent.plan != plan || !agent.is_present {
            return;
        }
        match agent.next {
            Next::Look => self.look(place),
            Next::Ask => self.ask_for_seats(place),
            Next::Decide => self.decide(place),
            Next::HasPaid => self.has_paid(place),
            Next::AsksAgain(kind) => self.ask_again(place, kind),
            Next::Waits => {}
        }
    }

    fn plan(&mut self, place: u32, next: Next, after: Duration) {
        let agent = &mut self.agents[place as usize];
        agent.next = next;
        agent.plan += 1;
        let acts = Happening::Acts {
            agent: place,
            plan: agent.plan,
        };
        self.queue.put(self.now + nanos(after), acts);
    }

    /// As with [`World::plan`], after a time that is this one at the median.
    fn plan_around(&mut self, place: u32, next: Next, median: Duration, spread: f64) {
        let after = self.agents[place as usize].chance.around(median, spread);
        self.plan(place, next, after);
    }

    fn is_served(&mut self, place: u32, next: Next) -> bool {
        let sale = &self.sales[usize::from(self.agents[place as usize].sale)];
        if self.shards[usize::from(sale.shard)].is_served() {
            return true;
        }
        self.tally.unanswered += 1;
        self.tally.unanswered_lately += 1;
        self.plan_around(place, next, PATIENCE, SPREAD);
        false
    }

    fn look(&mut self, place: u32) {
        if !self.is_served(place, Next::Look) {
            return;
        }
        let agent = &mut self.agents[place as usize];
        let sale = &self.sales[usize::from(agent.sale)];
        let party = usize::from(agent.party);
        let choosing = self.scenarios[sale.scenario].buyers.choosing.0;
        let found = if agent.is_best {
            sale.now.free() >= party
        } else {
            sale.now.find(&mut agent.wish[..party], &mut agent.chance)
        };
        if !found {
            self.tally.saw_nothing += 1;
            return self.try_again(place);
        }
        let takes = if agent.is_best { BEST_CHOOSES } else { 1.0 };
        self.plan_around(place, Next::Ask, choosing.mul_f64(takes), SPREAD);
    }

    /// After a while, unless he has had enough.
    fn try_again(&mut self, place: u32) {
        let agent = &mut self.agents[place as usize];
        agent.tries = agent.tries.saturating_sub(1);
        if agent.tries == 0 {
            return self.leave(place, false);
        }
        let kind = self.sales[usize::from(agent.sale)].scenario;
        let pause = self.scenarios[kind].buyers.pause.0;
        self.plan_around(place, Next::Look, pause, SPREAD);
    }

    fn leave(&mut self, place: u32, has_bought: bool) {
        let agent = &mut self.agents[place as usize];
        agent.is_present = false;
        agent.plan += 1;
        let sale = &mut self.sales[usize::from(agent.sale)];
        sale.present -= 1;
        match (has_bought, agent.has_held) {
            (true, _) => sale.left.bought += 1,
            (false, true) => sale.left.held_only += 1,
            (false, false) => sale.left.empty_handed += 1,
        }
        self.places.push(place);
    }

    fn ask_for_seats(&mut self, place: u32) {
        if !self.is_served(place, Next::Ask) {
            return;
        }
        let agent = &mut self.agents[place as usize];
        let sale = &self.sales[usize::from(agent.sale)];
        let party = usize::from(agent.party);
        let is_had = if agent.is_best {
            sale.now.find(&mut agent.wish[..party], &mut agent.chance)
        } else {
            sale.now.are_free(&agent.wish[..party])
        };
        if !is_had {
            self.tally.refused += 1;
            return self.try_again(place);
        }
        let until = self.now + nanos(self.scenarios[sale.scenario].rules.hold_ttl.0);
        let number = u32::try_from(self.holds.len()).unwrap_or(u32::MAX);
        agent.hold = number;
        self.holds.push(Hold {
            agent: place,
            sale: agent.sale,
            party: agent.party,
            seats: agent.wish,
            now: Side::default(),
            kept: Side::default(),
            told: Fate::Unknown,
        });
        self.queue.put(until, Happening::Deadline(number));
        self.request(place, Kind::Hold, until);
    }

    /// Makes a change that the buyer then waits for.
    fn request(&mut self, place: u32, kind: Kind, until: u64) {
        let agent = &mut self.agents[place as usize];
        agent.next = Next::Waits;
        agent.plan += 1;
        let hold = agent.hold;
        let keeps = agent.chance.is(self.plan.kept_answers);
        self.make(hold, kind, until, keeps);
    }

    /// Makes a change of a hold, in memory, and has it become durable.
    pub(super) fn make(&mut self, hold: u32, kind: Kind, until: u64, keeps: bool) {
        self.remember(hold, kind, until);
        let entry = &self.holds[hold as usize];
        let (party, sale) = (
            usize::from(entry.party),
            &mut self.sales[usize::from(entry.sale)],
        );
        let (shard, weights) = (sale.shard, self.weights);
        let mut stays = 0;
        if kind == Kind::Hold {
            let seats = entry.seats().iter();
            let fresh = seats.filter(|seat| sale.touch(**seat)).count();
            stays = weights.hold[party - 1] + fresh as u64 * weights.word;
        }
        let keeps = keeps && kind.is_asked_for();
        let mut bytes = weights.of(kind, party, keeps);
        // Where there is no more room, the oldest answer is forgotten for it.
        if keeps && self.shards[usize::from(shard)].kept.answers >= weights.answers_max {
            bytes += weights.forgetting;
        }
        let change = Change {
            hold,
            kind,
            until,
            asked: self.now,
            seats: entry.party,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            stays: u32::try_from(stays).unwrap_or(u32::MAX),
            keeps,
        };
        self.change(shard, change);
    }

    fn decide(&mut self, place: u32) {
        if !self.is_served(place, Next::Decide) {
            return;
        }
        let agent = &mut self.agents[place as usize];
        let scenario = &self.scenarios[self.sales[usize::from(agent.sale)].scenario];
        let hold = self.holds[agent.hold as usize].now;
        if hold.stage != Fate::Held {
            return self.try_again(place);
        }
        let buyers = &scenario.buyers;
        if agent.chance.is(buyers.buys) {
            if scenario.payments.says_paying {
                let until = hold.until + nanos(scenario.rules.paying.0);
                let number = agent.hold;
                self.queue.put(until, Happening::Deadline(number));
                return self.request(place, Kind::Pay, until);
            }
            return self.pays(place);
        }
        if agent.chance.is(buyers.releases) {
            return self.request(place, Kind::Release, hold.until);
        }
        self.leave(place, false);
    }

    fn pays(&mut self, place: u32) {
        let agent = &mut self.agents[place as usize];
        let kind = self.sales[usize::from(agent.sale)].scenario;
        let payments = &self.scenarios[kind].payments;
        let median = if agent.chance.is(payments.late) {
            payments.late_by
        } else {
            payments.provider
        };
        self.plan_around(place, Next::HasPaid, median.0, PROVIDER_SPREAD);
    }

    fn has_paid(&mut self, place: u32) {
        if !self.is_served(place, Next::HasPaid) {
            return;
        }
        let agent = &mut self.agents[place as usize];
        let sale = &self.sales[usize::from(agent.sale)];
        let payments = &self.scenarios[sale.scenario].payments;
        let entry = &self.holds[agent.hold as usize];
        let (hold, is_free) = (entry.now, sale.now.are_free(entry.seats()));
        if agent.chance.is(payments.declines) {
            if hold.stage == Fate::Held && agent.chance.is(PAYS_AGAIN) {
                return self.pays(place);
            }
            if hold.stage == Fate::Held {
                return self.request(place, Kind::Release, hold.until);
            }
            return self.leave(place, false);
        }
        match hold.stage {
            Fate::Held => self.request(place, Kind::Confirm, hold.until),
            Fate::Ended if payments.retake && is_free => {
                self.request(place, Kind::Retake, hold.until);
            }
            _ => self.try_again(place),
        }
    }

    /// What a buyer waited for is durable.
    pub(super) fn is_told(&mut self, place: u32, hold: u32, kind: Kind) {
        let agent = &mut self.agents[place as usize];
        if agent.hold != hold || !agent.is_present {
            return;
        }
        agent.has_held = true;
        match kind {
            Kind::Hold => {
                let scenario = self.sales[usize::from(agent.sale)].scenario;
                let hesitates = self.scenarios[scenario].buyers.hesitates.0;
                self.plan_around(place, Next::Decide, hesitates, SPREAD);
            }
            Kind::Pay => self.pays(place),
            Kind::Confirm | Kind::Retake => self.leave(place, true),
            Kind::Release => self.leave(place, false),
            Kind::Expire => {}
        }
    }

    /// Nobody will answer him: he asks again after a while.
    pub(super) fn is_not_answered(&mut self, change: Change) {
        let place = self.holds[change.hold as usize].agent;
        self.tally.unanswered += 1;
        self.tally.unanswered_lately += 1;
        self.plan_around(place, Next::AsksAgain(change.kind), PATIENCE, SPREAD);
    }

    /// He asks the same again, under the same key: if it was done he is told so, and if not it is done now.
    fn ask_again(&mut self, place: u32, kind: Kind) {
        if !self.is_served(place, Next::AsksAgain(kind)) {
            return;
        }
        let number = self.agents[place as usize].hold;
        let hold = &mut self.holds[number as usize];
        let is_done = match kind {
            Kind::Hold => hold.now.stage == Fate::Held,
            // Moved twice would be refused; a deadline that was not moved is moved now.
            Kind::Pay => false,
            Kind::Confirm | Kind::Retake => hold.now.stage == Fate::Sold,
            Kind::Release | Kind::Expire => hold.now.stage == Fate::Ended,
        };
        if is_done {
            hold.told = kind.leads_to();
            return self.is_told(place, number, kind);
        }
        let (is_held, until) = (hold.now.stage == Fate::Held, hold.now.until);
        match kind {
            Kind::Hold => self.plan(place, Next::Look, Duration::ZERO),
            Kind::Release if is_held => self.request(place, kind, until),
            Kind::Release => self.leave(place, false),
            Kind::Pay | Kind::Expire => self.plan(place, Next::Decide, Duration::ZERO),
            Kind::Confirm | Kind::Retake => self.plan(place, Next::HasPaid, Duration::ZERO),
        }
    }
}
