//! The texts of all events, for as long as the events live.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use super::{chart_text::ChartText, seat_text::SeatText};
use crate::{engine::Event, ids::EventId};

/// How many texts there are at least before those of ended events are looked for.
const SWEEP_MIN: usize = 16;

/// The texts of each event that somebody has asked for: of its seats, and of its chart. Those of ended events are dropped
/// when there are twice as many as there were events alive.
#[derive(Debug, Default)]
pub struct Texts(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    texts: HashMap<EventId, OfEvent>,
    sweep_at: usize,
}

#[derive(Debug, Clone)]
struct OfEvent {
    event: Weak<Event>,
    seats: Arc<SeatText>,
    chart: Arc<ChartText>,
}

impl Texts {
    /// The text of the event's seats.
    pub fn of(&self, event: &Arc<Event>) -> Arc<SeatText> {
        self.both(event).seats
    }

    /// The text of the event's chart.
    pub(super) fn chart_of(&self, event: &Arc<Event>) -> Arc<ChartText> {
        self.both(event).chart
    }

    fn both(&self, event: &Arc<Event>) -> OfEvent {
        // Nothing under this lock leaves the table half changed.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(texts) = kept.texts.get(&event.id()) {
            return texts.clone();
        }
        if kept.texts.len() >= kept.sweep_at {
            kept.texts.retain(|_, texts| texts.event.strong_count() > 0);
            kept.sweep_at = SWEEP_MIN.max(2 * kept.texts.len());
        }
        let (name, chart) = (event.name().as_str(), event.chart());
        let texts = OfEvent {
            event: Arc::downgrade(event),
            seats: Arc::new(SeatText::new(name, Arc::clone(chart))),
            chart: Arc::new(ChartText::new(Arc::clone(chart))),
        };
        kept.texts.insert(event.id(), texts.clone());
        texts
    }
}
