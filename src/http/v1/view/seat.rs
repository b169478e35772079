//! One seat, as the operator is shown it.

use serde::Serialize;
use utoipa::ToSchema;

use super::hold::{Hold, Status};
use crate::{chart::Label, engine};

/// What a seat is, and who has it.
#[derive(Serialize, ToSchema)]
#[schema(as = Seat)]
pub(in crate::http::v1) struct SeatView<'a> {
    /// Its full label.
    #[schema(example = "Stalls/A/12")]
    seat: String,
    /// What it is.
    #[schema(value_type = Status)]
    status: &'static str,
    /// Why it is withheld, if it is and somebody has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<&'a str>,
    /// The hold or booking that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Hold>, nullable = false)]
    hold: Option<Hold<'a>>,
}

impl<'a> SeatView<'a> {
    pub(in crate::http::v1) fn of(label: Label<'_>, seat: &'a engine::SeatView) -> Self {
        Self {
            seat: label.to_string(),
            status: seat.shown.name(),
            reason: seat.reason.as_deref(),
            hold: seat.hold.as_ref().map(Hold::of),
        }
    }
}
