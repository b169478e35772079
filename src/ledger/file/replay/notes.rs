//! The thread that takes the notes down while another reads on.

use std::{
    io, mem, panic,
    sync::mpsc::{self, Receiver, SyncSender},
    thread::{self, JoinHandle},
};

use bytes::Bytes;

use crate::{
    ledger::file::index::{NoteReplay, NotesRead, Totals},
    limits,
};

/// The thread, and what it is handed next.
#[derive(Debug)]
pub(super) struct NoteThread {
    to: SyncSender<Part>,
    handle: JoinHandle<NotesRead>,
    gathered: Vec<Bytes>,
    gathered_bytes: usize,
}

/// A part of the log, in order.
enum Part {
    /// From here on it is from this segment.
    Segment(Totals),
    /// Packed lists of notes.
    Lists(Vec<Bytes>),
}

impl NoteThread {
    /// # Errors
    /// The machine gives no thread.
    pub(super) fn start() -> io::Result<Self> {
        let (to, from) = mpsc::sync_channel(limits::LEDGER_REPLAY_AHEAD_PARTS);
        let name = "seatlock-notes".to_owned();
        let handle = thread::Builder::new()
            .name(name)
            .spawn(move || take_all(&from))?;
        Ok(Self {
            to,
            handle,
            gathered: Vec::new(),
            gathered_bytes: 0,
        })
    }

    pub(super) fn segment(&mut self, segment: Totals) {
        self.hand_over();
        self.send(Part::Segment(segment));
    }

    pub(super) fn list(&mut self, list: Bytes) {
        self.gathered_bytes += list.len();
        self.gathered.push(list);
        if self.gathered_bytes >= limits::LEDGER_REPLAY_PART_BYTES {
            self.hand_over();
        }
    }

    /// Waits until all is taken down.
    ///
    /// # Panics
    /// As the thread did.
    pub(super) fn end(mut self) -> NotesRead {
        self.hand_over();
        drop(self.to);
        self.handle
            .join()
            .unwrap_or_else(|panicked| panic::resume_unwind(panicked))
    }

    fn hand_over(&mut self) {
        self.gathered_bytes = 0;
        if !self.gathered.is_empty() {
            let gathered = mem::take(&mut self.gathered);
            self.send(Part::Lists(gathered));
        }
    }

    fn send(&self, part: Part) {
        // It listens until it is told to end, unless it has panicked, which `end` passes on.
        let _sent = self.to.send(part);
    }
}

fn take_all(from: &Receiver<Part>) -> NotesRead {
    let mut replay = NoteReplay::default();
    for part in from {
        match part {
            Part::Segment(segment) => replay.begin(segment),
            Part::Lists(lists) => lists.iter().for_each(|list| replay.take(list)),
        }
    }
    replay.end()
}
