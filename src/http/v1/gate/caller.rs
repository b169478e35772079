//! Who asks, as a handler takes him from a request: `Sales(caller): Sales` among its arguments is all that it needs.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};

use super::{Denied, Gate};
use crate::{
    access::{
        client::Client,
        key::{Grant, Role},
    },
    engine::Now,
    http::Peer,
};

/// The state of a router whose handlers ask who calls.
pub trait HasGate {
    /// The gate.
    fn gate(&self) -> &Gate;

    /// The instant, on the engine's clock.
    fn now(&self) -> Now;
}

/// Somebody who was let in.
#[derive(Debug, Clone)]
pub struct Caller {
    role: Role,
    key: Option<Arc<str>>,
    client: Client,
    now: Now,
}

/// Anybody may ask, with or without a key; who has sent something that is no key may not.
#[derive(Debug, Clone)]
pub struct Public(pub Caller);

/// Whoever may hold and book.
#[derive(Debug, Clone)]
pub struct Sales(pub Caller);

/// Whoever may do everything.
#[derive(Debug, Clone)]
pub struct Admin(pub Caller);

impl Caller {
    pub(super) fn with_key(grant: &Grant, client: Client, now: Now) -> Self {
        Self {
            role: grant.role,
            key: Some(Arc::clone(&grant.name)),
            client,
            now,
        }
    }

    pub(super) fn without_key(role: Role, client: Client, now: Now) -> Self {
        Self {
            role,
            key: None,
            client,
            now,
        }
    }

    /// What he may do.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The name of his key.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Where he asks from.
    pub fn client(&self) -> Client {
        self.client
    }

    /// When his request began. The clock need not be read again.
    pub fn now(&self) -> Now {
        self.now
    }

    /// Whose idempotency keys he uses: those of his API key, or of his address if he has none. The two never meet, as
    /// there is no colon in a key's name.
    pub fn scope(&self) -> String {
        match &self.key {
            Some(name) => format!("key:{name}"),
            None => format!("client:{}", self.client),
        }
    }
}

/// Somebody whom the gate lets in, or not.
pub(in crate::http::v1) trait Who: Sized {
    /// Who sent a request with these headers, from this peer, if he may.
    ///
    /// # Errors
    /// [`Denied`].
    fn enter(headers: &HeaderMap, peer: Option<Peer>, state: &impl HasGate)
    -> Result<Self, Denied>;

    /// Who it is.
    fn caller(&self) -> &Caller;
}

macro_rules! extract {
    ($($who:ident)+) => { $(
        impl Who for $who {
            fn enter(
                headers: &HeaderMap,
                peer: Option<Peer>,
                state: &impl HasGate,
            ) -> Result<Self, Denied> {
                let peer = peer.map(|Peer(address)| address.ip());
                let gate = state.gate();
                gate.enter(headers, peer, Role::$who, state.now()).map(Self)
            }

            fn caller(&self) -> &Caller {
                &self.0
            }
        }

        impl<S: HasGate + Sync> FromRequestParts<S> for $who {
            type Rejection = Denied;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Denied> {
                let peer = parts.extensions.get().copied();
                Self::enter(&parts.headers, peer, state)
            }
        }
    )+ };
}

extract!(Public Sales Admin);
