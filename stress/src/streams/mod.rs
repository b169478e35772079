//! Thousands who follow one event, each with a map of its own.
//!
//! ```text
//!   this process                                    a process of its own (server)
//!     N clients, a task each (line)    <-- HTTP --    feed, its deltas, the seats as binary map
//!     what they have it do (child)     <-- pipe --    a thread that changes seats at a steady pace
//! ```
//! Two processes, since both ends of a connection take a file descriptor, and since what the server holds is to be
//! told from what its clients hold.
//!
//! At the end each client's map must be the server's, bit by bit, and the server's must be what the changing thread
//! wrote down for itself. Each delta must begin where the one before it ended.

mod child;
pub(crate) mod client;
mod cost;
pub(crate) mod event;
pub(crate) mod line;
mod server;

use std::{fmt::Write as _, net::SocketAddr, sync::Arc, time::Duration};

use hdrhistogram::Histogram;
use tokio::{
    runtime,
    sync::{Semaphore, watch},
    task::JoinSet,
};

use child::Child;
use client::{Client, Course};
pub use server::serve;

/// Clients that open their streams at the same time.
const OPENING_MAX: usize = 100;

/// What the clients do is worth less than a core to them, but there must be someone to read while others parse.
const CLIENT_THREADS: usize = 2;

/// What is to be played.
#[derive(Debug, Clone, Copy)]
pub struct StreamsPlan {
    /// Clients.
    pub streams: u32,
    /// Seats of the event.
    pub seats: u32,
    /// Changes that the server makes in each second.
    pub changes_a_second: u32,
    /// For how long it does.
    pub duration: Duration,
    /// Where the changes come from.
    pub seed: u64,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// Clients whose map is not the server's.
    wrong: usize,
    /// Whether the server's map is what was written down beside it.
    server_is_right: bool,
    deltas: u64,
    resets: u64,
    bytes: u64,
    lags: Histogram<u64>,
    report: child::Report,
}

impl Ended {
    /// Whether every map is right.
    pub fn is_right(&self) -> bool {
        self.wrong == 0 && self.server_is_right
    }
}

/// Plays a run.
///
/// # Errors
/// The server could not be started, or a client saw what must not be: a gap, disorder, an answer that is none.
pub fn run(plan: &StreamsPlan) -> Result<Ended, String> {
    cost::raise_descriptor_limit();
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(CLIENT_THREADS)
        .enable_all()
        .build();
    let mut child = Child::start(plan)?;
    runtime
        .map_err(|error| error.to_string())?
        .block_on(play(plan, &mut child))
}

/// The summary of a run.
pub fn summary(plan: &StreamsPlan, ended: &Ended) -> String {
    let StreamsPlan {
        streams,
        seats,
        changes_a_second,
        ..
    } = *plan;
    let mut text = String::new();
    let millis = |quantile| ended.lags.value_at_quantile(quantile) / 1_000;
    let _ = writeln!(
        text,
        "{streams} streams, {seats} seats, {changes_a_second} changes a second for {:?}: {} changes",
        plan.duration, ended.report.changes
    );
    let _ = writeln!(
        text,
        "{} deltas and {:.1} MB to all clients together, {} resets",
        ended.deltas,
        mega(ended.bytes),
        ended.resets
    );
    let _ = writeln!(
        text,
        "from a change to its client, ms: median {}, p99 {}, longest {}",
        millis(0.5),
        millis(0.99),
        millis(1.0)
    );
    text += &ended.report.summary(streams, ended.deltas);
    let _ = match (ended.wrong, ended.server_is_right) {
        (0, true) => writeln!(text, "\nEach client's map equals the server's."),
        (0, false) => writeln!(text, "\nThe server's map is not what was written down."),
        (wrong, _) => writeln!(text, "\n{wrong} clients' maps are not the server's."),
    };
    text
}

async fn play(plan: &StreamsPlan, child: &mut Child) -> Result<Ended, String> {
    let (tell_course, course) = watch::channel(Course {
        changes_a_second: plan.changes_a_second,
        started: None,
        until: None,
    });
    let mut clients = open(plan, child.address(), &course).await?;
    let started = child.go()?;
    tell_course.send_modify(|course| course.started = Some(started));
    let report = tokio::task::block_in_place(|| child.report())?;
    tell_course.send_modify(|course| course.until = Some(report.position));
    let mut ended = Ended {
        wrong: 0,
        server_is_right: report.is_right,
        deltas: 0,
        resets: 0,
        bytes: 0,
        lags: client::no_lags(),
        report,
    };
    let last = line::map(child.address(), line::SEATS).await?;
    while let Some(client) = clients.join_next().await {
        let client: Client = client.map_err(|error| error.to_string())??;
        ended.wrong += usize::from(!client.has(&last));
        ended.deltas += client.deltas;
        ended.resets += client.resets;
        ended.bytes += client.bytes;
        ended
            .lags
            .add(&client.lags)
            .map_err(|error| error.to_string())?;
    }
    Ok(ended)
}

/// Opens all streams; returns when each client has its first map.
async fn open(
    plan: &StreamsPlan,
    address: SocketAddr,
    course: &watch::Receiver<Course>,
) -> Result<JoinSet<Result<Client, String>>, String> {
    let opening = Arc::new(Semaphore::new(OPENING_MAX));
    let mut clients = JoinSet::new();
    for _ in 0..plan.streams {
        let place = Arc::clone(&opening).acquire_owned().await;
        let place = place.map_err(|error| error.to_string())?;
        clients.spawn(line::follow(address, course.clone(), place));
        if let Some(early) = clients.try_join_next() {
            early.map_err(|error| error.to_string())??;
            return Err("a stream ended before its time".to_owned());
        }
    }
    let all = u32::try_from(OPENING_MAX).unwrap_or(u32::MAX);
    let _all_are_open = opening.acquire_many(all).await;
    Ok(clients)
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
