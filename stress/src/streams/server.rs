//! The server's process: an event whose seats change at a steady pace, and its availability over HTTP.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use axum::{
    Router,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use seatlock::{
    chart::Chart,
    feed::{Feed, Life, Shown, flush_interval},
    http::{
        self, ServerConfig,
        v1::{
            availability,
            seat_text::SeatText,
            stream::{StreamLimits, Streams},
        },
    },
    ids::{Lsn, SeatId},
};
use tokio::{net::TcpListener, runtime};

use super::{
    StreamsPlan,
    child::Report,
    cost::{cpu_millis, most_kilobytes, raise_descriptor_limit, resident_kilobytes},
};

/// How often changes are made; several at a time, as a scribe's batch has them.
const BATCH_INTERVAL: Duration = Duration::from_millis(1);

#[derive(Clone)]
struct Event {
    feed: Arc<Feed>,
    text: Arc<SeatText>,
    streams: Streams<Ipv4Addr>,
}

/// Serves until standard input ends. Says its address on a line; after a line of input makes the changes, and says
/// when it began and, at the end, its report.
///
/// # Errors
/// There is no port, or a pipe is broken.
pub fn serve(plan: &StreamsPlan) -> Result<(), String> {
    raise_descriptor_limit();
    let event = Event {
        feed: Arc::new(Feed::new(plan.seats, Life::new(1), Lsn::NONE)),
        text: Arc::new(SeatText::new(
            "stress",
            Arc::new(Chart::numbered(plan.seats)),
        )),
        streams: Streams::new(StreamLimits {
            streams_per_client_max: plan.streams,
            ..StreamLimits::default()
        }),
    };
    let runtime = runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let _inside = runtime.enter();
    let listener =
        http::listen((Ipv4Addr::LOCALHOST, 0).into()).map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    runtime.spawn(answer(listener, event.clone()));
    converse(plan, &event, address).map_err(|error| error.to_string())
}

async fn answer(listener: TcpListener, event: Event) {
    let app = Router::new()
        .route("/seats", get(seats))
        .route("/stream", get(stream))
        .with_state(event);
    let _ = http::serve(
        listener,
        app,
        ServerConfig::default(),
        std::future::pending(),
    )
    .await;
}

fn converse(plan: &StreamsPlan, event: &Event, address: SocketAddr) -> io::Result<()> {
    let mut orders = io::stdin().lines();
    let empty_kilobytes = resident_kilobytes();
    println!("{address}");
    if orders.next().transpose()?.is_none() {
        return Ok(());
    }
    let (open_kilobytes, cpu_before) = (resident_kilobytes(), cpu_millis());
    let nanos = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    println!("{nanos}");
    let written_down = change(plan, &event.feed);
    let snapshot = event.feed.snapshot();
    let seats = written_down.iter().zip((0..).map(SeatId::new));
    let report = Report {
        position: snapshot.position().lsn.get(),
        changes: snapshot.position().lsn.get(),
        is_right: seats.fold(true, |is_right, (shown, seat)| {
            is_right && snapshot.shown(seat) == Some(*shown)
        }),
        empty_kilobytes,
        open_kilobytes,
        most_kilobytes: most_kilobytes(),
        cpu_millis: cpu_millis() - cpu_before,
    };
    println!("{}", report.line());
    for order in orders {
        drop(order?);
    }
    Ok(())
}

/// Changes seats for as long as the plan says, and tells all who follow. Answers with what the seats are at the end, as
/// it was written down here.
fn change(plan: &StreamsPlan, feed: &Feed) -> Vec<Shown> {
    let stop = AtomicBool::new(false);
    let mut seats = vec![Shown::Available; plan.seats as usize];
    let mut dice = SmallRng::seed_from_u64(plan.seed);
    thread::scope(|scope| {
        scope.spawn(|| {
            // Relaxed: what it flushes is under the feed's own locks.
            while !stop.load(Ordering::Relaxed) {
                thread::sleep(flush_interval(feed.followers()));
                feed.flush();
            }
        });
        let began = Instant::now();
        let mut lsn = 0;
        loop {
            let elapsed = began.elapsed().min(plan.duration);
            let due = elapsed.as_nanos() * u128::from(plan.changes_a_second) / 1_000_000_000;
            while u128::from(lsn) < due {
                lsn += 1;
                let seat = dice.random_range(0..plan.seats);
                let shown = Shown::ALL[dice.random_range(0..Shown::ALL.len())];
                seats[seat as usize] = shown;
                feed.note(SeatId::new(seat), shown);
            }
            feed.advance(Lsn::new(lsn));
            if elapsed == plan.duration {
                break;
            }
            thread::sleep(BATCH_INTERVAL);
        }
        stop.store(true, Ordering::Relaxed);
    });
    feed.flush();
    seats
}

async fn seats(State(event): State<Event>, headers: HeaderMap) -> Response {
    availability::answer(&headers, &event.text, event.feed.snapshot())
}

async fn stream(
    State(event): State<Event>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let client = Ipv4Addr::LOCALHOST;
    let opened = event
        .streams
        .open(&event.feed, client, &headers, query.as_deref());
    opened.unwrap_or_else(|_full| StatusCode::SERVICE_UNAVAILABLE.into_response())
}
