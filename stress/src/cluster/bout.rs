//! One sale with one thing that goes wrong in it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    ClusterPlan,
    caller::{Attempt, Call, Caller, nanos},
    clerk::Clerk,
    errand::Role,
    fault::Stroke,
    house::{House, RECOVERY_MAX},
    notes::Notes,
    outage,
    sale::{QUIET, STILL, Sale},
    verdict::{Broken, Promise},
};
use crate::http::client::Answer;

/// How long clerks wait for each part of an answer.
const TIMEOUT: Duration = Duration::from_secs(3);

/// How long the witness does, who only looks while somebody else has to answer.
const WITNESS_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a successor may take at most to sell where the witness looks, and how long he looks then at who was struck.
const SUCCESSION_MAX: Duration = Duration::from_secs(20);
const LOOKED_AT: Duration = Duration::from_millis(500);

/// How long all goes well before and after.
const CALM: Duration = Duration::from_millis(1_500);

/// Between two looks at how it goes.
const LOOK_EACH: Duration = Duration::from_millis(50);

/// What came of it.
pub(super) struct Played {
    pub(super) notes: Notes,
    /// How long each event that it concerns was not sold at most.
    pub(super) outages: Vec<Duration>,
    /// How long there was load.
    pub(super) elapsed: Duration,
}

/// A bout under way.
pub(super) struct Bout<'r> {
    pub(super) plan: &'r ClusterPlan,
    pub(super) house: &'r mut House,
    pub(super) sale: &'r Sale,
    pub(super) stroke: Option<Stroke>,
    /// When the run began.
    pub(super) started: Instant,
    pub(super) shown: Instant,
    pub(super) told_shown: u64,
}

impl<'r> Bout<'r> {
    /// Opens the sale, sells, has the thing go wrong and puts it right.
    pub(super) fn play(mut self) -> Result<Played, Broken> {
        let mut caller = self.caller(TIMEOUT);
        open(self.sale, &mut caller)?;
        let owners = owners(self.house, self.sale, &mut caller)?;
        let victim = self.victim(&owners);
        let began = Instant::now();
        let stop = Arc::new(AtomicBool::new(false));
        let clerks = self.clerks(victim, &stop);
        let (acted, worked) = thread::scope(|scope| {
            let clerks: Vec<_> = clerks
                .into_iter()
                .map(|clerk| {
                    let stop = Arc::clone(&stop);
                    scope.spawn(move || {
                        let worked = clerk.work();
                        if worked.is_err() {
                            // Whoever waits for something to go well again need not.
                            stop.store(true, Ordering::Relaxed);
                        }
                        worked
                    })
                })
                .collect();
            let acted = self.act(victim, &stop);
            stop.store(true, Ordering::Relaxed);
            let clerks = clerks.into_iter();
            (
                acted,
                clerks
                    .map(thread::ScopedJoinHandle::join)
                    .collect::<Vec<_>>(),
            )
        });
        let mut notes = Notes::new();
        for worked in worked {
            let panicked = |_| Broken::new(Promise::Answers, "a clerk has panicked");
            notes.add(worked.map_err(panicked)??);
        }
        acted?;
        let longest = outage::longest(&notes.tried, self.sale.events.len());
        let is_concerned = |event: usize| {
            // In a quiet one a time without service seems longer than it was.
            if event >= self.sale.events.len() - QUIET {
                return false;
            }
            let of_one = self
                .stroke
                .is_some_and(|stroke| stroke.fault.is_of_one_node());
            !of_one || owners[event].is_none_or(|owner| owner == victim)
        };
        let outages = longest.into_iter().enumerate();
        Ok(Played {
            outages: outages
                .filter(|(event, _)| is_concerned(*event))
                .filter_map(|(_, longest)| longest)
                .collect(),
            notes,
            elapsed: began.elapsed(),
        })
    }

    /// Strikes, waits, heals, and waits until all goes well again.
    fn act(&mut self, victim: usize, stop: &AtomicBool) -> Result<(), Broken> {
        self.pass(CALM, "all is well", stop)?;
        let Some(stroke) = self.stroke else {
            return Ok(());
        };
        let what = stroke.fault.describe().0;
        let whom = if stroke.fault.is_of_one_node() {
            format!("{what} {}", self.house.nodes[victim].name)
        } else {
            what.to_owned()
        };
        let struck = nanos(self.started.elapsed());
        self.house.strike(&stroke, victim)?;
        let mut waited = self.pass(stroke.lasts, &whom, stop);
        if stroke.deposes(self.plan.lease) {
            waited = waited.and_then(|()| self.wait_for_successor(struck, &whom, stop));
        }
        self.house.heal(&stroke, victim)?;
        waited?;
        self.wait_for_service(&whom, stop)?;
        self.pass(CALM, "all is well again", stop)
    }

    /// Waits until another node has sold something where all stands still, and for some looks at the one that was struck.
    fn wait_for_successor(
        &mut self,
        struck: u64,
        whom: &str,
        stop: &AtomicBool,
    ) -> Result<(), Broken> {
        let began = Instant::now();
        while !self.sale.events[STILL].is_sold_after(struck) {
            // Whether there is service again at all is seen once this is put right.
            if stop.load(Ordering::Relaxed) || began.elapsed() > SUCCESSION_MAX {
                return Ok(());
            }
            self.pass(LOOK_EACH, whom, stop)?;
        }
        self.pass(LOOKED_AT, whom, stop)
    }

    fn wait_for_service(&mut self, whom: &str, stop: &AtomicBool) -> Result<(), Broken> {
        let healed = nanos(self.started.elapsed());
        let began = Instant::now();
        let name = format!("after {whom}");
        loop {
            let mut events = self.sale.events[..STILL].iter();
            let Some(waiting) = events.find(|event| !event.is_sold_after(healed)) else {
                return Ok(());
            };
            // If a clerk has found something, that is what is told.
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            if began.elapsed() > RECOVERY_MAX {
                let what = format!(
                    "'{}' is not sold again {} s after {whom}",
                    waiting.name,
                    began.elapsed().as_secs()
                );
                return Err(Broken::new(Promise::GoesOn, what));
            }
            self.pass(LOOK_EACH, &name, stop)?;
        }
    }

    /// Lets time pass, and says how it goes.
    fn pass(&mut self, span: Duration, what: &str, stop: &AtomicBool) -> Result<(), Broken> {
        let until = Instant::now() + span;
        loop {
            self.house.check()?;
            if self.shown.elapsed() >= Duration::from_secs(1) {
                self.show(what);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            thread::sleep(left.min(LOOK_EACH));
        }
    }

    fn show(&mut self, what: &str) {
        let told = self.sale.told();
        if !self.plan.quiet {
            eprintln!(
                "{:>5} s  sale {:<3} {what:<26} {:>6} changes a second acknowledged",
                self.started.elapsed().as_secs(),
                self.sale.number,
                told.saturating_sub(self.told_shown) * 1_000
                    / u64::try_from(self.shown.elapsed().as_millis())
                        .unwrap_or(1)
                        .max(1),
            );
        }
        (self.shown, self.told_shown) = (Instant::now(), told);
    }

    /// All of them, and where there are several nodes the witness.
    fn clerks(&self, victim: usize, stop: &Arc<AtomicBool>) -> Vec<Clerk<'r>> {
        let seed = self.plan.seed.wrapping_add(u64::from(self.sale.number));
        let clerk = |number, role, timeout| {
            Clerk::new(number, role, self.sale, self.caller(timeout), stop, seed)
        };
        let count = self.plan.clerks;
        let clerks = (0..count).map(|number| clerk(number, Role::of(number), TIMEOUT));
        let witness = Role::Witness { victim };
        let witness = (self.house.nodes.len() > 1).then(|| clerk(count, witness, WITNESS_TIMEOUT));
        clerks.chain(witness).collect()
    }

    fn caller(&self, timeout: Duration) -> Caller {
        Caller::new(&self.house.addresses(), timeout, self.started)
    }

    /// Whom it strikes, if it strikes a node: the owner of the event that stands still, and of others.
    fn victim(&self, owners: &[Option<usize>]) -> usize {
        let lot = self.stroke.map_or(0, |stroke| stroke.lot as usize);
        owners[STILL].unwrap_or(lot % self.house.nodes.len())
    }
}

/// Makes the events.
pub(super) fn open(sale: &Sale, caller: &mut Caller) -> Result<(), Broken> {
    for event in &sale.events {
        let call = Call {
            method: "PUT",
            path: format!("/v1/events/{}", event.name),
            body: event.body(),
            ..Call::default()
        };
        until_done(caller, &call)?;
    }
    Ok(())
}

/// Which node answers for each event.
pub(super) fn owners(
    house: &House,
    sale: &Sale,
    caller: &mut Caller,
) -> Result<Vec<Option<usize>>, Broken> {
    let names = sale.events.iter().map(|event| &event.name);
    names
        .map(|name| {
            let call = Call {
                method: "GET",
                path: format!("/v1/events/{name}"),
                ..Call::default()
            };
            let node = until_done(caller, &call)?.node;
            let mut nodes = house.nodes.iter();
            Ok(nodes.position(|known| Some(&known.name) == node.as_ref()))
        })
        .collect()
}

/// Asks one node after the other until somebody has done it.
pub(super) fn until_done(caller: &mut Caller, call: &Call) -> Result<Answer, Broken> {
    until(caller, call, |answer| answer.status < 300)
}

/// Asks one node after the other until somebody answers.
pub(super) fn until_answered(caller: &mut Caller, call: &Call) -> Result<Answer, Broken> {
    until(caller, call, |_| true)
}

fn until(
    caller: &mut Caller,
    call: &Call,
    is_enough: fn(&Answer) -> bool,
) -> Result<Answer, Broken> {
    let deadline = Instant::now() + RECOVERY_MAX;
    let mut last = "nobody has answered".to_owned();
    for node in (0..caller.nodes()).cycle() {
        match caller.attempt(node, call) {
            Attempt::Answered(answer) if is_enough(&answer) => return Ok(answer),
            Attempt::Answered(answer) => {
                let said = String::from_utf8_lossy(&answer.body);
                last = format!("answered {}: {said}", answer.status);
            }
            Attempt::Nothing | Attempt::Unknown => {}
        }
        if Instant::now() > deadline {
            break;
        }
        thread::sleep(LOOK_EACH);
    }
    let what = format!("{} {} is not done by any node", call.method, call.path);
    Err(Broken::new(Promise::GoesOn, what).with([last]))
}
