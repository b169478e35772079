//! Events: `/v1/events`.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    body,
    change::EventAsk,
    charts, durable,
    gate::{Admin, Public},
    path::Named,
    post::Posted,
    problem::{Kind, Problem},
    reply::{self, Said},
    view::{EventLine, EventView, StateWord},
};
use crate::{
    access::key::Role,
    engine::{
        ChangeEvent, CloseEvent, ClosedEvent, CreateEvent, Engine, Entry, Event, EventSpec,
        State as EventState, Told,
    },
    event::{Name, Rules},
    http::routes::Api,
};

/// All events.
#[derive(Serialize, ToSchema)]
pub(super) struct Events {
    /// By name.
    events: Vec<EventLine>,
}

/// `GET /v1/events`
pub(super) async fn list(State(api): State<Api>, Public(_): Public) -> Response {
    let entries = api.engine().entries();
    let events = Events {
        events: entries.iter().map(EventLine::of).collect(),
    };
    reply::send(Ok(reply::json(StatusCode::OK, &events)))
}

/// The events of an engine as the list has them, for who joins lists of several.
pub fn lines(engine: &Engine) -> Vec<serde_json::Value> {
    let entries = engine.entries();
    let lines = entries.iter().map(EventLine::of).map(serde_json::to_value);
    // A line has nothing that JSON has not.
    lines.filter_map(Result::ok).collect()
}

/// `GET /v1/events/{event}`
pub(super) async fn show(State(api): State<Api>, Public(caller): Public, named: Named) -> Response {
    let engine = api.engine();
    engine.caught_up().await;
    reply::send(named.entry(engine).map(|entry| match entry {
        Entry::Alive(event) => shown(StatusCode::OK, &event, caller.role()),
        Entry::Closed(event) => closed(&event),
    }))
}

/// `GET /v1/events/{event}/chart`
pub(super) async fn chart(
    State(api): State<Api>,
    Public(_): Public,
    named: Named,
    asked: HeaderMap,
) -> Response {
    match named.event(api.engine()) {
        Ok(event) if charts::is_csv_preferred(&asked) => charts::exported(&asked, event.chart()),
        Ok(event) => api.texts().chart_of(&event).answer(&asked).await,
        Err(problem) => problem.answer(),
    }
}

/// `PUT /v1/events/{event}`
pub(super) async fn put(State(api): State<Api>, put: Posted<Admin>) -> Response {
    let engine = api.engine();
    let made = durable::there_is_room(engine)
        .and_then(|()| body::read(&put.body))
        .and_then(|ask| make(engine, &put.name, &ask));
    reply::send(durable::settled(engine, made).await)
}

/// `DELETE /v1/events/{event}`
pub(super) async fn remove(State(api): State<Api>, Admin(_): Admin, named: Named) -> Response {
    let engine = api.engine();
    let entry = durable::there_is_room(engine).and_then(|()| named.entry(engine));
    let removed = entry.and_then(|entry| match entry {
        Entry::Alive(_) => Err(Problem::new(Kind::EventAlive)),
        Entry::Closed(_) if engine.remove_event(named.as_str()) => Ok(reply::nothing()),
        // Somebody else has removed it meanwhile.
        Entry::Closed(_) => Err(Problem::new(Kind::NoSuchEvent)),
    });
    reply::send(durable::settled(engine, removed).await)
}

/// Makes the event if there is none, and changes the one that there is.
fn make(engine: &Engine, named: &Named, ask: &EventAsk) -> Result<Said, Problem> {
    match engine.entry(named.as_str()) {
        Some(entry) => change(engine, &entry, ask),
        None => create(engine, named, ask),
    }
}

fn create(engine: &Engine, named: &Named, ask: &EventAsk) -> Result<Said, Problem> {
    let name = named.new_name()?;
    let chart = ask
        .chart()
        .ok_or_else(|| Problem::invalid_field("chart", "must be given"))?;
    let chart = Name::new(chart).map_err(|_not_a_name| Problem::new(Kind::NoSuchChart))?;
    let state = match ask.state {
        None | Some(StateWord::Open) => EventState::Open,
        Some(StateWord::Paused) => EventState::Paused,
        Some(StateWord::Closed) => {
            let reason = "an event that is closed cannot be made";
            return Err(Problem::invalid_field("state", reason));
        }
    };
    let told = Told {
        title: ask.title().unwrap_or(name.as_str()).into(),
        rules: ask.rules(Rules::DEFAULT)?,
    };
    let made = engine.create_event(EventSpec {
        name,
        chart,
        told,
        state,
    });
    match made {
        CreateEvent::Created(event) => Ok(alive(StatusCode::CREATED, &event)),
        CreateEvent::Exists(entry) => change(engine, &entry, ask),
        CreateEvent::NoSuchChart => Err(Problem::new(Kind::NoSuchChart)),
        CreateEvent::Wrong(errors) => Err(Problem::rules(&errors)),
        CreateEvent::TooManyEvents => {
            Err(Problem::new(Kind::Full).with_detail("There are as many events as there can be."))
        }
        CreateEvent::NoRoom => {
            Err(Problem::new(Kind::Full)
                .with_detail("All events together would have too many seats."))
        }
    }
}

fn change(engine: &Engine, entry: &Entry, ask: &EventAsk) -> Result<Said, Problem> {
    let (chart_name, is_closed) = match entry {
        Entry::Alive(event) => (event.chart_name(), false),
        Entry::Closed(event) => (&event.chart_name, true),
    };
    if ask
        .chart()
        .is_some_and(|chart| chart != chart_name.as_str())
    {
        return Err(Problem::new(Kind::ChartFixed));
    }
    match (entry, ask.state) {
        (_, Some(StateWord::Closed)) => close(engine, entry.name()),
        _ if is_closed => Err(Problem::new(Kind::Closed)),
        (Entry::Alive(event), state) => alter(engine, event, ask, state),
        (Entry::Closed(_), _) => Err(Problem::new(Kind::Closed)),
    }
}

fn alter(
    engine: &Engine,
    event: &Arc<Event>,
    ask: &EventAsk,
    state: Option<StateWord>,
) -> Result<Said, Problem> {
    let told = event.told();
    let told = Told {
        title: ask.title().map_or(told.title, Into::into),
        rules: ask.rules(told.rules)?,
    };
    let state = match state {
        Some(StateWord::Paused) => EventState::Paused,
        Some(StateWord::Open) => EventState::Open,
        Some(StateWord::Closed) | None => event.state(),
    };
    match engine.change_event(event, told, state) {
        ChangeEvent::Changed(event) => Ok(alive(StatusCode::OK, &event)),
        ChangeEvent::Wrong(errors) => Err(Problem::rules(&errors)),
    }
}

fn close(engine: &Engine, name: &Name) -> Result<Said, Problem> {
    match engine.close_event(name.as_str()) {
        CloseEvent::Closed(event) => Ok(closed(&event)),
        CloseEvent::NoSuchEvent => Err(Problem::new(Kind::NoSuchEvent)),
        CloseEvent::IsDefault => Err(Problem::new(Kind::IsDefault)),
    }
}

fn shown(status: StatusCode, event: &Event, role: Role) -> Said {
    reply::json(status, &EventView::alive(event, &event.told(), role))
}

/// To who has made or changed it.
fn alive(status: StatusCode, event: &Event) -> Said {
    shown(status, event, Role::Admin)
}

fn closed(event: &ClosedEvent) -> Said {
    reply::json(StatusCode::OK, &EventView::closed(event))
}
