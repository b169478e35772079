//! So many in flight: as many tasks, each of which begins the next as soon as its last is durable.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use tokio::runtime::Runtime;

/// What came of a turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    pub(crate) rate: f64,
    pub(crate) p50_micros: f64,
    pub(crate) p99_micros: f64,
}

impl Turn {
    /// Of the times that each took.
    pub(crate) fn of(mut took: Vec<Duration>, wall: Duration) -> Self {
        took.sort_unstable();
        let at = |percent: usize| {
            let place = took.len().saturating_sub(1) * percent / 100;
            took.get(place)
                .map_or(f64::NAN, |took| took.as_secs_f64() * 1e6)
        };
        Self {
            rate: took.len() as f64 / wall.as_secs_f64(),
            p50_micros: at(50),
            p99_micros: at(99),
        }
    }
}

/// Keeps `in_flight` in flight for a while. `one` makes one durable; each task is given its number.
pub(crate) fn keep<F, W>(runtime: &Runtime, in_flight: u32, length: Duration, one: F) -> Turn
where
    F: Fn(u32) -> W + Clone + Send + 'static,
    W: Future<Output = Option<Duration>> + Send,
{
    let start = Instant::now();
    let tasks: Vec<_> = (0..in_flight)
        .map(|task| {
            let one = one.clone();
            runtime.spawn(async move {
                let mut took = Vec::new();
                while start.elapsed() < length {
                    let Some(one) = one(task).await else { break };
                    took.push(one);
                }
                took
            })
        })
        .collect();
    let mut all = Vec::new();
    runtime.block_on(async {
        for task in tasks {
            all.extend(task.await.expect("no panic"));
        }
    });
    Turn::of(all, start.elapsed())
}
