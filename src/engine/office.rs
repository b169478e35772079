//! How charts and events are made, changed, closed and listed.

use std::sync::Arc;

use super::{
    Core, Engine, EngineConfig, StartError,
    drawings::{Drawing, NoteDigest},
    event::{Beginning, Event, State, Told},
    record::{self, Counters},
    registry::{ClosedEvent, Drawn, Entry, PutChart},
};
use crate::{
    chart::Chart,
    event::{Name, RuleError, Rules},
    feed::Feed,
    ids::{EventId, Lsn},
    ledger::Note,
    limits,
    scribe::Mirror,
    seat::{SeatCountError, Seats},
    tick::Moment,
};

/// The name of the small API's event.
const DEFAULT: &str = "default";

/// An event that is to be made.
#[derive(Debug, Clone)]
pub struct EventSpec {
    /// What it is to be called in paths.
    pub name: Name,
    /// The chart.
    pub chart: Name,
    /// Its title and rules.
    pub told: Told,
    /// Open or paused.
    pub state: State,
}

/// How the making of an event ended.
#[must_use]
#[derive(Debug, Clone)]
pub enum CreateEvent {
    /// It is made.
    Created(Arc<Event>),
    /// There is an event of that name, alive or closed.
    Exists(Entry),
    /// There is no such chart.
    NoSuchChart,
    /// These rules are wrong.
    Wrong(Vec<RuleError>),
    /// There are [`limits::EVENTS_MAX`].
    TooManyEvents,
    /// All events together would have more than [`limits::SEATS_MAX`] seats.
    NoRoom,
}

/// How a change of an event ended.
#[must_use]
#[derive(Debug, Clone)]
pub enum ChangeEvent {
    /// It is as asked for.
    Changed(Arc<Event>),
    /// These rules are wrong.
    Wrong(Vec<RuleError>),
}

/// How the closing of an event ended.
#[must_use]
#[derive(Debug, Clone)]
pub enum CloseEvent {
    /// It is closed.
    Closed(Arc<ClosedEvent>),
    /// There is no such event.
    NoSuchEvent,
    /// It is the small API's, which goes on.
    IsDefault,
}

impl Engine {
    /// Keeps a chart under a name. Events that were made with another of that name keep theirs.
    pub fn put_chart(&self, name: Name, chart: Chart) -> PutChart {
        // Before anything is made of it.
        if u64::from(chart.seat_count()) > limits::CHART_SEATS_TOTAL_MAX {
            return PutChart::TooManySeats;
        }
        let core = &*self.core;
        // These two take the longest, and keep nobody from the office.
        let drawing = Drawing::of(chart);
        let packed = core.notes.are_kept().then(|| {
            let packed = record::pack_chart(&drawing.chart);
            core.drawings.learn(NoteDigest::of(&packed), &drawing);
            packed
        });
        let mut office = core.registry.office();
        office.charts += 1;
        let drawn = Drawn::of(office.charts, drawing);
        let (outcome, replaced) = core.registry.put_chart(name.clone(), drawn);
        if matches!(outcome, PutChart::Created | PutChart::Replaced) {
            core.notes.leave(|| {
                let chart =
                    packed.map(|packed| record::chart(office.charts, name.as_str(), packed));
                let chart = chart.into_iter().flatten();
                chart.chain([office.note()]).collect()
            });
            if let Some(replaced) = replaced {
                core.forget_chart_if_unused(replaced.number);
            }
        }
        outcome
    }

    /// The chart of this name.
    pub fn chart(&self, name: &str) -> Option<Arc<Chart>> {
        self.core.registry.chart(name).map(|drawn| drawn.chart)
    }

    /// All charts, by name.
    pub fn charts(&self) -> Vec<(Name, Arc<Chart>)> {
        self.core.registry.list_charts()
    }

    /// Forgets a chart. False: there is none. Events that were made with it keep it.
    pub fn remove_chart(&self, name: &str) -> bool {
        let _office = self.core.registry.office();
        let removed = self.core.registry.remove_chart(name);
        if let Some(drawn) = &removed {
            self.core.forget_chart_if_unused(drawn.number);
        }
        removed.is_some()
    }

    /// Makes an event whose seats are all free. Of several who make one of the same name at once, one does.
    pub fn create_event(&self, spec: EventSpec) -> CreateEvent {
        let mut office = self.core.registry.office();
        let Some(drawn) = self.core.registry.chart(spec.chart.as_str()) else {
            return CreateEvent::NoSuchChart;
        };
        self.core.create(&mut office, spec, drawn)
    }

    /// Gives an event another title, other rules, another state than closed. Holds that are alive keep their deadlines.
    pub fn change_event(&self, event: &Arc<Event>, told: Told, state: State) -> ChangeEvent {
        let errors = told.rules.errors();
        if !errors.is_empty() {
            return ChangeEvent::Wrong(errors);
        }
        let _office = self.core.registry.office();
        // Who closed it meanwhile was first, and last.
        if event.state() != State::Closed {
            event.tell(told);
            event.set_state(state);
            self.core.notes.leave(|| vec![record::event(event)]);
        }
        ChangeEvent::Changed(Arc::clone(event))
    }

    /// Closes an event for good: its holds and bookings can no longer be found, and its memory is given back as soon as
    /// nobody is in the midst of a request for it. A summary stays until it is removed.
    pub fn close_event(&self, name: &str) -> CloseEvent {
        let _office = self.core.registry.office();
        match self.core.registry.entry(name) {
            None => CloseEvent::NoSuchEvent,
            Some(Entry::Closed(closed)) => CloseEvent::Closed(closed),
            Some(Entry::Alive(_)) if name == DEFAULT => CloseEvent::IsDefault,
            Some(Entry::Alive(event)) => {
                let closed = self.core.registry.close(&event);
                event.feed.close();
                self.core.notes.leave(|| vec![closed.note()]);
                self.core.forget_chart_if_unused(event.chart_number);
                CloseEvent::Closed(closed)
            }
        }
    }

    /// Removes the summary of a closed event. False: there is none.
    pub fn remove_event(&self, name: &str) -> bool {
        let _office = self.core.registry.office();
        let Some(Entry::Closed(closed)) = self.core.registry.entry(name) else {
            return false;
        };
        self.core.registry.remove(name);
        let key = record::event_key(closed.id);
        self.core.notes.leave(|| vec![Note::Forget { key }]);
        true
    }

    /// How many events have seats in memory: those that are alive, and closed ones as long as somebody uses them.
    pub fn event_count(&self) -> usize {
        self.core.registry.seated_count()
    }

    /// The event of this name, unless it was closed.
    pub fn event(&self, name: &str) -> Option<Arc<Event>> {
        self.core.registry.event(name)
    }

    /// The event of this name, or what is left of it.
    pub fn entry(&self, name: &str) -> Option<Entry> {
        self.core.registry.entry(name)
    }

    /// All events, by name.
    pub fn entries(&self) -> Vec<Entry> {
        self.core.registry.list()
    }

    /// The event of the small API.
    pub fn default_event(&self) -> Option<&Arc<Event>> {
        self.default.as_ref()
    }
}

impl Core {
    /// Makes the event of the small API, if it is to have seats.
    pub(super) fn make_default(
        &self,
        config: EngineConfig,
    ) -> Result<Option<Arc<Event>>, StartError> {
        if let Some(event) = self.registry.event(DEFAULT) {
            return self.remake_default(&event, config).map(Some);
        }
        if config.seats == 0 {
            return Ok(None);
        }
        let too_many = StartError::Seats(SeatCountError {
            asked: config.seats,
        });
        if config.seats > limits::SEATS_MAX {
            return Err(too_many);
        }
        let mut office = self.registry.office();
        office.charts += 1;
        let drawing = Drawing::of(Chart::numbered(config.seats));
        let drawn = Drawn::of(office.charts, drawing);
        let name = Name::new(DEFAULT).expect("a name");
        let spec = EventSpec {
            chart: name.clone(),
            name,
            told: Told {
                title: "The seats of the small API".into(),
                rules: Rules::lenient(config.hold_ttl),
            },
            state: State::Open,
        };
        self.notes.leave(|| {
            let packed = record::pack_chart(&drawn.chart);
            // It has no name among the charts.
            let [chart, _name] = record::chart(drawn.number, DEFAULT, packed);
            vec![chart]
        });
        match self.create(&mut office, spec, drawn) {
            CreateEvent::Created(event) => Ok(Some(event)),
            _ => Err(too_many),
        }
    }

    /// The event of the small API as the ledger has it. How long a hold lasts is said at each start; its other rules stay
    /// as somebody has set them.
    fn remake_default(
        &self,
        event: &Arc<Event>,
        config: EngineConfig,
    ) -> Result<Arc<Event>, StartError> {
        let recorded = event.seats.count();
        if config.seats != recorded {
            return Err(StartError::OtherSeats {
                asked: config.seats,
                recorded,
            });
        }
        let mut told = event.told();
        if told.rules.hold_ttl != config.hold_ttl {
            told.rules.hold_ttl = config.hold_ttl;
            let _office = self.registry.office();
            event.tell(told);
            self.notes.leave(|| vec![record::event(event)]);
        }
        Ok(Arc::clone(event))
    }

    /// Has the ledger forget a chart that nobody needs any more. The caller is in the office.
    fn forget_chart_if_unused(&self, number: u32) {
        let (is_named, is_used) = self.registry.needs_chart(number);
        if !is_named {
            self.notes.leave(|| record::chart_gone(number, is_used));
        }
    }

    fn create(&self, office: &mut Counters, spec: EventSpec, drawn: Drawn) -> CreateEvent {
        let errors = spec.told.rules.errors();
        if !errors.is_empty() {
            return CreateEvent::Wrong(errors);
        }
        if let Some(entry) = self.registry.entry(spec.name.as_str()) {
            return CreateEvent::Exists(entry);
        }
        if self.registry.entry_count() >= limits::EVENTS_MAX {
            return CreateEvent::TooManyEvents;
        }
        let Some(seats) = self.build(drawn.chart.seat_count(), self.clock.now()) else {
            return CreateEvent::NoRoom;
        };
        office.events += 1;
        // All changes of its seats come after those that were taken down so far.
        let origin = Lsn::new(self.venue.tape().next().get() - 1);
        let event = Arc::new(Event::new(Beginning {
            id: EventId::new(office.events),
            name: spec.name,
            chart_name: spec.chart,
            feed: Feed::new(seats.count(), self.life, origin),
            mirror: Mirror::new(seats.count()),
            seats,
            drawn,
            created: self.clock.date(),
            told: spec.told,
            state: spec.state,
        }));
        // Before anybody can change one of its seats.
        self.notes
            .leave(|| vec![office.note(), record::event(&event)]);
        self.registry.add(&event);
        CreateEvent::Created(event)
    }

    fn build(&self, count: u32, now: Moment) -> Option<Seats<crate::venue::Plot>> {
        let plot = self.venue.plot(count, now).ok()?;
        Seats::sharing(count, plot, self.venue.descriptors()).ok()
    }
}
