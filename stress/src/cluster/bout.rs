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
    fault::Stroke,
    house::{House, RECOVERY_MAX},
    notes::Notes,
    outage,
    sale::{QUIET, Sale},
    verdict::{Broken, Promise},
};
use crate::http::client::Answer;

/// How long clerks wait for each part of an answer.
const TIMEOUT: Duration = Duration::from_secs(3);

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

impl Bout<'_> {
    /// Opens the sale, sells, has the thing go wrong and puts it right.
    pub(super) fn play(mut self) -> Result<Played, Broken> {
        let mut caller = self.caller();
        open(self.sale, &mut caller)?;
        let owners = owners(self.house, self.sale, &mut caller)?;
        let victim = self.victim(&owners);
        let began = Instant::now();
        let stop = Arc::new(AtomicBool::new(false));
        let clerks: Vec<Clerk<'_>> = (0..self.plan.clerks)
            .map(|number| {
                let caller = self.caller();
                let seed = self.plan.seed.wrapping_add(u64::from(self.sale.number));
                Clerk::new(number, self.sale, caller, &stop, seed)
            })
            .collect();
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
        self.house.strike(&stroke, victim)?;
        let waited = self.pass(stroke.lasts, &whom, stop);
        self.house.heal(&stroke, victim)?;
        waited?;
        self.wait_for_service(&whom, stop)?;
        self.pass(CALM, "all is well again", stop)
    }

    fn wait_for_service(&mut self, whom: &str, stop: &AtomicBool) -> Result<(), Broken> {
        let healed = nanos(self.started.elapsed());
        let began = Instant::now();
        let name = format!("after {whom}");
        loop {
            let mut events = self.sale.events.iter();
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

    fn caller(&self) -> Caller {
        Caller::new(&self.house.addresses(), TIMEOUT, self.started)
    }

    /// Whom it strikes, if it strikes a node: the owner of a quiet event, and of others.
    fn victim(&self, owners: &[Option<usize>]) -> usize {
        let lot = self.stroke.map_or(0, |stroke| stroke.lot as usize);
        let owner = owners[owners.len() - 1 - lot % QUIET];
        owner.unwrap_or(lot % self.house.nodes.len())
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
