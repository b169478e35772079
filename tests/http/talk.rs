//! What the HTTP tests share: a server in the process, and a client that speaks in bytes, because the tests are
//! about what goes over the wire.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream},
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use seatlock::http::{self, App, Drained, ServerConfig};
use tokio::{net::TcpSocket, runtime, sync::oneshot};

/// Longer than anything here takes; a test that waits this long has failed.
const HUNG: Duration = Duration::from_secs(30);

/// A server on a port of its own, on a thread with a runtime of its own.
pub(crate) struct Host {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Drained>>,
}

impl Host {
    pub(crate) fn start(app: impl Into<App>, config: ServerConfig) -> Self {
        let app = app.into();
        Self::start_by(config, async |_address| app)
    }

    /// A server of calls that are made on its runtime, and know its address.
    pub(crate) fn start_by<A: Into<App>>(
        config: ServerConfig,
        make: impl AsyncFnOnce(SocketAddr) -> A + Send + 'static,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (tell_address, address) = mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let any_port = (Ipv4Addr::LOCALHOST, 0).into();
                let listener = http::listen(any_port).expect("a free port");
                let address = listener.local_addr().expect("a bound port");
                let app = make(address).await;
                tell_address.send(address).expect("the test waits");
                http::serve(listener, app, config, async { drop(stopped.await) }).await
            })
        });
        let address = address.recv().expect("the server starts");
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn talk(&self) -> Talk {
        Talk::to(self.address)
    }

    /// A connection from another address of this machine.
    pub(crate) fn talk_from(&self, address: &str) -> Talk {
        let from = SocketAddr::new(address.parse().expect("an address"), 0);
        let connect = async {
            let socket = TcpSocket::new_v4()?;
            socket.bind(from)?;
            socket.connect(self.address).await?.into_std()
        };
        let runtime = runtime::Builder::new_current_thread().enable_io().build();
        let stream = runtime.and_then(|runtime| runtime.block_on(connect));
        let stream = stream.expect("the server listens");
        stream.set_nonblocking(false).expect("an open socket");
        Talk::over(stream)
    }

    /// One request on a connection of its own.
    pub(crate) fn ask(&self, method: &str, target: &str) -> Reply {
        self.talk().ask(method, target)
    }

    /// Begins the stop. What it comes to is for [`Host::ended`] to say.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    pub(crate) fn ended(mut self) -> Drained {
        self.stop();
        let thread = self.thread.take().expect("ended once");
        thread.join().expect("the server does not panic")
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A connection.
pub(crate) struct Talk {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Talk {
    pub(crate) fn to(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).expect("the server listens"))
    }

    fn over(stream: TcpStream) -> Self {
        stream.set_nodelay(true).expect("an open socket");
        stream.set_read_timeout(Some(HUNG)).expect("an open socket");
        Self {
            stream,
            unread: Vec::new(),
        }
    }

    /// Sends bytes as they are. Fails when the server has closed.
    pub(crate) fn try_say(&mut self, text: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(text.as_ref())
    }

    pub(crate) fn say(&mut self, text: impl AsRef<[u8]>) {
        self.try_say(text).expect("the server takes it");
    }

    /// Ends our side; the server's stays open.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// Sends a request without a body.
    pub(crate) fn request(&mut self, method: &str, target: &str) {
        self.say(format!("{method} {target} HTTP/1.1\r\nhost: test\r\n\r\n"));
    }

    pub(crate) fn ask(&mut self, method: &str, target: &str) -> Reply {
        self.request(method, target);
        self.reply_to(method)
    }

    /// The next answer.
    pub(crate) fn reply(&mut self) -> Reply {
        self.reply_to("GET")
    }

    /// The next answer, which has no body if it answers a `HEAD`.
    pub(crate) fn reply_to(&mut self, method: &str) -> Reply {
        let head = self.read_through(b"\r\n\r\n");
        let mut reply = Reply::from_head(&head);
        if method != "HEAD" {
            reply.body = self.read_body(&reply);
        }
        reply
    }

    /// The head of the next answer, whose body is read by [`Talk::chunk`].
    pub(crate) fn head(&mut self) -> Reply {
        Reply::from_head(&self.read_through(b"\r\n\r\n"))
    }

    /// The next chunk of a body; the last one is empty.
    pub(crate) fn chunk(&mut self) -> Vec<u8> {
        let size = self.read_through(b"\r\n");
        let size = std::str::from_utf8(&size).expect("a size").trim();
        let size = usize::from_str_radix(size, 16).expect("a size");
        let chunk = self.read_exactly(size);
        assert_eq!(self.read_exactly(2), b"\r\n");
        chunk
    }

    /// Reads until the server has closed, whichever way, and gives what came.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        while matches!(self.try_read(), Ok(1..)) {}
        std::mem::take(&mut self.unread)
    }

    /// Reads one piece of what comes. Zero at the end.
    pub(crate) fn try_read(&mut self) -> io::Result<usize> {
        let mut piece = [0; 4096];
        let count = self.stream.read(&mut piece)?;
        self.unread.extend_from_slice(&piece[..count]);
        Ok(count)
    }

    fn read_body(&mut self, reply: &Reply) -> Vec<u8> {
        if let Some(length) = reply.header("content-length") {
            return self.read_exactly(length.parse().expect("a length"));
        }
        let mut body = Vec::new();
        while reply.header("transfer-encoding") == Some("chunked") {
            let chunk = self.chunk();
            if chunk.is_empty() {
                break;
            }
            body.extend(chunk);
        }
        body
    }

    fn read_through(&mut self, end: &[u8]) -> Vec<u8> {
        loop {
            let found = self.unread.windows(end.len()).position(|part| part == end);
            if let Some(at) = found {
                return self.unread.drain(..at + end.len()).collect();
            }
            self.read_more();
        }
    }

    fn read_exactly(&mut self, count: usize) -> Vec<u8> {
        while self.unread.len() < count {
            self.read_more();
        }
        self.unread.drain(..count).collect()
    }

    fn read_more(&mut self) {
        let count = self.try_read().expect("the server answers");
        let so_far = String::from_utf8_lossy(&self.unread);
        assert!(count > 0, "closed in the middle of an answer: {so_far:?}");
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    fn from_head(head: &[u8]) -> Self {
        let head = std::str::from_utf8(head).expect("a head in ASCII");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            status: status.and_then(|text| text.parse().ok()).expect("a status"),
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            body: Vec::new(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|header| header.0 == name);
        named.next().map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("every answer is JSON")
    }

    /// The text for people, which every answer to a POST has.
    pub(crate) fn message(&self) -> String {
        let message = self.json()["message"].as_str().map(str::to_owned);
        message.expect("a message")
    }
}
