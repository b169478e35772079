//! The texts of all events, for as long as the events live.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use super::seat_text::SeatText;
use crate::{engine::Event, ids::EventId};

/// How many texts there are at least before those of ended events are looked for.
const SWEEP_MIN: usize = 16;

/// The [`SeatText`] of each event that somebody has asked for. Those of ended events are dropped when there are twice as
/// many as there were events alive.
#[derive(Debug, Default)]
pub struct Texts(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    texts: HashMap<EventId, (Weak<Event>, Arc<SeatText>)>,
    sweep_at: usize,
}

impl Texts {
    /// The event's text.
    pub fn of(&self, event: &Arc<Event>) -> Arc<SeatText> {
        // Nothing under this lock leaves the table half changed.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, text)) = kept.texts.get(&event.id()) {
            return Arc::clone(text);
        }
        if kept.texts.len() >= kept.sweep_at {
            kept.texts.retain(|_, (event, _)| event.strong_count() > 0);
            kept.sweep_at = SWEEP_MIN.max(2 * kept.texts.len());
        }
        let text = Arc::new(SeatText::new(
            event.name().as_str(),
            Arc::clone(event.chart()),
        ));
        kept.texts
            .insert(event.id(), (Arc::downgrade(event), Arc::clone(&text)));
        text
    }
}
