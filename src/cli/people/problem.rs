//! What the server says when it refuses, as RFC 9457 has it.

use std::fmt;

use seatlock::chart::ImportErrors;
use serde::{Deserialize, Serialize};

use super::table::{Column, Table, printable};

const NO_KEY: u16 = 401;

/// Of a problem what people want to know. Members that are not named here are left out.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    detail: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
    #[serde(default, skip_serializing_if = "is_zero")]
    more: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    seats: Vec<SeatStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Fault {
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    field: String,
    reason: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct SeatStatus {
    seat: String,
    status: String,
}

impl Problem {
    /// What the server would say of a chart, found out without it.
    pub(crate) fn of_chart(errors: &ImportErrors) -> Self {
        let faults = errors.errors().iter().map(|error| Fault {
            line: Some(error.line),
            field: error.field.clone(),
            reason: error.reason.to_string(),
        });
        let errors_shown: Vec<Fault> = faults.collect();
        let shown = u64::try_from(errors_shown.len()).unwrap_or(u64::MAX);
        Self {
            kind: "/problems/invalid-chart".into(),
            title: "The chart is not valid".into(),
            status: 422,
            detail: String::new(),
            more: errors.count().saturating_sub(shown),
            errors: errors_shown,
            seats: Vec::new(),
            retry_after: None,
        }
    }

    /// As the server would write it.
    pub(crate) fn to_json(&self) -> String {
        // Texts and numbers are always JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (title, detail) = (printable(&self.title), printable(&self.detail));
        write!(f, "{}", title.trim_end_matches('.'))?;
        if !detail.is_empty() {
            write!(f, ": {}", detail.trim_end_matches('.'))?;
        }
        writeln!(f, ".")?;
        if self.status == NO_KEY {
            writeln!(f, "An API key is given by SEATLOCK_KEY or --key-file.")?;
        }
        if let Some(seconds) = self.retry_after {
            writeln!(f, "It may be asked again in {seconds} s.")?;
        }
        fmt_faults(&self.errors, f)?;
        if self.more > 0 {
            writeln!(f, "and {} more", self.more)?;
        }
        fmt_seats(&self.seats, f)
    }
}

fn fmt_faults(faults: &[Fault], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if faults.is_empty() {
        return Ok(());
    }
    let has_lines = faults.iter().any(|fault| fault.line.is_some());
    let line = has_lines.then_some(Column::Number("LINE"));
    let columns = [Column::Text("FIELD"), Column::Text("REASON")];
    let mut table = Table::new(line.into_iter().chain(columns));
    for Fault {
        line,
        field,
        reason,
    } in faults
    {
        let line = has_lines.then(|| line.map_or_else(String::new, |line| line.to_string()));
        table.push(line.into_iter().chain([field.clone(), reason.clone()]));
    }
    write!(f, "{table}")
}

fn fmt_seats(seats: &[SeatStatus], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if seats.is_empty() {
        return Ok(());
    }
    let mut table = Table::new([Column::Text("SEAT"), Column::Text("STATUS")]);
    for SeatStatus { seat, status } in seats {
        table.push([seat.clone(), status.clone()]);
    }
    write!(f, "{table}")
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over references"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
