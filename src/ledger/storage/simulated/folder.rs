//! The files of a simulated disk, under the names that are seen and under those that are durable.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, ErrorKind},
};

use rand::{Rng, seq::IndexedRandom};

use super::content::Content;

/// Names a file, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileId(u64);

/// All files.
#[derive(Debug, Default)]
pub(super) struct Folder {
    names: BTreeMap<String, Name>,
    files: BTreeMap<FileId, File>,
    count: u64,
}

/// What a name stands for; `None`: for nothing.
///
/// A folder is written down in blocks, at any time and in any order. So after a power cut each name stands for something
/// that it has stood for since the folder was synced, whatever has become of the others: a renamed file may have its new
/// name, the old one, both or none.
#[derive(Debug, Default)]
struct Name {
    durable: Option<FileId>,
    /// What it has stood for since, in order.
    fresh: Vec<Option<FileId>>,
}

#[derive(Debug, Default)]
struct File {
    content: Content,
    /// How often it is open. Without a name it is there for as long as it is.
    handles: usize,
}

impl Name {
    fn seen(&self) -> Option<FileId> {
        self.fresh.last().copied().unwrap_or(self.durable)
    }

    fn settle(&mut self, on: Option<FileId>) {
        self.durable = on;
        self.fresh.clear();
    }

    fn may_be(&self) -> impl Iterator<Item = FileId> {
        let fresh = self.fresh.iter().copied().flatten();
        self.durable.into_iter().chain(fresh)
    }
}

impl Folder {
    pub(super) fn names(&self) -> Vec<String> {
        let seen = self.names.iter().filter(|(_, name)| name.seen().is_some());
        seen.map(|(name, _)| name.clone()).collect()
    }

    /// Bytes of the files that have a name or are open. Others only come back by a power cut.
    pub(super) fn bytes(&self) -> u64 {
        let named: BTreeSet<FileId> = self.names.values().filter_map(Name::seen).collect();
        let files = self.files.iter();
        let there = files.filter(|(id, file)| file.handles > 0 || named.contains(id));
        there
            .map(|(_, file)| file.content.seen().len() as u64)
            .sum()
    }

    pub(super) fn create(&mut self, name: &str) -> io::Result<FileId> {
        if self.seen(name).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.count += 1;
        let id = FileId(self.count);
        self.files.insert(id, File::default());
        self.call(name, Some(id));
        Ok(id)
    }

    pub(super) fn open(&mut self, name: &str) -> io::Result<FileId> {
        let id = self.seen(name)?;
        self.file(id)?.handles += 1;
        Ok(id)
    }

    pub(super) fn close(&mut self, id: FileId) {
        if let Some(file) = self.files.get_mut(&id) {
            file.handles = file.handles.saturating_sub(1);
        }
        self.forget_the_nameless();
    }

    /// The process is gone, and with it whatever it had open.
    pub(super) fn close_all(&mut self) {
        self.files.values_mut().for_each(|file| file.handles = 0);
        self.forget_the_nameless();
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let id = self.seen(from)?;
        if from != to {
            self.call(from, None);
            self.call(to, Some(id));
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, name: &str) -> io::Result<()> {
        self.seen(name)?;
        self.call(name, None);
        Ok(())
    }

    pub(super) fn sync(&mut self) {
        for name in self.names.values_mut() {
            name.settle(name.seen());
        }
        self.forget_the_nameless();
    }

    pub(super) fn content(&mut self, id: FileId) -> io::Result<&mut Content> {
        Ok(&mut self.file(id)?.content)
    }

    pub(super) fn lose_power(&mut self, chance: &mut impl Rng) {
        for name in self.names.values_mut() {
            name.fresh.insert(0, name.durable);
            name.settle(name.fresh.choose(chance).copied().flatten());
        }
        self.close_all();
        for file in self.files.values_mut() {
            file.content.lose_power(chance);
        }
    }

    pub(super) fn flip(&mut self, name: &str, offset: u64, bit: u32) -> bool {
        let file = self.seen(name).and_then(|id| self.file(id));
        let (Ok(file), Ok(place)) = (file, usize::try_from(offset)) else {
            return false;
        };
        file.content.flip(place, bit)
    }

    fn seen(&self, name: &str) -> io::Result<FileId> {
        let id = self.names.get(name).and_then(Name::seen);
        id.ok_or(ErrorKind::NotFound.into())
    }

    fn call(&mut self, name: &str, id: Option<FileId>) {
        self.names
            .entry(name.to_owned())
            .or_default()
            .fresh
            .push(id);
    }

    fn file(&mut self, id: FileId) -> io::Result<&mut File> {
        self.files.get_mut(&id).ok_or(ErrorKind::NotFound.into())
    }

    /// Drops what nobody can ever see again.
    fn forget_the_nameless(&mut self) {
        self.names.retain(|_, name| name.may_be().next().is_some());
        let named: BTreeSet<FileId> = self.names.values().flat_map(Name::may_be).collect();
        self.files
            .retain(|id, file| file.handles > 0 || named.contains(id));
    }
}
