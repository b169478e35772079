//! A node of a cluster: serves the shards that are its own with an engine each, and hands on what is for others.
//!
//! ```text
//! request --target--> a shard --served here--> its calls: engine, ledger, etcd
//!                        |------another's-----> that node, one hop; or 307 to it
//!                        +------nobody's------> waits a moment, then 503
//!
//! steward --roster--> takes what is this node's share, gives away what has become another's, drops what it has lost
//! ```
//!
//! Whatever a node believes of others only decides whom it asks. What it says itself it says as the owner of a shard: a change
//! that is answered well is in etcd, under its term; anything else was read from memory, and is answered only if nobody
//! can have become the owner by then ([`crate::cluster::lease`]).
//!
//! Charts are in one shard; where an event is made of one, its shard gets a copy. The list of events is put together from all
//! nodes. Rates are counted by the node that answers.
//!
//! | file | what it is |
//! |---|---|
//! | `target`, `answering` | which shard a request is for; answered here, or handed on |
//! | `hop`, `peers` | what nodes tell one another beside it, and how |
//! | `gathering` | what no shard knows alone: the list of events, charts for events |
//! | `relay`, `following`, `upstream` | streams of events that another node serves: for clients; those of a shard; as they come |
//! | `telling` | what this node tells others of the events of its shards |
//! | `steward`, `shards`, `served` | which shards this node should serve; which it does; one of them |
//! | `taking`, `expecting` | a shard comes, or goes, or all do; what is done before |
//! | `pinning` | an event gets a shard of its own |
//! | `view`, `counts` | what there is to see of the cluster; what is counted |

mod answering;
mod counts;
mod expecting;
mod following;
mod gathering;
mod hop;
mod peers;
mod pinning;
mod relay;
mod served;
mod shards;
mod steward;
mod taking;
mod target;
mod telling;
mod upstream;
mod view;

use std::{
    error, fmt,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::Request};
use tokio::{
    runtime::Handle,
    sync::{Notify, Semaphore},
    task::JoinHandle,
};
use tracing::info;

pub use counts::{Counts, Tally};

use crate::{
    access::client::Client,
    clock::Clock,
    cluster::{
        keys::ClusterKeys,
        member::Member,
        membership::Membership,
        placement::{Placement, ShardId},
        roster::{NoRoster, Roster, Watchword},
        store::{Store, StoreError},
    },
    engine::{Archive, Engine, EngineConfig, Now, StartError},
    entropy::{Entropy, SystemEntropy},
    http::{
        self, ApiConfig, App, Unlock,
        v1::{gate::Gate, stream::Streams},
    },
    ledger::{Ledger, State, Unreadable},
    metrics::Durations,
};
use expecting::Expected;
use peers::Peers;
use relay::Relays;
use shards::{Here, Shards};
use telling::Tellings;

/// Shards that are taken at once, most often of a node that is gone.
const TAKEN_AT_ONCE: usize = 8;

/// Goes on from what a shard's ledger has, by a clock that shows no earlier time.
pub type Resume = Box<
    dyn Fn(Box<dyn Ledger>, State) -> Result<(Archive, Arc<dyn Clock>), Unreadable> + Send + Sync,
>;

/// By the machine's clock. Its calendar is wrong by so much, for those who test what comes of that.
pub fn by_boot_clock(calendar_off_millis: i64) -> Resume {
    Box::new(move |ledger, state| {
        let (archive, clock) = Archive::resuming(ledger, state)?;
        let clock = clock.with_calendar_off_by(calendar_off_millis);
        Ok((archive, Arc::new(clock)))
    })
}

/// What a node begins with.
pub struct NodeConfig {
    /// What its operator calls it. No two should have the same name.
    pub name: String,
    /// Where other nodes, and clients that are sent to it, reach it: `http://host:port`.
    pub address: String,
    /// What everything is kept below in the store, such as `/seatlock`.
    pub prefix: String,
    /// One more after the store was restored from a backup.
    pub incarnation: u64,
    /// In how many shards, if this node founds the cluster.
    pub shards: u16,
    /// How long a node is taken to be there that is not.
    pub lease_ttl: Duration,
    /// How long holds last after a takeover, at least.
    pub restart_grace: Duration,
    /// Bytes of a shard's log after which a snapshot is written.
    pub log_budget_bytes: u64,
    /// The event `default` of the small API, and how long its holds last.
    pub engine: EngineConfig,
    /// The shard of that event; to be left out.
    pub default_shard: Option<ShardId>,
    /// Whether anybody can release anybody's hold in it.
    pub unlock: Unlock,
    /// Who may ask, on the node's clock.
    pub gate: Arc<Gate>,
    /// The streams that are open.
    pub streams: Streams<Client>,
    /// The node's own clock.
    pub clock: Arc<dyn Clock>,
    /// How the time of a shard goes on.
    pub resume: Resume,
    /// How long it takes to make a batch durable.
    pub appends: Arc<Durations>,
}

/// A node that is there. See the module.
pub struct Node<S: Store> {
    config: NodeConfig,
    store: Arc<S>,
    runtime: Handle,
    keys: ClusterKeys,
    membership: Membership<S>,
    roster: RwLock<Arc<Roster>>,
    shards: Shards<S>,
    peers: Peers,
    relays: Relays,
    tellings: Tellings,
    expected: Expected,
    /// Answers what is for no shard.
    elsewhere: App,
    /// The steward looks at the roster at once.
    look_again: Notify,
    takes: Arc<Semaphore>,
    gives: Semaphore,
    is_leaving: AtomicBool,
    counts: Counts,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

/// Why a node can't come to a cluster.
#[derive(Debug)]
pub enum JoinError {
    /// The store.
    Store(StoreError),
    /// What is in it.
    Roster(NoRoster),
    /// There can't be so many shards.
    Shards,
    /// The machine.
    Engine(StartError),
}

impl<S: Store> Node<S> {
    /// Comes to the cluster, which is founded if there is none. From here on it takes shards. To be called on the runtime that
    /// is to serve it.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn join(mut config: NodeConfig, store: Arc<S>) -> Result<Arc<Self>, JoinError> {
        let keys = ClusterKeys::new(&config.prefix, config.incarnation);
        let roster = found(&*store, &keys, &config).await?;
        config.default_shard = Some(roster.placement().shard_of("default"));
        let member = Member {
            name: config.name.clone(),
            address: config.address.clone(),
            is_leaving: false,
        };
        let membership = Membership::join(
            Arc::clone(&store),
            Arc::clone(&config.clock),
            keys.clone(),
            member,
            config.lease_ttl,
        );
        let membership = membership.await.map_err(JoinError::Store)?;
        let node = Arc::new(Self {
            elsewhere: elsewhere(&config)?,
            peers: Peers::new(roster.watchword().clone()),
            roster: RwLock::new(Arc::new(roster)),
            config,
            store,
            runtime: Handle::current(),
            keys,
            membership,
            shards: Shards::new(),
            relays: Relays::default(),
            tellings: Tellings::default(),
            expected: Expected::default(),
            look_again: Notify::new(),
            takes: Arc::new(Semaphore::new(TAKEN_AT_ONCE)),
            gives: Semaphore::new(taking::GIVEN_AT_ONCE as usize),
            is_leaving: AtomicBool::new(false),
            counts: Counts::default(),
            tasks: Mutex::default(),
        });
        node.begin();
        Ok(node)
    }

    /// The calls that it answers.
    pub fn router(self: &Arc<Self>) -> Router {
        let node = Arc::clone(self);
        let answer = move |request: Request| {
            let node = Arc::clone(&node);
            async move { node.answer(request).await }
        };
        Router::new().fallback(answer)
    }

    /// The engines of the shards that it serves now.
    pub fn engines(&self) -> Vec<Arc<Engine>> {
        let served = self.shards.served().into_iter();
        served.map(|served| Arc::clone(&served.engine)).collect()
    }

    /// Whether it is this node that does what one of all has to: the one that keeps the charts.
    pub fn keeps_house(&self) -> bool {
        matches!(self.shards.look(target::CHARTS), Here::Serving(_))
    }

    /// What has happened since the start.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Streams of shards that other nodes serve: one for each of which this node's clients follow an event.
    pub fn relay_count(&self) -> usize {
        self.relays.count()
    }

    /// Events that are followed through them.
    pub fn relayed_events(&self) -> usize {
        self.relays.events()
    }

    /// Whether what it has in memory may be told.
    pub fn is_certain(&self) -> bool {
        let living = self.membership.living();
        living.is_certain_under(living.lease(), self.config.clock.now())
    }

    fn begin(self: &Arc<Self>) {
        let (keeper, steward, comparing) = (Arc::clone(self), Arc::clone(self), Arc::clone(self));
        let spawned = [
            self.runtime
                .spawn(async move { keeper.membership.keep().await }),
            self.runtime
                .spawn(async move { steward.look_after().await }),
            self.runtime
                .spawn(async move { comparing.compare_calendars().await }),
        ];
        self.tasks().extend(spawned);
    }

    fn tasks(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn roster(&self) -> Arc<Roster> {
        let roster = self.roster.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&roster)
    }

    /// From now on this is the roster, unless a newer one was read meanwhile: what an owner has seen of the placement stays seen.
    fn set_roster(&self, roster: Roster) {
        let mut kept = self.roster.write().unwrap_or_else(PoisonError::into_inner);
        if kept.revision() <= roster.revision() {
            *kept = Arc::new(roster);
        }
    }

    fn is_leaving(&self) -> bool {
        self.is_leaving.load(Ordering::Acquire)
    }

    fn now(&self) -> Now {
        Now {
            moment: self.config.clock.now(),
            date: self.config.clock.date(),
        }
    }
}

/// Reads the roster of a cluster, which is founded if it is not there.
async fn found<S: Store>(
    store: &S,
    keys: &ClusterKeys,
    config: &NodeConfig,
) -> Result<Roster, JoinError> {
    let placement = Placement::new(config.shards).map_err(|_| JoinError::Shards)?;
    let (one, other) = (SystemEntropy.secret(), SystemEntropy.secret());
    let mut secret = [0; 32];
    secret[..16].copy_from_slice(&one);
    secret[16..].copy_from_slice(&other);
    let founding = Roster::found(keys, &placement, &Watchword::of(secret));
    let founded = store.txn(founding).await.map_err(JoinError::Store)?;
    if founded.held {
        info!(shards = config.shards, "founded a cluster");
    }
    let done = store
        .txn(Roster::ask(keys))
        .await
        .map_err(JoinError::Store)?;
    Roster::read(keys, &done).map_err(JoinError::Roster)
}

/// What answers requests that are for no shard: the calls of an engine in memory that has no events, and gets none.
fn elsewhere(config: &NodeConfig) -> Result<App, JoinError> {
    let nothing = EngineConfig {
        seats: 0,
        ..EngineConfig::default()
    };
    let clock = crate::clock::BootClock::new();
    let engine = Engine::start(nothing, clock).map_err(JoinError::Engine)?;
    let api = ApiConfig {
        unlock: config.unlock,
        gate: Arc::clone(&config.gate),
        streams: config.streams.clone(),
        ..ApiConfig::default()
    };
    Ok(http::app_with(Arc::new(engine), api))
}

impl JoinError {
    /// Whether it may be otherwise in a moment: the store is away, or full.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Refused(_) | StoreError::Unknown(_))
        )
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => write!(f, "etcd: {error}"),
            Self::Roster(error) => write!(f, "etcd: {error}"),
            Self::Shards => f.write_str("there can't be so many shards"),
            Self::Engine(error) => error.fmt(f),
        }
    }
}

impl error::Error for JoinError {}
