//! Settings from four places, over the binary itself.

use std::process::Command;

use crate::{
    folder::Folder,
    process::{Process, seatlock},
    talk::Talk,
};

/// What `seatlock config` and its like print, after it succeeded.
fn printed(command: &mut Command) -> String {
    let output = command.output().expect("the binary runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn line<'t>(text: &'t str, key: &str) -> &'t str {
    let line = text
        .lines()
        .find(|line| line.trim_start_matches("# ").starts_with(key));
    line.unwrap_or_else(|| panic!("{key} is missing in {text}"))
}

#[test]
fn a_flag_comes_before_the_environment_that_before_the_file_and_that_before_the_default() {
    let folder = Folder::new("precedence");
    let file = folder.write(
        "seatlock.toml",
        "seats = 1\nlock_ttl = \"2m\"\nworkers = 3\norigins = [\"https://a.example\"]\n",
    );
    let mut command = seatlock(&[
        "config",
        "--seats",
        "4",
        "--origins",
        "https://b.example,https://c.example",
    ]);
    command
        .env("SEATLOCK_CONFIG", &file)
        .env("SEATLOCK_SEATS", "5")
        .env("SEATLOCK_LOCK_TTL", "6m");
    let text = printed(&mut command);
    let place = file.display();
    for (key, expected) in [
        ("seats", "seats = 4  # --seats".to_owned()),
        (
            "lock_ttl",
            "lock_ttl = \"6m\"  # SEATLOCK_LOCK_TTL".to_owned(),
        ),
        ("workers", format!("workers = 3  # {place} line 3")),
        (
            "listen",
            "listen = \"127.0.0.1:3000\"  # the default".to_owned(),
        ),
        ("tls_cert", "# tls_cert =  # not set".to_owned()),
        (
            "origins",
            r#"origins = ["https://b.example", "https://c.example"]  # --origins"#.to_owned(),
        ),
    ] {
        assert_eq!(line(&text, &format!("{key} =")), expected);
    }
}

#[test]
fn what_config_prints_is_a_file_that_gives_the_same() {
    let folder = Folder::new("roundtrip");
    let text = printed(&mut seatlock(&[
        "config",
        "--open",
        "--listen=[::]:80",
        "--log",
        "a\\\"=warn",
    ]));
    let file = folder.write("again.toml", &text);
    let again = printed(seatlock(&["config"]).arg("--config").arg(file));
    let values = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.split("  # ").next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(values(&again), values(&text));
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_place() {
    let folder = Folder::new("wrong");
    let file = folder.write("bad.toml", "seats = 1\nsetas = 1\nopen = 1\nworkers = 0\n");
    let output = seatlock(&["--lock-ttl", "never", "--listen", "here"])
        .env("SEATLOCK_CONFIG", &file)
        .env("SEATLOCK_CONNECTIONS", "none")
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    let place = file.display();
    let beginnings = [
        format!("error: {place} line 2: there is no setting \"setas\""),
        format!("error: {place} line 3: open must be true or false"),
        format!("error: {place} line 4: workers \"0\": must be a number from 1 to 512"),
        "error: --lock-ttl: \"never\": ".to_owned(),
        "error: --listen: \"here\": ".to_owned(),
        "error: SEATLOCK_CONNECTIONS: \"none\": ".to_owned(),
    ];
    for beginning in &beginnings {
        assert!(
            text.lines().any(|line| line.starts_with(beginning)),
            "{beginning}\n{text}"
        );
    }
    assert_eq!(text.lines().count(), beginnings.len(), "{text}");
}

#[test]
fn a_file_that_is_not_there_is_said_in_one_line() {
    let output = seatlock(&["--config", "/nowhere/seatlock.toml"]).output();
    let output = output.expect("the binary runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(text.starts_with("error: the configuration /nowhere/seatlock.toml can't be read"));
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn the_template_serves_as_it_is() {
    let folder = Folder::new("template");
    let template = printed(&mut seatlock(&["config", "--default"]));
    let file = folder.write("seatlock.toml", &template);
    let mut command = seatlock(&["serve", "--listen", "127.0.0.1:0"]);
    command.arg("--config").arg(file);
    let process = Process::start(command);
    assert!(
        process.greeting.contains("10 seats"),
        "{}",
        process.greeting
    );
    assert_eq!(
        Talk::to(process.address).ask("POST", "/lock/10").status,
        200
    );
}
