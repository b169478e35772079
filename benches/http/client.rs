//! A client that costs little: blocking sockets, one thread, requests written ahead and answers only counted.
//!
//! It keeps `depth` requests under way on each connection. It goes from one connection to the next, takes what
//! that one has answered and sends it as many new requests. The others are answered meanwhile, so it hardly ever
//! waits, and needs no epoll.

use std::{
    io::{self, Read, Write as _},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use crate::shop::{Shopper, Wanted};

/// How the load is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    /// Requests under way on each connection.
    pub(crate) depth: usize,
    pub(crate) seats: u32,
    pub(crate) duration: Duration,
    /// What is asked of `/v1`; none: `POST /lock`.
    pub(crate) wanted: Option<Wanted>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) answers: u64,
    /// Answers with status 200 or 201.
    pub(crate) ok: u64,
}

/// Runs the load against `address`.
pub(crate) fn run(address: SocketAddr, load: Load) -> io::Result<Tally> {
    let mut shopper = Shopper::new();
    let mut lines: Vec<Line> = (0..load.connections)
        .map(|_| Line::open(address))
        .collect::<io::Result<_>>()?;
    let start = Instant::now();
    for line in &mut lines {
        line.send(load, &mut shopper)?;
    }
    let mut tally = Tally::default();
    while start.elapsed() < load.duration {
        for line in &mut lines {
            line.take(load.depth, &mut tally)?;
            line.send(load, &mut shopper)?;
        }
    }
    Ok(tally)
}

struct Line {
    stream: TcpStream,
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
}

impl Line {
    fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            outgoing: Vec::new(),
            incoming: Vec::new(),
        })
    }

    fn send(&mut self, load: Load, shopper: &mut Shopper) -> io::Result<()> {
        self.outgoing.clear();
        for _ in 0..load.depth {
            match load.wanted {
                Some(wanted) => shopper.ask(wanted, &mut self.outgoing)?,
                None => shopper.lock(load.seats, &mut self.outgoing)?,
            }
        }
        self.stream.write_all(&self.outgoing)
    }

    /// Takes `count` answers.
    fn take(&mut self, count: usize, tally: &mut Tally) -> io::Result<()> {
        self.incoming.clear();
        let mut taken = 0;
        let mut at = 0;
        let mut chunk = [0; 16 * 1024];
        loop {
            while let Some(answer) = Answer::first_of(&self.incoming[at..]) {
                at += answer.length;
                taken += 1;
                tally.answers += 1;
                tally.ok += u64::from(answer.is_ok);
            }
            if taken == count {
                return Ok(());
            }
            match self.stream.read(&mut chunk)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => self.incoming.extend_from_slice(&chunk[..n]),
            }
        }
    }
}

struct Answer {
    length: usize,
    is_ok: bool,
}

impl Answer {
    fn first_of(bytes: &[u8]) -> Option<Self> {
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let name = b"content-length: ";
        let digits = bytes[..head]
            .windows(name.len())
            .position(|window| window == name)?
            + name.len();
        let body = bytes[digits..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
        let length = head + body;
        (bytes.len() >= length).then(|| Self {
            length,
            is_ok: bytes.starts_with(b"HTTP/1.1 20"),
        })
    }
}
