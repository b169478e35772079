use std::{collections::BTreeSet, path::Path};

use clap::{ArgMatches, Command};

use super::*;
use crate::cli::{file, print};

/// The command line as a server sees it, without an environment.
fn matches(arguments: &[&str]) -> ArgMatches {
    let command = SETTINGS
        .iter()
        .fold(Command::new("test"), |command, setting| {
            command.arg(setting.argument().env(None::<&str>))
        });
    let arguments = ["test"].iter().chain(arguments);
    command
        .try_get_matches_from(arguments)
        .expect("flags that exist")
}

/// A value of each setting that is not its default.
fn another_value(key: &str) -> &'static str {
    match key {
        "seats"
        | "connections"
        | "connections_per_address"
        | "streams"
        | "workers"
        | "shards"
        | "etcd_incarnation"
        | "ledger_budget" => "7",
        "rate_per_client" | "rate_per_key" => "7/8",
        "lock_ttl" | "restart_grace" => "5m",
        "listen" | "metrics_listen" => "[::1]:9090",
        "no_unlock" | "open" | "memory" | "durable_holds" => "true",
        "tls_cert" | "tls_key" | "key_file" | "data" | "etcd_ca" | "etcd_cert" | "etcd_key"
        | "etcd_password_file" => "some.file",
        "etcd" => "http://10.0.0.1:2379,http://10.0.0.2:2379",
        "node" | "etcd_user" => "a",
        "advertise" => "http://10.0.0.1:3000",
        "lease" => "7s",
        "etcd_prefix" => "/other",
        "key_env" => "OTHER",
        "trusted_proxies" => "10.0.0.0/8,192.0.2.1",
        "origins" => "https://a.example,https://b.example:8443",
        "log" => "warn,seatlock=debug",
        "log_format" => "json",
        _ => panic!("give {key} a value here"),
    }
}

#[test]
fn each_setting_is_a_key_a_flag_and_a_variable() {
    for setting in SETTINGS {
        let argument = setting.argument();
        let value = another_value(setting.key);
        assert_eq!(argument.get_env(), Some(setting.variable().as_ref()));
        assert!(
            argument
                .get_help()
                .is_some_and(|help| !help.to_string().is_empty())
        );

        let flag = format!("{}={value}", setting.flag());
        let (by_flag, complaints) = Sources::gather(&matches(&[&flag]), None);
        assert!(complaints.is_empty());
        Settings::check(&by_flag).expect("a valid value");
        let texts = &by_flag.of(setting).texts;
        assert_eq!(*texts, setting.values_in(value));
        assert_ne!(*texts, setting.default_values(), "{}", setting.key);

        let line = file::write(setting, texts);
        let (in_file, complaints) = file::read(Path::new("x"), &line);
        assert!(complaints.is_empty(), "{complaints:?}");
        assert_eq!(in_file[setting.key].texts, *texts);
    }
}

#[test]
fn no_two_settings_share_a_name() {
    let keys: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
    assert_eq!(keys.len(), SETTINGS.len());
}

#[test]
fn the_template_is_every_setting_at_its_default() {
    let template = print::template();
    let (settings, complaints) = file::read(Path::new("x"), &template);
    assert!(
        settings.is_empty() && complaints.is_empty(),
        "it is all comments"
    );
    let lines = template.lines().filter_map(|line| line.strip_prefix("# "));
    let switched_on: String = lines
        .filter(|line| {
            SETTINGS
                .iter()
                .any(|setting| line.starts_with(&format!("{} = ", setting.key)))
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let (settings, complaints) = file::read(Path::new("x"), &switched_on);
    assert!(complaints.is_empty(), "{complaints:?}");
    for setting in SETTINGS {
        let expected = setting.default_values();
        let given = settings.get(setting.key);
        let texts = given.map(|given| given.texts.clone()).unwrap_or_default();
        assert_eq!(texts, expected, "{}", setting.key);
    }
}

#[test]
fn the_defaults_are_what_the_library_has() {
    let (sources, _) = Sources::gather(&matches(&[]), None);
    let settings = Settings::check(&sources).expect("the defaults are valid");
    assert_eq!(settings.seats, seatlock::engine::EngineConfig::SEATS);
    assert_eq!(settings.lock_ttl, seatlock::engine::EngineConfig::HOLD_TTL);
    assert_eq!(settings.connections, limits::CONNECTIONS_MAX);
    assert_eq!(
        settings.connections_per_address,
        limits::CONNECTIONS_PER_PEER_MAX
    );
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let flags = [
        "--seats=0",
        "--listen=here",
        "--workers=x",
        "--open=maybe",
        "--origins=a,b",
    ];
    let (sources, _) = Sources::gather(&matches(&flags), None);
    let complaints = Settings::check(&sources).expect_err("five are wrong");
    let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), flags.len(), "{lines:?}");
    assert_eq!(
        lines[0],
        r#"--seats: "0": must be a number from 1 to 100000000"#
    );
}

#[test]
fn a_switch_that_a_file_turns_on_can_be_turned_off_again() {
    for (flag, on) in [
        ("--open", true),
        ("--open=true", true),
        ("--open=false", false),
    ] {
        let (sources, _) = Sources::gather(&matches(&[flag]), None);
        let settings = Settings::check(&sources).expect("a valid switch");
        assert_eq!(settings.open, on, "{flag}");
    }
}
