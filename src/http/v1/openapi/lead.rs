//! Where a client goes on from an answer: the links of the document, which tools follow too.

use serde_json::{Value, json};
use utoipa::openapi::link::{Link, LinkBuilder};

use super::operation::operation_id;

/// The token of a hold that was just made, in OpenAPI's words.
const TOKEN: &str = "$response.body#/token";

/// What comes after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http::v1) enum Lead {
    /// What the owner of the new hold does with it.
    Held,
    /// What becomes of the new booking.
    Booked,
}

impl Lead {
    /// The links by their names.
    pub(super) fn links(self) -> Vec<(&'static str, Link)> {
        match self {
            Self::Held => {
                let token = || json!({ "token": TOKEN });
                let one_more = json!({ "token": TOKEN, "best": [{ "quantity": 1 }] });
                vec![
                    ("confirm", link("post", "/v1/holds/{id}/confirm", token())),
                    ("release", link("post", "/v1/holds/{id}/release", token())),
                    ("extend", link("post", "/v1/holds/{id}/extend", token())),
                    ("pay", link("post", "/v1/holds/{id}/pay", token())),
                    ("add", link("post", "/v1/holds/{id}/add", one_more)),
                ]
            }
            Self::Booked => vec![
                ("booking", link("get", "/v1/bookings/{id}", Value::Null)),
                (
                    "cancel",
                    link("post", "/v1/bookings/{id}/cancel", json!({})),
                ),
            ],
        }
    }
}

fn link(method: &str, path: &str, body: Value) -> Link {
    LinkBuilder::new()
        .operation_id(operation_id(path, method))
        .parameter("id", "$response.body#/id")
        .request_body((!body.is_null()).then_some(body))
        .build()
}
