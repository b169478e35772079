//! The files of a simulated disk, as they are seen and as they are durable.

use std::{
    collections::BTreeMap,
    io::{self, ErrorKind},
};

use rand::{Rng, RngExt};

/// Bytes that a disk writes whole or not at all.
const SECTOR: usize = 512;

/// Names a file, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileId(u64);

/// All files.
#[derive(Debug, Default)]
pub(super) struct Folder {
    seen: BTreeMap<String, FileId>,
    durable: BTreeMap<String, FileId>,
    /// What was done to names since the folder was synced.
    fresh: Vec<Naming>,
    files: BTreeMap<FileId, Content>,
    count: u64,
}

#[derive(Debug)]
enum Naming {
    Created(String, FileId),
    Renamed(String, String),
    Removed(String),
}

#[derive(Debug, Default, Clone)]
struct Content {
    seen: Vec<u8>,
    durable: Vec<u8>,
    /// What was written since the file was synced: where, and what.
    fresh: Vec<(usize, Vec<u8>)>,
}

impl Folder {
    pub(super) fn names(&self) -> Vec<String> {
        self.seen.keys().cloned().collect()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.values().map(|file| file.seen.len() as u64).sum()
    }

    pub(super) fn create(&mut self, name: &str) -> io::Result<FileId> {
        if self.seen.contains_key(name) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.count += 1;
        let id = FileId(self.count);
        self.files.insert(id, Content::default());
        self.seen.insert(name.to_owned(), id);
        self.fresh.push(Naming::Created(name.to_owned(), id));
        Ok(id)
    }

    pub(super) fn open(&self, name: &str) -> io::Result<FileId> {
        self.seen
            .get(name)
            .copied()
            .ok_or(ErrorKind::NotFound.into())
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let id = self.seen.remove(from).ok_or(ErrorKind::NotFound)?;
        self.seen.insert(to.to_owned(), id);
        self.fresh
            .push(Naming::Renamed(from.to_owned(), to.to_owned()));
        Ok(())
    }

    pub(super) fn remove(&mut self, name: &str) -> io::Result<()> {
        let id = self.seen.remove(name).ok_or(ErrorKind::NotFound)?;
        self.fresh.push(Naming::Removed(name.to_owned()));
        // Its bytes count no more, though they may be there again after a power cut.
        if let Some(file) = self.files.get_mut(&id) {
            file.seen.clear();
        }
        Ok(())
    }

    pub(super) fn sync(&mut self) {
        self.durable.clone_from(&self.seen);
        self.fresh.clear();
    }

    pub(super) fn read(&self, id: FileId) -> io::Result<&[u8]> {
        let file = self.files.get(&id).ok_or(ErrorKind::NotFound)?;
        Ok(&file.seen)
    }

    pub(super) fn write(&mut self, id: FileId, offset: usize, bytes: &[u8]) -> io::Result<()> {
        let file = self.files.get_mut(&id).ok_or(ErrorKind::NotFound)?;
        lay(&mut file.seen, offset, bytes);
        file.fresh.push((offset, bytes.to_vec()));
        Ok(())
    }

    /// Makes a file's writes durable, or, if it is `lost`, has them never become so.
    pub(super) fn sync_file(&mut self, id: FileId, lost: bool) -> io::Result<()> {
        let file = self.files.get_mut(&id).ok_or(ErrorKind::NotFound)?;
        for (offset, bytes) in file.fresh.drain(..) {
            if !lost {
                lay(&mut file.durable, offset, &bytes);
            }
        }
        Ok(())
    }

    /// Files that were open before can't be got at any more.
    pub(super) fn forget_handles(&mut self) {
        let mut renewed = BTreeMap::new();
        for id in self.seen.values_mut().chain(self.durable.values_mut()) {
            let next = FileId(self.count + 1);
            let new = *renewed.entry(*id).or_insert_with(|| {
                self.count += 1;
                next
            });
            *id = new;
        }
        let mut old = std::mem::take(&mut self.files);
        for (id, new) in renewed {
            self.files.insert(new, old.remove(&id).unwrap_or_default());
        }
        for naming in &mut self.fresh {
            if let Naming::Created(name, id) = naming
                && let Some(new) = self.seen.get(name)
            {
                *id = *new;
            }
        }
    }

    pub(super) fn lose_power(&mut self, chance: &mut impl Rng) {
        let mut names = std::mem::take(&mut self.durable);
        for naming in self.fresh.drain(..) {
            if chance.random() {
                naming.apply(&mut names);
            }
        }
        let mut kept = BTreeMap::new();
        for id in names.values() {
            let mut file = self.files.remove(id).unwrap_or_default();
            for (offset, bytes) in file.fresh.drain(..) {
                tear(&mut file.durable, offset, &bytes, chance);
            }
            file.seen.clone_from(&file.durable);
            kept.insert(*id, file);
        }
        self.files = kept;
        self.seen.clone_from(&names);
        self.durable = names;
    }

    pub(super) fn flip(&mut self, name: &str, offset: u64, bit: u32) -> bool {
        let place = usize::try_from(offset).ok();
        let file = self.seen.get(name).and_then(|id| self.files.get_mut(id));
        let (Some(file), Some(place)) = (file, place) else {
            return false;
        };
        let is_there = place < file.seen.len();
        if is_there {
            file.seen[place] ^= 1 << (bit % u8::BITS);
            if let Some(byte) = file.durable.get_mut(place) {
                *byte ^= 1 << (bit % u8::BITS);
            }
        }
        is_there
    }
}

impl Naming {
    fn apply(self, names: &mut BTreeMap<String, FileId>) {
        match self {
            Self::Created(name, id) => {
                names.insert(name, id);
            }
            Self::Renamed(from, to) => {
                if let Some(id) = names.remove(&from) {
                    names.insert(to, id);
                }
            }
            Self::Removed(name) => {
                names.remove(&name);
            }
        }
    }
}

/// Puts bytes in their place.
fn lay(into: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if into.len() < end {
        into.resize(end, 0);
    }
    into[offset..end].copy_from_slice(bytes);
}

/// What a power cut leaves of a write.
fn tear(into: &mut Vec<u8>, offset: usize, bytes: &[u8], chance: &mut impl Rng) {
    match chance.random_range(0..5) {
        0 => {}
        1 => lay(into, offset, bytes),
        2 => {
            let length = chance.random_range(0..=bytes.len());
            lay(into, offset, &bytes[..length]);
        }
        manner => {
            let mut place = 0;
            for sector in bytes.chunks(SECTOR) {
                if chance.random() {
                    let mut sector = sector.to_vec();
                    if manner == 4 {
                        chance.fill_bytes(&mut sector);
                    }
                    lay(into, offset + place, &sector);
                }
                place += sector.len();
            }
        }
    }
}
