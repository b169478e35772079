//! A client that costs little: one thread, requests written ahead and answers only counted.
//!
//! It keeps `depth` requests under way on each connection. It goes from one connection to the next, takes what
//! that one has answered and sends it as many new requests once all are. It never sleeps. One that waits for a
//! connection's answer has to be woken by the server when it sends that, and so only by a server that is slower than
//! the client: that took a seventh of a hold's processor time, and a twentieth of a constant's.

use std::{
    io::{self, Read, Write as _},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use crate::shop::{self, Shopper, Wanted};

/// Bytes that are taken at a time.
const CHUNK_BYTES: usize = 16 * 1024;

/// How long a client waits for an answer until it is of no use to him any more.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

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
    /// Those of them that came while their client would still have waited.
    pub(crate) good: u64,
}

/// Runs the load against `address`, and asks for what `shopper` has not asked for yet.
pub(crate) fn run(address: SocketAddr, load: Load, shopper: &mut Shopper) -> io::Result<Tally> {
    let mut lines: Vec<Line> = (0..load.connections)
        .map(|_| Line::open(address))
        .collect::<io::Result<_>>()?;
    let start = Instant::now();
    for line in &mut lines {
        line.send(load, shopper)?;
    }
    let mut tally = Tally::default();
    let mut chunk = vec![0; CHUNK_BYTES];
    while start.elapsed() < load.duration {
        for line in &mut lines {
            if line.take(load, &mut chunk, &mut tally)? {
                line.send(load, shopper)?;
            }
        }
    }
    Ok(tally)
}

struct Line {
    stream: TcpStream,
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
    /// The answer to a hold that is to be confirmed next.
    held: Option<Vec<u8>>,
    /// Answers that have not come yet.
    awaited: usize,
    /// When they were asked for.
    asked: Instant,
}

impl Line {
    fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        // What it sends finds room, for it never has more under way than fits.
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            outgoing: Vec::new(),
            incoming: Vec::new(),
            held: None,
            awaited: 0,
            asked: Instant::now(),
        })
    }

    fn send(&mut self, load: Load, shopper: &mut Shopper) -> io::Result<()> {
        self.outgoing.clear();
        for _ in 0..load.depth {
            match load.wanted {
                Some(Wanted::Sale) if let Some(held) = self.held.take() => {
                    shop::confirm(&held, &mut self.outgoing)?;
                }
                Some(wanted) => shopper.ask(wanted, &mut self.outgoing)?,
                None => shopper.lock(load.seats, &mut self.outgoing)?,
            }
        }
        self.awaited = load.depth;
        self.asked = Instant::now();
        self.stream.write_all(&self.outgoing)
    }

    /// Takes what has come. Whether there is nothing more to come.
    fn take(&mut self, load: Load, chunk: &mut [u8], tally: &mut Tally) -> io::Result<bool> {
        match self.stream.read(chunk) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => self.incoming.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
        let (mut at, is_prompt) = (0, self.asked.elapsed() <= PATIENCE);
        while let Some(answer) = Answer::first_of(&self.incoming[at..]) {
            if load.wanted == Some(Wanted::Sale) && answer.is_hold {
                self.held = Some(self.incoming[at..at + answer.length].to_vec());
            }
            at += answer.length;
            self.awaited -= 1;
            tally.answers += 1;
            tally.ok += u64::from(answer.is_ok);
            tally.good += u64::from(answer.is_ok && is_prompt);
        }
        self.incoming.drain(..at);
        Ok(self.awaited == 0)
    }
}

struct Answer {
    length: usize,
    is_ok: bool,
    /// A hold was made.
    is_hold: bool,
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
            is_hold: bytes.starts_with(b"HTTP/1.1 201"),
        })
    }
}
