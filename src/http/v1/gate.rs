//! The gate of `/v1`: who asks, whether he may, and whether he asks too often.
//!
//! | who asks | how often he may | what he may |
//! |---|---|---|
//! | nobody has a key: the server is open | by his address | everything |
//! | without a key | by his address | what is public |
//! | with a key (`Authorization: Bearer`) | by his key | what his role may |
//! | with something that is no key | by his address, and as a guess | nothing: 401 |
//!
//! An address is a [`Client`]: an IPv4 address or the first 64 bits of an IPv6 address, behind trusted proxies the one
//! that they name. A hold's token is no key: whoever knows it may use that one hold, and the handlers compare it.
//!
//! # Guesses
//! Wrong keys of one client are told to be wrong [`limits::GUESSES_AT_ONCE`] times, and then
//! [`limits::GUESSES_A_MINUTE`] times a minute; in between they are answered 429. So are wrong tokens, which are counted
//! apart. A right one is always let in: otherwise whoever shares an address with a shop or a buyer could lock him out.
//! What makes guessing hopeless are the 256 bits of a key and the 128 of a token, at any rate; this bound keeps it
//! visible and cheap.
//!
//! # What it costs
//! A clock that was read by the caller, one SHA-256 of 67 bytes and two look-ups with a key, one look-up without. No
//! mutex, and no allocation.
//!
//! | file | what it is |
//! |---|---|
//! | [`caller`] | who asks, as handlers take him from a request |
//! | [`denied`] | why somebody is not let in |

pub mod caller;
pub mod denied;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    hash::RandomState,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

pub(super) use self::caller::Who;
pub use self::{
    caller::{Admin, Caller, HasGate, Public, Sales},
    denied::Denied,
};
use crate::{
    access::{
        client::{Client, Proxies},
        key::{Grant, Keys, Role},
        rate::{Buckets, Rate},
    },
    clock::Clock,
    engine::Now,
    limits,
    tick::Moment,
};

/// What a gate goes by.
#[derive(Debug, Default)]
pub struct GateConfig {
    /// The API keys. Without any the server is open, and everybody is an administrator.
    pub keys: Keys,
    /// How often a client without a key may ask; `None` for no limit.
    pub rate_per_client: Option<Rate>,
    /// How often a key may be used that has no rate of its own; `None` for no limit.
    pub rate_per_key: Option<Rate>,
    /// Whose word is taken on a client's address.
    pub proxies: Proxies,
}

/// Lets requests in, or not. One for all connections; it never grows.
pub struct Gate {
    config: GateConfig,
    by_client: Buckets<Client>,
    by_key: Buckets<str>,
    key_guesses: Buckets<Client>,
    token_guesses: Buckets<Client>,
    guess_rate: Option<Rate>,
    /// What rates go by, if not by the time of the request: where several engines share a gate, each has a time of its own.
    clock: Option<Arc<dyn Clock>>,
}

/// What a request has in its `Authorization`.
enum Presented<'k> {
    Nothing,
    Key(&'k Grant),
    NoKey,
}

/// Buckets of keys, for each key that there can be: so few share a set that none ever shares a bucket.
const KEY_BUCKETS: usize = 8 * limits::API_KEYS_MAX;

/// What a guess takes out of a bucket that gets one token a second, the slowest that there is.
const GUESS_COST: u32 = 60 / limits::GUESSES_A_MINUTE;

impl Gate {
    /// A gate that goes by `config`.
    pub fn new(config: GateConfig) -> Self {
        Self {
            config,
            by_client: Buckets::new(limits::RATE_BUCKETS, RandomState::new()),
            by_key: Buckets::new(KEY_BUCKETS, RandomState::new()),
            key_guesses: Buckets::new(limits::RATE_BUCKETS, RandomState::new()),
            token_guesses: Buckets::new(limits::RATE_BUCKETS, RandomState::new()),
            guess_rate: Rate::new(1, GUESS_COST * limits::GUESSES_AT_ONCE),
            clock: None,
        }
    }

    /// A gate that several engines share: its rates go by this clock.
    #[must_use]
    pub fn on(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Whether everybody may do everything, as no key is configured.
    pub fn is_open(&self) -> bool {
        self.config.keys.is_empty()
    }

    /// Whether everybody is let in, always.
    pub fn asks_nothing(&self) -> bool {
        self.is_open() && self.config.rate_per_client.is_none()
    }

    /// Lets a request in that needs `needed`, from `peer`, the other end of its connection.
    ///
    /// # Errors
    /// [`Denied`]. Whoever is denied for his rate or his role has used up a request of it all the same.
    pub fn enter(
        &self,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
        needed: Role,
        now: Now,
    ) -> Result<Caller, Denied> {
        let client = self.client(headers, peer);
        match self.presented(headers) {
            Presented::Key(grant) => self.enter_with_key(grant, client, needed, now),
            Presented::Nothing => self.enter_without(client, needed, now),
            Presented::NoKey => {
                self.count_request(client, now)?;
                self.count_guess(&self.key_guesses, client, now)?;
                Err(Denied::UnknownKey)
            }
        }
    }

    /// Counts a wrong token against whoever sent it. Call it for each, and answer 403 if this says nothing else.
    ///
    /// # Errors
    /// [`Denied::TooOften`], which is to be the answer then.
    pub fn wrong_token(&self, caller: &Caller) -> Result<(), Denied> {
        self.count_guess(&self.token_guesses, caller.client(), caller.now())
    }

    fn enter_with_key(
        &self,
        grant: &Grant,
        client: Client,
        needed: Role,
        now: Now,
    ) -> Result<Caller, Denied> {
        if let Some(rate) = grant.rate.or(self.config.rate_per_key) {
            self.by_key.take(&grant.name, 1, rate, self.moment(now))?;
        }
        if grant.role.may_act_as(needed) {
            Ok(Caller::with_key(grant, client, now))
        } else {
            Err(Denied::RoleTooSmall {
                needed,
                has: grant.role,
            })
        }
    }

    fn enter_without(&self, client: Client, needed: Role, now: Now) -> Result<Caller, Denied> {
        self.count_request(client, now)?;
        let role = if self.is_open() {
            Role::Admin
        } else {
            Role::Public
        };
        if role.may_act_as(needed) {
            Ok(Caller::without_key(role, client, now))
        } else {
            Err(Denied::KeyMissing { needed })
        }
    }

    fn count_request(&self, client: Client, now: Now) -> Result<(), Denied> {
        let Some(rate) = self.config.rate_per_client else {
            return Ok(());
        };
        Ok(self.by_client.take(&client, 1, rate, self.moment(now))?)
    }

    fn count_guess(
        &self,
        guesses: &Buckets<Client>,
        client: Client,
        now: Now,
    ) -> Result<(), Denied> {
        let Some(rate) = self.guess_rate else {
            return Ok(());
        };
        Ok(guesses.take(&client, GUESS_COST, rate, self.moment(now))?)
    }

    fn moment(&self, now: Now) -> Moment {
        let clock = self.clock.as_ref();
        clock.map_or(now.moment, |clock| clock.now())
    }

    /// Without a peer, where something else than this crate's server calls, all are one client.
    fn client(&self, headers: &HeaderMap, peer: Option<IpAddr>) -> Client {
        let proxies = &self.config.proxies;
        let peer = peer.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        if !proxies.trusts(peer) {
            return Client::at(peer);
        }
        let lines = headers.get_all(proxies.header()).into_iter();
        proxies.client(peer, lines.map(HeaderValue::as_bytes))
    }

    /// An open server looks at no keys: a client that has one still works.
    fn presented(&self, headers: &HeaderMap) -> Presented<'_> {
        if self.is_open() {
            return Presented::Nothing;
        }
        let mut lines = headers.get_all(AUTHORIZATION).into_iter();
        let Some(line) = lines.next() else {
            return Presented::Nothing;
        };
        let key = bearer(line).filter(|_| lines.next().is_none());
        let grant = key.and_then(|key| self.config.keys.check(key));
        grant.map_or(Presented::NoKey, Presented::Key)
    }
}

/// What follows the scheme, whose name may be written in either case (RFC 6750, section 2.1; RFC 9110, section 11.1).
fn bearer(line: &HeaderValue) -> Option<&str> {
    let (scheme, key) = line.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| key.trim_matches(' '))
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gate({:?})", self.config)
    }
}
