//! A run of crashes: life, end, restart and reckoning, over and over.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rand::{RngExt, SeedableRng, rngs::SmallRng, seq::IndexedRandom};
use tokio::runtime::{self, Runtime};

use super::{
    CrashPlan, Fate,
    clerk::Clerk,
    deed::EVENTS,
    follow::Follower,
    seats::Ghost,
    server::Server,
    time::{self, Gap, Millis},
    verdict::{Broken, Checks, Promise},
};
use crate::{
    folder::Folder,
    hall::Hall,
    http::client::{Connection, Request},
    process::End,
};

/// How long a server lives under load.
const LIFE_MILLIS: std::ops::Range<u64> = 20..600;

/// One end in so many is a stop that was asked for; before one start in so many there is one that is killed.
const STOPS: u32 = 8;
const STILLBORN: u32 = 8;

/// When a start is killed.
const STILLBORN_MILLIS: std::ops::Range<u64> = 1..40;

/// What the servers grant to holds that were alive.
const GRACES: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(300),
    Duration::from_secs(5),
];

/// The chart of all events.
const CHART: &str = "hall";

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// What was checked.
    pub checks: Checks,
    /// The first promise that was broken.
    pub broken: Option<Broken>,
    /// What it is worth to know besides.
    pub figures: Figures,
}

/// Figures of a run.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Kills, stops, and kills of a start.
    pub kills: u32,
    /// See there.
    pub stops: u32,
    /// See there.
    pub stillborn: u32,
    /// Changes that were acknowledged.
    pub changes: u64,
    /// Bookings among them.
    pub bookings: u64,
    /// Bookings that were looked at after a crash, each as often as it was.
    pub bookings_checked: u64,
    /// Acknowledged changes that were lost; all of them of holds, and none that was promised to be durable.
    pub changes_lost: u64,
    /// Holds that were lost with them.
    pub holds_lost: u64,
    /// How long before the end the oldest of these was acknowledged, in milliseconds.
    pub oldest_lost_millis: u64,
    /// From each start until it served, in milliseconds.
    pub starts_millis: Vec<u64>,
    /// How often followers went on without a new map, and how often they took one.
    pub resumed: u64,
    /// See there.
    pub begun: u64,
}

/// A run under way.
pub(super) struct Run<'p> {
    pub(super) plan: &'p CrashPlan,
    pub(super) hall: Arc<Hall>,
    pub(super) runtime: Runtime,
    pub(super) server: Server,
    pub(super) clerks: Vec<Clerk>,
    pub(super) followers: Vec<Follower>,
    pub(super) ghosts: Vec<Ghost>,
    pub(super) checks: Checks,
    pub(super) figures: Figures,
    /// Of this life.
    pub(super) born: u32,
}

/// Runs a plan.
///
/// # Errors
/// It could not be begun.
pub fn run(plan: &CrashPlan) -> Result<Ended, String> {
    let mut folder = Folder::new("seatlock-crash")?;
    let hall = Arc::new(Hall::new(plan.seats)?);
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let clerks = (0..plan.clerks)
        .map(|number| Clerk::new(number, &hall, plan.seed, plan.durable_holds))
        .collect();
    let mut run = Run {
        plan,
        hall,
        runtime: runtime.map_err(|error| error.to_string())?,
        server: Server::new(plan, folder.path())?,
        clerks,
        followers: Vec::new(),
        ghosts: Vec::new(),
        checks: Checks::default(),
        figures: Figures::default(),
        born: 0,
    };
    let broken = run.play().err().map(|broken| {
        let mut lines = vec![format!(
            "--seed {}, life {} of the server",
            plan.seed, run.born
        )];
        if plan.fault.is_none() {
            folder.keep();
            lines.push(format!("the folder is kept: {}", folder.path().display()));
        }
        broken.with(lines)
    });
    Ok(run.end(broken))
}

impl Run<'_> {
    fn play(&mut self) -> Result<(), Broken> {
        self.start(GRACES[0])?;
        self.set_up()?;
        let (address, seed) = (self.server.address(), self.plan.seed);
        self.followers = EVENTS
            .iter()
            .map(|rules| Follower::start(address, rules.name, seed))
            .collect();
        let began = Instant::now();
        for number in 0..self.plan.crashes {
            let fate = Fate::draw(self.plan.seed, number);
            let gap = self.live(fate)?;
            let begun: Vec<u64> = self.followers.iter().map(|each| each.turns().0).collect();
            let gap = self.start_again(fate, gap)?;
            self.reckon(fate, &gap)?;
            self.compare_streams(&begun)?;
            if !self.plan.quiet {
                self.progress(number, began.elapsed());
            }
        }
        Ok(())
    }

    fn start(&mut self, grace: Duration) -> Result<(Millis, Millis), Broken> {
        let began = time::now();
        self.server.start(grace)?;
        let ready = time::now();
        self.born += 1;
        self.checks.add(Promise::Serves, 1);
        self.figures.starts_millis.push(ready - began);
        let host = self.server.address().to_string();
        for clerk in &mut self.clerks {
            clerk.visit(&host);
        }
        Ok((began, ready))
    }

    fn set_up(&mut self) -> Result<(), Broken> {
        let chart = self
            .hall
            .body()
            .map_err(|error| self.server.broken(&error))?;
        self.put(&format!("/v1/charts/{CHART}"), &chart)?;
        for rules in EVENTS {
            let path = format!("/v1/events/{}", rules.name);
            self.put(&path, &rules.body(CHART))?;
        }
        Ok(())
    }

    /// Changes a chart or an event.
    fn put(&self, path: &str, body: &str) -> Result<(), Broken> {
        let host = self.server.address().to_string();
        let request = Request {
            method: "PUT",
            path,
            headers: &[],
            body,
        };
        let answer = Connection::open(&host).and_then(|mut line| line.send(&request));
        match answer {
            Ok(answer) if answer.status < 300 => Ok(()),
            Ok(answer) => {
                let said = String::from_utf8_lossy(&answer.body).into_owned();
                let what = format!("PUT {path} is answered {}", answer.status);
                Err(Broken::new(Promise::Answers, what).with([said]))
            }
            Err(error) => Err(self.server.broken(&format!("PUT {path}: {error}"))),
        }
    }

    /// A life under load, and its end. What is known of the gap then.
    fn live(&mut self, fate: Fate) -> Result<Gap, Broken> {
        let title = self.title();
        self.put(&format!("/v1/events/{}", EVENTS[0].name), &title)?;
        let server = &mut self.server;
        let (ended, worked) = thread::scope(|scope| {
            let clerks = self.clerks.iter_mut();
            let clerks: Vec<_> = clerks.map(|clerk| scope.spawn(|| clerk.work())).collect();
            thread::sleep(fate.life);
            let early = server.has_ended();
            let ended = match early {
                Some(status) => Err(server.broken(&format!("ended by itself: {status}"))),
                None => server.end(fate.end),
            };
            // However it was: when the process is gone the clerks come to an end.
            let ended = ended.map(|_| time::now());
            let worked: Vec<_> = clerks
                .into_iter()
                .map(thread::ScopedJoinHandle::join)
                .collect();
            (ended, worked)
        });
        for work in worked {
            work.map_err(|_| self.server.broken("a clerk has panicked"))??;
        }
        match fate.end {
            End::Kill => self.figures.kills += 1,
            End::Stop => self.figures.stops += 1,
        }
        let sure = self.clerks.iter().map(|clerk| clerk.sure).max();
        Ok(Gap {
            sure: sure.unwrap_or_default(),
            ended: ended?,
            ..Gap::NONE
        })
    }

    /// What the first event is called in this life of the server.
    fn title(&self) -> String {
        serde_json::json!({ "title": format!("life {}", self.born) }).to_string()
    }

    fn start_again(&mut self, fate: Fate, gap: Gap) -> Result<Gap, Broken> {
        if let Some(after) = fate.stillborn {
            self.server.start_in_vain(fate.grace, after)?;
            self.figures.stillborn += 1;
        }
        let titled = self.born;
        let (began, ready) = self.start(fate.grace)?;
        self.check_title(titled)?;
        Ok(Gap {
            began,
            ready,
            grace: time::millis(fate.grace),
            ..gap
        })
    }

    /// Changes of events are durable as well.
    fn check_title(&mut self, life: u32) -> Result<(), Broken> {
        let path = format!("/v1/events/{}", EVENTS[0].name);
        let host = self.server.address().to_string();
        let answer = Connection::open(&host).and_then(|mut line| line.call("GET", &path));
        let answer = answer.map_err(|error| self.server.broken(&format!("{path}: {error}")))?;
        let said = String::from_utf8_lossy(&answer.body).into_owned();
        self.checks.add(Promise::Durable, 1);
        if said.contains(&format!("\"title\":\"life {life}\"")) {
            Ok(())
        } else {
            let what = format!("the event has lost its title 'life {life}'");
            Err(Broken::new(Promise::Durable, what).with([said]))
        }
    }

    fn progress(&self, number: u32, elapsed: Duration) {
        let changes: u64 = self.clerks.iter().map(|clerk| clerk.changes).sum();
        eprintln!(
            "{:>4} s  {:>4} of {} crashes  {changes:>8} changes acknowledged, {} lost  {:>8} bookings checked",
            elapsed.as_secs(),
            number + 1,
            self.plan.crashes,
            self.figures.changes_lost,
            self.figures.bookings_checked,
        );
    }

    fn end(mut self, broken: Option<Broken>) -> Ended {
        for clerk in &mut self.clerks {
            self.checks.add_all(&clerk.hand_in());
            self.figures.changes += clerk.changes;
            self.figures.bookings += clerk.bookings;
        }
        for (begun, resumed) in self.followers.iter().map(Follower::turns) {
            self.figures.begun += begun;
            self.figures.resumed += resumed;
        }
        Ended {
            checks: self.checks,
            broken,
            figures: self.figures,
        }
    }
}

impl Fate {
    /// The fate of the life of this number.
    fn draw(seed: u64, number: u32) -> Self {
        let mut dice = SmallRng::seed_from_u64(seed.wrapping_add(u64::from(number)));
        let millis = |millis| Duration::from_millis(millis);
        let life = millis(dice.random_range(LIFE_MILLIS));
        let end = if dice.random_ratio(1, STOPS) {
            End::Stop
        } else {
            End::Kill
        };
        let is_stillborn = dice.random_ratio(1, STILLBORN);
        let stillborn = millis(dice.random_range(STILLBORN_MILLIS));
        Self {
            life,
            end,
            stillborn: is_stillborn.then_some(stillborn),
            grace: GRACES.choose(&mut dice).copied().unwrap_or_default(),
        }
    }
}
