//! The same server inside TLS.

use std::{
    fs,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    sync::Arc,
    thread,
    time::Duration,
};

use rustix::process::Signal;
use seatlock::http::{Drained, ServerConfig, Tls};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
    version::{TLS12, TLS13},
};

use crate::{
    apps::{PAUSE, SHORT, echo, patient},
    folder::Folder,
    process::{Process, seatlock},
    talk::Host,
};

const ASK: &str = "GET /echo/1 HTTP/1.1\r\nhost: x\r\n\r\n";

/// A new certificate for `localhost` in a folder of its own.
struct Identity {
    folder: Folder,
}

impl Identity {
    fn new(name: &str) -> Self {
        let identity = Self {
            folder: Folder::new(name),
        };
        identity.renew();
        identity
    }

    /// Writes another certificate and its key over the ones that there are.
    fn renew(&self) {
        let made =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        self.folder.write("cert.pem", &made.cert.pem());
        self.folder
            .write("key.pem", &made.signing_key.serialize_pem());
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path("cert.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.path("key.pem")
    }

    fn tls(&self) -> Arc<Tls> {
        Arc::new(Tls::from_files(self.certificate(), self.key()).expect("a fitting pair"))
    }

    /// A client that trusts the present certificate and no other.
    fn client(&self, versions: &[&'static SupportedProtocolVersion], protocols: &[&str]) -> Client {
        let pem = fs::read(self.certificate()).expect("the certificate");
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_slice(&pem).expect("a certificate");
        roots.add(certificate).expect("a certificate");
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .expect("versions that ring has")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        Client(Arc::new(config))
    }

    fn any_client(&self) -> Client {
        self.client(&[&TLS13, &TLS12], &["http/1.1"])
    }
}

struct Client(Arc<ClientConfig>);

impl Client {
    /// A connection; hands are shaken with the first byte.
    fn connect(&self, address: SocketAddr) -> StreamOwned<ClientConnection, TcpStream> {
        let name = "localhost".try_into().expect("a name");
        let session = ClientConnection::new(Arc::clone(&self.0), name).expect("a valid config");
        let stream = TcpStream::connect(address).expect("the server listens");
        let hung = Some(Duration::from_secs(30));
        stream.set_read_timeout(hung).expect("an open socket");
        StreamOwned::new(session, stream)
    }

    fn ask(&self, address: SocketAddr) -> io::Result<String> {
        ask(&mut self.connect(address))
    }
}

/// Asks once and reads the answer, whose body is `1`.
fn ask(stream: &mut (impl Read + Write)) -> io::Result<String> {
    stream.write_all(ASK.as_bytes())?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n1") {
        let mut piece = [0; 1024];
        match stream.read(&mut piece)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => answer.extend_from_slice(&piece[..count]),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn host(identity: &Identity, config: ServerConfig) -> Host {
    let tls = Some(identity.tls());
    Host::start(echo(), ServerConfig { tls, ..config })
}

#[test]
fn requests_are_answered_inside_tls_1_2_and_1_3() {
    let identity = Identity::new("tls-versions");
    let host = host(&identity, patient());
    for version in [&TLS12, &TLS13] {
        let mut stream = identity
            .client(&[version], &["h2", "http/1.1"])
            .connect(host.address);
        for _ in 0..3 {
            let answer = ask(&mut stream).expect("an answer");
            assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        }
        assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    }
    assert!(
        identity
            .client(&[&TLS13], &["h2"])
            .ask(host.address)
            .is_err(),
        "HTTP/2 is not spoken"
    );
    assert!(
        identity.client(&[&TLS13], &[]).ask(host.address).is_ok(),
        "as curl --no-alpn"
    );
}

#[test]
fn answers_larger_than_any_buffer_and_pipelined_ones_arrive_whole() {
    let identity = Identity::new("tls-large");
    let host = host(&identity, patient());
    let mut stream = identity.any_client().connect(host.address);
    let close = "GET /flood HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream
        .write_all(format!("{}{close}", ASK.repeat(500)).as_bytes())
        .expect("an open socket");
    let mut all = Vec::new();
    stream.read_to_end(&mut all).expect("an orderly end");
    assert_eq!(
        String::from_utf8_lossy(&all[..1 << 20])
            .matches("HTTP/1.1 200 OK")
            .count(),
        501
    );
    let flood = all.iter().rev().take_while(|byte| **byte == b'x').count();
    assert_eq!(flood, 64 << 20);
}

#[test]
fn who_is_silent_or_slow_in_the_handshake_or_speaks_no_tls_is_closed() {
    let identity = Identity::new("tls-slow");
    let config = ServerConfig {
        handshake_timeout: SHORT,
        ..patient()
    };
    let host = host(&identity, config);
    for beginning in [
        &b""[..],
        b"\x16",
        b"\x16\x03\x01\x02\x00\x01\x00",
        ASK.as_bytes(),
    ] {
        let mut talk = host.talk();
        talk.say(beginning);
        let rest = talk.rest();
        assert!(!rest.starts_with(b"HTTP/"), "{rest:?}");
    }
    // With its hands shaken, a client has the times of any other.
    let mut stream = identity.any_client().connect(host.address);
    ask(&mut stream).expect("an answer");
    thread::sleep(SHORT * 2);
    ask(&mut stream).expect("an answer");
}

#[test]
fn a_reader_that_takes_nothing_is_closed() {
    let identity = Identity::new("tls-deaf");
    let config = ServerConfig {
        write_timeout: SHORT,
        ..patient()
    };
    let host = host(&identity, config);
    let mut deaf = identity.any_client().connect(host.address);
    let request = b"GET /flood HTTP/1.1\r\nhost: x\r\n\r\n";
    let closed = (0..2_000).any(|_| {
        thread::sleep(PAUSE);
        deaf.write_all(request).is_err()
    });
    assert!(closed, "the server goes on listening");
}

#[test]
fn a_reader_that_is_late_once_has_idle_time_again() {
    // The end of an answer may wait inside TLS after the last of it was written. Who then takes it is idle, not slow.
    let identity = Identity::new("tls-late");
    let config = ServerConfig {
        write_timeout: SHORT * 5,
        ..patient()
    };
    let host = host(&identity, config);
    let mut late = identity.any_client().connect(host.address);
    late.write_all(b"GET /flood HTTP/1.1\r\nhost: x\r\n\r\n")
        .expect("an open socket");
    thread::sleep(SHORT);
    let mut left = 64 << 20;
    let mut piece = vec![0; 1 << 16];
    while left > 0 {
        let count = late.read(&mut piece).expect("the answer goes on");
        assert!(count > 0, "{left} bytes are missing");
        left -= piece[..count].iter().filter(|byte| **byte == b'x').count();
    }
    thread::sleep(SHORT * 10);
    ask(&mut late).expect("an answer after a long pause");
}

#[test]
fn a_stop_waits_for_no_handshake() {
    let identity = Identity::new("tls-stop");
    let config = ServerConfig {
        handshake_timeout: patient().head_timeout,
        ..patient()
    };
    let host = host(&identity, config);
    let mut silent = host.talk();
    let mut stream = identity.any_client().connect(host.address);
    ask(&mut stream).expect("so the silent one was accepted before");
    assert_eq!(host.ended(), Drained::Whole);
    assert_eq!(silent.rest(), b"");
}

#[test]
fn files_that_are_missing_or_bad_or_of_two_pairs_are_told_apart() {
    let identity = Identity::new("tls-files");
    let other = Identity::new("tls-files-other");
    let (certificate, key) = (identity.certificate(), identity.key());
    let folder = Folder::new("tls-files-bad");
    let missing = folder.path("missing.pem");
    let nonsense = folder.write("nonsense.pem", "nothing in PEM");
    let torn = folder.write("torn.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    for (certificate, key, needle) in [
        (&missing, &key, "missing.pem can't be read"),
        (&certificate, &missing, "missing.pem can't be read"),
        (&nonsense, &key, "nonsense.pem has no valid certificate"),
        (&torn, &key, "torn.pem has no valid certificate"),
        (&key, &key, "key.pem has no valid certificate"),
        (&certificate, &certificate, "cert.pem has no private key"),
        (&certificate, &other.key(), "don't fit"),
    ] {
        let error = Tls::from_files(certificate.clone(), key.clone()).expect_err(needle);
        assert!(error.to_string().contains(needle), "{error}");
    }
}

#[test]
fn a_hangup_reads_the_certificate_again_and_a_bad_one_changes_nothing() {
    let identity = Identity::new("tls-reload");
    let mut command = seatlock(&["--listen", "127.0.0.1:0", "--tls-cert"]);
    command
        .arg(identity.certificate())
        .arg("--tls-key")
        .arg(identity.key());
    let process = Process::start(command);
    assert!(
        process.greeting.contains("https://"),
        "{}",
        process.greeting
    );
    let shakes_hands = |client: &Client| {
        let mut stream = client.connect(process.address);
        stream.write_all(ASK.as_bytes()).is_ok() && matches!(stream.read(&mut [0; 16]), Ok(1..))
    };
    let old = identity.any_client();
    assert!(shakes_hands(&old));

    let good = (fs::read(identity.certificate()), fs::read(identity.key()));
    identity.folder.write("cert.pem", "nothing in PEM");
    process.signal(Signal::HUP);
    thread::sleep(PAUSE);
    assert!(shakes_hands(&old), "the old one goes on");

    identity.renew();
    let new = identity.any_client();
    process.signal(Signal::HUP);
    let renewed = (0..1_000).any(|_| {
        thread::sleep(PAUSE);
        shakes_hands(&new)
    });
    assert!(renewed && !shakes_hands(&old));
    assert_ne!(good.0.ok(), fs::read(identity.certificate()).ok());
    process.signal(Signal::TERM);
    let (status, log) = process.ended();
    assert!(status.success() && log.contains("stays as it was"), "{log}");
}

#[test]
fn half_of_tls_is_refused() {
    let identity = Identity::new("tls-half");
    for (flag, path, missing) in [
        ("--tls-cert", identity.certificate(), "--tls-key"),
        ("--tls-key", identity.key(), "--tls-cert"),
    ] {
        let output = seatlock(&[flag])
            .arg(path)
            .output()
            .expect("the binary runs");
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(text.contains(&format!("{missing} is missing")), "{text}");
    }
}
