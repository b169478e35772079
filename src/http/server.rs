//! The accept loop, with a limit on everything that a client can hold.
//!
//! `axum::serve` has none of these: it keeps silent, half-done and unread connections for ever, and sends the
//! answers to pipelined requests one by one. What is served is an axum router all the same.

use std::{
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use ipnet::IpNet;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tracing::warn;

use super::{
    App, Cors, Observer, Tls, connection,
    peer::{Peers, Place},
    service::{Caller, Service},
};
use crate::limits;

/// The bounds of a server. [`Default`] takes each from [`crate::limits`], which says what happens at it.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each field without a comment is the constant of the same name in `limits`"
)]
pub struct ServerConfig {
    pub connections_max: usize,
    pub connections_per_peer_max: usize,
    /// From where there may be any number of connections: this machine, unless it is said otherwise.
    pub peers_uncounted: Vec<IpNet>,
    pub requests_max: usize,
    pub body_bytes_max: usize,
    pub handshake_timeout: Duration,
    pub head_timeout: Duration,
    pub body_timeout: Duration,
    pub answer_timeout: Duration,
    pub idle_timeout: Duration,
    pub write_timeout: Duration,
    pub write_bytes_min: usize,
    pub linger_timeout: Duration,
    pub drain_timeout: Duration,
    /// With it, nothing but TLS is spoken.
    pub tls: Option<Arc<Tls>>,
    /// Which web pages may read the answers under `/v1`.
    pub cors: Cors,
    /// Counts what happens, if somebody wants to know.
    pub observer: Option<Arc<Observer>>,
    /// The number of the first connection; part of the ids of its requests. Best one that no other start has.
    pub first_connection: u64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            connections_max: limits::CONNECTIONS_MAX as usize,
            connections_per_peer_max: limits::CONNECTIONS_PER_PEER_MAX as usize,
            peers_uncounted: this_machine().into(),
            requests_max: limits::REQUESTS_MAX,
            body_bytes_max: limits::BODY_BYTES_MAX,
            handshake_timeout: limits::HANDSHAKE_TIMEOUT,
            head_timeout: limits::HEAD_TIMEOUT,
            body_timeout: limits::BODY_TIMEOUT,
            answer_timeout: limits::ANSWER_TIMEOUT,
            idle_timeout: limits::IDLE_TIMEOUT,
            write_timeout: limits::WRITE_TIMEOUT,
            write_bytes_min: limits::WRITE_BYTES_MIN,
            linger_timeout: limits::LINGER_TIMEOUT,
            drain_timeout: limits::DRAIN_TIMEOUT,
            tls: None,
            cors: Cors::default(),
            observer: None,
            first_connection: 0,
        }
    }
}

/// 127.0.0.0/8 and ::1.
fn this_machine() -> [IpNet; 2] {
    let v4 = IpNet::new_assert(Ipv4Addr::LOCALHOST.into(), 8);
    [v4, IpAddr::V6(Ipv6Addr::LOCALHOST).into()]
}

/// How a server ended.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Every request in progress was answered.
    Whole,
    /// Some were not done when the drain timeout was over, and were cut off.
    Cut {
        /// How many connections that were.
        connections: usize,
    },
}

/// Listens on `address` with a send buffer that bounds what a slow reader makes the kernel hold.
///
/// # Errors
/// What the system says: the port is in use, or may not be used.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    // A port is free again at once after a stop, in spite of old connections in TIME_WAIT.
    socket.set_reuseaddr(true)?;
    // Accepted sockets inherit it.
    socket.set_send_buffer_size(limits::SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    socket.listen(limits::BACKLOG)
}

/// Serves `app` on `listener` until `stop` is ready: then it takes no more connections, closes idle ones, answers
/// the requests in progress and returns, after [`ServerConfig::drain_timeout`] at the latest.
pub async fn serve(
    listener: TcpListener,
    app: impl Into<App>,
    config: ServerConfig,
    stop: impl Future<Output = ()>,
) -> Drained {
    let mut server = Server::new(app.into(), config);
    let mut stop = pin!(stop);
    let mut in_want = false;
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    in_want = false;
                    server.welcome(stream, peer);
                }
                Err(error) if concerns_one_connection(&error) => {}
                // Out of descriptors or memory: there is nothing to do but to wait for some to come back.
                Err(error) => {
                    if !in_want {
                        warn!(%error, "no connection can be accepted for now");
                    }
                    in_want = true;
                    sleep(limits::ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    server.drain().await
}

/// Whether `accept` failed because the connection it would have returned is gone already.
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

struct Server {
    service: Arc<Service>,
    peers: Peers,
    places: Arc<Semaphore>,
    refusal_places: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
    connections: JoinSet<()>,
    next_connection: u64,
}

impl Server {
    fn new(app: App, config: ServerConfig) -> Self {
        Self {
            peers: Peers::new(
                config.connections_per_peer_max,
                config.peers_uncounted.clone(),
            ),
            places: Arc::new(Semaphore::new(config.connections_max)),
            refusal_places: Arc::new(Semaphore::new(limits::REFUSALS_MAX)),
            stopping: watch::Sender::new(false),
            connections: JoinSet::new(),
            next_connection: config.first_connection,
            service: Arc::new(Service::new(app, config)),
        }
    }

    fn welcome(&mut self, stream: TcpStream, peer: SocketAddr) {
        // Ended tasks are kept until they are asked for.
        while self.connections.try_join_next().is_some() {}
        // Answers leave whole, so there is nothing to gain from the kernel's waiting for more. Where this fails,
        // the connection is gone, and its task will find out.
        drop(stream.set_nodelay(true));
        if let Some(admitted) = self.admit(peer.ip()) {
            let caller = Caller::new(peer, self.next_connection);
            self.next_connection = self.next_connection.wrapping_add(1);
            let service = Arc::clone(&self.service);
            let conversation =
                connection::converse(stream, caller, service, self.stopping.subscribe());
            self.connections.spawn(holding(admitted, conversation));
        } else if let Ok(place) = Arc::clone(&self.refusal_places).try_acquire_owned() {
            let refusal = connection::refuse(stream, Arc::clone(&self.service));
            self.connections.spawn(holding(place, refusal));
        }
    }

    /// A place for a connection from `address`, among all of them and among its own.
    fn admit(&self, address: IpAddr) -> Option<Admitted> {
        let observer = self.service.config.observer.clone();
        let observe = |note: fn(&Observer)| {
            if let Some(observer) = &observer {
                note(observer);
            }
        };
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            observe(Observer::refused_full);
            return None;
        };
        let Some(place_of_peer) = self.peers.admit(address) else {
            observe(Observer::refused_crowded);
            return None;
        };
        observe(Observer::connection_opened);
        Some(Admitted {
            _place: place,
            _place_of_peer: place_of_peer,
            observer,
        })
    }

    async fn drain(mut self) -> Drained {
        self.stopping.send_replace(true);
        let all_ended = async { while self.connections.join_next().await.is_some() {} };
        if timeout(self.service.config.drain_timeout, all_ended)
            .await
            .is_ok()
        {
            return Drained::Whole;
        }
        let connections = self.connections.len();
        self.connections.shutdown().await;
        Drained::Cut { connections }
    }
}

/// What a connection has while it lasts.
struct Admitted {
    _place: OwnedSemaphorePermit,
    _place_of_peer: Place,
    observer: Option<Arc<Observer>>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.connection_closed();
        }
    }
}

async fn holding<P>(place: P, work: impl Future<Output = ()>) {
    work.await;
    drop(place);
}
