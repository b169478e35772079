//! What a path names.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
    response::Response,
};

use super::problem::{Kind, Problem};
use crate::{
    engine::{Engine, Entry, Event},
    event::Name,
    http::routes::Api,
    ids::HoldId,
};

/// The one part of a path that the client chooses, its escapes resolved.
#[derive(Debug)]
pub(in crate::http) struct Named(Box<str>);

impl FromRequestParts<Api> for Named {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Response> {
        let parameters = RawPathParams::from_request_parts(parts, api).await;
        let named = parameters
            .ok()
            .and_then(|parameters| parameters.iter().next().map(|(_, text)| text.into()));
        // None only if the escapes are not UTF-8.
        named
            .map(Self)
            .ok_or_else(|| Problem::new(Kind::NoSuchPath).answer())
    }
}

impl Named {
    pub(in crate::http) fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as a name that a new chart or event can have.
    pub(super) fn new_name(&self) -> Result<Name, Problem> {
        Name::new(&self.0).map_err(|error| Problem::invalid_field("name", error.to_string()))
    }

    /// The id of a hold or booking.
    pub(super) fn hold(&self) -> Result<HoldId, Problem> {
        HoldId::parse(&self.0).ok_or_else(|| Problem::new(Kind::NoSuchHold))
    }

    /// The event, which is not closed.
    pub(super) fn event(&self, engine: &Engine) -> Result<Arc<Event>, Problem> {
        match self.entry(engine)? {
            Entry::Alive(event) => Ok(event),
            Entry::Closed(_) => Err(Problem::new(Kind::Closed)),
        }
    }

    /// The event, or what is left of it.
    pub(super) fn entry(&self, engine: &Engine) -> Result<Entry, Problem> {
        engine
            .entry(&self.0)
            .ok_or_else(|| Problem::new(Kind::NoSuchEvent))
    }
}
