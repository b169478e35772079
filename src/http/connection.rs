//! One connection, from its first byte to its last.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    io,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::http::{Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::{Instant, Sleep, sleep_until, timeout},
};

use super::{
    ServerConfig,
    answer::TOO_MANY_CONNECTIONS,
    patience::Patience,
    sending::{Endless, Sending},
    service::{Caller, Service},
    socket::Socket,
    wire::Wire,
};
use crate::limits::{CONNECTION_BUFFER_BYTES, HEAD_BYTES_MAX};

/// How long the alarm sleeps while there is no deadline.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// Serves the caller on `stream` until the client goes, takes too long, or `stopping` becomes true and the request in
/// progress is answered.
pub(super) async fn converse(
    stream: TcpStream,
    caller: Caller,
    service: Arc<Service>,
    mut stopping: watch::Receiver<bool>,
) {
    let socket = tokio::select! {
        socket = shake_hands(stream, &service.config) => socket,
        // A client that has not finished its handshake has not asked for anything either.
        _ = stopping.wait_for(|stopping| *stopping) => return,
    };
    let Some(socket) = socket else {
        return;
    };
    let wire = Wire::new(socket);
    if exchange(&wire, &caller, &service, stopping).await == Parting::Civil {
        part(wire, &service.config).await;
    }
}

/// The stream as it is to be spoken over; none if the client can't or doesn't speak TLS, or is too slow about it.
async fn shake_hands(stream: TcpStream, config: &ServerConfig) -> Option<Socket> {
    let Some(tls) = &config.tls else {
        return Some(Socket::Plain(stream));
    };
    match timeout(config.handshake_timeout, tls.accept(stream)).await {
        Ok(Ok(stream)) => Some(Socket::Tls(Box::new(stream))),
        Ok(Err(_)) | Err(_) => {
            if let Some(observer) = &config.observer {
                observer.handshake_failed();
            }
            None
        }
    }
}

/// Answers 503 without speaking HTTP, to a connection beyond the bound. One that expects TLS is closed: a handshake
/// would cost more than a request.
pub(super) async fn refuse(stream: TcpStream, service: Arc<Service>) {
    if service.config.tls.is_some() {
        return;
    }
    let mut wire = Wire::new(Socket::Plain(stream));
    if wire.write_all(TOO_MANY_CONNECTIONS).await.is_ok() {
        part(wire, &service.config).await;
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
    caller: &Caller,
    service: &Service,
    mut stopping: watch::Receiver<bool>,
) -> Parting {
    let config = &service.config;
    let answering = service_fn(|request| {
        wire.request_begun();
        answer(request, caller, service, wire)
    });
    let mut http = pin!(protocol().serve_connection(TokioIo::new(wire.clone()), answering));
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
    caller: &Caller,
    service: &Service,
    wire: &Wire,
) -> Result<Response<Sending>, Infallible> {
    let mut answer = service.answer(request, caller).await;
    let endless = answer.extensions_mut().remove::<Endless>();
    Ok(answer.map(|body| Sending::new(body, wire, endless)))
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
