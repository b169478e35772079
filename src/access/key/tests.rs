//! Roles, the text form of keys with everything that can be wrong with it, and that no secret is shown.

use super::*;

fn key(number: u8) -> Key {
    Key::make([number; 32])
}

fn faults(text: &str) -> Vec<(usize, KeyFault)> {
    let KeyErrors(errors) = Keys::parse(text).expect_err("the file is wrong");
    errors
        .iter()
        .map(|error| (error.line, error.reason))
        .collect()
}

#[test]
fn an_admin_may_do_everything_and_the_public_the_least() {
    for (i, role) in Role::ALL.into_iter().enumerate() {
        for (j, needed) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role.may_act_as(needed), i >= j, "{role} as {needed}");
        }
        assert_eq!(Role::from_name(role.name()), Some(role));
    }
    assert_eq!(Role::from_name("Admin"), None);
}

#[test]
fn a_key_has_its_entropy_in_its_text() {
    let key = Key::make(std::array::from_fn(|place| {
        u8::try_from(place).expect("32")
    }));
    assert_eq!(key.text().len(), 67);
    assert!(key.text().starts_with("sk_000102") && key.text().ends_with("1e1f"));
}

/// The digest of "abc", from FIPS 180-2, appendix B.1.
#[test]
fn the_hash_is_what_sha256sum_prints() {
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(KeyHash::of("abc").to_string(), digest);
}

#[test]
fn a_file_is_read_with_its_comments_and_rates() {
    let text = format!(
        "# the keys of the arena\n\n  boss admin {} # may do everything\r\nshop-1 sales {} 500/s\nmap\tpublic {}",
        key(1).hash(),
        key(2).hash().to_string().to_uppercase(),
        key(3).hash(),
    );
    let keys = Keys::parse(&text).expect("a good file");
    assert_eq!(keys.count(), 3);
    let shop = keys.check(key(2).text()).expect("the shop's key");
    assert_eq!(
        (&*shop.name, shop.role, shop.rate),
        ("shop-1", Role::Sales, Rate::new(500, 500))
    );
    assert_eq!(
        keys.check(key(1).text()).map(|grant| grant.role),
        Some(Role::Admin)
    );
    assert_eq!(keys.check(key(3).text()).and_then(|grant| grant.rate), None);
}

#[test]
fn a_variable_has_the_same_entries_between_semicolons() {
    let text = format!(
        "boss admin {}; shop sales {} 9/s;",
        key(1).hash(),
        key(2).hash()
    );
    let keys = Keys::parse_variable(&text).expect("a good variable");
    assert_eq!(keys.count(), 2);
    assert!(keys.check(key(2).text()).is_some());
    assert!(Keys::parse_variable("").expect("no keys").is_empty());
}

#[test]
fn what_is_not_the_key_is_nobody() {
    let keys = Keys::parse(&format!("boss admin {}", key(1).hash())).expect("a good file");
    let text = key(1).text().to_owned();
    let hash = key(1).hash().to_string();
    let others = [
        String::new(),
        hash,
        text.to_uppercase(),
        format!("{text} "),
        text[..66].to_owned(),
        text.repeat(1_000),
    ];
    for other in others {
        assert!(keys.check(&other).is_none(), "{other}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let (one, two) = (key(1).hash(), key(2).hash());
    let text = format!(
        "boss admin {one}\nboss boss 123 0/s\n\nshop sales\nsh/op sales {two} 5\nother sales {one}\nx public {two} 5/s 6/s\ny public {}",
        key(9).text(),
    );
    let expected = [
        (2, KeyFault::NameTwice { first: 1 }),
        (2, KeyFault::Role),
        (2, KeyFault::Hash),
        (2, KeyFault::Rate),
        (4, KeyFault::Words),
        (5, KeyFault::Name),
        (5, KeyFault::Rate),
        (6, KeyFault::KeyTwice { first: 1 }),
        (7, KeyFault::Words),
        (8, KeyFault::Plain),
    ];
    assert_eq!(faults(&text), expected);
}

#[test]
fn rates_and_hashes_have_one_form() {
    let hash = key(1).hash();
    for rate in [
        "5",
        "/s",
        "-1/s",
        "0/s",
        "1.5/s",
        "5/m",
        "1000001/s",
        "99999999999/s",
    ] {
        assert_eq!(
            faults(&format!("a sales {hash} {rate}")),
            [(1, KeyFault::Rate)],
            "{rate}"
        );
    }
    let wrong = [
        &"0".repeat(63),
        &"0".repeat(65),
        &"g".repeat(64),
        &"é".repeat(32),
    ];
    for hash in wrong {
        assert_eq!(
            faults(&format!("a sales {hash}")),
            [(1, KeyFault::Hash)],
            "{hash}"
        );
    }
}

#[test]
fn one_key_too_many_is_refused() {
    let line = |number: usize| format!("key-{number} sales {}\n", KeyHash::of(&number.to_string()));
    let full: String = (0..limits::API_KEYS_MAX).map(line).collect();
    assert_eq!(
        Keys::parse(&full).expect("as many as can be").count(),
        limits::API_KEYS_MAX
    );
    let over = full + &line(limits::API_KEYS_MAX) + &line(limits::API_KEYS_MAX + 1);
    assert_eq!(
        faults(&over),
        [(limits::API_KEYS_MAX + 1, KeyFault::TooMany)]
    );
}

#[test]
fn no_secret_is_shown() {
    let (key, hash) = (key(0xAB), key(0xAB).hash().to_string());
    let keys = Keys::parse(&format!("boss admin {hash}")).expect("a good file");
    let errors = Keys::parse(&format!("boss admin {}", key.text())).expect_err("a key in the file");
    let shown = format!(
        "{key:?} {keys:?} {:?} {:?} {errors:?} {errors}",
        key.hash(),
        keys.check(key.text())
    );
    assert!(
        !shown.contains("abab") && !shown.contains(&hash[..8]),
        "{shown}"
    );
    assert!(shown.contains("line 1: this is a key itself"));
}
