//! Holds: `/v1/events/{event}/holds` and `/v1/holds`.

use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};

use super::{
    ask::{AddAsk, ConfirmAsk, GiveBackAsk, HoldAsk, IfFreeWord, RevokeAsk, TokenAsk},
    body, durable,
    gate::{Admin, Sales},
    once::SEATLOCK_TOKEN,
    path::Named,
    post::{Outcome, Posted},
    problem::{Kind, Problem},
    reply, resolve,
    shape::Text,
};
use crate::{
    engine::{Engine, HoldKey, HoldView, IfFree, Want},
    event::{Token, User},
    http::routes::Api,
    tick::Moment,
};

/// `POST /v1/events/{event}/holds`
pub(super) fn make(api: &Api, posted: &Posted<Sales>) -> Outcome {
    let event = posted.name.event(api.engine())?;
    let ask = match HoldAsk::plain(&posted.body) {
        Some(ask) => body::checked(ask)?,
        None => body::read(&posted.body)?,
    };
    let asks = resolve::asks(event.chart(), &ask.seats, &ask.best, &ask.areas)?;
    let want = Want {
        user: User::new(&ask.user.0),
        order: kept(ask.order.as_ref()),
        asks,
    };
    let held = api.engine().hold_at(&event, want, posted.now);
    let new = held.map_err(|refusal| Problem::take(&event, refusal))?;
    Ok((reply::new_hold(&new), Some(new.view.deadline)))
}

/// `GET /v1/holds/{id}`
pub(super) async fn show(
    State(api): State<Api>,
    Sales(caller): Sales,
    named: Named,
    asked: HeaderMap,
) -> Response {
    let shown = key(&named, &asked, None).and_then(|key| look(api.engine(), &key));
    if let Ok(view) = &shown {
        durable::seen(api.engine(), view).await;
    }
    let shown = shown.map(|view| reply::hold(&view));
    reply::send(shown.map_err(|problem| body::counted(&api, &caller, problem)))
}

/// `POST /v1/holds/{id}/confirm`
pub(super) fn confirm(api: &Api, posted: &Posted<Sales>) -> Outcome {
    let ask: ConfirmAsk = body::read_any(&posted.body)?;
    let key = posted.key(ask.token.as_ref())?;
    let if_free = match ask.if_free {
        Some(IfFreeWord::Retake) => IfFree::Retake,
        None => IfFree::Leave,
    };
    let engine = api.engine();
    let confirmed = engine.confirm(&key, if_free, kept(ask.order.as_ref()));
    confirmed.map(said).map_err(|refusal| {
        let event = engine.look(&key).ok().map(|view| view.event);
        Problem::confirm(event.as_deref(), refusal)
    })
}

/// `POST /v1/holds/{id}/release`
pub(super) fn release(api: &Api, posted: &Posted<Sales>) -> Outcome {
    let key = posted.token_alone()?;
    api.engine()
        .release(&key)
        .map(said)
        .map_err(Problem::release)
}

/// `POST /v1/holds/{id}/revoke`
pub(super) fn revoke(api: &Api, posted: &Posted<Admin>) -> Outcome {
    let RevokeAsk {} = body::read_any(&posted.body)?;
    let id = posted.name.hold()?;
    api.engine().revoke(id).map(said).map_err(Problem::release)
}

/// `POST /v1/holds/{id}/extend`
pub(super) fn extend(api: &Api, posted: &Posted<Sales>) -> Outcome {
    let key = posted.token_alone()?;
    api.engine().extend(&key).map(said).map_err(Problem::extend)
}

/// `POST /v1/holds/{id}/pay`
pub(super) fn pay(api: &Api, posted: &Posted<Sales>) -> Outcome {
    let key = posted.token_alone()?;
    api.engine().pay(&key).map(said).map_err(Problem::extend)
}

/// `POST /v1/holds/{id}/add`
pub(super) fn add(api: &Api, posted: &Posted<Sales>) -> Outcome {
    let ask: AddAsk = body::read(&posted.body)?;
    let key = posted.key(ask.token.as_ref())?;
    let event = look(api.engine(), &key)?.event;
    let asks = resolve::asks(event.chart(), &ask.seats, &ask.best, &ask.areas)?;
    let added = api.engine().add(&key, &asks);
    added
        .map(said)
        .map_err(|refusal| Problem::add(&event, refusal))
}

/// `POST /v1/holds/{id}/give-back`
pub(super) fn give_back(api: &Api, posted: &Posted<Sales>) -> Outcome {
    let ask: GiveBackAsk = body::read(&posted.body)?;
    let key = posted.key(ask.token.as_ref())?;
    let event = look(api.engine(), &key)?.event;
    let part = resolve::part(event.chart(), &ask.seats, &ask.areas)?;
    let given = api.engine().give_back(&key, &part);
    given
        .map(said)
        .map_err(|refusal| Problem::give_back(&event, refusal))
}

impl Posted<Sales> {
    fn key(&self, in_body: Option<&Text>) -> Result<HoldKey, Problem> {
        key(&self.name, &self.head.headers, in_body)
    }

    /// The key of a request whose body has nothing but a token, if it has one.
    fn token_alone(&self) -> Result<HoldKey, Problem> {
        let ask: TokenAsk = body::read_any(&self.body)?;
        self.key(ask.token.as_ref())
    }
}

/// The hold that is meant, with the token from the header or the body.
fn key(named: &Named, asked: &HeaderMap, in_body: Option<&Text>) -> Result<HoldKey, Problem> {
    let id = named.hold()?;
    let in_header = asked
        .get(SEATLOCK_TOKEN)
        .map(|text| text.to_str().unwrap_or_default());
    let in_body = in_body.map(|Text(text)| &**text);
    let text = match (in_header, in_body) {
        (Some(header), Some(body)) if header != body => {
            let reason = "is another one than in the header Seatlock-Token";
            return Err(Problem::invalid_field("token", reason));
        }
        (Some(text), _) | (None, Some(text)) => text,
        (None, None) => return Err(Problem::invalid_field("token", "must be given")),
    };
    // What is no token is no hold's.
    let token = Token::parse(text).ok_or(Problem::new(Kind::WrongToken))?;
    Ok(HoldKey { id, token })
}

fn look(engine: &Engine, key: &HoldKey) -> Result<HoldView, Problem> {
    engine.look(key).map_err(Problem::unusable)
}

fn kept(order: Option<&Text>) -> Option<Arc<str>> {
    order.map(|Text(text)| (&**text).into())
}

fn said(view: HoldView) -> (reply::Said, Option<Moment>) {
    (reply::hold(&view), Some(view.deadline))
}
