//! The pages: what a browser may do with them, what it may keep, and that they are not in the small API's way.

use std::{io::Read as _, sync::Arc};

use flate2::read::GzDecoder;
use seatlock::{
    clock::ManualClock,
    engine::{Engine, EngineConfig},
    http::{Unlock, app},
};

use crate::{
    apps::patient,
    talk::{Host, Reply},
};

const HTML: &str = "accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";

/// A server with nothing but the event `default`.
fn serve() -> Host {
    let engine = Engine::start(EngineConfig::default(), ManualClock::new()).expect("started");
    Host::start(app(Arc::new(engine), Unlock::Served), patient())
}

fn ask(host: &Host, method: &str, path: &str, headers: &str) -> Reply {
    let mut talk = host.talk();
    talk.say(format!(
        "{method} {path} HTTP/1.1\r\nhost: test\r\n{headers}\r\n"
    ));
    talk.reply_to(method)
}

fn get(host: &Host, path: &str) -> Reply {
    ask(host, "GET", path, HTML)
}

fn text(reply: &Reply) -> &str {
    std::str::from_utf8(&reply.body).expect("a text")
}

/// The paths of assets that a page names.
fn assets(page: &Reply) -> Vec<String> {
    let named = text(page).split('"');
    let named = named.filter(|part| part.starts_with("/assets/"));
    named.map(str::to_owned).collect()
}

#[test]
fn a_page_may_load_and_run_nothing_but_what_is_here_and_nobody_frames_it() {
    let host = serve();
    for path in ["/", "/e/default"] {
        let page = get(&host, path);
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        let policy = page.header("content-security-policy").expect("a policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.split("; ").any(|has| has == part), "{part}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("set-cookie"), None);
        // What the policy would block in a browser is not there in the first place.
        for inline in ["<style", " style=", " onclick=", "javascript:"] {
            assert!(!text(&page).contains(inline), "{path} has {inline}");
        }
        let scripts = text(&page).matches("<script").count();
        assert_eq!(scripts, text(&page).matches("></script>").count());
    }
}

#[test]
fn an_asset_is_kept_for_ever_under_the_version_that_its_page_names() {
    let host = serve();
    let page = get(&host, "/e/default");
    let assets = assets(&page);
    assert!(assets.iter().any(|path| path.ends_with(".css")));
    for path in &assets {
        let asset = get(&host, path);
        assert_eq!(asset.status, 200, "{path}");
        let kept = asset.header("cache-control").expect("a rule");
        assert!(kept.contains("immutable"), "{kept}");
        assert_eq!(asset.header("x-content-type-options"), Some("nosniff"));
        let [_, _, version, rest @ ..] = &path.split('/').collect::<Vec<_>>()[..] else {
            panic!("{path} has no version");
        };
        assert_eq!(version.len(), 16);
        for other in ["0000000000000000", "", ".."] {
            let other = format!("/assets/{other}/{}", rest.join("/"));
            assert_eq!(get(&host, &other).status, 404, "{other}");
        }
    }
    assert_eq!(get(&host, "/assets/").status, 404);
}

#[test]
fn a_page_is_asked_for_each_time_and_sent_once() {
    let host = serve();
    let page = get(&host, "/e/default");
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let tag = page.header("etag").expect("a tag");
    let again = format!("{HTML}if-none-match: {tag}\r\n");
    let again = ask(&host, "GET", "/e/default", &again);
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), Some(tag));
    let other = format!("{HTML}if-none-match: \"0\"\r\n");
    assert_eq!(ask(&host, "GET", "/e/default", &other).status, 200);
}

#[test]
fn who_takes_gzip_gets_the_same_in_fewer_bytes_under_another_tag() {
    let host = serve();
    let plain = get(&host, "/e/default");
    let style = assets(&plain)
        .into_iter()
        .find(|path| path.ends_with("style.css"));
    for path in ["/e/default".to_owned(), style.expect("a style sheet")] {
        let plain = get(&host, &path);
        let zipped = ask(
            &host,
            "GET",
            &path,
            &format!("{HTML}accept-encoding: gzip\r\n"),
        );
        assert_eq!(zipped.header("content-encoding"), Some("gzip"));
        assert_eq!(plain.header("content-encoding"), None);
        assert_eq!(zipped.header("vary"), Some("accept-encoding"));
        assert_ne!(zipped.header("etag"), plain.header("etag"));
        assert!(zipped.body.len() < plain.body.len());
        let mut unpacked = Vec::new();
        GzDecoder::new(&zipped.body[..])
            .read_to_end(&mut unpacked)
            .expect("gzip");
        assert_eq!(unpacked, plain.body);
    }
}

#[test]
fn of_an_event_that_is_not_there_the_page_tells_by_its_status_too() {
    let host = serve();
    for path in ["/e/nothing", "/e/%3Cscript%3E"] {
        let page = get(&host, path);
        assert_eq!(page.status, 404, "{path}");
        assert_eq!(page.body, get(&host, "/e/default").body);
    }
    assert_eq!(ask(&host, "HEAD", "/e/default", HTML).status, 200);
    assert_eq!(ask(&host, "POST", "/e/default", HTML).status, 405);
}

#[test]
fn the_root_is_a_page_for_browsers_alone() {
    let host = serve();
    for accept in [
        "",
        "accept: */*\r\n",
        "accept: application/json, text/html;q=0.5\r\n",
        "accept: text/html;q=0\r\n",
    ] {
        let reply = ask(&host, "GET", "/", accept);
        assert_eq!(reply.status, 404, "{accept}");
        assert!(!reply.message().is_empty());
    }
    assert!(text(&get(&host, "/")).starts_with("<!doctype html>"));
}
