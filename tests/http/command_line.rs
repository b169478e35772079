//! The binary: what it says, how it starts and how it ends.

use std::{
    io::{BufRead, BufReader, Read},
    net::{SocketAddr, TcpListener},
    process::{Child, Command, ExitStatus, Output, Stdio},
    thread,
};

use crate::talk::Talk;
use rustix::process::{Pid, Signal, kill_process};

fn seatlock(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatlock"));
    command.args(arguments);
    command
}

/// The server as a process, listening on a free port.
struct Process {
    child: Child,
    address: SocketAddr,
    greeting: String,
}

impl Process {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let output = child.stdout.take().expect("it is piped");
        let mut greeting = String::new();
        BufReader::new(output)
            .read_line(&mut greeting)
            .expect("it says where it listens");
        let address = greeting
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split(": ").next());
        Self {
            address: address
                .and_then(|text| text.parse().ok())
                .expect("an address"),
            child,
            greeting,
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process id"), signal).expect("it is running");
    }

    fn ended(mut self) -> (ExitStatus, String) {
        let mut complaints = String::new();
        let mut errors = self.child.stderr.take().expect("it is piped");
        errors.read_to_string(&mut complaints).expect("UTF-8");
        (self.child.wait().expect("it ends"), complaints)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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
        let (status, complaints) = process.ended();
        assert_eq!((status.code(), complaints.as_str()), (Some(0), ""));
        asker.join().expect("the client sees the end");
    }
}
