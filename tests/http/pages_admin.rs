//! The operator's page: under the same policy as the others, and no way around the keys.

use std::sync::Arc;

use seatlock::{
    clock::ManualClock,
    engine::{Engine, EngineConfig},
    http::{Unlock, app},
};

use crate::{
    apps::patient,
    talk::{Host, Reply},
};

fn get(path: &str) -> Reply {
    let engine = Engine::start(EngineConfig::default(), ManualClock::new()).expect("started");
    let host = Host::start(app(Arc::new(engine), Unlock::Served), patient());
    let mut talk = host.talk();
    talk.say(format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n"));
    talk.reply_to("GET")
}

#[test]
fn the_operators_page_is_strict_and_never_kept_without_asking() {
    let page = get("/admin");
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").expect("a policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.split("; ").any(|has| has == part), "{part}");
    }
    assert!(!policy.contains("unsafe"));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    assert_eq!(page.header("set-cookie"), None);
}

#[test]
fn below_it_there_is_nothing() {
    assert_eq!(get("/admin/").status, 404);
    assert_eq!(get("/admin/events").status, 404);
}
