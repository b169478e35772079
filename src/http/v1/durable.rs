//! What is answered when: before what was changed is durable, or only after.
//!
//! | call | waits |
//! |---|---|
//! | confirm, cancel, move, block, unblock; every change of charts and events | yes |
//! | hold, add, give back, extend, pay, release | with `--durable-holds` |
//! | looks | only for a booking that is being written down |
//!
//! While the ledger has no room, what would have to wait is refused before anything is done (`ledger-full`). What was done
//! just before, and can't be said to be durable, is answered `unknown-outcome`: neither yes nor no. The same request under
//! the same idempotency key tells how it ended, then or after a restart.

use axum::response::Response;

use super::{
    problem::{Kind, Problem},
    reply::Said,
};
use crate::{
    engine::{Engine, HoldView, Standing, Unsure},
    event::{How, Stage},
    http::{answer::lsn, routes::Api},
    ids::Lsn,
};

/// What a call changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Changes {
    /// Seats that are held: what is lost with the power, a buyer can take again.
    Holds,
    /// What somebody has paid for, or set up.
    Bookings,
}

/// Whether holds wait as well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DurableHolds {
    /// They are answered at once.
    #[default]
    No,
    /// They are answered when they are durable.
    Yes,
}

impl Api {
    /// Whether such a change is answered only when it is durable.
    pub(in crate::http) fn waits_for(&self, changes: Changes) -> bool {
        let always = changes == Changes::Bookings || self.durable_holds() == DurableHolds::Yes;
        always && self.engine().is_durable()
    }
}

/// Refuses what could not become durable for now, before anything is done.
///
/// # Errors
/// The problem `ledger-full`.
pub(super) fn there_is_room(engine: &Engine) -> Result<(), Problem> {
    match engine.standing() {
        Standing::Sound => Ok(()),
        Standing::Full | Standing::Failed => Err(Problem::later(Kind::LedgerFull)),
    }
}

/// The answer, once the change that it tells of is durable.
pub(super) async fn told(engine: &Engine, answer: Response) -> Response {
    if !answer.status().is_success() {
        return answer;
    }
    match engine.durable(lsn(&answer)).await {
        Ok(()) => answer,
        Err(Unsure) => Problem::later(Kind::UnknownOutcome).answer(),
    }
}

/// The answer to a change of charts or events, once it is durable.
///
/// # Errors
/// The problem `unknown-outcome`.
pub(super) async fn settled(
    engine: &Engine,
    answer: Result<Said, Problem>,
) -> Result<Said, Problem> {
    if answer.is_ok() {
        let settled = engine.settled().await;
        settled.map_err(|Unsure| Problem::later(Kind::UnknownOutcome))?;
    }
    answer
}

/// Returns once what is shown of a hold is durable, if it tells of a sale. If that can't be waited for, it is shown all
/// the same: while the ledger has no room nobody can sell, and what was sold before is durable long since.
pub(super) async fn seen(engine: &Engine, view: &HoldView) {
    let is_of_sale = match view.stage {
        Stage::Booked { .. } => true,
        Stage::Ended(end) => end.how == How::Cancelled,
        Stage::Held | Stage::Paying => false,
    };
    if is_of_sale {
        let _sure = engine.durable(Lsn::NONE).await;
    }
}
