//! A folder of the disk, which one process at a time may use.

use std::{
    error, fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use super::{Storage, StoredFile};
use crate::limits;

/// The file that is locked by the process that uses the folder.
const LOCK: &str = "lock";

/// Pause between two tries to get at a folder that another process uses.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// A folder of the disk. While this is alive no other process gets at it by [`Disk::open`].
#[derive(Debug)]
pub struct Disk {
    folder: PathBuf,
    /// Locked for as long as it is open. Without it nothing is written.
    lock: Option<File>,
}

/// Why a folder can't be used.
#[derive(Debug)]
pub enum DiskError {
    /// Another process uses it, and has not ended within [`limits::LEDGER_LOCK_PATIENCE`].
    InUse(PathBuf),
    /// The system refuses.
    Io(PathBuf, io::Error),
}

impl Disk {
    /// The folder at this path, which is made if there is none. A process that is just ending is waited for.
    ///
    /// # Errors
    /// [`DiskError`].
    pub fn open(folder: &Path) -> Result<Self, DiskError> {
        let failed = |error| DiskError::Io(folder.to_owned(), error);
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(LOCK))
            .map_err(failed)?;
        let mut left = limits::LEDGER_LOCK_PATIENCE;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) if left.is_zero() => {
                    return Err(DiskError::InUse(folder.to_owned()));
                }
                Err(TryLockError::WouldBlock) => {
                    let pause = left.min(LOCK_PAUSE);
                    thread::sleep(pause);
                    left -= pause;
                }
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            lock: Some(lock),
        })
    }

    /// The folder at this path for those who only read it, whoever else uses it meanwhile. Whatever would change
    /// something in it is refused with [`ErrorKind::PermissionDenied`].
    pub fn look(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            lock: None,
        }
    }

    fn may_write(&self) -> io::Result<()> {
        let lock = self.lock.as_ref().map(|_| ());
        lock.ok_or_else(|| ErrorKind::PermissionDenied.into())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Storage for Disk {
    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            // Whoever put a file here whose name is no text has not put one of ours.
            if let Ok(name) = entry.file_name().into_string()
                && name != LOCK
            {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        self.may_write()?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(self.path(name))?;
        Ok(Box::new(file))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let file = OpenOptions::new()
            .read(true)
            .write(self.lock.is_some())
            .open(self.path(name))?;
        Ok(Box::new(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.may_write()?;
        fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.may_write()?;
        fs::remove_file(self.path(name))
    }

    fn sync_folder(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

impl StoredFile for File {
    fn bytes(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        while read < into.len() {
            match FileExt::read_at(self, &mut into[read..], offset + read as u64) {
                Ok(0) => break,
                Ok(count) => read += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(folder) => write!(f, "{} is in use by another process", folder.display()),
            Self::Io(folder, error) => write!(f, "{}: {error}", folder.display()),
        }
    }
}

impl error::Error for DiskError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::InUse(_) => None,
            Self::Io(_, error) => Some(error),
        }
    }
}
