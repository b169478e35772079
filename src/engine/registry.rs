//! Which charts and events there are: how they are made, changed, closed and found.
//!
//! An event is found by its name, by its number, and by the number that one of its seats has on the tape. One at a
//! time makes or closes events; whoever only looks for one waits for nobody but an insertion.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use dashmap::DashMap;
use hashbrown::DefaultHashBuilder;

use super::{
    drawings::Drawing,
    event::{Event, State, Told},
    record::Counters,
};
use crate::{
    chart::Chart,
    event::{Name, best::Plan},
    feed::Counts,
    ids::{EventId, Lsn, SeatId},
    limits,
};

/// The charts and events of an engine.
#[derive(Debug, Default)]
pub(super) struct Registry {
    charts: RwLock<BTreeMap<Name, Drawn>>,
    /// Found by each request, and filled by administrators alone: nobody chooses names that collide.
    by_name: DashMap<Name, Entry, DefaultHashBuilder>,
    by_id: DashMap<EventId, Arc<Event>, DefaultHashBuilder>,
    /// By the first of an event's seats, as the tape numbers them.
    by_seat: RwLock<BTreeMap<SeatId, Arc<Event>>>,
    closing: Mutex<Vec<Closing>>,
    /// Who makes or closes charts and events holds this, and leaves a note of it meanwhile, so that the notes stand in the
    /// order of what they tell. It guards the last numbers.
    office: Mutex<Counters>,
}

/// A chart, and what best available makes of it.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    /// What the ledger calls it.
    pub(super) number: u32,
    pub(super) chart: Arc<Chart>,
    pub(super) plan: Arc<Plan>,
}

/// A closed event that is still in use.
#[derive(Debug)]
pub(super) struct Closing {
    pub(super) event: Arc<Event>,
    /// The tape's next number when nobody used the event any more.
    pub(super) last: Option<Lsn>,
}

/// An event of the registry, as the API lists it.
#[derive(Debug, Clone)]
pub enum Entry {
    /// It is open or paused.
    Alive(Arc<Event>),
    /// It was closed.
    Closed(Arc<ClosedEvent>),
}

/// What is left of an event that was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedEvent {
    /// Its number.
    pub id: EventId,
    /// What it was called.
    pub name: Name,
    /// The chart that it was made with.
    pub chart_name: Name,
    /// Its title and rules.
    pub told: Told,
    /// How many seats there were of each status when it was closed.
    pub counts: Counts,
}

/// How a chart was put.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutChart {
    /// There was none of that name.
    Created,
    /// There was one, which the events that were made with it keep.
    Replaced,
    /// There are [`limits::CHARTS_MAX`].
    TooManyCharts,
    /// All charts together would have more than [`limits::CHART_SEATS_TOTAL_MAX`] seats.
    TooManySeats,
}

impl Drawn {
    /// A drawing under the number that it has in one ledger.
    pub(super) fn of(number: u32, drawing: Drawing) -> Self {
        let Drawing { chart, plan } = drawing;
        Self {
            number,
            chart,
            plan,
        }
    }
}

impl Registry {
    /// Keeps a chart under a name, and tells which one it has replaced.
    pub(super) fn put_chart(&self, name: Name, drawn: Drawn) -> (PutChart, Option<Drawn>) {
        let mut charts = self.charts_mut();
        let others = charts.iter().filter(|(other, _)| **other != name);
        let seats: u64 = others
            .map(|(_, other)| u64::from(other.chart.seat_count()))
            .sum();
        if seats + u64::from(drawn.chart.seat_count()) > limits::CHART_SEATS_TOTAL_MAX {
            return (PutChart::TooManySeats, None);
        }
        if charts.len() >= limits::CHARTS_MAX && !charts.contains_key(&name) {
            return (PutChart::TooManyCharts, None);
        }
        match charts.insert(name, drawn) {
            None => (PutChart::Created, None),
            replaced => (PutChart::Replaced, replaced),
        }
    }

    pub(super) fn chart(&self, name: &str) -> Option<Drawn> {
        self.charts().get(name).cloned()
    }

    pub(super) fn remove_chart(&self, name: &str) -> Option<Drawn> {
        self.charts_mut().remove(name)
    }

    /// Whether a name stands for this chart, and whether an event that is alive was made with it.
    pub(super) fn needs_chart(&self, number: u32) -> (bool, bool) {
        let is_named = self.charts().values().any(|drawn| drawn.number == number);
        let events = self.seated();
        let uses =
            |event: &Arc<Event>| event.state() != State::Closed && event.chart_number == number;
        let is_used = events.values().any(uses);
        (is_named, is_used)
    }

    pub(super) fn list_charts(&self) -> Vec<(Name, Arc<Chart>)> {
        let charts = self.charts();
        let listed = charts
            .iter()
            .map(|(name, drawn)| (name.clone(), Arc::clone(&drawn.chart)));
        listed.collect()
    }

    /// The right to make or close charts and events, and the numbers of the last ones.
    pub(super) fn office(&self) -> MutexGuard<'_, Counters> {
        self.office.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn entry(&self, name: &str) -> Option<Entry> {
        self.by_name.get(name).map(|entry| entry.clone())
    }

    pub(super) fn event(&self, name: &str) -> Option<Arc<Event>> {
        match &*self.by_name.get(name)? {
            Entry::Alive(event) => Some(Arc::clone(event)),
            Entry::Closed(_) => None,
        }
    }

    pub(super) fn by_id(&self, id: EventId) -> Option<Arc<Event>> {
        self.by_id.get(&id).map(|event| Arc::clone(&event))
    }

    /// The event whose seat has this number on the tape, and the first number of its seats.
    pub(super) fn by_seat(&self, seat: SeatId) -> Option<(SeatId, Arc<Event>)> {
        at_seat(&self.seated(), seat)
    }

    /// As [`Registry::by_seat`], for whoever is about to change seats: none of a closed event, from which on its number of
    /// changes is final.
    pub(super) fn alive_by_seat(&self, seat: SeatId) -> Option<(SeatId, Arc<Event>)> {
        // The state is read under the lock under which it is closed.
        let events = self.seated();
        let found = at_seat(&events, seat);
        found.filter(|(_, event)| event.state() != State::Closed)
    }

    pub(super) fn entry_count(&self) -> usize {
        self.by_name.len()
    }

    /// All events, by name.
    pub(super) fn list(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self.by_name.iter().map(|entry| entry.clone()).collect();
        entries.sort_unstable_by(|one, other| one.name().cmp(other.name()));
        entries
    }

    /// How many have seats.
    pub(super) fn seated_count(&self) -> usize {
        self.seated().len()
    }

    /// Those that are not closed.
    pub(super) fn alive(&self) -> Vec<Arc<Event>> {
        self.seated().values().map(Arc::clone).collect()
    }

    pub(super) fn add(&self, event: &Arc<Event>) {
        let first = event.seats.trail().first();
        self.seated_mut().insert(first, Arc::clone(event));
        self.by_id.insert(event.id, Arc::clone(event));
        let entry = Entry::Alive(Arc::clone(event));
        self.by_name.insert(event.name.clone(), entry);
    }

    /// Takes back what is left of an event that was closed.
    pub(super) fn add_closed(&self, closed: Arc<ClosedEvent>) {
        self.by_name
            .insert(closed.name.clone(), Entry::Closed(closed));
    }

    /// Makes an event unfindable by name and number, and for whoever changes seats. The scribe still finds it by its
    /// seats, until [`Registry::bury`].
    pub(super) fn close(&self, event: &Arc<Event>) -> Arc<ClosedEvent> {
        let seated = self.seated_mut();
        event.set_state(State::Closed);
        drop(seated);
        let closed = Arc::new(ClosedEvent {
            id: event.id,
            name: event.name.clone(),
            chart_name: event.chart_name.clone(),
            told: event.told(),
            counts: event.counts(),
        });
        let entry = Entry::Closed(Arc::clone(&closed));
        self.by_name.insert(event.name.clone(), entry);
        self.by_id.remove(&event.id);
        self.closing().push(Closing {
            event: Arc::clone(event),
            last: None,
        });
        closed
    }

    pub(super) fn remove(&self, name: &str) {
        self.by_name.remove(name);
    }

    /// The closed events whose memory was not given back yet.
    pub(super) fn closing(&self) -> MutexGuard<'_, Vec<Closing>> {
        self.closing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a closed event from its last table.
    pub(super) fn bury(&self, event: &Event) {
        self.seated_mut().remove(&event.seats.trail().first());
    }

    fn charts(&self) -> RwLockReadGuard<'_, BTreeMap<Name, Drawn>> {
        self.charts.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn charts_mut(&self) -> RwLockWriteGuard<'_, BTreeMap<Name, Drawn>> {
        self.charts.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn seated(&self) -> RwLockReadGuard<'_, BTreeMap<SeatId, Arc<Event>>> {
        self.by_seat.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn seated_mut(&self) -> RwLockWriteGuard<'_, BTreeMap<SeatId, Arc<Event>>> {
        self.by_seat.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn at_seat(events: &BTreeMap<SeatId, Arc<Event>>, seat: SeatId) -> Option<(SeatId, Arc<Event>)> {
    let (first, event) = events.range(..=seat).next_back()?;
    let is_its = seat.get() - first.get() < event.seats.count();
    is_its.then(|| (*first, Arc::clone(event)))
}

impl Entry {
    /// What the event is called.
    pub fn name(&self) -> &Name {
        match self {
            Self::Alive(event) => event.name(),
            Self::Closed(event) => &event.name,
        }
    }
}
