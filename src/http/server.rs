//! The accept loop, with a limit on everything that a client can hold.
//!
//! `axum::serve` has none of these: it keeps silent, half-done and unread connections for ever, and sends the
//! answers to pipelined requests one by one. What is served is an axum router all the same.

use std::{future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::connection;
use crate::limits;

/// The bounds of a server. [`Default`] takes each from [`crate::limits`], which says what happens at it.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each field is the constant of the same name in `limits`"
)]
pub struct ServerConfig {
    pub connections_max: usize,
    pub body_bytes_max: usize,
    pub head_timeout: Duration,
    pub body_timeout: Duration,
    pub idle_timeout: Duration,
    pub write_timeout: Duration,
    pub write_bytes_min: usize,
    pub linger_timeout: Duration,
    pub drain_timeout: Duration,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            connections_max: limits::CONNECTIONS_MAX as usize,
            body_bytes_max: limits::BODY_BYTES_MAX,
            head_timeout: limits::HEAD_TIMEOUT,
            body_timeout: limits::BODY_TIMEOUT,
            idle_timeout: limits::IDLE_TIMEOUT,
            write_timeout: limits::WRITE_TIMEOUT,
            write_bytes_min: limits::WRITE_BYTES_MIN,
            linger_timeout: limits::LINGER_TIMEOUT,
            drain_timeout: limits::DRAIN_TIMEOUT,
        }
    }
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
    app: Router,
    config: ServerConfig,
    stop: impl Future<Output = ()>,
) -> Drained {
    let mut server = Server::new(config);
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _peer)) => server.welcome(stream, &app),
                Err(error) if concerns_one_connection(&error) => {}
                // Out of descriptors or memory: there is nothing to do but to wait for some to come back.
                Err(_) => sleep(limits::ACCEPT_PAUSE).await,
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
    config: Arc<ServerConfig>,
    places: Arc<Semaphore>,
    refusal_places: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
    connections: JoinSet<()>,
}

impl Server {
    fn new(config: ServerConfig) -> Self {
        Self {
            places: Arc::new(Semaphore::new(config.connections_max)),
            refusal_places: Arc::new(Semaphore::new(limits::REFUSALS_MAX)),
            stopping: watch::Sender::new(false),
            connections: JoinSet::new(),
            config: Arc::new(config),
        }
    }

    fn welcome(&mut self, stream: TcpStream, app: &Router) {
        // Ended tasks are kept until they are asked for.
        while self.connections.try_join_next().is_some() {}
        // Answers leave whole, so there is nothing to gain from the kernel's waiting for more. Where this fails,
        // the connection is gone, and its task will find out.
        drop(stream.set_nodelay(true));
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            let conversation = connection::converse(
                stream,
                app.clone(),
                Arc::clone(&self.config),
                self.stopping.subscribe(),
            );
            self.connections.spawn(holding(place, conversation));
        } else if let Ok(place) = Arc::clone(&self.refusal_places).try_acquire_owned() {
            self.connections.spawn(holding(
                place,
                connection::refuse(stream, Arc::clone(&self.config)),
            ));
        }
    }

    async fn drain(mut self) -> Drained {
        self.stopping.send_replace(true);
        let all_ended = async { while self.connections.join_next().await.is_some() {} };
        if timeout(self.config.drain_timeout, all_ended).await.is_ok() {
            return Drained::Whole;
        }
        let connections = self.connections.len();
        self.connections.shutdown().await;
        Drained::Cut { connections }
    }
}

async fn holding(place: OwnedSemaphorePermit, work: impl Future<Output = ()>) {
    work.await;
    drop(place);
}
