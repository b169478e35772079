//! A server's data: what a killed server leaves is there at the next start, can be looked at, copied and put elsewhere.

use std::{fs, path::Path};

use crate::server::{Folder, Server, run, seatlock};

/// A server that keeps its data in this folder.
fn serve(data: &str) -> Server {
    Server::start_with(&["--memory=false", "--data", data])
}

/// A killed server's data: a chart, an event, twelve seats.
fn killed(folder: &Folder) -> String {
    let data = folder.path("data");
    let server = serve(&data);
    let made = server.ask(&["chart", "new", "club", "sections=1", "rows=3", "seats=4"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let made = server.ask(&["event", "create", "friday", "--chart", "club"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    // Dropping it is SIGKILL.
    drop(server);
    data
}

#[test]
fn a_killed_server_goes_on_and_its_folder_is_its_own() {
    let folder = Folder::new("ledger-goes-on");
    let data = killed(&folder);
    let server = serve(&data);
    assert!(
        server
            .ask(&["event", "show", "friday"])
            .well()
            .contains("12")
    );
    let second = run(
        seatlock(&["serve", "--listen", "127.0.0.1:0", "--memory=false"]).args(["--data", &data]),
    );
    assert_eq!(second.code, Some(2));
    assert!(
        second.errors.contains("in use by another process"),
        "{}",
        second.errors
    );
    let checked = run(&mut seatlock(&["ledger", "check", "--data", &data])).well();
    assert!(checked.contains("event friday: 12 available"), "{checked}");
}

#[test]
fn a_copy_is_made_beside_a_running_server_and_serves_elsewhere() {
    let folder = Folder::new("ledger-copy");
    let data = killed(&folder);
    let (server, copy) = (serve(&data), folder.path("copy"));
    let backup = ["ledger", "backup", &copy, "--data", &data];
    let said = run(&mut seatlock(&backup)).well();
    assert!(
        said.contains("0 seats") && said.contains("notes are in"),
        "{said}"
    );
    let again = run(&mut seatlock(&backup));
    assert_eq!(again.code, Some(1), "it is there already");
    drop(server);
    let elsewhere = folder.path("elsewhere");
    let _ = run(&mut seatlock(&[
        "ledger", "restore", &copy, "--data", &elsewhere,
    ]))
    .well();
    assert!(
        serve(&elsewhere)
            .ask(&["event", "show", "friday"])
            .well()
            .contains("12")
    );
    let dumped = run(&mut seatlock(&["ledger", "dump", "--data", &elsewhere])).well();
    for line in dumped.lines() {
        let batch: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        assert!(batch["batch"].is_u64() && batch["notes"].is_array());
    }
    assert!(dumped.contains("friday"));
}

#[test]
fn damage_is_refused_with_its_place() {
    let folder = Folder::new("ledger-damage");
    let data = killed(&folder);
    // What one start wrote, another has read, and has written on.
    drop(serve(&data));
    let mut files: Vec<_> = fs::read_dir(Path::new(&data))
        .expect("a folder")
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|name| name == "log"))
        .collect();
    files.sort();
    let first = files.first().expect("a segment");
    let mut bytes = fs::read(first).expect("a file");
    // In the midst of what was written first.
    let place = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .expect("it is used")
        / 2;
    bytes[place] ^= 0x10;
    fs::write(first, bytes).expect("a writable folder");
    let name = first
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    for command in [
        &["ledger", "check", "--data", &data][..],
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--memory=false",
            "--data",
            &data,
        ],
    ] {
        let said = run(&mut seatlock(command));
        assert_ne!(said.code, Some(0), "{command:?}");
        assert!(
            said.errors.contains(&name) && said.errors.contains("at byte"),
            "{}",
            said.errors
        );
    }
}

#[test]
fn no_folder_is_misuse() {
    let said = run(&mut seatlock(&[
        "ledger",
        "check",
        "--data",
        "/nowhere/at/all",
    ]));
    assert_eq!(said.code, Some(2));
    assert!(said.errors.contains("no such folder"));
}
