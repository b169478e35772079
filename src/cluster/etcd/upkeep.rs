//! What etcd needs to be told from time to time, and what it says about itself.

use std::{sync::Arc, time::Duration};

use super::{
    Etcd,
    calls::{
        self, AlarmRequest, AlarmType, CompactionRequest, DefragmentRequest, StatusRequest,
        alarm_request::AlarmAction,
    },
    endpoint::Endpoint,
    outcome::Failed,
    wire,
};
use crate::cluster::store::{Revision, StoreError};

/// What a member says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberStatus {
    /// Its version.
    pub version: String,
    /// Its number.
    pub member: u64,
    /// The number of the member that it follows; 0: it follows none.
    pub leader: u64,
    /// Bytes of its file, which the quota is about.
    pub bytes: u64,
    /// Bytes in that file that are in use; the others come back by [`Etcd::defragment`].
    pub bytes_in_use: u64,
}

impl Etcd {
    /// The members that this one was told of.
    pub fn members(&self) -> &[Arc<Endpoint>] {
        self.route.members()
    }

    /// Asks one member about itself; it answers whether or not it has a leader.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn status(&self, member: &Arc<Endpoint>) -> Result<MemberStatus, StoreError> {
        let answer = self
            .ask_member(member, &calls::STATUS, StatusRequest {}, self.timeout)
            .await?;
        let bytes = |number| u64::try_from(number).unwrap_or_default();
        Ok(MemberStatus {
            version: answer.version,
            member: answer.header.unwrap_or_default().member_id,
            leader: answer.leader,
            bytes: bytes(answer.db_size),
            bytes_in_use: bytes(answer.db_size_in_use),
        })
    }

    /// Forgets what was overwritten before `revision`, and waits until that has made room for what comes. The file gets no
    /// smaller.
    ///
    /// # Errors
    /// [`StoreError`]; `Impossible` if that was done already, `Unknown` if it takes longer than a request may: it goes on then.
    pub async fn compact(&self, revision: Revision) -> Result<(), StoreError> {
        let request = CompactionRequest {
            revision: wire::number(revision),
            physical: true,
        };
        self.ask(&calls::COMPACT, &request).await?;
        Ok(())
    }

    /// Makes one member's file smaller. It answers nobody meanwhile, so `patience` should be that of an operator, and one
    /// member should follow the other.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn defragment(
        &self,
        member: &Arc<Endpoint>,
        patience: Duration,
    ) -> Result<(), StoreError> {
        self.ask_member(member, &calls::DEFRAGMENT, DefragmentRequest {}, patience)
            .await?;
        Ok(())
    }

    /// Whether etcd takes nothing for want of room.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_full(&self) -> Result<bool, StoreError> {
        Ok(self.has_alarm().await?)
    }

    /// Tells etcd that there is room again: it does not notice by itself.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn disarm(&self) -> Result<(), StoreError> {
        let request = alarm(AlarmAction::Get, 0);
        for raised in self.ask(&calls::ALARM, &request).await?.alarms {
            let request = alarm(AlarmAction::Deactivate, raised.member_id);
            self.ask(&calls::ALARM, &request).await?;
        }
        Ok(())
    }

    pub(super) async fn has_alarm(&self) -> Result<bool, Failed> {
        // The question goes the way of every change, so the answer is not an old one.
        let answer = self.ask(&calls::ALARM, &alarm(AlarmAction::Get, 0)).await?;
        Ok(!answer.alarms.is_empty())
    }
}

fn alarm(action: AlarmAction, member_id: u64) -> AlarmRequest {
    AlarmRequest {
        action: action.into(),
        member_id,
        alarm: AlarmType::Nospace.into(),
    }
}
