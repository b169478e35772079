//! Short texts that clients and operators write: tokens, ids, keys, names, addresses, plans. The first byte says which.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seatlock::{
    access::{
        client::{Client, ForwardedBy, Proxies},
        key::Keys,
        origins::Origins,
    },
    chart::GridPlan,
    event::{Name, Token, User},
    ids::HoldId,
    repeat::RepeatId,
};

fuzz_target!(|bytes: &[u8]| {
    let Some((which, rest)) = bytes.split_first() else {
        return;
    };
    if which % 8 == 7 {
        return forwarded(rest);
    }
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    match which % 8 {
        0 => token(text),
        1 => hold_id(text),
        2 => keys(text),
        3 => drop((Name::new(text), User::new(text))),
        4 => drop(GridPlan::parse(text)),
        5 => drop(RepeatId::of("key:shop", text)),
        _ => origins(text),
    }
});

fn token(text: &str) {
    if let Some(token) = Token::parse(text) {
        assert!(token.reveal().eq_ignore_ascii_case(text));
        assert!(token.hash().is_of(&token));
    }
}

fn hold_id(text: &str) {
    if let Some(id) = HoldId::parse(text) {
        assert_eq!(id.to_string(), text);
    }
}

fn keys(text: &str) {
    drop(Keys::parse_variable(text));
    if let Ok(keys) = Keys::parse(text) {
        assert!(keys.check(text).is_none(), "a key file is no key");
    }
}

fn origins(text: &str) {
    if let Ok(origins) = Origins::parse(text) {
        assert!(origins != Origins::Any || text.trim() == "*");
        assert!(origins.allows("https://x.example").is_none_or(|allowed| allowed == "*" || allowed == "https://x.example"));
    }
    drop(Proxies::parse(text, ForwardedBy::Forwarded));
}

/// A client that says where others are is believed by nobody.
fn forwarded(lines: &[u8]) {
    let (proxy, client) = ([10, 0, 0, 1].into(), [192, 0, 2, 1].into());
    for by in [ForwardedBy::XForwardedFor, ForwardedBy::Forwarded] {
        let proxies = Proxies::parse("10.0.0.0/8", by).expect("a network");
        let lines = || lines.split(|byte| *byte == b'\n');
        let lines: Vec<&[u8]> = lines().collect();
        let _seen = proxies.client(proxy, lines.iter().copied());
        assert_eq!(proxies.client(client, lines.iter().copied()), Client::at(client));
    }
}
