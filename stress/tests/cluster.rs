//! The cluster's fault harness, small: the command as a user runs it.

use std::process::Command;

/// What the command says, and whether it ended well.
fn said(arguments: &[&str]) -> (String, bool) {
    let run = Command::new(env!("CARGO_BIN_EXE_stress"))
        .arg("cluster")
        .args(arguments)
        .output()
        .expect("the command runs");
    let complaint = String::from_utf8_lossy(&run.stderr);
    let said = String::from_utf8_lossy(&run.stdout);
    (format!("{said}{complaint}"), run.status.success())
}

#[test]
fn a_single_node_that_is_killed_keeps_every_promise() {
    let arguments = "--single --for 3s --lease 1s --faults kill-node --seed 7 --quiet";
    let (said, is_well) = said(&arguments.split(' ').collect::<Vec<_>>());
    assert!(is_well, "{said}");
    assert!(said.contains("--seed 7\n"), "{said}");
    assert!(said.contains("Every promise was kept.\n"), "{said}");
}
