//! Charts that this process has read already, with their plans, found by what their notes say.
//!
//! To read and plan a chart of a hundred thousand seats takes longer than everything else that an engine does when it goes on
//! from a ledger. Several engines of one process read the same chart once, and whoever knows that an engine is about to need
//! one reads it before.

use std::{
    collections::HashMap,
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::record::{self, kind};
use crate::{
    chart::Chart,
    event::best::Plan,
    ledger::{State, Unreadable},
    limits,
};

/// The charts that somebody in this process has at hand.
#[derive(Debug, Default)]
pub struct Drawings(Mutex<HashMap<NoteDigest, Known>>);

/// A chart, and what best available makes of it. It is found for as long as somebody keeps it.
#[derive(Debug, Clone)]
pub struct Drawing {
    pub(super) chart: Arc<Chart>,
    pub(super) plan: Arc<Plan>,
}

/// What tells the notes of two charts apart: their SHA-256, as whoever draws charts could choose two that a shorter one takes
/// for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NoteDigest([u8; 32]);

#[derive(Debug)]
struct Known {
    chart: Weak<Chart>,
    plan: Weak<Plan>,
}

impl Drawings {
    /// The notes of the charts in a state.
    pub fn notes_in(state: &State) -> Vec<Bytes> {
        let charts = state.notes().filter(|(key, _)| key.kind == kind::CHART);
        charts.map(|(_, value)| value.clone()).collect()
    }

    /// The chart that a note tells of, if somebody has it at hand.
    pub fn find(&self, digest: NoteDigest) -> Option<Drawing> {
        self.known().get(&digest)?.again()
    }

    /// The chart that a note tells of. Two who read the same one at once both do.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn read(&self, note: &[u8]) -> Result<Drawing, Unreadable> {
        let digest = NoteDigest::of(note);
        if let Some(drawing) = self.find(digest) {
            return Ok(drawing);
        }
        let drawing = Drawing::of(record::read_chart(note)?);
        self.learn(digest, &drawing);
        Ok(drawing)
    }

    /// A chart is at hand that this note tells of.
    pub(super) fn learn(&self, digest: NoteDigest, drawing: &Drawing) {
        let mut known = self.known();
        known.retain(|_, known| known.again().is_some());
        known.insert(digest, Known::of(drawing));
    }

    fn known(&self) -> MutexGuard<'_, HashMap<NoteDigest, Known>> {
        // Nothing panics while this is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drawing {
    /// Plans a chart of up to [`limits::CHART_SEATS_MAX`] seats, as all have that were drawn. A longer row of plain
    /// numbers has no better and worse seats to choose from, and no plan.
    pub(super) fn of(chart: Chart) -> Self {
        let plan = if chart.seat_count() <= limits::CHART_SEATS_MAX {
            Plan::new(&chart)
        } else {
            Plan::none()
        };
        Self {
            plan: Arc::new(plan),
            chart: Arc::new(chart),
        }
    }
}

impl Known {
    fn of(drawing: &Drawing) -> Self {
        Self {
            chart: Arc::downgrade(&drawing.chart),
            plan: Arc::downgrade(&drawing.plan),
        }
    }

    fn again(&self) -> Option<Drawing> {
        Some(Drawing {
            chart: self.chart.upgrade()?,
            plan: self.plan.upgrade()?,
        })
    }
}

impl NoteDigest {
    /// That of a note.
    pub fn of(note: &[u8]) -> Self {
        Self(Sha256::digest(note).into())
    }
}

impl fmt::Display for NoteDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The text is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoDigest;

impl FromStr for NoteDigest {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Self, NoDigest> {
        let mut bytes = [0; 32];
        if text.len() != 2 * bytes.len() || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NoDigest);
        }
        for (nth, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * nth..2 * nth + 2], 16).map_err(|_| NoDigest)?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_read_once_for_as_long_as_somebody_has_it() {
        let drawings = Drawings::default();
        let (note, other) = (
            record::pack_chart(&Chart::numbered(10)),
            record::pack_chart(&Chart::numbered(11)),
        );
        let first = drawings.read(&note).expect("a chart");
        let second = drawings.read(&note).expect("a chart");
        assert!(Arc::ptr_eq(&first.chart, &second.chart) && Arc::ptr_eq(&first.plan, &second.plan));
        assert_eq!(
            drawings.read(&other).expect("a chart").chart.seat_count(),
            11
        );
        drop((first, second));
        assert!(drawings.find(NoteDigest::of(&note)).is_none());
        let kept = drawings.read(&note).expect("a chart");
        assert_eq!(kept.chart.seat_count(), 10);
        assert_eq!(drawings.known().len(), 1, "nobody has the other");
        assert!(drawings.read(b"nothing of the kind").is_err());
    }

    #[test]
    fn a_digest_is_read_as_it_was_written() {
        let digest = NoteDigest::of(b"a chart");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        for text in ["", "12", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(text.parse::<NoteDigest>(), Err(NoDigest));
        }
    }
}
