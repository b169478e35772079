//! The stream test, small: the command as a user runs it.

use std::process::Command;

#[test]
fn every_client_ends_with_the_servers_map() {
    let run = Command::new(env!("CARGO_BIN_EXE_stress"))
        .args([
            "--streams",
            "50",
            "--changes",
            "2000",
            "--duration",
            "2s",
            "--seats",
            "5000",
        ])
        .output()
        .expect("the command runs");
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}\n{complaint}");
    assert!(
        said.contains("50 streams, 5000 seats") && said.contains("4000 changes"),
        "{said}"
    );
    assert!(
        said.ends_with("Each client's map equals the server's.\n"),
        "{said}"
    );
}
