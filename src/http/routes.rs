//! Which call goes where.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
    routing::{get, post},
};
use tokio::sync::Semaphore;

use super::{
    App,
    answer::{self, Refusal},
    listing::Listing,
    pages,
    request::{Buyer, LetIn, SeatNumber},
    v1::{
        self,
        durable::{Changes, DurableHolds},
        gate::{Admin, Gate, GateConfig, HasGate, Public, Sales},
        stream::{StreamLimits, Streams},
        texts::Texts,
    },
};
use crate::{
    access::client::Client,
    engine::{Engine, Now, Standing, Unsure},
    limits,
    repeat::Repeats,
};

/// What the calls work on.
#[derive(Clone)]
pub(super) struct Api(Arc<Parts>);

struct Parts {
    engine: Arc<Engine>,
    listing: Listing,
    gate: Arc<Gate>,
    repeats: Repeats,
    streams: Streams<Client>,
    texts: Texts,
    imports: Semaphore,
    durable_holds: DurableHolds,
}

/// How an engine is served.
#[derive(Debug)]
pub struct ApiConfig {
    /// Whether the small API lets anybody release anybody's hold.
    pub unlock: Unlock,
    /// Who may ask, and how often.
    pub gate: Arc<Gate>,
    /// The streams that are open, and how many there may be.
    pub streams: Streams<Client>,
    /// The answers that are kept for requests that come again.
    pub repeats: Repeats,
    /// Whether holds are answered only when they are durable.
    pub durable_holds: DurableHolds,
}

/// Whether `POST /unlock` is served, by which anybody can release anybody's hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlock {
    /// As in the seed.
    Served,
    /// Answered 404, for a server that is open to the world.
    Absent,
}

/// The small API over `engine`, and an open `/v1`.
pub fn app(engine: Arc<Engine>, unlock: Unlock) -> App {
    app_with(
        engine,
        ApiConfig {
            unlock,
            ..ApiConfig::default()
        },
    )
}

/// The small API over `engine`, and `/v1`.
pub fn app_with(engine: Arc<Engine>, config: ApiConfig) -> App {
    let mut router = Router::new()
        .route("/seats", get(seats).options(preflight))
        .route("/lock/{id}", post(lock).options(preflight))
        .route("/confirm/{id}", post(confirm).options(preflight));
    if config.unlock == Unlock::Served {
        router = router.route("/unlock/{id}", post(release).options(preflight));
    }
    let api = Api::new(engine, config);
    let router = router
        .merge(v1::routes())
        .merge(pages::routes())
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .with_state(api.clone());
    App::new(router, api)
}

impl Api {
    fn new(engine: Arc<Engine>, config: ApiConfig) -> Self {
        Self(Arc::new(Parts {
            listing: Listing::new(Arc::clone(&engine)),
            engine,
            gate: config.gate,
            repeats: config.repeats,
            streams: config.streams,
            texts: Texts::default(),
            imports: Semaphore::new(limits::CHART_IMPORTS_MAX),
            durable_holds: config.durable_holds,
        }))
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// The answers that are kept for requests that come again.
    pub(super) fn repeats(&self) -> &Repeats {
        &self.0.repeats
    }

    /// Whether holds are answered only when they are durable.
    pub(super) fn durable_holds(&self) -> DurableHolds {
        self.0.durable_holds
    }

    /// The streams that are open.
    pub(super) fn streams(&self) -> &Streams<Client> {
        &self.0.streams
    }

    /// The seats of each event as text.
    pub(super) fn texts(&self) -> &Texts {
        &self.0.texts
    }

    /// The places for charts that are taken in.
    pub(super) fn imports(&self) -> &Semaphore {
        &self.0.imports
    }
}

impl HasGate for Api {
    fn gate(&self) -> &Gate {
        &self.0.gate
    }

    fn now(&self) -> Now {
        self.engine().now()
    }
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            unlock: Unlock::Served,
            gate: Arc::new(Gate::new(GateConfig::default())),
            streams: Streams::new(StreamLimits::default()),
            repeats: Repeats::new(limits::REPEATS_MAX, limits::REPEATS_BYTES_MAX),
            durable_holds: DurableHolds::No,
        }
    }
}

async fn no_such_path(uri: Uri) -> Response {
    super::refuse(Refusal::NoSuchPath, &uri)
}

async fn no_such_method(uri: Uri) -> Response {
    super::refuse(Refusal::NoSuchMethod, &uri)
}

async fn seats(_: LetIn<Public>, State(api): State<Api>) -> Response {
    answer::seats(api.0.listing.read().await)
}

async fn lock(
    _: LetIn<Sales>,
    State(api): State<Api>,
    SeatNumber(number): SeatNumber,
    Buyer(user): Buyer,
) -> Response {
    let hold = || answer::hold(api.engine().hold_seat(number, &user));
    durably(&api, Changes::Holds, hold).await
}

async fn confirm(
    _: LetIn<Sales>,
    State(api): State<Api>,
    SeatNumber(number): SeatNumber,
    Buyer(user): Buyer,
) -> Response {
    let confirm = || answer::confirm(api.engine().confirm_seat(number, &user));
    durably(&api, Changes::Bookings, confirm).await
}

async fn release(
    _: LetIn<Admin>,
    State(api): State<Api>,
    SeatNumber(number): SeatNumber,
) -> Response {
    let release = || answer::release(api.engine().release_seat(number));
    durably(&api, Changes::Holds, release).await
}

/// The answer, when it may be given.
async fn durably(api: &Api, changes: Changes, work: impl FnOnce() -> Response) -> Response {
    if !api.waits_for(changes) {
        return work();
    }
    let engine = api.engine();
    if engine.standing() != Standing::Sound {
        return Refusal::LedgerFull.answer();
    }
    let answer = work();
    if !answer.status().is_success() {
        return answer;
    }
    let durable = engine.durable(answer::lsn(&answer)).await;
    durable.map_or_else(|Unsure| Refusal::TookTooLong.answer(), |()| answer)
}

async fn preflight(asked: HeaderMap) -> Response {
    answer::preflight(&asked)
}
