//! Files in memory, which a test can look into, spoil and fill up.

use std::{
    collections::BTreeMap,
    io::{self, ErrorKind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::ledger::storage::{Storage, StoredFile};

type Content = Arc<Mutex<Vec<u8>>>;

/// Files, and the room for them. Clones are the same shelf.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    files: Arc<Mutex<BTreeMap<String, Content>>>,
    room: Arc<Mutex<u64>>,
}

#[derive(Debug)]
struct OnShelf {
    content: Content,
    shelf: Shelf,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            files: Arc::default(),
            room: Arc::new(Mutex::new(u64::MAX)),
        }
    }
}

impl Shelf {
    /// Files that have these contents.
    pub(super) fn of(files: &BTreeMap<String, Vec<u8>>) -> Self {
        let shelf = Self::default();
        for (name, content) in files {
            shelf.put(name, content.clone());
        }
        shelf
    }

    /// All files.
    pub(super) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let files = lock(&self.files);
        files
            .iter()
            .map(|(name, content)| (name.clone(), lock(content).clone()))
            .collect()
    }

    pub(super) fn put(&self, name: &str, content: Vec<u8>) {
        lock(&self.files).insert(name.to_owned(), Arc::new(Mutex::new(content)));
    }

    /// Bytes of all files.
    pub(super) fn bytes(&self) -> u64 {
        lock(&self.files)
            .values()
            .map(|content| lock(content).len() as u64)
            .sum()
    }

    /// From now on the files can have so many bytes together.
    pub(super) fn make_room(&self, bytes: u64) {
        *lock(&self.room) = bytes;
    }
}

fn not_found() -> io::Error {
    ErrorKind::NotFound.into()
}

impl Storage for Shelf {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(lock(&self.files).keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        if lock(&self.files).contains_key(name) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.put(name, Vec::new());
        self.open(name)
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let content = lock(&self.files).get(name).cloned().ok_or_else(not_found)?;
        Ok(Box::new(OnShelf {
            content,
            shelf: self.clone(),
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut files = lock(&self.files);
        let content = files.remove(from).ok_or_else(not_found)?;
        files.insert(to.to_owned(), content);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        lock(&self.files)
            .remove(name)
            .map(drop)
            .ok_or_else(not_found)
    }

    fn sync_folder(&self) -> io::Result<()> {
        Ok(())
    }
}

impl StoredFile for OnShelf {
    fn bytes(&self) -> io::Result<u64> {
        Ok(lock(&self.content).len() as u64)
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let content = lock(&self.content);
        let offset = usize::try_from(offset).expect("small");
        let from = content.get(offset..).unwrap_or_default();
        let len = from.len().min(into.len());
        into[..len].copy_from_slice(&from[..len]);
        Ok(len)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).expect("small");
        let grows = (offset + bytes.len()).saturating_sub(lock(&self.content).len()) as u64;
        if grows > 0 && self.shelf.bytes() + grows > *lock(&self.shelf.room) {
            return Err(ErrorKind::StorageFull.into());
        }
        let mut content = lock(&self.content);
        if content.len() < offset + bytes.len() {
            content.resize(offset + bytes.len(), 0);
        }
        content[offset..offset + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}
