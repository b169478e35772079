//! What those who operate a server ask it: whether it lives, whether it can serve, what it counts.
//!
//! | call | when | status |
//! |---|---|---|
//! | `GET /healthz` | the process answers | 200 |
//! | `GET /readyz` | every check passes | 200 |
//! | | a check fails; its name and why are in the answer | 503 |
//! | `GET /metrics` | always | 200 |

use std::{fmt, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::Response,
    routing::get,
};
use serde::Serialize;

use super::answer::Refusal;
use crate::metrics::{self, Registry};

/// Something without which nothing can be served.
pub struct Check {
    name: &'static str,
    look: Box<dyn Fn() -> Result<(), String> + Send + Sync>,
}

/// The answer to `/healthz` and `/readyz`.
#[derive(Debug, Serialize)]
struct Report {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failing: Vec<Failing>,
}

#[derive(Debug, Serialize)]
struct Failing {
    check: &'static str,
    reason: String,
}

impl Check {
    /// A check of this name. `look` says why it fails; it is called at each `/readyz` and must not wait.
    pub fn new(
        name: &'static str,
        look: impl Fn() -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            look: Box::new(look),
        }
    }
}

/// `/healthz` and `/readyz`, to be merged with other routes.
pub fn health(checks: Vec<Check>) -> Router {
    let checks = Arc::new(checks);
    let alive = async || {
        let (status, failing) = ("ok", Vec::new());
        report(StatusCode::OK, &Report { status, failing })
    };
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(async move || readiness(&checks)))
        .method_not_allowed_fallback(async || Refusal::NoSuchMethod.answer())
}

/// `/metrics`, to be merged with other routes.
pub fn metrics(registry: Arc<Registry>) -> Router {
    Router::new()
        .route("/metrics", get(async move || exposition(&registry)))
        .method_not_allowed_fallback(async || Refusal::NoSuchMethod.answer())
}

/// `routes` as all that a listener serves.
pub fn alone(routes: Router) -> Router {
    routes.fallback(async || Refusal::NoSuchPath.answer())
}

fn readiness(checks: &[Check]) -> Response {
    let failing: Vec<Failing> = checks
        .iter()
        .filter_map(|check| {
            let reason = (check.look)().err()?;
            let check = check.name;
            Some(Failing { check, reason })
        })
        .collect();
    if failing.is_empty() {
        let status = "ready";
        report(StatusCode::OK, &Report { status, failing })
    } else {
        let status = "not ready";
        report(StatusCode::SERVICE_UNAVAILABLE, &Report { status, failing })
    }
}

fn report(status: StatusCode, report: &Report) -> Response {
    // Texts in a struct are always JSON.
    let json = serde_json::to_vec(report).unwrap_or_default();
    let mut answer = fresh(json, "application/json");
    *answer.status_mut() = status;
    answer
}

fn exposition(registry: &Registry) -> Response {
    fresh(registry.text().into_bytes(), metrics::CONTENT_TYPE)
}

fn fresh(body: Vec<u8>, media_type: &'static str) -> Response {
    let mut answer = Response::new(Body::from(body));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Check").field(&self.name).finish()
    }
}
