//! What those who act tell the auditor, and the rings on which they do.
//!
//! Each worker and the reaper has a ring of its own, with one writer and one reader. A full ring makes its writer wait
//! for the auditor, so that memory is bounded however long the run. The auditor never waits in turn for a writer that
//! waits for it: it empties every ring as far as the next change, and in each ring the changes come in the order of
//! their LSNs, so the one that it waits for is never behind a full ring.

use std::{
    hint,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use crossbeam::utils::CachePadded;
use rtrb::{Consumer, Producer, PushError, RingBuffer};
use seatlock::{
    ids::{Lsn, SeatId},
    seat::{SeatWord, Step},
    tick::Tick,
};

use crate::{
    clock::{Span, Stamp},
    signals::Signals,
};

/// Reports that one ring has room for.
const RING_REPORTS: usize = 1 << 14;

/// Something that a worker or the reaper says it did or saw.
#[derive(Debug, Clone, Copy)]
pub enum Report {
    /// It changed a seat.
    Changed(Claim),
    /// It was shown a seat's word.
    Saw(Sighting),
}

/// 'I changed this seat.'
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// Under this number.
    pub lsn: Lsn,
    /// This seat.
    pub seat: SeatId,
    /// In this way.
    pub step: Step,
    /// With so many more seats of the same step, in the LSNs that follow.
    pub rest: u8,
    /// At this tick, as far as the engine was told.
    pub now: Tick,
    /// For so long, if it is now held: in the run's time, not rounded.
    pub lasts_nanos: u64,
    /// Between these readings of the independent clock.
    pub span: Span,
    /// If the reaper did it: when its sweep before this one began.
    pub swept_before: Stamp,
}

/// 'I was shown this word', by a read or by a refusal.
#[derive(Debug, Clone, Copy)]
pub struct Sighting {
    /// Of this seat.
    pub seat: SeatId,
    /// The word.
    pub word: SeatWord,
    /// Between these readings of the independent clock.
    pub span: Span,
    /// Which of the worker's operations it belongs to.
    pub operation: u64,
    /// The step that was refused for it, and the tick at which.
    pub refused: Option<(Step, Tick)>,
    /// Whether it refused somebody what he had been promised: a step on his own hold before its deadline.
    pub promised: bool,
}

/// What a writer has done so far, for the auditor and for the progress line.
#[derive(Debug, Default)]
pub struct Tally {
    /// Operations that have returned and been reported.
    pub turns: AtomicU64,
    /// Of these, refused.
    pub refused: AtomicU64,
    /// Of these, answered 'busy'.
    pub busy: AtomicU64,
}

/// The end of a ring that is written to.
#[derive(Debug)]
pub struct Pen {
    ring: Producer<Report>,
    tally: Arc<CachePadded<Tally>>,
    signals: Arc<Signals>,
}

/// The end of a ring that is read, with its first change taken out to be looked at.
#[derive(Debug)]
pub struct Line {
    ring: Consumer<Report>,
    tally: Arc<CachePadded<Tally>>,
    head: Option<Claim>,
}

/// A ring. `signals` tell the writer when nobody reads any more.
pub fn line(signals: Arc<Signals>) -> (Pen, Line) {
    let (producer, consumer) = RingBuffer::new(RING_REPORTS);
    let tally = Arc::new(CachePadded::new(Tally::default()));
    let pen = Pen {
        ring: producer,
        tally: Arc::clone(&tally),
        signals,
    };
    (
        pen,
        Line {
            ring: consumer,
            tally,
            head: None,
        },
    )
}

impl Pen {
    /// Reports; waits while the ring is full. Answers whether it had to.
    #[inline]
    pub fn write(&mut self, mut report: Report) -> bool {
        let mut waited = false;
        while let Err(PushError::Full(back)) = self.ring.push(report) {
            if self.signals.is_audit_over() {
                break;
            }
            report = back;
            waited = true;
            thread::yield_now();
        }
        waited
    }

    /// Ends an operation all of whose reports have been written.
    #[inline]
    pub fn end_turn(&self, refused: bool, busy: bool) {
        let add = |counter: &AtomicU64, amount: u64, order| {
            counter.store(counter.load(Ordering::Relaxed) + amount, order)
        };
        add(&self.tally.refused, u64::from(refused), Ordering::Relaxed);
        add(&self.tally.busy, u64::from(busy), Ordering::Relaxed);
        // Release, with the Acquire in `Line::turns`: who sees that the turn has ended finds its reports in the ring.
        add(&self.tally.turns, 1, Ordering::Release);
    }

    /// The writer's tally.
    pub fn tally(&self) -> Arc<CachePadded<Tally>> {
        Arc::clone(&self.tally)
    }
}

impl Line {
    /// The writer's next change, if it has reached us; hands every sighting before it to `seen`.
    #[inline]
    pub fn head(&mut self, mut seen: impl FnMut(Sighting)) -> Option<&Claim> {
        while self.head.is_none() {
            match self.ring.pop() {
                Ok(Report::Changed(claim)) => self.head = Some(claim),
                Ok(Report::Saw(sighting)) => seen(sighting),
                Err(_) => break,
            }
        }
        self.head.as_ref()
    }

    /// Takes the change that [`Line::head`] showed.
    pub fn take(&mut self) -> Option<Claim> {
        self.head.take()
    }

    /// How many operations the writer has ended.
    pub fn turns(&self) -> u64 {
        // Acquire: partner of the Release in `Pen::end_turn`.
        self.tally.turns.load(Ordering::Acquire)
    }

    /// Whether the writer is gone. What it wrote before is still in the ring.
    pub fn is_closed(&self) -> bool {
        self.ring.is_abandoned()
    }

    /// The writer's tally.
    pub fn tally(&self) -> Arc<CachePadded<Tally>> {
        Arc::clone(&self.tally)
    }
}

/// Waits a little, and longer each time.
#[derive(Debug, Default)]
pub struct Patience(u32);

impl Patience {
    /// Spins at first, then lets other threads run.
    pub fn wait(&mut self) {
        if self.0 < 64 {
            hint::spin_loop();
        } else {
            thread::yield_now();
        }
        self.0 = self.0.saturating_add(1);
    }
}
