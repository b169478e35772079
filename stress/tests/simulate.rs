//! `stress simulate`: the command as a user runs it.

use std::{fs, path::PathBuf, process::Command};

/// What the command says, what it complains of, and its code.
fn said(arguments: &[&str]) -> (String, String, Option<i32>) {
    let run = Command::new(env!("CARGO_BIN_EXE_stress"))
        .arg("simulate")
        .args(arguments)
        .output()
        .expect("the command runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&run.stdout), text(&run.stderr), run.status.code())
}

const SMALL: [&str; 6] = [
    "--chart",
    "sections=2 rows=6 seats=12",
    "--buyers",
    "400",
    "--bots",
    "4",
];

/// A file of this test alone.
fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    folder.join(name)
}

#[test]
fn the_same_seed_says_the_same_and_another_something_else() {
    let play = |seed: &str| said(&[&SMALL[..], &["--quiet", "--seed", seed]].concat());
    let (one, complaint, code) = play("7");
    assert_eq!((complaint.as_str(), code), ("", Some(0)));
    assert!(one.starts_with("--seed 7\n") && one.ends_with("Every promise was kept.\n"));
    assert_eq!(play("7").0, one);
    assert_ne!(play("8").0, one);
}

#[test]
fn several_ttls_are_compared_in_a_table() {
    let (table, _, code) = said(&[&SMALL[..], &["--quiet", "--ttl", "1m,10m"]].concat());
    assert_eq!(code, Some(0), "{table}");
    let begins = |ttl: &str| table.lines().any(|line| line.trim().starts_with(ttl));
    assert!(begins("1m ") && begins("10m "), "{table}");
}

#[test]
fn a_fault_ends_it_with_1_and_names_the_seed() {
    let fault = ["--quiet", "--sabotage", "told-held", "--seed", "9"];
    let (text, _, code) = said(&[&SMALL[..], &fault].concat());
    assert!(
        code == Some(1) && text.contains("BROKEN with --seed 9: "),
        "{text}"
    );
}

#[test]
fn a_scenario_of_ones_own_is_read_and_what_is_wrong_with_it_is_said() {
    let (shown, _, _) = said(&["--scenario", "arena", "--buyers", "300", "--show"]);
    let path = file("own.toml");
    fs::write(&path, &shown).expect("a folder for tests");
    let path = path.to_str().expect("plain");
    let (again, _, code) = said(&["--scenario", path, "--show"]);
    assert_eq!((again.as_str(), code), (shown.as_str(), Some(0)));
    for wrong in [
        ["--max-seats", "0"],
        ["--ttl", "0s"],
        ["--scenario", "opera"],
    ] {
        let (_, complaint, code) = said(&[&["--scenario", path][..], &wrong].concat());
        let code_of_twice = wrong[0] == "--scenario";
        assert!(
            code == Some(2) && (code_of_twice || complaint.starts_with("stress: ")),
            "{complaint}"
        );
    }
}

#[test]
fn json_stands_alone_and_a_report_needs_nothing_else() {
    let path = file("report.html");
    let report = [
        "--quiet",
        "--json",
        "-",
        "--report",
        path.to_str().expect("plain"),
    ];
    let (text, _, code) = said(&[&SMALL[..], &report].concat());
    assert_eq!(code, Some(0));
    let outcome: serde_json::Value = serde_json::from_str(&text).expect("one JSON object");
    assert_eq!(outcome["people"]["came"], 400);
    let page = fs::read_to_string(path).expect("it was written");
    assert!(page.starts_with("<!doctype html>") && page.contains("Every promise was kept"));
    assert!(!page.contains("https:") && !page.contains("src="));
}
