//! One connection, from its first byte to its last.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    Router,
    http::{Request, Response},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::{Instant, Sleep, sleep_until, timeout},
};
use tower_service::Service;

use super::{
    ServerConfig,
    answer::{Refusal, TOO_MANY_CONNECTIONS},
    intake,
    patience::Patience,
    sending::{Endless, Sending},
    wire::Wire,
};
use crate::limits::{CONNECTION_BUFFER_BYTES, HEAD_BYTES_MAX};

/// How long the alarm sleeps while there is no deadline.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// Serves `app` on `stream` until the client goes, takes too long, or `stopping` becomes true and the request in
/// progress is answered.
pub(super) async fn converse(
    stream: TcpStream,
    app: Router,
    config: Arc<ServerConfig>,
    stopping: watch::Receiver<bool>,
) {
    let wire = Wire::new(stream);
    if exchange(&wire, app, &config, stopping).await == Parting::Civil {
        part(wire, &config).await;
    }
}

/// Answers 503 without speaking HTTP, to a connection beyond the bound.
pub(super) async fn refuse(stream: TcpStream, config: Arc<ServerConfig>) {
    let mut wire = Wire::new(stream);
    if wire.write_all(TOO_MANY_CONNECTIONS).await.is_ok() {
        part(wire, &config).await;
    }
}

/// How the exchange of requests and answers ended.
#[derive(Debug, PartialEq, Eq)]
enum Parting {
    /// HTTP came to its end: by the client's wish, a bad request, or a stop of the server.
    Civil,
    /// The client used up its time, or its connection broke.
    Cut,
}

async fn exchange(
    wire: &Wire,
    app: Router,
    config: &ServerConfig,
    mut stopping: watch::Receiver<bool>,
) -> Parting {
    let service = service_fn(|request| {
        wire.request_begun();
        answer(request, app.clone(), config, wire)
    });
    let mut http = pin!(protocol().serve_connection(TokioIo::new(wire.clone()), service));
    let mut stop = pin!(async move { drop(stopping.wait_for(|stopping| *stopping).await) });
    let mut stop_is_known = false;
    let mut patience = Patience::new(config, Instant::now());
    let mut alarm = pin!(sleep_until(Instant::now() + config.head_timeout));
    poll_fn(|cx| {
        if !stop_is_known && stop.as_mut().poll(cx).is_ready() {
            stop_is_known = true;
            wire.stop();
            http.as_mut().graceful_shutdown();
        }
        if http.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Parting::Civil);
        }
        if let Poll::Ready(Err(_gone)) = wire.poll_send(cx) {
            return Poll::Ready(Parting::Cut);
        }
        patience.observe(wire.traffic(), Instant::now());
        poll_alarm(alarm.as_mut(), &mut patience, cx).map(|()| Parting::Cut)
    })
    .await
}

/// hyper's HTTP/1 alone. Its header timeout, which can't tell an idle client from one that drips its head, stays off.
/// A client may end its side after its last request, as `nc -N` does: without `half_close` it would get no answer.
fn protocol() -> http1::Builder {
    let mut protocol = http1::Builder::new();
    protocol
        .half_close(true)
        .header_read_timeout(None)
        .max_header_size(HEAD_BYTES_MAX)
        .max_buf_size(CONNECTION_BUFFER_BYTES);
    protocol
}

async fn answer(
    request: Request<Incoming>,
    mut app: Router,
    config: &ServerConfig,
    wire: &Wire,
) -> Result<Response<Sending>, Infallible> {
    let work = async {
        match intake::complete(request, config).await {
            Ok(request) => app.call(request).await,
            Err(refusal) => Ok(refusal),
        }
    };
    let answer = contain(work).await;
    let mut answer = answer.unwrap_or_else(|Panicked| Ok(Refusal::OurFault.answer()))?;
    let endless = answer.extensions_mut().remove::<Endless>();
    Ok(answer.map(|body| Sending::new(body, wire, endless)))
}

/// A handler panicked. The message has been printed, and the connection goes on.
struct Panicked;

async fn contain<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut work = pin!(work);
    poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)));
        polled.map_or(Poll::Ready(Err(Panicked)), |polled| polled.map(Ok))
    })
    .await
}

/// Ready when `patience` is over. The alarm is moved only when it rings or would ring too late: a connection that
/// is busy moves its deadline at each turn, and leaves the alarm alone.
fn poll_alarm(
    mut alarm: Pin<&mut Sleep>,
    patience: &mut Patience,
    cx: &mut Context<'_>,
) -> Poll<()> {
    loop {
        if let Some(deadline) = patience
            .deadline()
            .filter(|deadline| *deadline < alarm.deadline())
        {
            alarm.as_mut().reset(deadline);
        }
        ready!(alarm.as_mut().poll(cx));
        let now = Instant::now();
        if patience.is_over(now) {
            return Poll::Ready(());
        }
        alarm
            .as_mut()
            .reset(patience.deadline().unwrap_or(now + LONGEST_SLEEP));
    }
}

/// Sends what is left and closes our side first. To close both at once while the client still sends would make
/// the kernel answer with a reset, and the client would lose the answer that it was about to read.
async fn part(mut wire: Wire, config: &ServerConfig) {
    let farewell = async {
        poll_fn(|cx| wire.poll_send(cx)).await?;
        wire.shutdown().await?;
        let mut discarded = [0; 1024];
        while !wire.traffic().ended && wire.read(&mut discarded).await? > 0 {}
        io::Result::Ok(())
    };
    // Whether this last effort succeeds is the client's affair.
    drop(timeout(config.linger_timeout, farewell).await);
}
