//! Using what isn't yours: each route of the OpenAPI document with no key, one that is none, one of each role, another
//! hold's token, and an expired hold.

use std::{collections::BTreeSet, time::Duration};

use seatlock::{access::key::Role, event::Rules};

use super::shop::{Call, Held, Shop, key};

/// What a route asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Nobody looks at keys.
    Nothing,
    /// No key, but one that is none is refused.
    Public,
    Sales,
    /// A key for sales, and the token of the hold.
    Token,
    Admin,
}

struct Row {
    method: &'static str,
    path: &'static str,
    needs: Needs,
    body: &'static str,
}

const fn row(method: &'static str, path: &'static str, needs: Needs, body: &'static str) -> Row {
    Row {
        method,
        path,
        needs,
        body,
    }
}

/// Every route that there is. What an administrator may remove comes last.
const ROWS: &[Row] = &[
    row("GET", "/seats", Needs::Public, ""),
    row("POST", "/lock/{id}", Needs::Sales, ""),
    row("POST", "/confirm/{id}", Needs::Sales, ""),
    row("POST", "/unlock/{id}", Needs::Admin, ""),
    row("GET", "/v1/charts", Needs::Public, ""),
    row("GET", "/v1/charts/{chart}", Needs::Public, ""),
    row("PUT", "/v1/charts/{chart}", Needs::Admin, r#"{"seats":10}"#),
    row("GET", "/v1/events", Needs::Public, ""),
    row("GET", "/v1/events/{event}", Needs::Public, ""),
    row(
        "PUT",
        "/v1/events/{event}",
        Needs::Admin,
        r#"{"title":"Finale"}"#,
    ),
    row("GET", "/v1/events/{event}/chart", Needs::Public, ""),
    row("GET", "/v1/events/{event}/seats", Needs::Public, ""),
    row(
        "POST",
        "/v1/events/{event}/block",
        Needs::Admin,
        r#"{"seats":["B/1/1"]}"#,
    ),
    row(
        "POST",
        "/v1/events/{event}/unblock",
        Needs::Admin,
        r#"{"seats":["B/1/1"]}"#,
    ),
    row("GET", "/v1/events/{event}/seat", Needs::Admin, ""),
    row("GET", "/v1/events/{event}/bookings", Needs::Admin, ""),
    row(
        "POST",
        "/v1/events/{event}/holds",
        Needs::Sales,
        r#"{"user":"eve","best":[{"quantity":1}]}"#,
    ),
    row("GET", "/v1/holds/{id}", Needs::Token, ""),
    row("POST", "/v1/holds/{id}/confirm", Needs::Token, ""),
    row("POST", "/v1/holds/{id}/release", Needs::Token, ""),
    row("POST", "/v1/holds/{id}/revoke", Needs::Admin, ""),
    row("POST", "/v1/holds/{id}/extend", Needs::Token, ""),
    row("POST", "/v1/holds/{id}/pay", Needs::Token, ""),
    row(
        "POST",
        "/v1/holds/{id}/add",
        Needs::Token,
        r#"{"best":[{"quantity":1}]}"#,
    ),
    row(
        "POST",
        "/v1/holds/{id}/give-back",
        Needs::Token,
        r#"{"seats":["B/20/50"]}"#,
    ),
    row("GET", "/v1/cluster", Needs::Admin, ""),
    row("POST", "/v1/cluster/undrain", Needs::Admin, ""),
    row("POST", "/v1/cluster/drain", Needs::Admin, ""),
    row("PUT", "/v1/cluster/pins/{event}", Needs::Admin, ""),
    row("GET", "/v1/bookings/{id}", Needs::Sales, ""),
    row("POST", "/v1/bookings/{id}/cancel", Needs::Admin, ""),
    row(
        "POST",
        "/v1/bookings/{id}/move",
        Needs::Admin,
        r#"{"from":["B/20/50"],"to":["B/20/49"]}"#,
    ),
    row("GET", "/problems/{name}", Needs::Nothing, ""),
    row("GET", "/healthz", Needs::Nothing, ""),
    row("GET", "/readyz", Needs::Nothing, ""),
    row("GET", "/metrics", Needs::Nothing, ""),
    row("GET", "/openapi.json", Needs::Nothing, ""),
    row("DELETE", "/v1/charts/{chart}", Needs::Admin, ""),
    row("DELETE", "/v1/events/{event}", Needs::Admin, ""),
];

/// A stream has no end that could be waited for: its first line has to do. See [`streams_ask_for_keys_as_well`].
const STREAM: &str = "/v1/events/{event}/stream";

/// In which one more guess is let pass.
const PAUSE: Duration = Duration::from_secs(2);

impl Row {
    /// The status that this route answers to such a key, for a hold with this token.
    fn ask(&self, shop: &Shop, of: &Held, api_key: Option<&str>, token: Option<&str>) -> u16 {
        let id = if self.path.starts_with("/v1/") {
            &of.id
        } else {
            "7"
        };
        let path = self
            .path
            .replace("{chart}", "arena")
            .replace("{event}", "finale");
        let path = path.replace("{name}", "busy").replace("{id}", id);
        let reply = shop.call(&Call {
            method: self.method,
            path: &path,
            key: api_key,
            headers: token
                .map(|token| ("seatlock-token", token))
                .into_iter()
                .collect(),
            body: self.body,
        });
        reply.status
    }

    /// What it is about: a hold, or a booking.
    fn subject(&self, shop: &Shop) -> Held {
        if self.path.starts_with("/v1/bookings/") {
            shop.book()
        } else {
            shop.hold()
        }
    }

    fn role(&self) -> Role {
        match self.needs {
            Needs::Nothing | Needs::Public => Role::Public,
            Needs::Sales | Needs::Token => Role::Sales,
            Needs::Admin => Role::Admin,
        }
    }
}

/// Not refused for who asks.
fn is_let_in(status: u16) -> bool {
    !matches!(status, 401 | 403 | 429 | 500..)
}

#[test]
fn each_route_of_the_document_has_a_row_here_and_each_row_a_route() {
    let shop = Shop::open();
    let document = shop.host.ask("GET", "/openapi.json").json();
    let paths = document["paths"].as_object().expect("paths");
    let methods = ["get", "put", "post", "delete", "patch"];
    let described: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, item)| {
            let here = methods.iter().filter(|method| item.get(**method).is_some());
            here.map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let rows = ROWS
        .iter()
        .map(|row| (row.method.to_owned(), row.path.to_owned()));
    let mut rows: BTreeSet<_> = rows.collect();
    rows.insert(("GET".to_owned(), STREAM.to_owned()));
    let without_row: Vec<_> = described.difference(&rows).collect();
    assert!(
        without_row.is_empty(),
        "routes without a row: {without_row:?}"
    );
    // What belongs to running a server, and the small API, need not be described.
    let undescribed = rows.difference(&described);
    let undescribed: Vec<_> = undescribed
        .filter(|(_, path)| path.starts_with("/v1/"))
        .collect();
    assert!(
        undescribed.is_empty(),
        "rows without a route: {undescribed:?}"
    );
}

#[test]
fn nobody_may_do_what_his_key_is_not_for() {
    let shop = Shop::open();
    for row in ROWS.iter().filter(|row| row.needs != Needs::Nothing) {
        let name = format!("{} {}", row.method, row.path);
        let subject = row.subject(&shop);
        let token = Some(&*subject.token);
        let unknown = row.ask(&shop, &subject, Some("sk_made_up"), token);
        assert_eq!(unknown, 401, "{name} with what is no key");
        // That was a guess: none may run into the bound on guesses here.
        shop.clock.advance(PAUSE);
        let without = row.ask(&shop, &subject, None, token);
        if row.needs == Needs::Public {
            assert!(is_let_in(without), "{name} without a key: {without}");
        } else {
            assert_eq!(without, 401, "{name} without a key");
        }
        for role in Role::ALL
            .into_iter()
            .filter(|role| !role.may_act_as(row.role()))
        {
            let status = row.ask(&shop, &subject, Some(&key(role)), token);
            assert_eq!(status, 403, "{name} with a key for {role}");
        }
    }
}

#[test]
fn whoever_may_is_let_in() {
    let shop = Shop::open();
    for row in ROWS {
        for role in Role::ALL
            .into_iter()
            .filter(|role| role.may_act_as(row.role()))
        {
            let subject = row.subject(&shop);
            let status = row.ask(&shop, &subject, Some(&key(role)), Some(&subject.token));
            let name = format!("{} {} with a key for {role}", row.method, row.path);
            assert!(is_let_in(status), "{name}: {status}");
            if row.needs == Needs::Token && !row.path.ends_with("give-back") {
                assert_eq!(status, 200, "{name}");
            }
        }
    }
}

#[test]
fn anothers_token_opens_nothing() {
    let shop = Shop::open();
    let sales = key(Role::Sales);
    for row in ROWS.iter().filter(|row| row.needs == Needs::Token) {
        let (mine, anothers) = (shop.hold(), shop.hold());
        let name = format!("{} {}", row.method, row.path);
        for wrong in [&*anothers.token, "", "x", &mine.token[1..]] {
            let status = row.ask(&shop, &mine, Some(&sales), Some(wrong));
            assert_eq!(status, 403, "{name} with {wrong:?}");
            shop.clock.advance(PAUSE);
        }
        let without = row.ask(&shop, &mine, Some(&sales), None);
        assert_eq!(without, 422, "{name} without a token");
        let nobodys = Held {
            id: "00000000000000aa".into(),
            ..mine.clone()
        };
        let status = row.ask(&shop, &nobodys, Some(&sales), Some(&mine.token));
        assert_eq!(status, 404, "{name} of a hold that there is not");
    }
}

#[test]
fn an_expired_hold_can_be_looked_at_and_nothing_else() {
    let shop = Shop::open();
    let sales = key(Role::Sales);
    for row in ROWS.iter().filter(|row| row.needs == Needs::Token) {
        let held = shop.hold();
        shop.clock.advance(Rules::DEFAULT.hold_ttl.span());
        let status = row.ask(&shop, &held, Some(&sales), Some(&held.token));
        let expected = if row.method == "GET" { 200 } else { 410 };
        assert_eq!(status, expected, "{} {}", row.method, row.path);
    }
}

#[test]
fn streams_ask_for_keys_as_well() {
    let shop = Shop::open();
    let path = STREAM.replace("{event}", "finale");
    for (presented, expected) in [
        (None, 200),
        (Some("sk_made_up"), 401),
        (Some(&*key(Role::Public)), 200),
    ] {
        let call = Call {
            method: "GET",
            path: &path,
            key: presented,
            ..Call::default()
        };
        let mut talk = shop.host.talk();
        talk.say(call.bytes());
        assert_eq!(talk.head().status, expected, "{presented:?}");
    }
}

#[test]
fn an_event_tells_who_asks_whether_he_may_hold_its_seats() {
    let shop = Shop::open();
    for (role, may_hold) in [
        (None, false),
        (Some(Role::Sales), true),
        (Some(Role::Admin), true),
    ] {
        let key = role.map(key);
        let reply = shop.call(&Call {
            method: "GET",
            path: "/v1/events/default",
            key: key.as_deref(),
            headers: Vec::new(),
            body: "",
        });
        assert_eq!(reply.json()["may_hold"], may_hold, "{role:?}");
    }
}
