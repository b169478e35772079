//! A small HTTP/1.1 client: one connection, one call at a time, bodies by their length or in chunks.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// How long a call waits for its answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Longest body that is read: a listing of a million seats has 35 MB.
const BODY_BYTES_MAX: usize = 64 << 20;

/// Longest header line that is read.
const LINE_BYTES_MAX: u64 = 16 << 10;

/// A connection that is kept alive.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
    line: String,
}

/// A call with what it says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'r> {
    /// The method.
    pub method: &'r str,
    /// The path.
    pub path: &'r str,
    /// Headers besides those that every request has.
    pub headers: &'r [(&'r str, &'r str)],
    /// JSON, or nothing.
    pub body: &'r str,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The LSN of the change that was made, where the answer carries one.
    pub lsn: Option<u64>,
    /// Whether it is what the same request was answered before.
    pub is_replayed: bool,
    /// In a cluster, the node that has answered.
    pub node: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the connection ends here.
    pub closes: bool,
}

/// How an answer says where its body ends.
enum Framing {
    Length(usize),
    Chunked,
}

/// The host and port of a URL of the kind `http://host:port`.
pub fn host_of(url: &str) -> Result<&str, String> {
    let host = url
        .strip_prefix("http://")
        .map(|rest| rest.trim_end_matches('/'));
    host.filter(|host| !host.is_empty() && !host.contains('/') && host.contains(':'))
        .ok_or_else(|| format!("'{url}' is no URL of the kind http://127.0.0.1:3000"))
}

impl Request<'_> {
    fn text(&self, host: &str) -> String {
        let Self {
            method, path, body, ..
        } = self;
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n");
        for (name, value) in self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            text += "content-type: application/json\r\n";
        }
        text + &format!("content-length: {}\r\n\r\n{body}", body.len())
    }
}

impl Connection {
    /// Connects to `host:port`.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn open(host: &str) -> io::Result<Self> {
        Self::over(TcpStream::connect(host)?, host.to_owned(), TIMEOUT)
    }

    /// Connects to `address`, and waits no longer than `timeout`, neither for that nor for any part of an answer.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn open_within(address: SocketAddr, timeout: Duration) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, timeout)?;
        Self::over(stream, address.to_string(), timeout)
    }

    fn over(stream: TcpStream, host: String, timeout: Duration) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(timeout))?;
        stream.set_write_timeout(Some(timeout))?;
        Ok(Self {
            stream: BufReader::new(stream),
            host,
            line: String::new(),
        })
    }

    /// Sends a call without a body and waits for its answer.
    ///
    /// # Errors
    /// Those of the socket, and `InvalidData` for an answer that is no HTTP. Whether the server has done what was asked
    /// is unknown then, and the connection is of no more use.
    pub fn call(&mut self, method: &str, path: &str) -> io::Result<Answer> {
        self.send(&Request {
            method,
            path,
            ..Request::default()
        })
    }

    /// Sends a call and waits for its answer.
    ///
    /// # Errors
    /// As with [`Connection::call`].
    pub fn send(&mut self, request: &Request<'_>) -> io::Result<Answer> {
        let text = request.text(&self.host);
        self.stream.get_mut().write_all(text.as_bytes())?;
        let (mut answer, framing) = self.read_head()?;
        match framing {
            Framing::Length(length) => self.read_part(&mut answer.body, length)?,
            Framing::Chunked => self.read_chunks(&mut answer.body)?,
        }
        Ok(answer)
    }

    /// Chunks up to the empty one (RFC 9112, section 7.1). Trailers are not expected.
    fn read_chunks(&mut self, body: &mut Vec<u8>) -> io::Result<()> {
        loop {
            let size = self.next_line()?.split(';').next().unwrap_or_default();
            let size =
                usize::from_str_radix(size.trim(), 16).map_err(|_| broken("no size of a chunk"))?;
            self.read_part(body, size)?;
            if !self.next_line()?.is_empty() {
                return Err(broken("a chunk that is longer than its size"));
            }
            if size == 0 {
                return Ok(());
            }
        }
    }

    fn read_part(&mut self, body: &mut Vec<u8>, length: usize) -> io::Result<()> {
        let start = body.len();
        if length > BODY_BYTES_MAX - start {
            return Err(broken("the body is too long"));
        }
        body.resize(start + length, 0);
        self.stream.read_exact(&mut body[start..])
    }

    /// The status and the headers; with where the body ends.
    fn read_head(&mut self) -> io::Result<(Answer, Framing)> {
        let status = self
            .next_line()?
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| broken("no status line"))?;
        let mut answer = Answer {
            status,
            lsn: None,
            is_replayed: false,
            node: None,
            body: Vec::new(),
            closes: false,
        };
        let mut framing = None;
        loop {
            let line = self.next_line()?;
            if line.is_empty() {
                let framing = framing.ok_or_else(|| broken("an answer without a length"))?;
                return Ok((answer, framing));
            }
            let (name, value) = line
                .split_once(':')
                .ok_or_else(|| broken("a header without a colon"))?;
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => framing = value.parse().ok().map(Framing::Length),
                "transfer-encoding" if value.eq_ignore_ascii_case("chunked") => {
                    framing = Some(Framing::Chunked);
                }
                "seatlock-node" => answer.node = Some(value.to_owned()),
                "seatlock-lsn" => answer.lsn = value.parse().ok(),
                "idempotency-replayed" => answer.is_replayed = value == "true",
                "connection" => answer.closes = value.eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
    }

    fn next_line(&mut self) -> io::Result<&str> {
        self.line.clear();
        let read = (&mut self.stream)
            .take(LINE_BYTES_MAX)
            .read_line(&mut self.line)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.line
            .strip_suffix("\r\n")
            .ok_or_else(|| broken("a line without an end"))
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    /// What the client makes of these bytes from a server.
    fn answered(bytes: &'static str) -> io::Result<Answer> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let host = listener.local_addr().expect("bound").to_string();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("the client below");
            let mut request = [0; 1024];
            let read = stream.read(&mut request).expect("a request");
            assert!(
                request[..read].starts_with(b"POST /lock/1?user=u HTTP/1.1\r\nhost: 127.0.0.1:")
            );
            stream
                .write_all(bytes.as_bytes())
                .expect("the client reads");
        });
        let answer =
            Connection::open(&host).and_then(|mut client| client.call("POST", "/lock/1?user=u"));
        server.join().expect("the server's assertion");
        answer
    }

    #[test]
    fn an_answer_is_read_with_its_lsn() {
        let answer = answered(
            "HTTP/1.1 200 OK\r\nSeatlock-LSN: 77\r\nSeatlock-Node: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        );
        let expected = Answer {
            status: 200,
            lsn: Some(77),
            is_replayed: false,
            node: Some("a".to_owned()),
            body: b"{}".to_vec(),
            closes: true,
        };
        assert_eq!(answer.expect("an answer"), expected);
    }

    #[test]
    fn chunks_are_put_together() {
        let answer = answered(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{\"\r\nA;x=1\r\n123456789\"\r\n0\r\n\r\n",
        );
        assert_eq!(answer.expect("an answer").body, b"{\"123456789\"");
    }

    #[test]
    fn what_is_cut_off_or_no_http_is_no_answer() {
        for bytes in [
            "",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\n\r\n{}",
            "nonsense\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        ] {
            assert!(answered(bytes).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn urls_name_a_host_and_a_port() {
        assert_eq!(host_of("http://127.0.0.1:3000"), Ok("127.0.0.1:3000"));
        assert_eq!(host_of("http://[::1]:3000/"), Ok("[::1]:3000"));
        for url in [
            "",
            "127.0.0.1:3000",
            "https://a:1",
            "http://a:1/seats",
            "http://a",
        ] {
            assert!(host_of(url).is_err(), "{url}");
        }
    }
}
