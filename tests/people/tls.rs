//! Servers with a certificate of their own.

use crate::server::{Folder, Server, run, seatlock};

#[test]
fn a_private_certificate_is_trusted_when_it_is_named() {
    let folder = Folder::new("tls");
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let certificate = folder.write("cert.pem", &made.cert.pem());
    let key = folder.write("key.pem", &made.signing_key.serialize_pem());
    let server = Server::start_with(&["--tls-cert", &certificate, "--tls-key", &key]);
    assert!(server.url.starts_with("https://"), "{}", server.url);

    let list = server.ask(&["event", "list", "--ca", &certificate]).well();
    assert!(list.contains("default"), "{list}");
    let complaint = server.ask(&["event", "list"]).with_code(2);
    assert!(
        complaint.lines().count() == 1 && complaint.contains("--ca"),
        "{complaint}"
    );
    let complaint = server.ask(&["event", "list", "--ca", &key]).with_code(2);
    assert!(complaint.contains("no certificate in it"), "{complaint}");

    let plain = server.url.replace("https://", "http://");
    let complaint = run(&mut seatlock(&["event", "list", "--server", &plain])).with_code(2);
    assert!(
        complaint.lines().count() == 1 && complaint.contains(&plain),
        "{complaint}"
    );
}
