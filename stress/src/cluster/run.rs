//! A run from its beginning to its end.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{RngExt, SeedableRng, rngs::SmallRng};

use super::{
    ClusterPlan, Fault,
    audit::Past,
    bout::{Bout, Played, until_done},
    caller::{Call, Caller, nanos},
    fault::Stroke,
    house::{House, Wires},
    judge::Judge,
    notes::KINDS,
    sale::{CHART, SEATS, STILL, Sale},
    seat::Rules,
    verdict::{Broken, Checks, Promise},
};
use crate::{hall::Hall, latency::Book};

/// How far the clocks of a node and of the run may differ: a thread that loses its core between two looks at a clock, and
/// rounding.
const SLACK: Duration = Duration::from_millis(250);

/// How long an auditor waits for each part of an answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// What was checked.
    pub checks: Checks,
    /// The first promise that was broken.
    pub broken: Option<Broken>,
    /// Seats whose calls had too many possibilities to decide about.
    pub undecided: u64,
    /// What came of each kind of fault; of none, for a sale in which all went well.
    pub(super) rows: BTreeMap<Option<Fault>, Row>,
    /// Bookings that were asked for when their sale was long over, each as often as it was.
    pub bookings_checked: u64,
    /// Bytes in use of a member's file at the end.
    pub etcd_bytes: Option<u64>,
}

/// What came of one kind of fault.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) times: u32,
    pub(super) outages: Vec<Duration>,
    pub(super) told: u64,
    pub(super) told_late: u64,
    pub(super) unknown: u64,
    pub(super) book: Book,
    pub(super) elapsed: Duration,
}

/// A run under way.
struct Run<'p> {
    plan: &'p ClusterPlan,
    house: House,
    hall: Arc<Hall>,
    judge: Judge,
    past: Vec<Past>,
    rows: BTreeMap<Option<Fault>, Row>,
    bookings_checked: u64,
    started: Instant,
    sales: u32,
}

/// Runs a plan.
///
/// # Errors
/// It could not be begun.
pub fn run(plan: &ClusterPlan) -> Result<Ended, String> {
    let house = if plan.is_single {
        House::single(plan)?
    } else {
        House::cluster(plan, Wires::Laid)?
    };
    let mut run = Run {
        plan,
        house,
        hall: Arc::new(Hall::new(SEATS)?),
        judge: Judge::new(Rules {
            slack_nanos: nanos(SLACK),
            forgets: plan.is_single,
        }),
        past: Vec::new(),
        rows: BTreeMap::new(),
        bookings_checked: 0,
        started: Instant::now(),
        sales: 0,
    };
    let played = run.play();
    Ok(run.end(played.err()))
}

impl Run<'_> {
    fn play(&mut self) -> Result<(), Broken> {
        self.set_up()?;
        self.sell(None)?;
        let began = Instant::now();
        for number in 0.. {
            let stroke = Stroke::draw(&self.plan.faults, self.plan.seed, number, self.plan.lease);
            if began.elapsed() >= self.plan.length {
                break;
            }
            self.sell(stroke)?;
            self.look_back()?;
        }
        for past in 0..self.past.len() {
            self.audit(past)?;
        }
        self.house.close()
    }

    /// Waits until there is service, and makes the chart.
    fn set_up(&mut self) -> Result<(), Broken> {
        let body = self.hall.body();
        let body = body.map_err(|error| Broken::new(Promise::Answers, error))?;
        let call = Call {
            method: "PUT",
            path: format!("/v1/charts/{CHART}"),
            body,
            ..Call::default()
        };
        let made = until_done(&mut self.caller(), &call);
        // Why nobody answers is for the nodes' logs to say.
        let house = &mut self.house;
        house.check().and(made).map(drop)
    }

    fn sell(&mut self, stroke: Option<Stroke>) -> Result<(), Broken> {
        self.sales += 1;
        let sale = Arc::new(Sale::new(self.sales, &self.hall));
        let bout = Bout {
            plan: self.plan,
            house: &mut self.house,
            sale: &sale,
            stroke,
            started: self.started,
            shown: Instant::now(),
            told_shown: 0,
        };
        let name = stroke.map_or("no fault", |stroke| stroke.fault.describe().0);
        let with_sale = |broken: Broken| broken.with([format!("in sale {}: {name}", sale.number)]);
        let played = bout.play().map_err(with_sale)?;
        let Played {
            notes,
            outages,
            elapsed,
        } = played;
        self.judge.checks.add(Promise::Answers, notes.answers);
        self.judge.checks.add(Promise::GoesOn, STILL);
        let row = self.rows.entry(stroke.map(|stroke| stroke.fault));
        let row = row.or_insert_with(Row::new);
        row.times += 1;
        row.outages.extend(outages);
        row.told += notes.told;
        row.told_late += notes.told_late;
        row.unknown += notes.unknown;
        row.book.add(&notes.book);
        row.elapsed += elapsed;
        let judged = self.judge.judge(&sale, notes.noted);
        self.past.push(Past {
            known: judged.map_err(with_sale)?,
            sale: Arc::clone(&sale),
            bookings: notes.bookings,
        });
        Ok(())
    }

    /// Asks for one of the earlier sales.
    fn look_back(&mut self) -> Result<(), Broken> {
        let seed = self.plan.seed.wrapping_add(u64::from(self.sales));
        let past = SmallRng::seed_from_u64(seed).random_range(0..self.past.len());
        self.audit(past)
    }

    fn audit(&mut self, past: usize) -> Result<(), Broken> {
        let mut caller = self.caller();
        let past = &self.past[past];
        let audited = past.audit(&mut caller, &mut self.judge);
        self.bookings_checked += past.bookings.len() as u64;
        audited.map_err(|broken| {
            let line = format!("in sale {}, when it was over", past.sale.number);
            broken.with([line])
        })
    }

    fn caller(&self) -> Caller {
        Caller::new(&self.house.addresses(), TIMEOUT, self.started)
    }

    fn end(mut self, broken: Option<Broken>) -> Ended {
        let broken = broken.map(|broken| {
            let seed = format!("--seed {}", self.plan.seed);
            let died = self.house.check().err();
            let died = died.filter(|died| died.what != broken.what);
            let died = died.into_iter().flat_map(|died| {
                let lines = died.evidence.into_iter();
                [died.what].into_iter().chain(lines)
            });
            broken.with([seed]).with(died)
        });
        let is_evidence = broken.is_some() && self.plan.sabotage.is_none();
        if is_evidence || self.plan.keep {
            self.house.keep();
            eprintln!("the logs are kept: {}", self.house.folder().display());
        }
        let runtime = self.house.runtime().clone();
        let etcd = self.house.etcd.as_ref();
        Ended {
            etcd_bytes: etcd.map(|etcd| etcd.bytes(&runtime)),
            checks: self.judge.checks,
            undecided: self.judge.undecided,
            broken,
            rows: self.rows,
            bookings_checked: self.bookings_checked,
        }
    }
}

impl Row {
    fn new() -> Self {
        Self {
            times: 0,
            outages: Vec::new(),
            told: 0,
            told_late: 0,
            unknown: 0,
            book: Book::new(KINDS),
            elapsed: Duration::ZERO,
        }
    }
}
