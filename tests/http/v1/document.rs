//! `/openapi.json` describes what there is and nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::desk::Desk;
use crate::talk::Reply;

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

/// Follows a link of an answer as the document has it: its operation, with what its expressions point at.
fn follow(desk: &Desk, document: &Value, link: &Value, answer: &Value) -> Reply {
    let operation = link["operationId"].as_str().expect("an operation");
    let paths = document["paths"].as_object().expect("paths");
    let mut calls = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("an item").iter();
        methods.map(move |(method, call)| (path, method, &call["operationId"]))
    });
    let (path, method, _) = calls
        .find(|(.., id)| *id == operation)
        .expect("there is such an operation");
    let told = |expression: &str| {
        let pointer = expression.strip_prefix("$response.body#");
        pointer.map_or_else(
            || Value::from(expression),
            |pointer| answer.pointer(pointer).expect(pointer).clone(),
        )
    };
    let mut path = path.clone();
    for (name, expression) in link["parameters"].as_object().expect("parameters") {
        let value = told(expression.as_str().expect("an expression"));
        path = path.replace(&format!("{{{name}}}"), value.as_str().expect("a text"));
    }
    let mut body = link["requestBody"].clone();
    for (_, value) in body.as_object_mut().into_iter().flatten() {
        *value = value.as_str().map_or_else(|| value.clone(), told);
    }
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    desk.send(&method.to_ascii_uppercase(), &path, &body, &[])
}

#[test]
fn the_links_of_an_answer_can_be_followed() {
    let desk = Desk::open();
    let document = document(&desk);
    let links = |path: &str, status: &str| {
        let response = &document["paths"][path]["post"]["responses"][status];
        response["links"].as_object().expect("links").clone()
    };
    let mut followed = 0;
    for (name, link) in links("/v1/events/{event}/holds", "201") {
        let answer = desk.ask("ada", json!({ "best": [{ "quantity": 1 }] }));
        let reply = follow(&desk, &document, &link, &answer.json());
        assert_eq!(reply.status, 200, "{name}: {reply:?}");
        if name == "confirm" {
            let booked = reply.json();
            for (name, link) in links("/v1/holds/{id}/confirm", "200") {
                let reply = follow(&desk, &document, &link, &booked);
                assert_eq!(reply.status, 200, "{name}: {reply:?}");
                followed += 1;
            }
        }
        followed += 1;
    }
    assert_eq!(followed, 7);
}
