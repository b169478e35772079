//! etcd as a [`Store`]: its v3 API over gRPC.
//!
//! A request is repeated here only if it surely was not done. A transaction that may have been is its caller's affair, and so
//! it is told with care what became of it:
//!
//! | what comes | [`StoreError`] | why |
//! |---|---|---|
//! | no connection to any member; hyper hands the request back | `Refused` | not a byte of it has left; other members were tried |
//! | `no leader`, `not capable`, `not supported for learner` | `Refused` | said before the request is looked at; other members were tried |
//! | `too many requests` | `Refused` | said before it is proposed |
//! | the alarm NOSPACE was on before the request was sent | `Refused` | it was not sent |
//! | `database space exceeded` | `Unknown` | the change that fills etcd up **is made**, and answered with this |
//! | `database space exceeded`, to a grant | `Refused` | a lease that nobody knows of harms nobody |
//! | `invalid auth token`, and the new token is refused, too | `Refused` | said before it is proposed |
//! | no answer in time; the connection ends; `timed out`, `leader changed`, `server stopped` | `Unknown` | it may have been proposed |
//! | `request is too large`, `too many operations`, a key twice, an empty key | `Impossible` | said before it is proposed |
//! | `permission denied`, a wrong password, a missing user | `Impossible` | said before it is applied |
//! | `requested lease not found` | `Impossible` | said before it is applied |
//! | anything else, words that are not etcd's own, an answer that can't be read or is too long | `Unknown` | nobody knows |
//!
//! On NOSPACE: every member compares its size with the quota when it applies a change, makes the change in any case, and
//! answers with the error if it was too large (`quotaApplierV3.Txn`). Only then is the alarm raised, and from then on no
//! change is made. The same error comes from a look at the size before anything is proposed, in the same words. So the
//! error alone says nothing. The alarm does: who asks for it while it is on knows that etcd takes nothing, and need not try.
//!
//! Where it says so, other members are tried before the refusal; with any other failure of a member the next request goes to
//! another one. Every text names the member.
//!
//! | file | what it is |
//! |---|---|
//! | `asking` | a request, from member to member until one answers |
//! | `calls` | the calls and messages that are used, generated from `etcd.proto` |
//! | `endpoint` | where a member listens |
//! | `line` | one HTTP/2 connection to one member |
//! | `login` | user and password, and the token for them |
//! | `outcome` | what an error says about the request |
//! | `route` | stays with one live member, and moves on when it fails |
//! | `tls` | TLS to etcd |
//! | `upkeep` | compaction, defragmentation, the alarm, the state of members |
//! | `watch` | follows what becomes of keys |
//! | `wire` | transactions as messages |

mod asking;
mod calls;
mod endpoint;
mod line;
mod login;
mod outcome;
mod route;
mod tls;
mod upkeep;
mod watch;
mod wire;

use std::{
    error, fmt,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use prost::Message;

use self::{
    calls::{LeaseGrantRequest, LeaseKeepAliveRequest, LeaseRevokeRequest},
    login::Session,
    outcome::{Failed, Fate},
    route::Route,
};
pub use self::{
    endpoint::{Endpoint, EndpointError},
    login::Login,
    tls::{EtcdTls, EtcdTlsError, Identity},
    upkeep::MemberStatus,
    watch::{Change, Watch},
};
use super::store::{Done, Keys, LeaseId, Revision, Store, StoreError, Txn};
use crate::limits::{ETCD_ENDPOINTS_MAX, ETCD_REQUEST_BYTES_MAX};

/// How to reach etcd.
#[derive(Debug, Clone)]
pub struct EtcdConfig {
    /// Its members, in the order in which they are tried.
    pub endpoints: Vec<Endpoint>,
    /// How long a request may take, connecting included; at least a few times as long as etcd takes to choose a leader
    /// makes that pass unnoticed. A connection may take half of it. While etcd is full a transaction is two requests.
    pub timeout: Duration,
    /// User and password, if etcd asks for them.
    pub login: Option<Login>,
    /// Needed for members at `https`.
    pub tls: Option<EtcdTls>,
}

/// Why etcd can't be asked so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EtcdConfigError {
    /// There is nobody to ask.
    NoEndpoint,
    /// There are more than [`ETCD_ENDPOINTS_MAX`] endpoints.
    TooManyEndpoints,
    /// It is at `https`, and nothing says whom to trust.
    NobodyTrusted(Endpoint),
}

/// etcd, by way of one of its members.
pub struct Etcd {
    route: Route,
    session: Option<Session>,
    timeout: Duration,
    /// It was full when it was last asked.
    full: AtomicBool,
}

impl Etcd {
    /// Connects with the first request. Must be used from within tokio.
    ///
    /// # Errors
    /// [`EtcdConfigError`].
    pub fn new(config: EtcdConfig) -> Result<Self, EtcdConfigError> {
        if config.endpoints.is_empty() {
            return Err(EtcdConfigError::NoEndpoint);
        }
        if config.endpoints.len() > ETCD_ENDPOINTS_MAX {
            return Err(EtcdConfigError::TooManyEndpoints);
        }
        let mut encrypted = config
            .endpoints
            .iter()
            .filter(|member| member.is_encrypted());
        if let (Some(member), None) = (encrypted.next(), &config.tls) {
            return Err(EtcdConfigError::NobodyTrusted(member.clone()));
        }
        Ok(Self {
            route: Route::new(config.endpoints, config.tls, config.timeout / 2),
            session: config.login.map(Session::new),
            timeout: config.timeout,
            full: AtomicBool::new(false),
        })
    }
}

impl Store for Etcd {
    async fn txn(&self, txn: Txn) -> Result<Done, StoreError> {
        let puts = wire::puts(&txn);
        let request = wire::request(txn)?;
        let bytes = request.encoded_len();
        if bytes > ETCD_REQUEST_BYTES_MAX {
            return Err(StoreError::Impossible(format!(
                "a transaction of {bytes} bytes; etcd takes {ETCD_REQUEST_BYTES_MAX}"
            )));
        }
        if puts && let Some(refused) = self.still_full().await {
            return Err(refused);
        }
        let answer = self.ask(&calls::TXN, &request).await;
        if let Err(failed) = &answer
            && failed.fate == Fate::Full
        {
            // Relaxed, as where it is read: who misses it is told by etcd once more.
            self.full.store(true, Ordering::Relaxed);
        }
        Ok(wire::done(answer?))
    }

    async fn grant(&self, ttl: Duration) -> Result<LeaseId, StoreError> {
        // etcd counts whole seconds; a lease that lasts longer than it should is safe.
        let seconds = ttl.as_secs() + u64::from(ttl.subsec_nanos() > 0);
        let request = LeaseGrantRequest {
            ttl: i64::try_from(seconds).unwrap_or(i64::MAX),
        };
        match self.ask(&calls::LEASE_GRANT, &request).await {
            Ok(answer) => Ok(LeaseId::new(answer.id)),
            // Even if it was granted: nobody knows it, and it ends by itself.
            Err(Failed {
                fate: Fate::Full,
                text,
            }) => Err(StoreError::Refused(text)),
            Err(failed) => Err(failed.into()),
        }
    }

    async fn renew(&self, lease: LeaseId) -> Result<Duration, StoreError> {
        let request = LeaseKeepAliveRequest { id: lease.get() };
        let answer = self.ask(&calls::LEASE_KEEP_ALIVE, &request).await?;
        match u64::try_from(answer.ttl) {
            Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
            _ => Err(StoreError::Impossible(format!(
                "lease {} has ended",
                lease.get()
            ))),
        }
    }

    async fn revoke(&self, lease: LeaseId) -> Result<(), StoreError> {
        let request = LeaseRevokeRequest { id: lease.get() };
        self.ask(&calls::LEASE_REVOKE, &request).await?;
        Ok(())
    }

    async fn changed(&self, keys: Keys, since: Revision) -> Result<(), StoreError> {
        let mut watch = self.watch(keys, since.next()).await?;
        watch.next().await?;
        Ok(())
    }
}

impl fmt::Display for EtcdConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEndpoint => f.write_str("there is no address of etcd"),
            Self::TooManyEndpoints => {
                write!(
                    f,
                    "there are more than {ETCD_ENDPOINTS_MAX} addresses of etcd"
                )
            }
            Self::NobodyTrusted(member) => write!(
                f,
                "{member} speaks TLS, and no certificate was given to know it by"
            ),
        }
    }
}

impl error::Error for EtcdConfigError {}
