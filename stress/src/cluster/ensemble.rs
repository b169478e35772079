//! Three members of etcd, and what can be done to them.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use bytes::Bytes;
use seatlock::cluster::{
    etcd::{Etcd, EtcdConfig},
    store::{Action, Keys, Store, StoreError, Txn},
};
use tokio::runtime::Handle;

use super::members::{Members, Plan};

/// How many there are.
pub(super) const MEMBERS: usize = 3;

/// Bytes that a member's file may have, and more for each second of a run, in which kept answers come together: so many that only
/// who wants to fills it.
const QUOTA_BYTES: u64 = 96 << 20;
const QUOTA_BYTES_A_SECOND: u64 = 512 << 10;

/// What it is filled with.
const JUNK: &str = "junk/";
const JUNK_END: &str = "junk0";
const JUNK_BYTES: usize = 1 << 20;

/// How often an operator tries again to give it room.
const TRIES: u32 = 20;

/// How long an operator waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// See the module.
pub(super) struct Ensemble {
    members: Members,
    operator: Etcd,
    filled: AtomicU32,
}

impl Ensemble {
    /// Starts them for a run of this length; what they keep is in memory if the system has files there, unless it is to be
    /// `on_disk`.
    pub(super) fn start(runtime: &Handle, length: Duration, on_disk: bool) -> Result<Self, String> {
        let members = Members::start(&Plan {
            members: MEMBERS,
            quota: Some(QUOTA_BYTES + QUOTA_BYTES_A_SECOND * length.as_secs()),
            is_on_disk: on_disk,
            ..Plan::default()
        });
        let members = members.map_err(|error| format!("etcd: {error}"))?;
        let endpoints = members.endpoints();
        let endpoints: Result<_, _> = endpoints.iter().map(|endpoint| endpoint.parse()).collect();
        let config = EtcdConfig {
            endpoints: endpoints.map_err(|error| format!("{error:?}"))?,
            timeout: PATIENCE,
            login: None,
            tls: None,
        };
        let _within = runtime.enter();
        let operator = Etcd::new(config).map_err(|error| format!("{error:?}"))?;
        Ok(Self {
            members,
            operator,
            filled: AtomicU32::new(0),
        })
    }

    /// The addresses for clients.
    pub(super) fn addresses(&self) -> Result<Vec<SocketAddr>, String> {
        let endpoints = self.members.endpoints().into_iter();
        endpoints
            .map(|endpoint| {
                let address = endpoint.trim_start_matches("http://");
                let address = address.parse();
                address.map_err(|_| format!("'{endpoint}' is no address"))
            })
            .collect()
    }

    /// Which member leads.
    pub(super) fn leader(&self, runtime: &Handle) -> Option<usize> {
        let members = self.operator.members().to_vec();
        runtime.block_on(async {
            for (at, member) in members.iter().enumerate() {
                let status = self.operator.status(member).await;
                if status.is_ok_and(|status| status.leader == status.member) {
                    return Some(at);
                }
            }
            None
        })
    }

    pub(super) fn kill(&mut self, at: usize) {
        self.members.kill(at);
    }

    pub(super) fn start_again(&mut self, at: usize) -> Result<(), String> {
        let started = self.members.start_again(at);
        started.map_err(|error| format!("etcd does not start again: {error}"))
    }

    /// Waits until all answer.
    pub(super) fn wait(&mut self) -> Result<(), String> {
        let mut all = 0..MEMBERS;
        let healthy = all.try_for_each(|at| self.members.wait_for(at));
        healthy.map_err(|error| error.to_string())
    }

    /// Writes until there is no room.
    pub(super) fn fill(&self, runtime: &Handle) -> Result<(), String> {
        // Each goes on until it is refused.
        runtime
            .block_on(async {
                tokio::try_join!(
                    self.write_junk(),
                    self.write_junk(),
                    self.write_junk(),
                    self.write_junk()
                )
            })
            .map(drop)
    }

    async fn write_junk(&self) -> Result<(), String> {
        let junk = Bytes::from(vec![7; JUNK_BYTES]);
        loop {
            // Relaxed: it only has to differ.
            let number = self.filled.fetch_add(1, Ordering::Relaxed);
            let put = Action::Put {
                key: format!("{JUNK}{number:08}").into(),
                value: junk.clone(),
                lease: None,
            };
            let txn = Txn {
                then: vec![put],
                ..Txn::default()
            };
            match self.operator.txn(txn).await {
                Ok(_) => {}
                Err(StoreError::Refused(_)) => return Ok(()),
                // The first that meets the bound may be one of these.
                Err(StoreError::Unknown(_)) => {}
                Err(error) => return Err(format!("etcd can't be filled: {error}")),
            }
        }
    }

    /// Does what an operator does then: removes, compacts, defragments, and says that there is room. Until it is done: each of
    /// these can be done twice.
    pub(super) fn make_room(&self, runtime: &Handle) -> Result<(), String> {
        let mut tries = 1..=TRIES;
        loop {
            match (runtime.block_on(self.try_to_make_room()), tries.next()) {
                (Ok(()), _) => return Ok(()),
                (Err(error), None) => return Err(format!("etcd is not given room: {error}")),
                (Err(_), Some(_)) => thread::sleep(Duration::from_millis(500)),
            }
        }
    }

    async fn try_to_make_room(&self) -> Result<(), StoreError> {
        let txn = Txn {
            then: vec![Action::Delete(Keys::range(JUNK, JUNK_END))],
            ..Txn::default()
        };
        let removed = self.operator.txn(txn).await?;
        match self.operator.compact(removed.revision).await {
            // Impossible: the nodes have compacted beyond that themselves.
            Ok(()) | Err(StoreError::Impossible(_)) => {}
            Err(error) => return Err(error),
        }
        for member in self.operator.members().to_vec() {
            self.operator.defragment(&member, PATIENCE).await?;
        }
        self.operator.disarm().await
    }

    /// The bytes of the largest member's file.
    pub(super) fn bytes(&self, runtime: &Handle) -> u64 {
        let members = self.operator.members().to_vec();
        runtime.block_on(async {
            let mut largest = 0;
            for member in &members {
                let status = self.operator.status(member).await;
                largest = largest.max(status.map_or(0, |status| status.bytes_in_use));
            }
            largest
        })
    }
}
