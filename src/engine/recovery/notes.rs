//! What the notes of a ledger tell.

use std::sync::Arc;

use bytes::Bytes;
use hashbrown::{HashMap, HashSet};

use super::{
    super::{
        drawings::Drawings,
        record::{self, Closed, Counters, Seated, kind},
        registry::Drawn,
    },
    RecoveryError,
    parts::each_part,
};
use crate::{
    event::{Hold, Name},
    ids::{EventId, HoldId, SeatId},
    ledger::{Key, Note, State, Unreadable},
    repeat::Kept,
    tick::Moment,
};

/// All that is told. Events in the order of their seats.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) counters: Counters,
    /// Each planned once for all events that were made with it.
    pub(crate) charts: HashMap<u32, Drawn>,
    pub(crate) names: Vec<(u32, Name)>,
    pub(crate) seated: Vec<(EventId, Seated)>,
    pub(crate) closed: Vec<(EventId, Closed)>,
    /// In no order.
    pub(crate) holds: Vec<Arc<Hold>>,
    /// By the seat's number over all events.
    pub(crate) reasons: Vec<(SeatId, Arc<str>)>,
    pub(crate) answers: Vec<Kept>,
}

impl Told {
    /// # Errors
    /// [`RecoveryError`].
    pub(super) fn read(state: &State, drawings: &Drawings) -> Result<Self, RecoveryError> {
        let mut told = Self::default();
        let mut holds = Vec::new();
        for (key, value) in state.notes() {
            if key.kind == kind::HOLD {
                holds.push((key, value));
                continue;
            }
            let read = told.note(key, value, drawings);
            read.map_err(|error| RecoveryError::Note(key, error))?;
        }
        let read_part = |_place, part: &[_]| part.iter().map(read_hold).collect();
        for part in each_part::<_, Result<Vec<_>, _>>(&holds, read_part) {
            told.holds.extend(part?);
        }
        told.seated.sort_by_key(|(_, seated)| seated.lot.blocks);
        // What was finished first makes room first.
        told.answers.sort_by_key(|kept| kept.until);
        Ok(told)
    }

    /// Any but a hold's.
    fn note(&mut self, key: Key, value: &[u8], drawings: &Drawings) -> Result<(), Unreadable> {
        let number = || u32::try_from(key.id).map_err(|_| Unreadable::Field("number"));
        match key.kind {
            kind::COUNTERS => self.counters = Counters::read(value)?,
            kind::CHART => {
                let number = number()?;
                let drawing = drawings.read(value)?;
                self.charts.insert(number, Drawn::of(number, drawing));
            }
            kind::CHART_NAME => {
                let name = Name::new(text(value)?).map_err(|_| Unreadable::Field("name"))?;
                self.names.push((number()?, name));
            }
            kind::EVENT => {
                let id = EventId::new(number()?);
                match record::read_event(value)? {
                    Ok(seated) => self.seated.push((id, seated)),
                    Err(closed) => self.closed.push((id, closed)),
                }
            }
            kind::REASON => {
                let seat = SeatId::new(number()?);
                self.reasons.push((seat, text(value)?.into()));
            }
            kind::ANSWER => self.answers.push(record::read_answer(value)?),
            // What is of no known kind is somebody else's.
            _ => {}
        }
        Ok(())
    }

    /// Takes out the holds whose event is not alive, and has the ledger forget them.
    pub(super) fn forget_holds_of_gone_events(&mut self) -> Vec<Note> {
        let events: HashSet<EventId> = self.seated.iter().map(|(id, _)| *id).collect();
        let gone = self
            .holds
            .extract_if(.., |hold| !events.contains(&hold.event()));
        gone.map(|hold| Note::Forget {
            key: record::hold_key(hold.id()),
        })
        .collect()
    }

    /// Takes out the answers that need be kept no longer, and has the ledger forget them.
    pub(super) fn forget_answers_until(&mut self, now: Moment) -> Vec<Note> {
        let over = self.answers.extract_if(.., |kept| kept.until <= now);
        over.map(|kept| Note::Forget {
            key: record::answer_key(kept.id),
        })
        .collect()
    }
}

fn read_hold((key, value): &(Key, &Bytes)) -> Result<Arc<Hold>, RecoveryError> {
    let id = u64::try_from(key.id).map_err(|_| Unreadable::Field("id"));
    let hold = id.and_then(|id| Hold::recorded(HoldId::from_bits(id), value));
    hold.map(Arc::new)
        .map_err(|error| RecoveryError::Note(*key, error))
}

fn text(value: &[u8]) -> Result<&str, Unreadable> {
    std::str::from_utf8(value).map_err(|_| Unreadable::Field("text"))
}
