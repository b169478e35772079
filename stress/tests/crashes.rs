//! The crash test, small: the command as a user runs it.

use std::process::Command;

/// What the command says, and whether it ended well.
fn said(arguments: &[&str]) -> (String, bool) {
    let run = Command::new(env!("CARGO_BIN_EXE_stress"))
        .args(arguments)
        .output()
        .expect("the command runs");
    let complaint = String::from_utf8_lossy(&run.stderr);
    let said = String::from_utf8_lossy(&run.stdout);
    (format!("{said}{complaint}"), run.status.success())
}

#[test]
fn what_was_acknowledged_is_there_after_each_crash() {
    let (said, is_well) = said(&["--crashes", "3", "--seed", "7", "--quiet"]);
    assert!(is_well, "{said}");
    assert!(said.contains("--seed 7\n"), "{said}");
    assert!(said.ends_with("Every promise was kept.\n"), "{said}");
}

#[test]
fn with_durable_holds_no_change_is_lost() {
    let (said, is_well) = said(&["--crashes", "3", "--durable-holds", "--json"]);
    assert!(is_well, "{said}");
    let said: serde_json::Value = serde_json::from_str(&said).expect("one JSON object");
    assert_eq!(said["changes_lost"], 0, "{said}");
    assert!(
        said["checked"]["acknowledged is durable"].as_u64() > Some(0),
        "{said}"
    );
}

#[test]
fn a_ledger_that_acknowledges_early_is_found() {
    let (said, is_well) = said(&["--crashes", "20", "--sabotage", "ack-early"]);
    assert!(!is_well, "{said}");
    assert!(said.contains("BROKEN: "), "{said}");
}
