//! One request, from its complete head to the beginning of its answer: takes it in, lets it in, hands it to the app,
//! and notes how it went.

use std::{
    future::{Future, poll_fn},
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::atomic::{AtomicU64, Ordering},
    task::Poll,
};

use axum::{
    http::{HeaderValue, Request, header::ORIGIN},
    response::Response,
};
use hyper::body::Incoming;
use tokio::time::Instant;
use tracing::{Instrument, Level, Span, debug, debug_span, enabled};

use super::{
    App, Cors, ServerConfig,
    admission::{Admission, Urgency},
    answer::Refusal,
    intake,
    peer::Peer,
    prompt::within,
    request_id::{self, X_REQUEST_ID},
    route_table::{self, RouteTable},
    v1,
};
use crate::{limits, metrics::RouteIndex};

/// Requests below this path carry an id, and their answers are for the web pages that are allowed to read them. The
/// small API's answers stay as they are.
const LARGER_API: &str = "/v1/";

/// What all connections of a server share.
#[derive(Debug)]
pub(super) struct Service {
    app: App,
    pub(super) config: ServerConfig,
    admission: Admission,
    routes: RouteTable,
}

/// What the requests of one connection share.
#[derive(Debug)]
pub(super) struct Caller {
    peer: SocketAddr,
    connection: u64,
    requests: AtomicU64,
}

/// What is known of a request before it is worked on.
struct Errand {
    route: RouteIndex,
    urgency: Urgency,
    id: Option<HeaderValue>,
    is_of_larger_api: bool,
    /// The web page that asks, if one does.
    origin: Option<HeaderValue>,
    span: Span,
    /// None where nobody wants to know how long it took.
    begun: Option<Instant>,
}

impl Caller {
    /// Whoever comes from `peer`, over the connection of this number.
    pub(super) fn new(peer: SocketAddr, connection: u64) -> Self {
        Self {
            peer,
            connection,
            requests: AtomicU64::new(0),
        }
    }
}

impl Service {
    pub(super) fn new(app: App, config: ServerConfig) -> Self {
        Self {
            app,
            admission: Admission::new(config.requests_max),
            routes: RouteTable::new(),
            config,
        }
    }

    /// The answer to `request`, which may be that there is none for now.
    pub(super) async fn answer(&self, request: Request<Incoming>, caller: &Caller) -> Response {
        let errand = self.look_at(&request, caller);
        let work = self.work(request, caller, errand.urgency);
        let answered = contain(work.instrument(errand.span.clone())).await;
        let answered = answered.unwrap_or(Err(Refusal::OurFault));
        let mut answer = answered.unwrap_or_else(|refusal| {
            if errand.is_of_larger_api {
                v1::refusal(refusal)
            } else {
                refusal.answer()
            }
        });
        self.note(errand, &mut answer);
        answer
    }

    fn look_at(&self, request: &Request<Incoming>, caller: &Caller) -> Errand {
        let logged = enabled!(Level::DEBUG);
        let route = self.routes.find(request.uri());
        let is_of_larger_api = request.uri().path().starts_with(LARGER_API);
        let id = (logged || is_of_larger_api).then(|| {
            // Relaxed: a number for each, in any order.
            let number = caller.requests.fetch_add(1, Ordering::Relaxed);
            request_id::choose(request.headers(), caller.connection, number)
        });
        let span = match &id {
            // Without the query, which names users.
            Some(id) if logged => debug_span!(
                "request",
                id = id.to_str().unwrap_or_default(),
                peer = %caller.peer,
                method = %request.method(),
                path = request.uri().path(),
            ),
            _ => Span::none(),
        };
        Errand {
            route,
            urgency: route_table::urgency(request.method(), route),
            id,
            is_of_larger_api,
            origin: request.headers().get(ORIGIN).cloned(),
            span,
            begun: (logged || self.config.observer.is_some()).then(Instant::now),
        }
    }

    async fn work(
        &self,
        request: Request<Incoming>,
        caller: &Caller,
        urgency: Urgency,
    ) -> Result<Response, Refusal> {
        if request.uri().path().starts_with(LARGER_API)
            && let Some(answer) = Cors::preflight(request.method(), request.headers())
        {
            return Ok(answer);
        }
        let request = intake::complete(request, &self.config).await?;
        let ticket = self.admission.admit(urgency);
        let _ticket = ticket.ok_or(Refusal::Overloaded)?;
        let mut patience = self.config.answer_timeout;
        if intake::is_streamed(&request) {
            patience += limits::CHART_BODY_TIMEOUT;
        }
        let answer = within(
            patience,
            self.app.call_from(Some(Peer(caller.peer)), request),
        )
        .await;
        answer.map_err(|_elapsed| Refusal::TookTooLong)
    }

    fn note(&self, errand: Errand, answer: &mut Response) {
        let status = answer.status().as_u16();
        if let Some(begun) = errand.begun {
            let took = begun.elapsed();
            if let Some(observer) = &self.config.observer {
                observer.answered(errand.route, status, took);
                if let Some(kind) = answer.extensions().get() {
                    observer.refused(*kind);
                }
            }
            debug!(parent: &errand.span, status, micros = took.as_micros(), "answered");
        }
        if errand.is_of_larger_api {
            let origin = errand.origin.as_ref();
            self.config.cors.mark(origin, answer.headers_mut());
        }
        if let Some(id) = errand.id {
            answer.headers_mut().insert(X_REQUEST_ID, id);
        }
    }
}

/// A handler panicked. The message has been printed, and the connection goes on.
struct Panicked;

async fn contain<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut work = pin!(work);
    poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)));
        polled.map_or(Poll::Ready(Err(Panicked)), |polled| polled.map(Ok))
    })
    .await
}
