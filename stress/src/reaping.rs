//! The reaper's thread, and how the auditor learns what it did.
//!
//! The engine's own sweep frees the seats and does not say which. The trail that stands between map and tape learns of
//! each, on the thread that does it; so this thread leaves its pen where the trail finds it.

use std::{
    cell::{Cell, RefCell},
    thread,
    time::Duration,
};

use seatlock::{
    ids::{Lsn, SeatId},
    limits::{TICK_NANOS, WHEEL_SLOTS},
    reaper::{self, Swept},
    seat::{Change, Step, Trail},
    tick::{Moment, Tick, Ttl},
    wheel::Wheel,
};

use crate::{
    claim::{Claim, Pen, Report},
    clock::{RunClock, Span, Stamp},
    worker::Site,
};

/// Sweeps at the end that may find the tape full, 1 ms apart.
const LAST_SWEEPS_MAX: u32 = 2_000;

thread_local! {
    static REAPING: RefCell<Option<Reaping>> = const { RefCell::new(None) };
    static POINTS: Cell<u32> = const { Cell::new(0) };
}

/// A trail that also tells the auditor what is done on a thread that reaps, and that dawdles.
///
/// The map calls it between the load and the CAS of a change, between the CAS and the record, and between the record
/// and the mark: where a thread that is stopped leaves the others the most to do wrong. On few cores that happens too
/// seldom by itself, so now and then it lets the other threads run at just these points.
#[derive(Debug)]
pub struct Told<T> {
    inner: T,
    /// It dawdles at one of so many points; 0 for never.
    dawdle: u32,
}

/// What a thread that reaps has with it.
#[derive(Debug)]
struct Reaping {
    pen: Pen,
    clock: RunClock,
    now: Tick,
    invoked: Stamp,
    swept_before: Stamp,
    /// The real clock has nothing to say of the last sweeps: their time is made up.
    made_up: bool,
}

impl<T> Told<T> {
    /// A trail in front of `inner`.
    pub fn new(inner: T, dawdle: u32) -> Self {
        Self { inner, dawdle }
    }

    #[inline]
    fn dawdle(&self) {
        if self.dawdle == 0 {
            return;
        }
        let points = POINTS.get() + 1;
        POINTS.set(if points < self.dawdle { points } else { 0 });
        if points >= self.dawdle {
            thread::yield_now();
        }
    }
}

impl<T: Trail> Trail for Told<T> {
    #[inline]
    fn take(&self, count: u32) -> Option<Lsn> {
        let first = self.inner.take(count);
        self.dawdle();
        first
    }

    #[inline]
    fn publish(&self, lsn: Lsn, change: Change) {
        self.dawdle();
        self.inner.publish(lsn, change);
        REAPING.with_borrow_mut(|reaping| {
            if let Some(reaping) = reaping {
                reaping.tell(lsn, change.seat);
            }
        });
    }

    #[inline]
    fn void(&self, lsn: Lsn) {
        self.inner.void(lsn);
    }

    #[inline]
    fn mark(&self, seat: SeatId, until: Tick) {
        self.dawdle();
        self.inner.mark(seat, until);
    }
}

impl Reaping {
    fn tell(&mut self, lsn: Lsn, seat: SeatId) {
        let returned = if self.made_up {
            Stamp::NEVER
        } else {
            self.clock.stamp()
        };
        let span = Span {
            invoked: self.invoked,
            returned,
        };
        let claim = Claim {
            lsn,
            seat,
            step: Step::Expire,
            rest: 0,
            now: self.now,
            lasts_nanos: 0,
            span,
            swept_before: self.swept_before,
        };
        self.pen.write(Report::Changed(claim));
    }
}

/// What the reaper's thread needs.
#[derive(Debug, Clone, Copy)]
pub struct Reaper<'r, T> {
    /// What reminds it.
    pub wheel: &'r Wheel,
    /// What it frees, when, and for how long.
    pub site: &'r Site<T>,
    /// The longest hold that can be.
    pub ttl_max: Ttl,
    /// How far it runs ahead of its time, if that is this run's fault.
    pub hurry: Duration,
}

impl<T: Trail> Reaper<'_, T> {
    /// Sweeps a few times a tick until the workers have left, then until nothing can be held any more. Answers with the
    /// time at which everything must have been reclaimed.
    pub fn run(self, pen: Pen) -> Moment {
        let first = self.site.clock.stamp();
        let reaping = Reaping {
            pen,
            clock: self.site.clock.clone(),
            now: Tick::new(0),
            invoked: first,
            swept_before: first,
            made_up: false,
        };
        REAPING.set(Some(reaping));
        let pause = (self.site.clock.real_tick() / 4)
            .clamp(Duration::from_micros(20), Duration::from_millis(2));
        while !self.site.signals.all_left() {
            self.sweep(|| {
                let now = self.site.clock.now();
                (now.plus(self.hurry), now.tick())
            });
            thread::sleep(pause);
        }
        let end = self.reclaim_everything();
        // Drops the pen: the auditor sees that this writer has gone.
        REAPING.set(None);
        end
    }

    /// Every mark is in a slot that comes by within one rotation after its deadline.
    fn reclaim_everything(&self) -> Moment {
        with_reaping(|reaping| reaping.made_up = true);
        let tick = Duration::from_nanos(TICK_NANOS);
        let mut now = self.site.clock.now().plus(self.ttl_max.span() + 2 * tick);
        for _ in 0..=WHEEL_SLOTS {
            self.sweep(|| (now, now.tick()));
            now = now.plus(tick);
        }
        for _ in 0..LAST_SWEEPS_MAX {
            if self.sweep(|| (now, now.tick())).busy == 0 || self.site.signals.is_audit_over() {
                break;
            }
            now = now.plus(tick);
            thread::sleep(Duration::from_millis(1));
        }
        now
    }

    /// One sweep. `time` reads the clock, after the sweep has begun by the independent one: the moment of the sweep, and
    /// the tick that the auditor is told.
    fn sweep(&self, time: impl FnOnce() -> (Moment, Tick)) -> Swept {
        with_reaping(|reaping| {
            reaping.swept_before = reaping.invoked;
            reaping.invoked = reaping.clock.stamp();
        });
        let (now, told) = time();
        with_reaping(|reaping| reaping.now = told);
        let swept = reaper::sweep(self.wheel, &self.site.seats, now);
        with_reaping(|reaping| reaping.pen.end_turn(false, swept.busy > 0));
        swept
    }
}

fn with_reaping(act: impl FnOnce(&mut Reaping)) {
    REAPING.with_borrow_mut(|reaping| reaping.as_mut().map(act));
}
