//! Reports, as a user has them written: `--report` and `stress report`.

use std::{fs, path::PathBuf, process::Command};

/// What the command says, what it complains of, and its code.
fn said(arguments: &[&str]) -> (String, String, Option<i32>) {
    let run = Command::new(env!("CARGO_BIN_EXE_stress"))
        .args(arguments)
        .output()
        .expect("the command runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&run.stdout), text(&run.stderr), run.status.code())
}

/// A file of this test alone.
fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn a_report_that_cannot_be_written_is_said_before_anything_is_run() {
    let nowhere = file("nowhere/report.html");
    let folder = file("");
    for path in [&nowhere, &folder] {
        let path = path.to_str().expect("plain");
        for command in [
            &["--operations", "1000", "--report", path][..],
            &["simulate", "--report", path],
            &["simulate", "--json", path],
            &["report", "--out", path],
        ] {
            let (text, complaint, code) = said(command);
            assert_eq!((text.as_str(), code), ("", Some(2)), "{command:?}");
            assert!(
                complaint.starts_with("stress: ")
                    && complaint.contains("can't be written")
                    && complaint.lines().count() == 1,
                "{complaint}"
            );
        }
    }
}

#[test]
fn the_report_of_a_full_run_has_everything_in_it_and_needs_nothing_else() {
    let (scenario, _, _) = said(&[
        "simulate",
        "--chart",
        "sections=1 rows=5 seats=10",
        "--buyers",
        "200",
        "--bots",
        "3",
        "--show",
    ]);
    let small = file("small.toml");
    fs::write(&small, scenario).expect("a folder for tests");
    let (small, path) = (small.to_str().expect("plain"), file("full.html"));
    let (text, complaint, code) = said(&[
        "report",
        "--quiet",
        "--seed",
        "5",
        "--duration",
        "200ms",
        "--crashes",
        "0",
        "--scenario",
        small,
        "--benchmarks",
        "/nowhere",
        "--out",
        path.to_str().expect("plain"),
    ]);
    assert_eq!((complaint.as_str(), code), ("", Some(0)), "{text}");
    assert!(text.starts_with("--seed 5\n"));
    let page = fs::read_to_string(path).expect("it was written");
    for what in [
        "Every promise was kept",
        "Throughput over time",
        "Latency",
        "How the house filled",
        "Contention by seat",
        "never two holders",
        "late-confirm",
        "told-held",
        "Against other designs",
        "What it ran on",
    ] {
        assert!(page.contains(what), "{what}");
    }
    assert!(!page.contains("https:") && !page.contains("src=") && !page.contains("NaN"));
    assert_eq!(page.matches("data-map=").count(), 2);
}
