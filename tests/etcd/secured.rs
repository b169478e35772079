//! TLS, certificates, user and password.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use seatlock::cluster::{
    etcd::{Etcd, EtcdConfigError, EtcdTls, Identity, Login},
    store::{Action, Keys, Store, StoreError},
};
use tempfile::TempDir;

use crate::{Cluster, PATIENCE, Plan, cluster, put, read, then};

/// Someone who signs certificates, and two that he has signed.
struct Office {
    folder: TempDir,
    authority: String,
    client: (String, String),
}

impl Office {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("a certificate");
        let sign = |name: &str| {
            let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
            let key = KeyPair::generate().expect("a key");
            let certificate = params.signed_by(&key, &issuer).expect("a certificate");
            (certificate.pem(), key.serialize_pem())
        };
        let folder = tempfile::tempdir().expect("a folder");
        let (authority, server) = (issuer.pem(), sign("127.0.0.1"));
        for (file, text) in [
            ("ca.pem", &authority),
            ("cert.pem", &server.0),
            ("key.pem", &server.1),
        ] {
            std::fs::write(folder.path().join(file), text).expect("a folder to write to");
        }
        Self {
            client: sign("ada"),
            folder,
            authority,
        }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// A cluster that speaks TLS, with further arguments.
    fn plan(&self, arguments: &[String]) -> Plan {
        let own = [
            format!("--cert-file={}", self.path("cert.pem").display()),
            format!("--key-file={}", self.path("key.pem").display()),
        ];
        Plan {
            is_encrypted: true,
            arguments: own.into_iter().chain(arguments.iter().cloned()).collect(),
            ..Plan::default()
        }
    }

    fn tls(&self, identity: Option<Identity<'_>>) -> EtcdTls {
        EtcdTls::new(self.authority.as_bytes(), identity).expect("certificates")
    }
}

#[tokio::test]
async fn tls_is_spoken_with_whom_we_trust() {
    let office = Office::new();
    let Some(cluster) = cluster(&office.plan(&[])) else {
        return;
    };
    let mut config = cluster.config(PATIENCE);
    let refused = Etcd::new(config.clone()).err().expect("it trusts nobody");
    assert!(
        matches!(refused, EtcdConfigError::NobodyTrusted(_)),
        "{refused}"
    );

    config.tls = Some(office.tls(None));
    let etcd = Etcd::new(config.clone()).expect("a client");
    etcd.txn(then([put("a", "1")])).await.expect("done");
    assert_eq!(read(&etcd, "a").await.expect("there").value, "1");

    config.tls = Some(Office::new().tls(None));
    let stranger = Etcd::new(config).expect("a client");
    let answer = stranger.txn(then([put("a", "2")])).await;
    let Err(StoreError::Refused(text)) = answer else {
        panic!("{answer:?}");
    };
    assert!(
        text.contains("https://127.0.0.1:") && text.contains("certificate"),
        "{text}"
    );
}

#[tokio::test]
async fn etcd_can_ask_for_our_certificate() {
    let office = Office::new();
    let plan = office.plan(&[
        "--client-cert-auth".into(),
        format!("--trusted-ca-file={}", office.path("ca.pem").display()),
    ]);
    let Some(cluster) = cluster(&plan) else {
        return;
    };
    let mut config = cluster.config(Duration::from_secs(5));
    config.tls = Some(office.tls(None));
    let anonymous = Etcd::new(config.clone()).expect("a client");
    // TLS 1.3 lets a client believe that it is connected before its certificate was looked at.
    let answer = anonymous.txn(then([put("a", "1")])).await;
    assert!(
        matches!(answer, Err(StoreError::Refused(_) | StoreError::Unknown(_))),
        "{answer:?}"
    );

    let (certificate, key) = &office.client;
    config.tls = Some(office.tls(Some(Identity {
        certificate: certificate.as_bytes(),
        key: key.as_bytes(),
    })));
    let known = Etcd::new(config).expect("a client");
    assert_eq!(read(&known, "a").await, None, "it was not done");
    known.txn(then([put("a", "1")])).await.expect("done");
}

/// Runs etcd's own command line.
fn etcdctl(cluster: &Cluster, arguments: &[&str]) {
    let output = Command::new("etcdctl")
        .env("ETCDCTL_API", "3")
        .arg("--endpoints")
        .arg(cluster.members.endpoints().join(","))
        .args(arguments)
        .output()
        .expect("etcdctl is installed with etcd");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
}

/// From here on `seatlock`, whose password is `secret`, has what is between two keys, and nobody else has anything.
fn ask_for_passwords(cluster: &Cluster, shown: &[&str], [from, to]: [&str; 2]) {
    for words in [
        &["user", "add", "root:strong"][..],
        &["user", "add", "seatlock:secret"],
        &["role", "add", "ours"],
        &["role", "grant-permission", "ours", "readwrite", from, to],
        &["user", "grant-role", "seatlock", "ours"],
        &["user", "grant-role", "root", "root"],
        &["auth", "enable"],
    ] {
        etcdctl(cluster, &[shown, words].concat());
    }
}

fn login(user: &str, password: &str) -> Option<Login> {
    Some(Login {
        user: user.into(),
        password: password.into(),
    })
}

#[tokio::test]
async fn user_and_password_are_shown_and_the_token_is_renewed() {
    // Tokens end three seconds after they were last shown.
    let plan = Plan {
        arguments: vec!["--auth-token-ttl=3".into()],
        ..Plan::default()
    };
    let Some(cluster) = cluster(&plan) else {
        return;
    };
    let mut config = cluster.config(PATIENCE);
    config.login = login("seatlock", "secret");
    let ours = Etcd::new(config.clone()).expect("a client");
    // etcd asks nobody yet.
    ours.txn(then([put("ours/a", "0")])).await.expect("done");
    ask_for_passwords(&cluster, &[], ["ours/", "ours0"]);
    ours.txn(then([put("ours/a", "1")]))
        .await
        .expect("it logs in by itself");
    tokio::time::sleep(Duration::from_secs(5)).await;
    ours.txn(then([put("ours/a", "2")]))
        .await
        .expect("the token was renewed");
    let entry = read(&ours, "ours/a").await.expect("there");
    assert_eq!(entry.value, "2");
    assert_eq!(ours.is_full().await, Ok(false), "anybody may ask");

    let answer = ours.txn(then([put("theirs", "")])).await;
    assert!(
        matches!(answer, Err(StoreError::Impossible(_))),
        "{answer:?}"
    );
    let all = then([Action::Get(Keys::range("a", "z"), 1)]);
    let answer = ours.txn(all).await;
    assert!(
        matches!(answer, Err(StoreError::Impossible(_))),
        "{answer:?}"
    );
    for login in [None, login("seatlock", "guess"), login("nobody", "secret")] {
        config.login = login;
        let stranger = Etcd::new(config.clone()).expect("a client");
        let answer = stranger.txn(then([put("ours/a", "3")])).await;
        assert!(
            matches!(answer, Err(StoreError::Impossible(_))),
            "{answer:?}"
        );
    }
    assert_eq!(read(&ours, "ours/a").await, Some(entry));
    assert!(!format!("{:?}", login("seatlock", "secret")).contains("secret"));
}

/// A node, as an operator starts it; it is gone when this is dropped.
struct Served {
    process: Child,
    address: SocketAddr,
}

impl Served {
    fn start(options: &[(&str, String)]) -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = free.local_addr().expect("a bound port");
        drop(free);
        let process = Command::new(env!("CARGO_BIN_EXE_seatlock"))
            .env_remove("SEATLOCK_MEMORY")
            .args(["serve", "--node", "a", "--shards", "2", "--seats", "3"])
            .args(["--advertise", &format!("http://{address}")])
            .args(["--listen", &address.to_string()])
            .args(options.iter().flat_map(|(name, value)| [*name, value]))
            .stdout(Stdio::null())
            .spawn()
            .expect("the server starts");
        Self { process, address }
    }

    /// The status of the answer, if there is one.
    fn post(&self, path: &str) -> Option<u16> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split(' ').nth(1)?.parse().ok()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[test]
fn a_node_shows_etcd_its_certificate_its_user_and_its_password() {
    let office = Office::new();
    let plan = office.plan(&[
        "--client-cert-auth".into(),
        format!("--trusted-ca-file={}", office.path("ca.pem").display()),
    ]);
    let Some(cluster) = cluster(&plan) else {
        return;
    };
    let (certificate, key) = &office.client;
    for (file, text) in [
        ("ada.pem", certificate),
        ("ada.key", key),
        ("word", &"secret\n".into()),
    ] {
        std::fs::write(office.path(file), text).expect("a folder to write to");
    }
    let path = |file: &str| office.path(file).display().to_string();
    let tls = [
        ("--cacert", path("ca.pem")),
        ("--cert", path("ada.pem")),
        ("--key", path("ada.key")),
    ];
    let shown: Vec<&str> = tls
        .iter()
        .flat_map(|(name, value)| [*name, value])
        .collect();
    ask_for_passwords(&cluster, &shown, ["/seatlock/", "/seatlock0"]);
    let node = Served::start(&[
        ("--etcd", cluster.members.endpoints().join(",")),
        ("--etcd-ca", path("ca.pem")),
        ("--etcd-cert", path("ada.pem")),
        ("--etcd-key", path("ada.key")),
        ("--etcd-user", "seatlock".into()),
        ("--etcd-password-file", path("word")),
    ]);
    let deadline = Instant::now() + PATIENCE;
    let sold = loop {
        match node.post("/lock/1?user=ada") {
            Some(status) if status != 503 => break status,
            _ if Instant::now() > deadline => panic!("it does not come to the cluster"),
            _ => thread::sleep(Duration::from_millis(50)),
        }
    };
    assert_eq!(sold, 200);
    assert_eq!(node.post("/lock/1?user=bob"), Some(423));
}
