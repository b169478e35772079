//! Which call goes where.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::HeaderMap,
    response::Response,
    routing::{get, post},
};

use super::{
    answer::{self, Refusal},
    listing::Listing,
    request::{Buyer, SeatNumber},
};
use crate::engine::Engine;

/// What the calls work on.
#[derive(Clone)]
pub(super) struct Api(Arc<Parts>);

struct Parts {
    engine: Arc<Engine>,
    listing: Listing,
}

/// Whether `POST /unlock` is served, by which anybody can release anybody's hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlock {
    /// As in the seed.
    Served,
    /// Answered 404, for a server that is open to the world.
    Absent,
}

/// The small API over `engine`.
pub fn router(engine: Arc<Engine>, unlock: Unlock) -> Router {
    let listing = Listing::new(Arc::clone(&engine));
    let mut router = Router::new()
        .route("/seats", get(seats).options(preflight))
        .route("/lock/{id}", post(lock).options(preflight))
        .route("/confirm/{id}", post(confirm).options(preflight));
    if unlock == Unlock::Served {
        router = router.route("/unlock/{id}", post(release).options(preflight));
    }
    router
        .fallback(async || Refusal::NoSuchPath.answer())
        .method_not_allowed_fallback(async || Refusal::NoSuchMethod.answer())
        .with_state(Api(Arc::new(Parts { engine, listing })))
}

impl Api {
    pub(super) fn engine(&self) -> &Engine {
        &self.0.engine
    }
}

async fn seats(State(api): State<Api>) -> Response {
    answer::seats(api.0.listing.read().await)
}

async fn lock(
    State(api): State<Api>,
    SeatNumber(number): SeatNumber,
    Buyer(user): Buyer,
) -> Response {
    answer::hold(api.engine().hold_seat(number, &user))
}

async fn confirm(
    State(api): State<Api>,
    SeatNumber(number): SeatNumber,
    Buyer(user): Buyer,
) -> Response {
    answer::confirm(api.engine().confirm_seat(number, &user))
}

async fn release(State(api): State<Api>, SeatNumber(number): SeatNumber) -> Response {
    answer::release(api.engine().release_seat(number))
}

async fn preflight(asked: HeaderMap) -> Response {
    answer::preflight(&asked)
}
