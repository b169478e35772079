//! What becomes of the answers that are kept for requests that come again, besides being given: at a start they are taken
//! back, and when their time is over they are forgotten.

use std::{sync::Arc, time::Duration};

use tokio::time::interval;

use crate::{engine::Engine, repeat::Repeats};

/// How often the ledger is told which answers were forgotten.
const LEDGER_FORGETS_INTERVAL: Duration = Duration::from_secs(1);

/// In how many of these intervals answers are looked for that need be kept no longer.
const FORGET_EVERY: u64 = 60;

/// Takes back the answers that were kept before this start.
pub fn take_back(repeats: &Repeats, engine: &Engine) {
    if engine.is_durable() {
        repeats.note_forgotten();
    }
    let now = engine.now().moment;
    for kept in engine.take_answers() {
        repeats.restore(kept, now);
    }
}

/// Forgets answers whose time is over, now and then, and has the ledger forget what was forgotten. For as long as it is
/// polled.
pub async fn forget(repeats: Repeats, engine: Arc<Engine>) {
    let mut pause = interval(LEDGER_FORGETS_INTERVAL);
    for second in 0_u64.. {
        pause.tick().await;
        if second.is_multiple_of(FORGET_EVERY) {
            repeats.sweep(engine.now().moment);
        }
        repeats.drain_forgotten(|ids| engine.forget_answers(ids));
    }
}
