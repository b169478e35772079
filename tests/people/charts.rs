//! `seatlock chart` against a server.

use std::fs;

use crate::server::{Folder, Server, run_with_input};

const HALL: &str = "\
section,row,seat,category,accessible
Stalls,A,1,gold,
Stalls,A,2,gold,true
Balcony,A,1,silver,
";

#[test]
fn a_chart_goes_to_the_server_and_comes_back_as_it_was() {
    let (server, folder) = (Server::start(), Folder::new("round-trip"));
    let file = folder.write("hall.csv", HALL);
    let said = server.ask(&["chart", "import", "hall", &file]).well();
    assert_eq!(
        said,
        "The chart hall is there, new: 3 seats in 2 sections and 2 rows.\n"
    );
    let again = server.ask(&["chart", "import", "hall", &file]).well();
    assert!(again.contains("replaced"), "{again}");

    for (name, format) in [("back.csv", "csv"), ("back.json", "json")] {
        let back = folder.path(name);
        server
            .ask(&["chart", "export", "hall", "--output", &back])
            .well();
        let printed = server
            .ask(&["chart", "export", "hall", "--format", format])
            .well();
        assert_eq!(fs::read_to_string(&back).expect("it is written"), printed);
        server.ask(&["chart", "import", "again", &back]).well();
        let exported = server
            .ask(&["chart", "export", "again", "--format", format])
            .well();
        assert_eq!(exported, printed);
    }
}

#[test]
fn charts_are_listed_and_removed() {
    let server = Server::start();
    let plan = ["sections=2", "rows=5", "seats=10", "categories=gold,silver"];
    let said = server
        .ask(&[&["chart", "new", "arena"][..], &plan].concat())
        .well();
    assert_eq!(
        said,
        "The chart arena is there, new: 100 seats in 2 sections and 10 rows.\n"
    );
    let list = server.ask(&["chart", "list"]).well();
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(
        lines,
        [
            "NAME   SEATS  SECTIONS  ROWS  AREAS  CATEGORIES",
            "arena    100         2    10         gold, silver",
        ]
    );
    let json = server.ask(&["chart", "list", "--json"]).well();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["charts"][0]["seats"], 100);

    assert_eq!(
        server.ask(&["chart", "remove", "arena"]).well(),
        "The chart arena is removed.\n"
    );
    for command in ["remove", "export"] {
        let complaint = server.ask(&["chart", command, "arena"]).with_code(1);
        assert_eq!(complaint, "error: There is no such chart.\n");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said_before_anything_is_sent() {
    let server = Server::start();
    let text = HALL.replace("Balcony,A,1,silver,", "Stalls,A,2,silver,perhaps");
    let said = run_with_input(
        server.command(&["chart", "import", "hall", "-", "--format", "csv"]),
        &text,
    );
    let complaint = said.with_code(1);
    assert_eq!(
        complaint
            .lines()
            .filter(|line| line.starts_with("   4  "))
            .count(),
        2,
        "{complaint}"
    );
    assert!(!server.ask(&["chart", "list"]).well().contains("hall"));
}

#[test]
fn a_long_import_shows_no_progress_where_nobody_looks() {
    let (server, folder) = (Server::start(), Folder::new("long"));
    let file = folder.path("big.csv");
    let plan = [
        "chart",
        "new",
        "big",
        "sections=4",
        "rows=100",
        "seats=100",
        "--output",
        &file,
    ];
    server.ask(&plan).well();
    assert!(fs::metadata(&file).expect("it is written").len() > 1_000_000);
    let said = server.ask(&["chart", "import", "big", &file]).well();
    assert_eq!(
        said,
        "The chart big is there, new: 40000 seats in 4 sections and 400 rows.\n"
    );
}
