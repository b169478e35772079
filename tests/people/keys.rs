//! `seatlock key`, and what keys are good for.

use std::{fs, os::unix::fs::PermissionsExt};

use seatlock::access::key::{Keys, Role};

use crate::server::{Folder, Server, run, seatlock};

fn new_key(name: &str, role: &str, file: &str) -> String {
    let said = run(&mut seatlock(&[
        "key", "new", "--name", name, "--role", role, "--append", file,
    ]));
    assert_eq!(said.code, Some(0), "{}", said.errors);
    assert!(
        !said.errors.contains("sk_"),
        "the secret is on standard output alone"
    );
    said.out.trim().to_owned()
}

#[test]
fn the_secret_is_printed_alone_and_its_line_beside_it() {
    let said = run(&mut seatlock(&[
        "key", "new", "--name", "shop", "--role", "sales", "--rate", "50",
    ]));
    let (secret, line) = (
        said.out.trim(),
        said.errors.lines().nth(1).expect("the line"),
    );
    let keys = Keys::parse(line).expect("a line of a file of keys");
    let grant = keys.check(secret).expect("the key's own line");
    assert_eq!(
        (&*grant.name, grant.role, grant.rate.is_some()),
        ("shop", Role::Sales, true)
    );
    let other = run(&mut seatlock(&[
        "key", "new", "--name", "shop", "--role", "sales",
    ]));
    assert_ne!(other.out.trim(), secret);
}

#[test]
fn a_file_of_keys_is_for_its_owner_and_stays_valid() {
    let folder = Folder::new("append");
    let file = folder.path("keys");
    let shop = new_key("shop", "sales", &file);
    assert_eq!(
        fs::metadata(&file)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    // As somebody leaves it whose editor adds no newline.
    let text = fs::read_to_string(&file).expect("it is there");
    fs::write(&file, text.trim_end()).expect("it is ours");
    let office = new_key("office", "admin", &file);
    let before = fs::read_to_string(&file).expect("it is there");
    let keys = Keys::parse(&before).expect("a valid file");
    assert_eq!(keys.check(&shop).map(|grant| grant.role), Some(Role::Sales));
    assert_eq!(
        keys.check(&office).map(|grant| grant.role),
        Some(Role::Admin)
    );

    let again = [
        "key", "new", "--name", "shop", "--role", "admin", "--append", &file,
    ];
    let complaint = run(&mut seatlock(&again)).with_code(2);
    assert!(
        complaint.contains("line 3") && complaint.contains("same name"),
        "{complaint}"
    );
    assert_eq!(fs::read_to_string(&file).expect("it is there"), before);
}

#[test]
fn a_role_is_good_for_what_it_says() {
    let folder = Folder::new("roles");
    let file = folder.path("keys");
    let office = folder.write("office.key", &new_key("office", "admin", &file));
    let shop = folder.write("shop.key", &new_key("shop", "sales", &file));
    let server = Server::start_with(&["--key-file", &file]);
    // Long enough for the refusal to come before all of it is sent.
    let plan = [
        "chart",
        "new",
        "arena",
        "sections=4",
        "rows=100",
        "seats=100",
    ];
    let with = |key: &str| server.ask(&[&plan[..], &["--key-file", key]].concat());

    assert!(
        server
            .ask(&plan)
            .with_code(1)
            .contains("SEATLOCK_KEY or --key-file")
    );
    let guess = folder.write("guess.key", "sk_guess");
    assert_eq!(
        with(&guess).with_code(1).lines().next(),
        Some("error: The API key is unknown.")
    );
    assert_eq!(
        with(&shop).with_code(1),
        "error: The API key may not do this.\n"
    );
    assert!(with(&office).well().contains("new"));
    assert!(
        server.ask(&["chart", "list"]).well().contains("arena"),
        "what is on sale is for everybody"
    );
}
