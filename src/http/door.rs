//! Who is let in: asks [`crate::access`] about each request, before anything else is asked about it.

use std::{fmt, hash::RandomState, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, header::AUTHORIZATION},
    middleware::{self, Next},
    response::Response,
};

use super::{Peer, answer};
use crate::{
    access::{
        client::{Client, Proxies},
        key::{Grant, Keys, Role},
        origins::Origins,
        rate::{Buckets, Rate, RetryAfter},
    },
    clock::Clock,
    limits,
};

/// What a door goes by.
#[derive(Debug, Default)]
pub struct DoorConfig {
    /// The API keys. Without any, everybody may do everything.
    pub keys: Keys,
    /// Whose word on a client's address is taken.
    pub proxies: Proxies,
    /// Whose scripts may read the answers of `/v1`.
    pub origins: Origins,
    /// How often a client without a valid key may ask.
    pub rate_per_client: Option<Rate>,
    /// How often a key may be used whose line does not say so itself.
    pub rate_per_key: Option<Rate>,
}

/// Decides about requests by their keys and by how many there were.
pub struct Door {
    config: DoorConfig,
    clients: Buckets<Client>,
    keys: Buckets<str>,
    clock: Box<dyn Clock>,
}

/// Why somebody is turned away.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    /// A key is needed, and there is none: 401.
    NoKey,
    /// The key is unknown: 401.
    WrongKey,
    /// The key is not good for this: 403.
    WrongRole,
    /// There were too many requests: 429.
    TooOften(RetryAfter),
}

impl Door {
    /// A door through which nobody has come yet.
    pub fn new(config: DoorConfig, clock: impl Clock) -> Self {
        Self {
            config,
            clients: Buckets::new(limits::RATE_BUCKETS, RandomState::new()),
            keys: Buckets::new(limits::RATE_BUCKETS, RandomState::new()),
            clock: Box::new(clock),
        }
    }

    /// What it goes by.
    pub fn config(&self) -> &DoorConfig {
        &self.config
    }

    /// Whether it lets everybody in, always.
    pub fn asks_nothing(&self) -> bool {
        let DoorConfig {
            keys,
            rate_per_client,
            ..
        } = &self.config;
        keys.is_empty() && rate_per_client.is_none()
    }

    /// Lets a request in that `needed` may make. Who presents an unknown key counts as the client that he is, so
    /// guessing keys is as slow as asking without one.
    ///
    /// # Errors
    /// [`Turned`].
    pub fn admit(&self, peer: Peer, headers: &HeaderMap, needed: Role) -> Result<(), Turned> {
        let presented = bearer(headers);
        let grant = presented.and_then(|key| self.config.keys.check(key));
        self.count(peer, headers, grant).map_err(Turned::TooOften)?;
        match (presented, grant) {
            _ if self.config.keys.is_empty() => Ok(()),
            (_, Some(grant)) if grant.role.may_act_as(needed) => Ok(()),
            (_, Some(_)) => Err(Turned::WrongRole),
            (Some(_), None) => Err(Turned::WrongKey),
            (None, None) if needed == Role::Public => Ok(()),
            (None, None) => Err(Turned::NoKey),
        }
    }

    /// Takes a token from the key's bucket, or from the client's.
    fn count(
        &self,
        Peer(peer): Peer,
        headers: &HeaderMap,
        grant: Option<&Grant>,
    ) -> Result<(), RetryAfter> {
        let now = || self.clock.now();
        if let Some(grant) = grant {
            let rate = grant.rate.or(self.config.rate_per_key);
            return rate.map_or(Ok(()), |rate| self.keys.take(&grant.name, 1, rate, now()));
        }
        let Some(rate) = self.config.rate_per_client else {
            return Ok(());
        };
        let proxies = &self.config.proxies;
        let lines = headers.get_all(proxies.header());
        let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
        let client = proxies.client(peer.ip(), lines);
        self.clients.take(&client, 1, rate, now())
    }
}

/// The small API behind a door: to look needs no key, to hold and confirm one for sales, and to release somebody's
/// lock an administrator's.
pub fn guard(small_api: Router, door: Arc<Door>) -> Router {
    small_api.layer(middleware::from_fn_with_state(door, pass))
}

async fn pass(State(door): State<Arc<Door>>, peer: Peer, request: Request, next: Next) -> Response {
    let needed = needed(request.method(), request.uri().path());
    match door.admit(peer, request.headers(), needed) {
        Ok(()) => next.run(request).await,
        Err(turned) => answer::turned(turned),
    }
}

fn needed(method: &Method, path: &str) -> Role {
    if path.starts_with("/unlock/") {
        Role::Admin
    } else if method == Method::POST {
        Role::Sales
    } else {
        Role::Public
    }
}

/// The key in `Authorization: Bearer ..` (RFC 6750); the scheme's name in any letters.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// Shows no key, not even hashed.
impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{access::key::Key, clock::ManualClock};
    use std::time::Duration;

    fn key(role: u8) -> Key {
        Key::make([role; 32])
    }

    fn keys() -> Keys {
        let line = |role: Role, number| format!("{0} {0} {1}\n", role.name(), key(number).hash());
        let lines = [
            line(Role::Public, 0),
            line(Role::Sales, 1),
            line(Role::Admin, 2),
        ];
        Keys::parse(&lines.concat()).expect("a valid file")
    }

    fn asks(door: &Door, presented: Option<&str>, needed: Role) -> Result<(), Turned> {
        let mut headers = HeaderMap::new();
        if let Some(key) = presented {
            let value = format!("bearer {key}").parse().expect("a header");
            headers.insert(AUTHORIZATION, value);
        }
        let peer = "192.0.2.1:1".parse().expect("an address");
        door.admit(Peer(peer), &headers, needed)
    }

    #[test]
    fn each_role_may_do_its_own_and_what_the_weaker_may() {
        let config = DoorConfig {
            keys: keys(),
            ..DoorConfig::default()
        };
        let door = Door::new(config, ManualClock::new());
        for (number, role) in (0..).zip(Role::ALL) {
            for needed in Role::ALL {
                let expected = if role >= needed {
                    Ok(())
                } else {
                    Err(Turned::WrongRole)
                };
                assert_eq!(asks(&door, Some(key(number).text()), needed), expected);
            }
        }
        assert_eq!(asks(&door, None, Role::Public), Ok(()));
        assert_eq!(asks(&door, None, Role::Sales), Err(Turned::NoKey));
        assert_eq!(
            asks(&door, Some("sk_guess"), Role::Public),
            Err(Turned::WrongKey)
        );
    }

    #[test]
    fn without_any_key_everybody_may_do_everything() {
        let door = Door::new(DoorConfig::default(), ManualClock::new());
        assert_eq!(asks(&door, None, Role::Admin), Ok(()));
        assert_eq!(asks(&door, Some("sk_old"), Role::Admin), Ok(()));
    }

    #[test]
    fn who_guesses_keys_is_counted_and_who_has_one_is_not_held_up_by_that() {
        let clock = ManualClock::new();
        let config = DoorConfig {
            keys: keys(),
            rate_per_client: Rate::new(1, 2),
            ..DoorConfig::default()
        };
        let door = Door::new(config, clock.clone());
        let guess = |door: &Door| asks(door, Some("sk_guess"), Role::Sales);
        assert_eq!(guess(&door), Err(Turned::WrongKey));
        assert_eq!(guess(&door), Err(Turned::WrongKey));
        assert!(matches!(guess(&door), Err(Turned::TooOften(_))));
        assert_eq!(asks(&door, Some(key(1).text()), Role::Sales), Ok(()));
        clock.advance(Duration::from_secs(1));
        assert_eq!(guess(&door), Err(Turned::WrongKey));
    }
}
