//! Where the crates come from that end up in the binary or build it, and under which licences.
//!
//! What `cargo-deny` checks, as far as it can be checked without its data base of advisories, which only a machine
//! with access to it can fetch: `.ci/advisories` is for that.

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;

/// Licences that a user of ours can live with. A crate may offer others beside one of these.
const LICENCES: [&str; 10] = [
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CDLA-Permissive-2.0",
    "ISC",
    "NCSA",
    "Unicode-3.0",
    "Zlib",
];

/// Crates that we do not want, whoever brings them along.
const BANNED: [(&str, &str); 3] = [
    ("openssl-sys", "TLS is rustls's"),
    ("native-tls", "TLS is rustls's"),
    ("chrono", "dates are jiff's"),
];

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

/// Whether an SPDX expression can be satisfied: alternatives of things that must all hold. Parentheses occur only
/// around alternatives.
fn is_licensed(expression: &str) -> bool {
    let all_hold = |part: &str| {
        part.split(" AND ")
            .all(|licence| LICENCES.contains(&licence.trim_matches(['(', ')', ' '])))
    };
    // `(MIT OR Apache-2.0) AND Unicode-3.0` needs one of the first and the second.
    match expression.split_once(") AND ") {
        Some((alternatives, rest)) => is_licensed(alternatives) && is_licensed(rest),
        None => expression.replace('/', " OR ").split(" OR ").any(all_hold),
    }
}

#[test]
fn every_crate_comes_from_the_registry_under_a_licence_that_is_allowed() {
    let packages = packages();
    assert!(packages.len() > 100, "the workspace has dependencies");
    for package in &packages {
        let (name, source) = (&package["name"], &package["source"]);
        let is_ours = source.is_null();
        let is_registered = source
            .as_str()
            .is_some_and(|source| source.starts_with("registry+"));
        assert!(is_ours || is_registered, "{name} comes from {source}");
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(is_licensed(licence), "{name} is under {licence:?}");
    }
}

#[test]
fn no_crate_is_one_that_we_do_not_want() {
    let metadata = packages();
    let names: BTreeSet<&str> = metadata
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    for (name, reason) in BANNED {
        assert!(!names.contains(name), "{name}: {reason}");
    }
}

#[test]
fn an_expression_is_read_as_it_is_meant() {
    for licensed in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0 OR MIT",
        "(MIT OR GPL-3.0) AND Unicode-3.0",
    ] {
        assert!(is_licensed(licensed), "{licensed}");
    }
    for not in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "(MIT OR Apache-2.0) AND GPL-3.0",
    ] {
        assert!(!is_licensed(not), "{not}");
    }
}
