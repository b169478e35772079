//! What needs no server.

use std::{fs, net::TcpListener, process::Stdio};

use crate::server::{Folder, run, run_with_input, seatlock};

const FAULTY: &str = "section,row,seat,accessible\nS,A,1,\nS,A,1,true\nS,A,,\nS,A,3,perhaps\n";

#[test]
fn help_teaches_by_examples_and_tells_the_exit_codes() {
    for (arguments, words) in [
        (
            &["chart", "--help"][..],
            &["sections=4 rows=50 seats=60", "--check", "Ends with 0"][..],
        ),
        (
            &["event", "--help"],
            &["--hold-ttl 10m", "pause", "Ends with 0"],
        ),
        (
            &["event", "create", "--help"],
            &["SEATLOCK_SERVER", "SEATLOCK_KEY", "--ca", "--orphans"],
        ),
        (&["chart", "import", "--help"], &["command lines", "--json"]),
        (&["key", "--help"], &["--append", "--role sales"]),
        (&["--help"], &["chart", "event", "key", "serve"]),
    ] {
        let text = run(&mut seatlock(arguments)).well();
        for word in words {
            assert!(text.contains(word), "{word} is missing in {text}");
        }
    }
}

#[test]
fn a_command_that_is_left_out_is_answered_with_those_that_there_are() {
    for (command, one) in [("chart", "import"), ("event", "pause"), ("key", "new")] {
        let text = run(&mut seatlock(&[command])).with_code(2);
        assert!(text.contains(one), "{text}");
    }
}

#[test]
fn what_is_misused_is_said_in_one_line_with_code_2() {
    for (arguments, needle) in [
        (&["chart", "new", "arena"][..], "WORD=VALUE"),
        (
            &["chart", "new", "arena", "rows=1", "seats=1"],
            "sections= is missing",
        ),
        (
            &["chart", "new", "arena", "sections=1", "rows=x", "seats=1"],
            "rows=",
        ),
        (
            &[
                "chart",
                "new",
                "arena",
                "sections=9",
                "rows=9999",
                "seats=9999",
            ],
            "at most 1000000",
        ),
        (
            &["chart", "new", "Arena", "sections=1", "rows=1", "seats=1"],
            "lower-case letters",
        ),
        (
            &["chart", "import", "../events", "x.csv"],
            "lower-case letters",
        ),
        (
            &["chart", "import", "arena", "/nowhere/x.csv"],
            "/nowhere/x.csv",
        ),
        (&["event", "create", "hamlet"], "--chart"),
        (
            &[
                "event",
                "create",
                "hamlet",
                "--chart",
                "a",
                "--hold-ttl",
                "1500ms",
            ],
            "whole seconds",
        ),
        (
            &[
                "event", "create", "hamlet", "--chart", "a", "--opens", "tomorrow",
            ],
            "offset",
        ),
        (&["event", "close", "hamlet"], "--yes"),
        (&["event", "list", "--server", "tickets.example"], "URL"),
        (&["event", "list", "--key", "sk_secret"], "--key"),
        (
            &["event", "list", "--ca", "/nowhere/ca.pem"],
            "/nowhere/ca.pem",
        ),
        (
            &["key", "new", "--name", "shop", "--role", "seller"],
            "public, sales, admin",
        ),
        (
            &["key", "new", "--name", "a shop", "--role", "sales"],
            "letters, digits",
        ),
        (
            &["key", "new", "--name", "#shop", "--role", "sales"],
            "letters, digits",
        ),
        (
            &[
                "key", "new", "--name", "shop", "--role", "sales", "--rate", "0",
            ],
            "500/s",
        ),
    ] {
        let complaint = run(&mut seatlock(arguments)).with_code(2);
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(
            complaint.starts_with("error: ") && complaint.contains(needle),
            "{complaint}"
        );
    }
}

#[test]
fn a_server_that_is_not_there_is_said_in_one_line_with_what_to_do() {
    // An address at which no other test listens: one might get the port as soon as it is free again.
    let taken = TcpListener::bind("127.0.0.97:0").expect("a free port");
    let url = format!("http://{}", taken.local_addr().expect("a bound port"));
    drop(taken);
    let complaint = run(seatlock(&["chart", "list"]).env("SEATLOCK_SERVER", &url)).with_code(2);
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    for word in [&*url, "refused", "SEATLOCK_SERVER"] {
        assert!(complaint.contains(word), "{complaint}");
    }
}

#[test]
fn a_check_says_all_that_is_wrong_with_a_file_as_a_table() {
    let folder = Folder::new("check");
    let file = folder.write("hall.csv", FAULTY);
    let complaint = run(&mut seatlock(&[
        "chart", "import", "hall", &file, "--check",
    ]))
    .with_code(1);
    let lines: Vec<&str> = complaint.lines().collect();
    assert_eq!(
        lines[..2],
        ["error: The chart is not valid.", "LINE  FIELD       REASON"],
        "{complaint}"
    );
    let places: Vec<Vec<&str>> = lines[2..]
        .iter()
        .map(|line| line.split_whitespace().take(2).collect())
        .collect();
    assert_eq!(
        places,
        [["3", "seat"], ["4", "seat"], ["5", "accessible"]],
        "{complaint}"
    );
    assert!(complaint.contains("is used already"), "{complaint}");

    let right = folder.write("right.json", r#"{"sections":[{"name":"S","rows":[{"label":"A","seats":2}]}],"areas":[{"name":"Lawn","capacity":9}]}"#);
    let said = run(&mut seatlock(&[
        "chart", "import", "hall", &right, "--check",
    ]))
    .well();
    assert_eq!(
        said,
        "The chart is valid: 2 seats in 1 section and 1 row, 9 places in 1 area.\n"
    );
}

#[test]
fn a_check_for_scripts_says_what_the_server_would() {
    let command = seatlock(&["chart", "import", "hall", "-", "--check", "--json"]);
    let said = run_with_input(command, FAULTY);
    assert_eq!((said.code, &*said.errors), (Some(1), ""));
    let problem: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(problem["type"], "/problems/invalid-chart");
    assert_eq!(
        problem["errors"][0],
        serde_json::json!({"line": 3, "field": "seat", "reason": "is used already"})
    );
}

#[test]
fn a_chart_made_from_numbers_goes_to_a_file_in_the_format_of_its_name() {
    let folder = Folder::new("new");
    let plan = ["sections=2", "rows=3", "seats=4", "categories=gold,silver"];
    for (name, begins) in [("barn.csv", "#"), ("barn.json", "{"), ("barn", "{")] {
        let file = folder.path(name);
        let arguments = [&["chart", "new", "barn", "--output", &file][..], &plan].concat();
        let said = run(&mut seatlock(&arguments)).well();
        assert!(said.contains(&file), "{said}");
        let text = fs::read_to_string(&file).expect("it is written");
        assert!(text.starts_with(begins) && text.ends_with('\n'), "{text}");
        let check = run(&mut seatlock(&[
            "chart", "import", "barn", &file, "--check",
        ]))
        .well();
        assert_eq!(
            check,
            "The chart is valid: 24 seats in 2 sections and 6 rows.\n"
        );
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let plan = [
        "chart",
        "new",
        "big",
        "sections=10",
        "rows=100",
        "seats=100",
        "--output",
        "-",
    ];
    let mut child = seatlock(&plan)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
}
