//! A problem as the JSON that RFC 9457 describes.

use std::time::Duration;

use axum::{
    body::Body,
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::Response,
};
use bytes::Bytes;
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::member::{Fault, Problem, SeatStatus};
use crate::{
    chart::ImportError,
    http::v1::{date::Stamp, reply::Said, view},
};

const PROBLEM_TYPE: &str = "application/problem+json";

impl Problem {
    /// The answer that says so.
    pub(in crate::http) fn answer(&self) -> Response {
        self.said().map(Body::from)
    }

    /// The answer that says so, as a whole.
    pub(in crate::http::v1) fn said(&self) -> Said {
        let retry_after = self.0.retry_after.map(whole_seconds);
        let text = Text {
            kind: self.0.kind.uri(),
            title: self.0.kind.title(),
            status: self.0.kind.status().as_u16(),
            detail: &self.0.detail,
            seats: &self.0.seats,
            errors: match &*self.0.lines {
                [] => Errors::Fields(&self.0.errors),
                lines => Errors::Lines(lines),
            },
            more: self.0.more,
            retry_after,
            opens: self.0.opens,
            closed: self.0.closed,
            hold: self.0.hold.as_deref().map(view::Hold::of),
        };
        // Texts and numbers are always JSON.
        let json = serde_json::to_vec(&text).unwrap_or_default();
        let mut answer = Said::new(Bytes::from(json));
        *answer.status_mut() = self.0.kind.status();
        // For whoever counts them.
        answer.extensions_mut().insert(self.0.kind);
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_TYPE));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.0.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}

/// A field that is wrong.
#[derive(ToSchema)]
#[schema(as = Fault)]
#[expect(dead_code, reason = "the description of what `Errors` writes")]
struct AnyFault {
    /// In an imported chart: the line, counted from one.
    #[schema(nullable = false)]
    line: Option<u32>,
    /// Its path in the body, such as `best[0].quantity`, or its column; empty where the whole body is meant.
    field: String,
    /// What is wrong with it.
    reason: String,
}

/// A problem (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
struct Text<'a> {
    /// What kind of problem: a path of this server, under which the kind is explained. It never changes.
    #[serde(rename = "type")]
    #[schema(example = "/problems/seats-held")]
    kind: &'static str,
    /// What it is, in a few words.
    title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What it is this time.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(required = false)]
    detail: &'a str,
    /// The seats that it is about.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    seats: &'a [SeatStatus],
    /// The fields that are wrong.
    #[serde(skip_serializing_if = "Errors::is_empty")]
    #[schema(required = false, value_type = Vec<AnyFault>)]
    errors: Errors<'a>,
    /// How many faults of a chart there are beyond those in `errors`.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(required = false)]
    more: u64,
    /// After how many seconds it may be asked again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    retry_after: Option<u64>,
    /// When the sale begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, format = DateTime)]
    opens: Option<Stamp>,
    /// When the sale ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, format = DateTime)]
    closed: Option<Stamp>,
    /// The hold that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<view::Hold>, nullable = false)]
    hold: Option<view::Hold<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Errors<'a> {
    Fields(&'a [Fault]),
    Lines(&'a [ImportError]),
}

impl Errors<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Fields(faults) => faults.is_empty(),
            Self::Lines(faults) => faults.is_empty(),
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over references"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Rounded up, as who comes earlier comes in vain.
fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}

/// The schema of every problem, and those that it refers to.
pub(in crate::http::v1) fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    Text::schemas(schemas);
    schemas.push((Text::name().into_owned(), Text::schema()));
}
