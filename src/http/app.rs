//! What a server serves: a router, and beside it the one call that does not go through it.
//!
//! An on-sale is `POST /v1/events/{event}/holds`, again and again. The router would take its path to pieces for handlers
//! that want them, copy the handler to the heap, and the request to the copy: a twentieth of all that a hold costs. So
//! this call is known by its method and path, and everything else is the router's, also what only looks like it. The
//! handler is the same either way.

use std::{convert::Infallible, fmt};

use axum::{Router, body::Body, http::Request, response::Response};
use tower_service::Service as _;

use super::{Peer, routes::Api, v1};

/// The calls that a server answers.
#[derive(Clone)]
pub struct App {
    router: Router,
    /// What new holds are made on, if any are.
    holds: Option<Api>,
}

impl App {
    /// What the router serves, and new holds without it.
    pub(super) fn new(router: Router, api: Api) -> Self {
        Self {
            router,
            holds: Some(api),
        }
    }

    /// With these calls as well.
    #[must_use]
    pub fn merge(self, others: Router) -> Self {
        Self {
            router: self.router.merge(others),
            ..self
        }
    }

    /// The answer to a request that has its peer among its extensions.
    pub async fn call(&self, request: Request<Body>) -> Response {
        let peer = request.extensions().get().copied();
        self.call_from(peer, request).await
    }

    /// The answer to a request from this peer. The router's handlers find it among the request's extensions.
    pub(super) async fn call_from(
        &self,
        peer: Option<Peer>,
        mut request: Request<Body>,
    ) -> Response {
        if let Some(api) = &self.holds
            && v1::is_new_hold(&request)
        {
            return v1::new_hold(request, peer, api).await;
        }
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        let answered: Result<Response, Infallible> = self.router.clone().call(request).await;
        answered.unwrap_or_else(|never| match never {})
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("App").field(&self.router).finish()
    }
}

impl From<Router> for App {
    fn from(router: Router) -> Self {
        Self {
            router,
            holds: None,
        }
    }
}
