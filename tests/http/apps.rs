//! What the tests of the server serve, and the times that they give it.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use seatlock::http::ServerConfig;
use tokio::sync::Semaphore;

pub(crate) const SHORT: Duration = Duration::from_millis(200);
/// Short, but enough for a test that is slow today to say what it has to say in time.
pub(crate) const ENOUGH: Duration = Duration::from_secs(1);
pub(crate) const LONG: Duration = Duration::from_secs(600);
pub(crate) const PAUSE: Duration = Duration::from_millis(20);

/// All times long: a test shortens the one that it is about.
pub(crate) fn patient() -> ServerConfig {
    ServerConfig {
        head_timeout: LONG,
        body_timeout: LONG,
        idle_timeout: LONG,
        write_timeout: LONG,
        drain_timeout: LONG,
        linger_timeout: SHORT,
        ..ServerConfig::default()
    }
}

/// Answers with what it was sent.
pub(crate) fn echo() -> Router {
    let path = async |Path(text): Path<String>| text;
    let body = async |text: String| text;
    let flood = async || vec![b'x'; 64 << 20];
    Router::new()
        .route("/echo/{text}", get(path))
        .route("/echo", post(body))
        .route("/flood", get(flood))
        .route(
            "/panic",
            get(async || -> () { panic!("as the test wants it") }),
        )
}

/// Answers `/wait` once somebody adds a permit to the gate.
pub(crate) fn gated() -> (Router, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let inner = Arc::clone(&gate);
    let wait = async move || {
        inner
            .acquire()
            .await
            .expect("the gate is not closed")
            .forget();
        "waited"
    };
    (echo().route("/wait", get(wait)), gate)
}
