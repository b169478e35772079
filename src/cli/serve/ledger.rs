//! Opens what outlives the server: the ledger in its folder, and the clock that goes with it.

use std::{
    io,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use seatlock::{
    clock::BootClock,
    engine::Archive,
    ledger::{
        AppendError, Batch, Ledger,
        file::{FileLedger, Options, Progress, Stats},
        storage::Disk,
    },
    metrics::Durations,
};
use tracing::info;

use super::{Failure, Settings};

/// Pause between two lines on how far the reading has come.
const PROGRESS_PAUSE: Duration = Duration::from_secs(1);

/// What the server begins with.
pub(super) struct Opened {
    pub(super) archive: Archive,
    pub(super) clock: BootClock,
    /// None: nothing is kept.
    pub(super) kept: Option<Kept>,
}

/// What can be read of a ledger while it runs.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) stats: Arc<Stats>,
    /// How long it takes to make a batch durable.
    pub(super) appends: Arc<Durations>,
}

/// A ledger, and a watch beside it.
struct Timed {
    ledger: FileLedger,
    appends: Arc<Durations>,
}

impl Ledger for Timed {
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        let begun = Instant::now();
        self.ledger.append(batch)?;
        self.appends.took(begun.elapsed());
        Ok(())
    }

    fn acknowledged(&mut self) {
        self.ledger.acknowledged();
    }

    fn idle(&mut self) -> io::Result<()> {
        self.ledger.idle()
    }

    fn is_durable(&self) -> bool {
        self.ledger.is_durable()
    }
}

/// Opens the ledger that the settings name.
///
/// # Errors
/// Why it can't be used.
pub(super) fn open(settings: &Settings) -> Result<Opened, Failure> {
    if settings.memory {
        return Ok(Opened {
            archive: Archive::none(),
            clock: BootClock::new(),
            kept: None,
        });
    }
    let folder = &settings.data;
    let failed = |reason: String| Failure::Ledger {
        folder: folder.clone(),
        reason,
    };
    let disk = Disk::open(folder).map_err(|error| failed(error.to_string()))?;
    let options = Options {
        budget_bytes: u64::from(settings.ledger_budget) << 20,
        ..Options::default()
    };
    let opened = FileLedger::open(Box::new(disk), options, &mut progress(folder));
    let (ledger, state) = opened.map_err(|error| failed(error.to_string()))?;
    let kept = Kept {
        stats: ledger.stats(),
        appends: Arc::default(),
    };
    let appends = Arc::clone(&kept.appends);
    let resuming = Archive::resuming(Box::new(Timed { ledger, appends }), state);
    let (mut archive, clock) = resuming.map_err(|error| failed(format!("its clock: {error}")))?;
    archive.restart_grace = settings.restart_grace;
    Ok(Opened {
        archive,
        clock,
        kept: Some(kept),
    })
}

/// Says how far the reading is, if it takes long enough for anybody to wonder.
fn progress(folder: &Path) -> impl FnMut(Progress) {
    let mut said = Instant::now();
    move |progress| {
        if said.elapsed() >= PROGRESS_PAUSE {
            said = Instant::now();
            let percent = progress.bytes_read * 100 / progress.bytes_total.max(1);
            info!(folder = %folder.display(), "{percent} % of the ledger is read");
        }
    }
}
