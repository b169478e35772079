//! The binary: what it says, how it starts and how it ends.

use std::{net::TcpListener, process::Output, thread};

use crate::{
    process::{Process, seatlock},
    talk::Talk,
};
use rustix::process::Signal;

fn assert_one_line_and_code_2(output: &Output, needle: &str) {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert!(
        complaint.starts_with("error: ") && complaint.contains(needle),
        "{complaint}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn what_cannot_be_served_is_said_in_one_line_with_code_2() {
    for (arguments, needle) in [
        (&["--seats", "0"][..], "--seats"),
        (&["--seats", "100000001"], "100000000"),
        (&["serve", "--seats", "-1"], "-1"),
        (&["--lock-ttl", "0s"], "longer than zero"),
        (&["--lock-ttl", "31days"], "30 days"),
        (&["--lock-ttl", "60"], "60s"),
        (&["serve", "--workers", "0"], "--workers"),
        (&["--listen", "localhost"], "--listen"),
        (&["--sets", "1"], "--seats"),
        (&["sell"], "sell"),
        (&["--seats"], "value"),
    ] {
        let output = seatlock(arguments).output().expect("the binary runs");
        assert_one_line_and_code_2(&output, needle);
    }
    let output = seatlock(&[]).env("SEATLOCK_LOCK_TTL", "soon").output();
    assert_one_line_and_code_2(&output.expect("the binary runs"), "soon");
}

#[test]
fn a_port_in_use_is_said_in_one_line_with_code_2() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("a bound port").to_string();
    let output = seatlock(&["serve", "--listen", &address]).output();
    assert_one_line_and_code_2(&output.expect("the binary runs"), &address);
}

#[test]
fn a_server_without_keys_listens_to_this_machine_alone_unless_it_is_told_to_be_open() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let output = seatlock(&["--listen", address]).output();
        assert_one_line_and_code_2(&output.expect("the binary runs"), "--open");
    }
    let process = Process::start(seatlock(&["--listen", "0.0.0.0:0", "--open"]));
    process.signal(Signal::TERM);
    let (status, log) = process.ended();
    assert!(status.success() && log.contains("no API key"), "{log}");
}

#[test]
fn help_teaches_and_ends_with_code_0() {
    for arguments in [&["--help"][..], &["serve", "--help"]] {
        let output = seatlock(arguments).output().expect("the binary runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success());
        for word in ["--listen", "SEATLOCK_SEATS", "500ms", "curl -X POST"] {
            assert!(text.contains(word), "{word} is missing in {text}");
        }
    }
}

#[test]
fn without_a_command_it_serves_what_flags_and_environment_say() {
    let mut command = seatlock(&["--listen", "127.0.0.1:0", "--lock-ttl", "1h30m"]);
    command
        .env("SEATLOCK_SEATS", "3")
        .env("SEATLOCK_LOCK_TTL", "5s");
    let process = Process::start(command);
    assert!(process.greeting.contains("3 seats"), "{}", process.greeting);
    assert!(
        process.greeting.contains("1h 30m"),
        "the flag wins: {}",
        process.greeting
    );
    let mut talk = Talk::to(process.address);
    assert_eq!(talk.ask("POST", "/lock/3?user=ada").status, 200);
    assert_eq!(talk.ask("POST", "/lock/4?user=ada").status, 404);
    assert_eq!(talk.ask("POST", "/unlock/3").status, 200);
}

#[test]
fn it_listens_on_ipv6_and_leaves_out_unlock_when_told() {
    let process = Process::start(seatlock(&["serve", "--listen", "[::1]:0", "--no-unlock"]));
    assert!(process.address.is_ipv6());
    assert_eq!(
        Talk::to(process.address).ask("POST", "/unlock/1").status,
        404
    );
}

#[test]
fn both_signals_end_it_with_code_0_while_clients_go_on_asking() {
    for signal in [Signal::INT, Signal::TERM] {
        let process = Process::start(seatlock(&["--listen", "127.0.0.1:0"]));
        let mut talk = Talk::to(process.address);
        let asker = thread::spawn(move || {
            let ask = "POST /unlock/1 HTTP/1.1\r\nhost: x\r\n\r\n";
            while talk.try_say(ask).is_ok() && matches!(talk.try_read(), Ok(1..)) {}
        });
        process.signal(signal);
        let (status, log) = process.ended();
        assert_eq!(status.code(), Some(0), "{log}");
        let lines: Vec<&str> = log.lines().collect();
        assert!(
            matches!(lines[..], [open, stopped] if open.contains("no API key") && stopped.ends_with("stopped")),
            "{log}"
        );
        asker.join().expect("the client sees the end");
    }
}
