//! A problem as a value, and as the JSON that RFC 9457 describes.

use std::{borrow::Cow, time::Duration};

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
use utoipa::ToSchema;

use super::kind::Kind;
use crate::{
    chart::ImportError,
    engine::HoldView,
    http::v1::{date::Stamp, reply::Said, view},
};

const PROBLEM_TYPE: &str = "application/problem+json";

/// An answer that is none.
#[derive(Debug)]
pub(in crate::http) struct Problem {
    kind: Kind,
    detail: Cow<'static, str>,
    seats: Vec<SeatStatus>,
    errors: Vec<Fault>,
    lines: Vec<ImportError>,
    more: u64,
    retry_after: Option<Duration>,
    opens: Option<Stamp>,
    closed: Option<Stamp>,
    hold: Option<Box<HoldView>>,
    challenge: Option<&'static str>,
}

/// A seat, and what it is.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct SeatStatus {
    /// The seat's full label, or the area of a place.
    #[schema(example = "Stalls/A/12")]
    pub(in crate::http) seat: String,
    /// What it is.
    #[schema(value_type = view::Status)]
    pub(in crate::http) status: &'static str,
}

/// A field that is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Fault {
    /// Its path in the body, such as `best[0].quantity`; empty where the whole body is meant.
    #[schema(value_type = String)]
    pub(in crate::http) field: Cow<'static, str>,
    /// What is wrong with it.
    pub(in crate::http) reason: String,
}

/// A fault of an imported chart.
#[derive(Serialize, ToSchema)]
#[expect(dead_code, reason = "the description of what `ImportError` writes")]
pub(in crate::http) struct LineFault {
    /// Counted from one.
    line: u32,
    /// The path of the value in JSON, its column in CSV.
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

/// A field that is wrong: in a chart with its line.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the description of what `Errors` writes")]
enum AnyFault {
    /// Of a chart.
    Line(LineFault),
    /// Of any other body.
    Field(Fault),
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

impl Problem {
    /// A problem that is fully said by its kind.
    pub(in crate::http) const fn new(kind: Kind) -> Self {
        Self {
            kind,
            detail: Cow::Borrowed(""),
            seats: Vec::new(),
            errors: Vec::new(),
            lines: Vec::new(),
            more: 0,
            retry_after: None,
            opens: None,
            closed: None,
            hold: None,
            challenge: None,
        }
    }

    /// What is wrong with the fields of a body.
    pub(in crate::http) fn invalid(errors: Vec<Fault>) -> Self {
        Self::new(Kind::Invalid).with_errors(errors)
    }

    /// What is wrong with one field of a body.
    pub(in crate::http) fn invalid_field(
        field: impl Into<Cow<'static, str>>,
        reason: impl Into<String>,
    ) -> Self {
        Self::invalid(vec![Fault::new(field, reason)])
    }

    /// Which kind it is of.
    pub(in crate::http) fn kind(&self) -> Kind {
        self.kind
    }

    pub(in crate::http) fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = detail.into();
        self
    }

    pub(in crate::http) fn with_errors(mut self, errors: Vec<Fault>) -> Self {
        self.errors = errors;
        self
    }

    pub(in crate::http) fn with_lines(mut self, lines: &[ImportError], count: u64) -> Self {
        self.more = count.saturating_sub(u64::try_from(lines.len()).unwrap_or(u64::MAX));
        self.lines = lines.to_vec();
        self
    }

    pub(in crate::http) fn with_seats(mut self, seats: Vec<SeatStatus>) -> Self {
        self.seats = seats;
        self
    }

    pub(in crate::http) fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    pub(in crate::http) fn with_opens(mut self, opens: Stamp) -> Self {
        self.opens = Some(opens);
        self
    }

    pub(in crate::http) fn with_closed(mut self, closed: Stamp) -> Self {
        self.closed = Some(closed);
        self
    }

    pub(in crate::http) fn with_hold(mut self, hold: HoldView) -> Self {
        self.hold = Some(Box::new(hold));
        self
    }

    /// With what belongs into `WWW-Authenticate`.
    pub(in crate::http) fn with_challenge(mut self, challenge: Option<&'static str>) -> Self {
        self.challenge = challenge;
        self
    }

    /// The answer that says so.
    pub(in crate::http) fn answer(&self) -> Response {
        self.said().map(Body::from)
    }

    /// The answer that says so, as a whole.
    pub(in crate::http::v1) fn said(&self) -> Said {
        let retry_after = self.retry_after.map(whole_seconds);
        let text = Text {
            kind: self.kind.uri(),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: &self.detail,
            seats: &self.seats,
            errors: match &*self.lines {
                [] => Errors::Fields(&self.errors),
                lines => Errors::Lines(lines),
            },
            more: self.more,
            retry_after,
            opens: self.opens,
            closed: self.closed,
            hold: self.hold.as_deref().map(view::Hold::of),
        };
        // Texts and numbers are always JSON.
        let json = serde_json::to_vec(&text).unwrap_or_default();
        let mut answer = Said::new(Bytes::from(json));
        *answer.status_mut() = self.kind.status();
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_TYPE));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}

impl Fault {
    /// This field, for this reason.
    pub(in crate::http) fn new(
        field: impl Into<Cow<'static, str>>,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
        }
    }
}

/// Rounded up, as who comes earlier comes in vain.
fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}

/// The schema of every problem, for the description of the API.
pub(in crate::http::v1) fn schema() -> (String, utoipa::openapi::RefOr<utoipa::openapi::Schema>) {
    (
        <Text<'_> as ToSchema>::name().into_owned(),
        <Text<'_> as utoipa::PartialSchema>::schema(),
    )
}
