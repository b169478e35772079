//! What else can be told of deadlines. The seats are those of a mutex for each, in an array.
//!
//! tokio's clock is paused: it jumps to the next deadline as soon as there is nothing else to do.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use seatlock::{
    ids::{SeatId, TakingId},
    limits::TICK_NANOS,
    tick::Tick,
};
use tokio::{runtime, time};
use tokio_util::time::DelayQueue;

use crate::{
    expiry::{Due, Fired, SPREAD_TICKS, Timers},
    load::Terms,
    rivals::{Design as _, SeatMutexes},
};

/// A heap of deadlines, the earliest on top.
pub(crate) struct HeapTimers {
    seats: SeatMutexes,
    heap: BinaryHeap<Reverse<(u32, SeatId)>>,
}

impl Timers for HeapTimers {
    const NAME: &'static str = "BinaryHeap";

    fn new(dues: &[Due]) -> Self {
        Self {
            seats: held(dues),
            heap: BinaryHeap::new(),
        }
    }

    fn mark(&mut self, dues: &[Due]) -> Duration {
        let start = Instant::now();
        self.heap
            .extend(dues.iter().map(|due| Reverse((due.until.get(), due.seat))));
        start.elapsed()
    }

    fn fire(&mut self) -> Fired {
        let start = Instant::now();
        let mut freed = 0;
        for tick in 1..=SPREAD_TICKS {
            while let Some(&Reverse((until, seat))) = self.heap.peek()
                && until <= tick
            {
                self.heap.pop();
                freed += usize::from(self.seats.expire(seat, Tick::new(tick)));
            }
        }
        Fired {
            spent: start.elapsed(),
            freed,
        }
    }
}

/// tokio-util's queue of deadlines, asked by one task.
pub(crate) struct DelayQueueTimers {
    seats: SeatMutexes,
    queue: DelayQueue<Due>,
    runtime: runtime::Runtime,
}

impl Timers for DelayQueueTimers {
    const NAME: &'static str = "DelayQueue";

    fn new(dues: &[Due]) -> Self {
        Self {
            seats: held(dues),
            queue: DelayQueue::new(),
            runtime: paused(),
        }
    }

    fn mark(&mut self, dues: &[Due]) -> Duration {
        let queue = &mut self.queue;
        self.runtime.block_on(async {
            let epoch = time::Instant::now();
            let start = Instant::now();
            for &due in dues {
                queue.insert_at(due, epoch + span(due.until));
            }
            start.elapsed()
        })
    }

    fn fire(&mut self) -> Fired {
        let (seats, queue) = (&self.seats, &mut self.queue);
        self.runtime.block_on(async {
            let start = Instant::now();
            let mut freed = 0;
            while let Some(expired) = poll_fn(|context| queue.poll_expired(context)).await {
                let due = expired.into_inner();
                freed += usize::from(seats.expire(due.seat, due.until));
            }
            Fired {
                spent: start.elapsed(),
                freed,
            }
        })
    }
}

/// A tokio task for each hold, which sleeps until its deadline.
pub(crate) struct SleepingTasks {
    shared: Arc<Shared>,
    runtime: runtime::Runtime,
}

struct Shared {
    seats: SeatMutexes,
    asleep: AtomicUsize,
    freed: AtomicUsize,
}

impl Timers for SleepingTasks {
    const NAME: &'static str = "tokio task that sleeps";

    fn new(dues: &[Due]) -> Self {
        let (asleep, freed) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self {
            shared: Arc::new(Shared {
                seats: held(dues),
                asleep,
                freed,
            }),
            runtime: paused(),
        }
    }

    fn mark(&mut self, dues: &[Due]) -> Duration {
        let shared = &self.shared;
        self.runtime.block_on(async {
            let epoch = time::Instant::now();
            let start = Instant::now();
            for &due in dues {
                tokio::spawn(Arc::clone(shared).expire_in_time(due, epoch));
            }
            // A timer is set when its task first runs. Relaxed: there is one thread.
            while shared.asleep.load(Ordering::Relaxed) < dues.len() {
                tokio::task::yield_now().await;
            }
            start.elapsed()
        })
    }

    fn fire(&mut self) -> Fired {
        self.runtime.block_on(async {
            let start = Instant::now();
            time::sleep(span(Tick::new(SPREAD_TICKS + 1))).await;
            // Relaxed: there is one thread.
            Fired {
                spent: start.elapsed(),
                freed: self.shared.freed.load(Ordering::Relaxed),
            }
        })
    }
}

impl Shared {
    async fn expire_in_time(self: Arc<Self>, due: Due, epoch: time::Instant) {
        let sleep = time::sleep_until(epoch + span(due.until));
        // Relaxed, both: there is one thread.
        self.asleep.fetch_add(1, Ordering::Relaxed);
        sleep.await;
        self.freed.fetch_add(
            usize::from(self.seats.expire(due.seat, due.until)),
            Ordering::Relaxed,
        );
    }
}

/// Seats that are held until these deadlines.
fn held(dues: &[Due]) -> SeatMutexes {
    let seats = SeatMutexes::new(u32::try_from(dues.len()).expect("at most a million"));
    for &Due { seat, until } in dues {
        assert!(seats.hold(
            seat,
            Terms {
                taking: TakingId::FIRST,
                now: Tick::new(0),
                until
            }
        ));
    }
    seats
}

/// From tick 0 until this one.
fn span(until: Tick) -> Duration {
    Duration::from_nanos(u64::from(until.get()) * TICK_NANOS)
}

/// A runtime of one thread whose clock jumps.
fn paused() -> runtime::Runtime {
    let built = runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    built.expect("a runtime without I/O asks nothing of the system")
}
