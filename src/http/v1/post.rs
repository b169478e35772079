//! Calls that change something, from a request with its whole body to its answer.
//!
//! What is called is a plain function, and nearly always it has been called and answered before this returns to the
//! router: there is a future only where something has to be waited for, a body that is not there yet or a change that is
//! not durable yet. A handler of the usual kind is one large future, which is moved from place to place a few times and
//! allocated on its way; that took a tenth of a hold.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, Waker, ready},
};

use axum::{
    extract::{FromRequest, Request},
    handler::Handler,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use bytes::Bytes;

use super::{
    body::{Gathering, counted, json_alone},
    durable::{self, Changes},
    gate::{HasGate as _, Who},
    once::{Asked, Reply, once},
    path::Named,
    problem::Problem,
    reply::Said,
};
use crate::{
    engine::Now,
    http::{Peer, routes::Api},
    limits,
    tick::Moment,
};

/// A request that changes something: who asks, what its path names, what it says. Who may not ask is told before the
/// body is looked at.
pub(super) struct Posted<R> {
    pub(super) who: R,
    pub(super) name: Named,
    pub(super) head: Parts,
    pub(super) body: Bytes,
    /// The instant at which all of it was there.
    pub(super) now: Now,
}

/// What came of a request: the answer, and until when it must be possible to have it again.
pub(super) type Outcome = Result<(Said, Option<Moment>), Problem>;

/// A call by POST, which may come again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Post<W> {
    changes: Changes,
    work: W,
}

/// A call that changes what is held.
pub(super) fn holding<W>(work: W) -> Post<W> {
    let changes = Changes::Holds;
    Post { changes, work }
}

/// A call that changes what is sold, or may be.
pub(super) fn selling<W>(work: W) -> Post<W> {
    let changes = Changes::Bookings;
    Post { changes, work }
}

/// An answer, at once or later.
pub(super) enum Answering {
    Now(Option<Response>),
    Later(Pin<Box<dyn Future<Output = Response> + Send>>),
}

impl<R, W> Handler<Posted<R>, Api> for Post<W>
where
    R: Who + Send + Sync + 'static,
    W: Fn(&Api, &Posted<R>) -> Outcome + Copy + Send + Sync + 'static,
{
    type Future = Answering;

    fn call(self, request: Request, api: Api) -> Answering {
        let peer = request.extensions().get().copied();
        self.serve(request, peer, &api)
    }
}

impl<W> Post<W> {
    /// Answers a request, at once if all of it is there and nothing has to become durable.
    pub(super) fn serve<R>(self, request: Request, peer: Option<Peer>, api: &Api) -> Answering
    where
        R: Who + Send + Sync + 'static,
        W: Fn(&Api, &Posted<R>) -> Outcome + Copy + Send + Sync + 'static,
    {
        let mut arriving = match Arriving::of(request, peer, api) {
            Ok(arriving) => arriving,
            Err(refusal) => return Answering::Now(Some(*refusal)),
        };
        // Our own server has taken the body in already, and nobody is woken for it.
        match arriving.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(whole) => self.answer(api, whole.map(|()| &arriving.posted)),
            Poll::Pending => {
                let api = api.clone();
                Answering::Later(Box::pin(async move {
                    let whole = arriving.rest(&api).await;
                    self.answer(&api, whole.map(|()| &arriving.posted)).await
                }))
            }
        }
    }

    /// Carries the request out, or answers it as before if it comes again. Wrong tokens are counted.
    ///
    /// What must be durable is answered when it is; the work is done by then, whether anybody still waits or not.
    fn answer<R>(self, api: &Api, posted: Result<&Posted<R>, Problem>) -> Answering
    where
        R: Who,
        W: Fn(&Api, &Posted<R>) -> Outcome,
    {
        let posted = match posted {
            Ok(posted) => posted,
            Err(problem) => return Answering::Now(Some(problem.answer())),
        };
        let work = || (self.work)(api, posted);
        if !api.waits_for(self.changes) {
            return Answering::Now(Some(posted.once(api, work)));
        }
        if let Err(problem) = durable::there_is_room(api.engine()) {
            return Answering::Now(Some(problem.answer()));
        }
        let answer = posted.once(api, work);
        let api = api.clone();
        Answering::Later(Box::pin(async move {
            durable::told(api.engine(), answer).await
        }))
    }
}

impl<R: Who> Posted<R> {
    fn once(&self, api: &Api, work: impl FnOnce() -> Outcome) -> Response {
        let caller = self.who.caller();
        let asked = Asked {
            method: &self.head.method,
            uri: &self.head.uri,
            headers: &self.head.headers,
            body: &self.body,
        };
        once(api.repeats(), api.engine(), caller, asked, || {
            match work() {
                Ok((answer, keep_until)) => Reply { answer, keep_until },
                Err(problem) => Reply {
                    answer: counted(api, caller, problem).said(),
                    keep_until: None,
                },
            }
        })
    }
}

/// A request whose body may still be coming. It stays where it is until it is answered: it is large.
struct Arriving<R> {
    posted: Posted<R>,
    body: Gathering,
}

impl<R: Who> Arriving<R> {
    #[inline]
    fn of(request: Request, peer: Option<Peer>, api: &Api) -> Result<Self, Box<Response>> {
        let (head, body) = request.into_parts();
        let who = R::enter(&head.headers, peer, api)
            .map_err(|denied| Box::new(denied.into_response()))?;
        let name = Named::of_call(head.uri.path());
        let name = name.map_err(|problem| Box::new(problem.answer()))?;
        let now = who.caller().now();
        Ok(Self {
            posted: Posted {
                who,
                name,
                head,
                body: Bytes::new(),
                now,
            },
            body: Gathering::of(body, limits::BODY_BYTES_MAX),
        })
    }

    /// Puts the body to the rest, once all of it is there.
    #[inline]
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Problem>> {
        let body = ready!(self.body.poll(cx))?;
        self.posted.body = json_alone(&self.posted.head.headers, body)?;
        Poll::Ready(Ok(()))
    }

    /// Waits for the rest of the body. That takes time, and what is done then is done at the end of it.
    async fn rest(&mut self, api: &Api) -> Result<(), Problem> {
        poll_fn(|cx| self.poll(cx)).await?;
        self.posted.now = api.now();
        Ok(())
    }
}

impl<R: Who + Send> FromRequest<Api> for Posted<R> {
    type Rejection = Response;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Response> {
        let peer = request.extensions().get().copied();
        let mut arriving = Arriving::of(request, peer, api).map_err(|refused| *refused)?;
        let whole = arriving.rest(api).await;
        whole.map_err(|problem| problem.answer())?;
        Ok(arriving.posted)
    }
}

impl Future for Answering {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        match self.get_mut() {
            Self::Now(answer) => {
                Poll::Ready(answer.take().expect("it is polled until it is ready"))
            }
            Self::Later(answer) => answer.as_mut().poll(cx),
        }
    }
}
