//! A problem as a value.

use std::{borrow::Cow, time::Duration};

use serde::Serialize;
use utoipa::ToSchema;

use super::kind::Kind;
use crate::{
    chart::ImportError,
    engine::HoldView,
    http::v1::{date::Stamp, view},
};

/// An answer that is none.
#[derive(Debug)]
pub(in crate::http) struct Problem(pub(super) Box<Details>);

/// What a problem says.
#[derive(Debug)]
pub(in crate::http) struct Details {
    pub(super) kind: Kind,
    pub(super) detail: Cow<'static, str>,
    pub(super) seats: Vec<SeatStatus>,
    pub(super) errors: Vec<Fault>,
    pub(super) lines: Vec<ImportError>,
    pub(super) more: u64,
    pub(super) retry_after: Option<Duration>,
    pub(super) opens: Option<Stamp>,
    pub(super) closed: Option<Stamp>,
    pub(super) hold: Option<Box<HoldView>>,
    pub(super) challenge: Option<&'static str>,
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
#[derive(Debug, Serialize)]
pub(in crate::http) struct Fault {
    /// Its path in the body, such as `best[0].quantity`; empty where the whole body is meant.
    pub(in crate::http) field: Cow<'static, str>,
    /// What is wrong with it.
    pub(in crate::http) reason: String,
}

impl Problem {
    /// A problem that is fully said by its kind.
    pub(in crate::http) fn new(kind: Kind) -> Self {
        Self(Box::new(Details {
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
        }))
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
        self.0.kind
    }

    pub(in crate::http) fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = detail.into();
        self
    }

    pub(in crate::http) fn with_errors(mut self, errors: Vec<Fault>) -> Self {
        self.0.errors = errors;
        self
    }

    pub(in crate::http) fn with_lines(mut self, lines: &[ImportError], count: u64) -> Self {
        self.0.more = count.saturating_sub(u64::try_from(lines.len()).unwrap_or(u64::MAX));
        self.0.lines = lines.to_vec();
        self
    }

    pub(in crate::http) fn with_seats(mut self, seats: Vec<SeatStatus>) -> Self {
        self.0.seats = seats;
        self
    }

    pub(in crate::http) fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    pub(in crate::http) fn with_opens(mut self, opens: Stamp) -> Self {
        self.0.opens = Some(opens);
        self
    }

    pub(in crate::http) fn with_closed(mut self, closed: Stamp) -> Self {
        self.0.closed = Some(closed);
        self
    }

    pub(in crate::http) fn with_hold(mut self, hold: HoldView) -> Self {
        self.0.hold = Some(Box::new(hold));
        self
    }

    /// With what belongs into `WWW-Authenticate`.
    pub(in crate::http) fn with_challenge(mut self, challenge: Option<&'static str>) -> Self {
        self.0.challenge = challenge;
        self
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
