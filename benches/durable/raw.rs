//! A preallocated file, written and synced batch by batch: what the disk can do.

use std::{
    fs::File,
    io::{self, Write},
    os::unix::fs::FileExt,
    path::Path,
    sync::mpsc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::{runtime::Runtime, sync::oneshot};

use super::{
    Rival,
    flight::{self, Turn},
};

/// Bytes of a confirm: what a change of a seat takes in the ledger.
const RECORD_BYTES: usize = 24;

/// Bytes that are written before it begins anew.
const FILE_BYTES: usize = 64 << 20;

pub(crate) struct Raw {
    runtime: Runtime,
    confirms: Option<mpsc::Sender<oneshot::Sender<()>>>,
    writer: Option<JoinHandle<io::Result<()>>>,
}

impl Raw {
    pub(crate) fn in_folder(folder: &Path) -> io::Result<Self> {
        let mut file = File::create(folder.join("raw"))?;
        let zeros = vec![0; 1 << 20];
        for _ in 0..FILE_BYTES / zeros.len() {
            file.write_all(&zeros)?;
        }
        file.sync_all()?;
        let (confirms, waiting) = mpsc::channel();
        Ok(Self {
            runtime: super::engine::runtime()?,
            confirms: Some(confirms),
            writer: Some(thread::spawn(move || write(&file, &waiting))),
        })
    }
}

/// Gathers what there is, writes it, syncs it, and tells everybody.
fn write(file: &File, waiting: &mpsc::Receiver<oneshot::Sender<()>>) -> io::Result<()> {
    let (mut offset, mut batch) = (0, Vec::new());
    while let Ok(first) = waiting.recv() {
        batch.push(first);
        batch.extend(waiting.try_iter().take(4_095));
        let bytes = vec![7; batch.len() * RECORD_BYTES];
        if offset + bytes.len() > FILE_BYTES {
            offset = 0;
        }
        file.write_all_at(&bytes, offset as u64)?;
        file.sync_data()?;
        offset += bytes.len();
        for confirm in batch.drain(..) {
            let _ = confirm.send(());
        }
    }
    Ok(())
}

impl Rival for Raw {
    fn name(&self) -> &'static str {
        "raw file, fdatasync"
    }

    fn turn(&mut self, in_flight: u32, length: Duration) -> io::Result<Option<Turn>> {
        let confirms = self.confirms.clone().expect("it is dropped with this");
        let one = move |_task| {
            let confirms = confirms.clone();
            async move {
                let (durable, told) = oneshot::channel();
                let begun = Instant::now();
                confirms.send(durable).ok()?;
                told.await.ok()?;
                Some(begun.elapsed())
            }
        };
        Ok(Some(flight::keep(&self.runtime, in_flight, length, one)))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.confirms = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}
