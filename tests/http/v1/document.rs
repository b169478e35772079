//! `/openapi.json` describes what there is and nothing else.

use std::collections::BTreeSet;

use serde_json::Value;

use super::desk::Desk;

fn document(desk: &Desk) -> Value {
    let reply = desk.get("/openapi.json");
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, Some("application/json"))
    );
    reply.json()
}

fn described<'d>(document: &'d Value, path: &str) -> BTreeSet<&'d str> {
    let item = document["paths"][path].as_object().expect("an item");
    item.keys().map(String::as_str).collect()
}

#[test]
fn each_path_takes_the_methods_that_are_described_and_no_others() {
    let desk = Desk::open();
    let document = document(&desk);
    assert_eq!(document["openapi"], "3.1.0");
    for path in document["paths"].as_object().expect("paths").keys() {
        let concrete = path.replace("{chart}", "house").replace("{event}", "play");
        let concrete = concrete
            .replace("{id}", "0000000000000001")
            .replace("{name}", "busy");
        let allowed = desk.send("PATCH", &concrete, "", &[]);
        assert_eq!(allowed.status, 405, "{path}");
        let allowed = allowed
            .header("allow")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let allowed: BTreeSet<&str> = allowed
            .split(',')
            .filter(|method| *method != "head")
            .collect();
        assert_eq!(allowed, described(&document, path), "{path}");
    }
}

#[test]
fn every_route_of_the_source_is_described() {
    let desk = Desk::open();
    let document = document(&desk);
    let table = include_str!("../../../src/http/v1/calls.rs");
    let routes: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\":"))
        .collect();
    let paths = document["paths"].as_object().expect("paths");
    assert_eq!(routes, paths.keys().map(String::as_str).collect());
    assert!(routes.len() > 20, "{routes:?}");
}

#[test]
fn every_reference_leads_somewhere_and_every_call_says_how_it_can_be_refused() {
    let desk = Desk::open();
    let document = document(&desk);
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().expect("a pointer");
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            let responses = operation["responses"].as_object().expect("responses");
            assert!(
                responses.keys().any(|status| status.starts_with('4')),
                "{method} {path}"
            );
            let names_its_problems = responses
                .iter()
                .filter(|(status, _)| status.starts_with(['4', '5']));
            for (status, response) in names_its_problems {
                assert!(
                    response["content"]
                        .get("application/problem+json")
                        .is_some(),
                    "{path} {status}"
                );
            }
        }
    }
}

#[test]
fn the_page_comes_from_here_alone() {
    let desk = Desk::open();
    let page = desk.get("/docs/");
    assert_eq!(page.status, 200);
    let page = String::from_utf8(page.body).expect("a text");
    assert!(
        !page.contains("https://") && !page.contains("http://"),
        "{page}"
    );
    assert!(page.contains("swagger-ui-bundle.js"), "{page}");
    assert_eq!(desk.get("/docs/swagger-ui-bundle.js").status, 200);
}
