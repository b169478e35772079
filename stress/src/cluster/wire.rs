//! A wire between two processes: a proxy that lets everything through until it is told otherwise.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    runtime::Handle,
    sync::watch,
    task::JoinHandle,
    time::sleep,
};

/// Bytes that pass at once.
const PIECE_BYTES: usize = 16 << 10;

/// What becomes of bytes on a wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// They arrive.
    Pass,
    /// They are held back, and connections stay open: a cable that is out. When it is in again they arrive.
    Cut,
    /// Connections are broken off, and new ones at once.
    Reset,
    /// Each piece of them is late, and only so many pass in a second.
    Slow {
        delay: Duration,
        bytes_a_second: u32,
    },
}

/// See the module. When this is dropped nobody listens any more, and the connections are broken off.
#[derive(Debug)]
pub(super) struct Wire {
    address: SocketAddr,
    mode: watch::Sender<Mode>,
    listener: JoinHandle<()>,
}

/// One direction of a connection.
struct Strand {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    mode: watch::Receiver<Mode>,
}

/// The connection is broken off.
struct Severed;

impl Wire {
    /// Lays one to `end`; whoever connects to its [`Wire::address`] is connected to there.
    pub(super) fn lay(runtime: &Handle, end: SocketAddr) -> io::Result<Self> {
        let (mode, watched) = watch::channel(Mode::Pass);
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        Ok(Self {
            address: listener.local_addr()?,
            mode,
            listener: runtime.spawn(accept(listener, end, watched)),
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What becomes of bytes from now on, those that are under way included.
    pub(super) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.listener.abort();
        self.set(Mode::Reset);
    }
}

async fn accept(listener: TcpListener, end: SocketAddr, mode: watch::Receiver<Mode>) {
    loop {
        match listener.accept().await {
            Ok((near, _)) => drop(tokio::spawn(join(near, end, mode.clone()))),
            // Such as too many open files: they are closed by and by.
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn join(near: TcpStream, end: SocketAddr, mut mode: watch::Receiver<Mode>) {
    if pass(&mut mode, 0).await.is_err() {
        return;
    }
    // Who does not listen at the far end is not there at this one either: it is closed.
    let Ok(far) = TcpStream::connect(end).await else {
        return;
    };
    for socket in [&near, &far] {
        // It is slower without.
        let _ = socket.set_nodelay(true);
    }
    let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
    let there = Strand {
        from: near_read,
        to: far_write,
        mode: mode.clone(),
    };
    let back = Strand {
        from: far_read,
        to: near_write,
        mode,
    };
    // Either way: both directions have ended, or both are broken off.
    let _ = tokio::try_join!(there.carry(), back.carry());
}

impl Strand {
    async fn carry(mut self) -> Result<(), Severed> {
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let read = tokio::select! {
                read = self.from.read(&mut piece) => read.map_err(|_| Severed)?,
                changed = self.mode.changed() => {
                    changed.map_err(|_| Severed)?;
                    if *self.mode.borrow_and_update() == Mode::Reset {
                        return Err(Severed);
                    }
                    continue;
                }
            };
            pass(&mut self.mode, read).await?;
            if read == 0 {
                return self.to.shutdown().await.map_err(|_| Severed);
            }
            let written = self.to.write_all(&piece[..read]).await;
            written.map_err(|_| Severed)?;
        }
    }
}

/// Waits until so many bytes may pass.
async fn pass(mode: &mut watch::Receiver<Mode>, bytes: usize) -> Result<(), Severed> {
    loop {
        let now = *mode.borrow_and_update();
        match now {
            Mode::Pass => return Ok(()),
            Mode::Reset => return Err(Severed),
            Mode::Cut => mode.changed().await.map_err(|_| Severed)?,
            Mode::Slow {
                delay,
                bytes_a_second,
            } => {
                let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
                let late = delay + Duration::from_secs(1) * bytes / bytes_a_second.max(1);
                tokio::select! {
                    () = sleep(late) => return Ok(()),
                    changed = mode.changed() => changed.map_err(|_| Severed)?,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net, thread,
        time::Instant,
    };

    use tokio::runtime::{Builder, Runtime};

    use super::*;

    /// Long enough to see that nothing comes.
    const A_WHILE: Duration = Duration::from_millis(100);

    fn runtime() -> Runtime {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).enable_all();
        builder.build().expect("a runtime")
    }

    /// The address of somebody who sends back what he reads.
    fn echo() -> SocketAddr {
        let listener = net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || {
                    let mut reader = stream.try_clone().expect("a socket");
                    let _ = io::copy(&mut reader, &mut &stream);
                });
            }
        });
        address
    }

    fn connect(wire: &Wire) -> net::TcpStream {
        let stream = net::TcpStream::connect(wire.address()).expect("it listens");
        stream.set_read_timeout(Some(A_WHILE)).expect("a timeout");
        stream
    }

    fn ask(stream: &mut net::TcpStream) -> io::Result<[u8; 4]> {
        stream.write_all(b"ping")?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    }

    #[test]
    fn what_is_held_back_arrives_when_the_cable_is_in_again() {
        let runtime = runtime();
        let wire = Wire::lay(runtime.handle(), echo()).expect("a wire");
        let mut stream = connect(&wire);
        stream.set_read_timeout(None).expect("no timeout");
        assert_eq!(&ask(&mut stream).expect("it passes"), b"ping");
        wire.set(Mode::Cut);
        stream.set_read_timeout(Some(A_WHILE)).expect("a timeout");
        let error = ask(&mut stream).expect_err("nothing passes");
        assert!(error.kind() == io::ErrorKind::WouldBlock, "{error}");
        let mut new = connect(&wire);
        assert!(ask(&mut new).is_err());
        wire.set(Mode::Pass);
        for stream in [&mut stream, &mut new] {
            stream.set_read_timeout(None).expect("no timeout");
            let mut late = [0; 4];
            stream.read_exact(&mut late).expect("it arrives late");
            assert_eq!(&late, b"ping");
        }
    }

    #[test]
    fn connections_are_broken_off_and_made_again() {
        let runtime = runtime();
        let wire = Wire::lay(runtime.handle(), echo()).expect("a wire");
        let mut stream = connect(&wire);
        stream.set_read_timeout(None).expect("no timeout");
        ask(&mut stream).expect("it passes");
        wire.set(Mode::Reset);
        assert!(ask(&mut stream).is_err());
        wire.set(Mode::Pass);
        let mut stream = connect(&wire);
        stream.set_read_timeout(None).expect("no timeout");
        ask(&mut stream).expect("it passes again");
    }

    #[test]
    fn on_a_slow_wire_nothing_comes_before_its_time() {
        let runtime = runtime();
        let wire = Wire::lay(runtime.handle(), echo()).expect("a wire");
        wire.set(Mode::Slow {
            delay: A_WHILE,
            bytes_a_second: 1 << 20,
        });
        let mut stream = connect(&wire);
        stream.set_read_timeout(None).expect("no timeout");
        let sent = Instant::now();
        ask(&mut stream).expect("it passes");
        assert!(sent.elapsed() >= 2 * A_WHILE, "once there and once back");
    }
}
