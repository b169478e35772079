//! A client's connections: its stream, and the maps that it asks for.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, SystemTime},
};

use seatlock::{http::v1::availability::MAP_TYPE, limits::HEARTBEAT_INTERVAL};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, watch},
    time::timeout,
};

use super::{
    client::{Client, Course, Map, Next},
    event::{self, Chunks},
};

/// A stream on which there was not even a heartbeat for so long is dead.
const SILENCE_MAX: Duration = HEARTBEAT_INTERVAL.saturating_mul(3);

/// Bytes that one read takes at most.
const READ_BYTES: usize = 16 * 1_024;

/// Where the streams' server shows its seats.
pub(super) const SEATS: &str = "/seats";

/// Follows the event at `address` until the course is over. `opening` is given back when there is a first map.
pub(super) async fn follow(
    address: SocketAddr,
    mut course: watch::Receiver<Course>,
    opening: OwnedSemaphorePermit,
) -> Result<Client, String> {
    let (mut client, mut opening) = (Client::new(), Some(opening));
    let mut line = Line::open(address, "/stream", None).await?;
    loop {
        let now = *course.borrow_and_update();
        while let Some(event) = line.event() {
            if client.take(&event, now, SystemTime::now())? == Next::TakeMap {
                client.adopt(map(address, SEATS).await?)?;
                drop(opening.take());
            }
        }
        if now.until.is_some_and(|until| client.position() >= until) {
            client.bytes = line.bytes;
            return Ok(client);
        }
        tokio::select! {
            read = line.read() => read?,
            _ = course.changed() => {}
        }
    }
}

/// The seats as the server has them now.
pub(crate) async fn map(address: SocketAddr, path: &str) -> Result<Map, String> {
    let (mut stream, mut body) = ask(address, path, MAP_TYPE, None).await?;
    stream
        .read_to_end(&mut body)
        .await
        .map_err(|error| error.to_string())?;
    Map::read(&body).ok_or_else(|| "no binary map".to_owned())
}

/// An open stream.
#[derive(Debug)]
pub(crate) struct Line {
    stream: TcpStream,
    chunks: Chunks,
    /// What has come in and was not yet taken off its chunks.
    raw: Vec<u8>,
    /// What has come in and is not yet an event.
    text: Vec<u8>,
    bytes: u64,
}

impl Line {
    /// Opens it, to go on after the event of this id.
    pub(crate) async fn open(
        address: SocketAddr,
        path: &str,
        last_seen: Option<&str>,
    ) -> Result<Self, String> {
        let (stream, raw) = ask(address, path, "text/event-stream", last_seen).await?;
        let mut line = Self {
            stream,
            chunks: Chunks::default(),
            raw,
            text: Vec::new(),
            bytes: 0,
        };
        line.unwrap_chunks()?;
        Ok(line)
    }

    /// The next event that has come in whole.
    pub(crate) fn event(&mut self) -> Option<Vec<u8>> {
        let (event, rest) = event::split(&self.text)?;
        let (event, rest) = (event.to_vec(), rest.to_vec());
        self.text = rest;
        Some(event)
    }

    /// Waits for more. To stop waiting loses nothing.
    pub(crate) async fn read(&mut self) -> Result<(), String> {
        self.raw.reserve(READ_BYTES);
        match timeout(SILENCE_MAX, self.stream.read_buf(&mut self.raw)).await {
            Ok(Ok(0)) => Err("a stream was ended".to_owned()),
            Ok(Ok(_)) => self.unwrap_chunks(),
            Ok(Err(error)) => Err(format!("a stream broke: {error}")),
            Err(_) => Err("a stream fell silent".to_owned()),
        }
    }

    fn unwrap_chunks(&mut self) -> Result<(), String> {
        self.bytes += u64::try_from(self.raw.len()).unwrap_or(u64::MAX);
        let taken = self.chunks.take(&self.raw, &mut self.text);
        self.raw.clear();
        match taken {
            Some(()) if self.chunks.has_ended() => Err("a stream came to its end".to_owned()),
            Some(()) => Ok(()),
            None => Err("a stream that is no body in chunks".to_owned()),
        }
    }
}

/// Asks, and reads the answer's head. What came after it is the beginning of the body.
async fn ask(
    address: SocketAddr,
    path: &str,
    accept: &str,
    last_seen: Option<&str>,
) -> Result<(TcpStream, Vec<u8>), String> {
    let after = last_seen.map_or_else(String::new, |id| format!("last-event-id: {id}\r\n"));
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: stress\r\naccept: {accept}\r\n{after}connection: close\r\n\r\n"
    );
    let answer = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        loop {
            let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                let body = answer.split_off(end + 4);
                return Ok((stream, answer, body));
            }
            if stream.read_buf(&mut answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    };
    let (stream, head, body) = answer
        .await
        .map_err(|error: io::Error| format!("{path}: {error}"))?;
    if head.starts_with(b"HTTP/1.1 200 ") {
        Ok((stream, body))
    } else {
        Err(format!("{path}: {}", String::from_utf8_lossy(&head)))
    }
}
