//! A connection's [`Socket`] as two owners see it: hyper, which reads requests and writes answers, and the
//! connection's task, which decides when answers leave and watches what the client does.
//!
//! hyper hands over each answer as soon as it is made. Sent one by one, sixteen pipelined requests would cost
//! sixteen system calls. Small answers are therefore gathered in an outbox, and the task sends it at the end of
//! its turn, when hyper has worked through all that it had read.
//!
//! hyper's own switch for that, `pipeline_flush`, is not used because it gathers without a bound: it copies every
//! body, and holds all answers until its last pipelined request is done. Measured, one client who sent 600
//! `GET /seats` of 3 MB, 13 kB in all, and read nothing made it hold 1.8 GB. Here a full outbox waits for the client,
//! and a write that is large, such as a page of the seat map, goes from the shared bytes to the socket without being
//! copied. Pipelined requests are answered as fast.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use rustix::net::sockopt::{set_socket_send_buffer_size, set_tcp_user_timeout};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::socket::Socket;
use crate::limits::{OUTBOX_BYTES_MAX, STREAM_SEND_BUFFER_BYTES, STREAM_SILENCE_TIMEOUT};

/// Writes of at least this many bytes are not copied to the outbox.
const UNCOPIED_BYTES_MIN: usize = OUTBOX_BYTES_MAX / 4;

/// A handle to the socket. The lock is never contended: both owners live in one task.
#[derive(Debug, Clone)]
pub(super) struct Wire(Arc<Mutex<Line>>);

/// What has passed so far. The counts wrap; only their changes say something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Traffic {
    /// Bytes that came in.
    pub(super) received: usize,
    /// Bytes that went out.
    pub(super) sent: usize,
    /// Requests whose head was complete.
    pub(super) requests: usize,
    /// Whether the answer to the last of them is still being made.
    pub(super) working: bool,
    /// Whether there are answers that the client doesn't take.
    pub(super) blocked: bool,
    /// Whether the client has ended its side.
    pub(super) ended: bool,
}

#[derive(Debug)]
struct Line {
    socket: Socket,
    outbox: Vec<u8>,
    outbox_sent: usize,
    traffic: Traffic,
    /// Whether the socket took nothing when it was last given something.
    write_blocked: bool,
    /// Whether the socket still has something that it took before.
    flush_blocked: bool,
    is_stopping: bool,
}

impl Wire {
    pub(super) fn new(socket: Socket) -> Self {
        let line = Line {
            socket,
            outbox: Vec::new(),
            outbox_sent: 0,
            traffic: Traffic::default(),
            write_blocked: false,
            flush_blocked: false,
            is_stopping: false,
        };
        Self(Arc::new(Mutex::new(line)))
    }

    pub(super) fn traffic(&self) -> Traffic {
        self.line().traffic
    }

    /// Notes that a request's head is complete and its answer is being made.
    pub(super) fn request_begun(&self) {
        let mut line = self.line();
        line.traffic.requests = line.traffic.requests.wrapping_add(1);
        line.traffic.working = true;
    }

    /// Notes that the answer to the last request is made, all of it.
    pub(super) fn request_answered(&self) {
        self.line().traffic.working = false;
    }

    /// Asks the kernel to take little from now on for a client that doesn't read, and to give up one that is gone.
    pub(super) fn expect_little(&self) {
        let line = self.line();
        let silence_millis = u32::try_from(STREAM_SILENCE_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
        // Where either fails, the connection is broken, and the next write will say so.
        let _ = set_socket_send_buffer_size(line.socket.tcp(), STREAM_SEND_BUFFER_BYTES);
        let _ = set_tcp_user_timeout(line.socket.tcp(), silence_millis);
    }

    /// Notes that the server stops.
    pub(super) fn stop(&self) {
        self.line().is_stopping = true;
    }

    /// Whether the server stops.
    pub(super) fn is_stopping(&self) -> bool {
        self.line().is_stopping
    }

    /// Sends what was gathered. Pending while the client takes nothing.
    pub(super) fn poll_send(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.line().poll_send(cx)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // A panic while the lock was held would have ended the task that owns both handles.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.outbox_sent < self.outbox.len() {
            let written =
                Pin::new(&mut self.socket).poll_write(cx, &self.outbox[self.outbox_sent..]);
            let count = ready!(self.note_written(written))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.outbox_sent += count;
        }
        self.outbox.clear();
        self.outbox_sent = 0;
        let flushed = Pin::new(&mut self.socket).poll_flush(cx);
        self.flush_blocked = flushed.is_pending();
        self.note_blocked();
        flushed
    }

    /// Takes `slices`, of `total` bytes together: small ones into the outbox, large ones to the socket.
    fn poll_take(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
        total: usize,
    ) -> Poll<io::Result<usize>> {
        if total >= UNCOPIED_BYTES_MIN {
            ready!(self.poll_send(cx))?;
            let written = Pin::new(&mut self.socket).poll_write_vectored(cx, slices);
            return self.note_written(written);
        }
        if self.outbox.len() + total > OUTBOX_BYTES_MAX {
            ready!(self.poll_send(cx))?;
        }
        slices
            .iter()
            .for_each(|slice| self.outbox.extend_from_slice(slice));
        Poll::Ready(Ok(total))
    }

    fn note_written(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.write_blocked = written.is_pending();
        self.note_blocked();
        if let Poll::Ready(Ok(count)) = written {
            self.traffic.sent = self.traffic.sent.wrapping_add(count);
        }
        written
    }

    fn note_blocked(&mut self) {
        self.traffic.blocked = self.write_blocked || self.flush_blocked;
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut line = self.line();
        let before = buf.filled().len();
        ready!(Pin::new(&mut line.socket).poll_read(cx, buf))?;
        let count = buf.filled().len() - before;
        line.traffic.received = line.traffic.received.wrapping_add(count);
        line.traffic.ended |= count == 0 && buf.remaining() > 0;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.line().poll_take(cx, &[IoSlice::new(buf)], buf.len())
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let total = slices.iter().map(|slice| slice.len()).sum();
        self.line().poll_take(cx, slices, total)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Does nothing: the task sends at the end of its turn.
    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut line = self.line();
        ready!(line.poll_send(cx))?;
        Pin::new(&mut line.socket).poll_shutdown(cx)
    }
}
