//! Charts and events, as lists show them.

use serde::Serialize;
use utoipa::ToSchema;

use super::event::{CountsView, StateWord};
use crate::{
    chart::Chart,
    engine::{Entry, State},
    event::Name,
};

/// An event in a list.
#[derive(Serialize, ToSchema)]
pub(in crate::http::v1) struct EventLine {
    name: String,
    title: String,
    chart: String,
    state: StateWord,
    counts: CountsView,
}

impl EventLine {
    pub(in crate::http::v1) fn of(entry: &Entry) -> Self {
        let (chart, told, state, counts) = match entry {
            Entry::Alive(event) => (
                event.chart_name(),
                &event.told(),
                event.state(),
                event.counts(),
            ),
            Entry::Closed(event) => (&event.chart_name, &event.told, State::Closed, event.counts),
        };
        Self {
            name: entry.name().to_string(),
            title: told.title.as_ref().to_owned(),
            chart: chart.to_string(),
            state: StateWord::of(state),
            counts: CountsView::of(counts),
        }
    }
}

/// A chart in a few numbers.
#[derive(Serialize, ToSchema)]
pub(in crate::http::v1) struct ChartLine {
    /// What it is called in paths.
    name: String,
    /// Numbered seats and the places of areas together.
    seats: u32,
    /// Sections.
    sections: usize,
    /// Rows; one that is cut by aisles counts once for each part.
    rows: usize,
    /// The names of its areas.
    areas: Vec<String>,
    /// The names of its categories.
    categories: Vec<String>,
}

impl ChartLine {
    pub(in crate::http::v1) fn of(name: &Name, chart: &Chart) -> Self {
        Self {
            name: name.to_string(),
            seats: chart.seat_count(),
            sections: chart.sections().len(),
            rows: chart.rows().len(),
            areas: chart
                .areas()
                .iter()
                .map(|area| area.name.to_string())
                .collect(),
            categories: chart
                .categories()
                .iter()
                .map(|category| category.name.to_string())
                .collect(),
        }
    }
}
