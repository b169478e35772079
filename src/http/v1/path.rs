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
    http::{
        request::{self, NotText},
        routes::Api,
    },
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

impl From<&Name> for Named {
    fn from(name: &Name) -> Self {
        Self(name.as_str().into())
    }
}

impl Named {
    /// What the path of a call under `/v1` names: the part after the next. The router knows it as well, but only gives
    /// out copies of all that it knows.
    ///
    /// # Errors
    /// The problem `no-such-path`, if its escapes are not UTF-8.
    pub(super) fn of_call(path: &str) -> Result<Self, Problem> {
        let no_such_path = || Problem::new(Kind::NoSuchPath);
        let path = path.strip_prefix("/v1/").ok_or_else(no_such_path)?;
        let (_kind, rest) = parted(path);
        let (part, _rest) = parted(rest);
        let text = request::decoded_part(part);
        text.map(|text| Self(text.into()))
            .map_err(|NotText| no_such_path())
    }

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

/// A path up to its first slash, and what follows that. Parts are so short that whatever looks for several bytes at once
/// takes longer.
fn parted(path: &str) -> (&str, &str) {
    let slash = path.bytes().position(|byte| byte == b'/');
    slash.map_or((path, ""), |slash| (&path[..slash], &path[slash + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_third_part() {
        for (path, name) in [
            ("/v1/events/gala/holds", Some("gala")),
            ("/v1/holds/cc1c539b40000001", Some("cc1c539b40000001")),
            ("/v1/events/a+b", Some("a+b")),
            ("/v1/events/", Some("")),
            ("/v1/events", Some("")),
            ("/v1/ä/ü/ö", Some("ü")),
            ("/v1/events/a%20%C3%A4/holds", Some("a ä")),
            ("/v1/events/%FF/holds", None),
            ("/v1/events/%4/holds", None),
            ("/e/gala", None),
        ] {
            let named = Named::of_call(path).ok();
            assert_eq!(named.as_ref().map(Named::as_str), name, "{path}");
        }
    }
}
