//! A file of a simulated disk that somebody has opened.

use std::io;

use rand::RngExt;

use super::{
    Simulated, StoredFile,
    folder::FileId,
    machine::{Act, FAILED, Fate, Machine, NO_SPACE},
};

/// An open file of one life of a process.
#[derive(Debug)]
pub(super) struct Handle {
    disk: Simulated,
    life: u64,
    file: FileId,
}

impl Handle {
    pub(super) fn new(disk: Simulated, life: u64, file: FileId) -> Self {
        Self { disk, life, file }
    }

    /// Does something with the disk, unless the process that has opened the file is gone.
    fn with<T>(&self, work: impl FnOnce(&mut Machine) -> io::Result<T>) -> io::Result<T> {
        let mut machine = self.disk.machine();
        if machine.life != self.life {
            return Err(io::Error::from_raw_os_error(FAILED));
        }
        work(&mut machine)
    }
}

impl StoredFile for Handle {
    fn bytes(&self) -> io::Result<u64> {
        self.with(|machine| {
            machine.is_on()?;
            Ok(machine.folder.content(self.file)?.seen().len() as u64)
        })
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.with(|machine| {
            machine.is_on()?;
            let bytes = machine.folder.content(self.file)?.seen();
            let start = place(offset).min(bytes.len());
            let count = into.len().min(bytes.len() - start);
            into[..count].copy_from_slice(&bytes[start..start + count]);
            Ok(count)
        })
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.with(|machine| {
            let fate = machine.begin(Act::Write)?;
            let fits = machine.fits(self.file, place(offset), bytes.len())?;
            let (written, end) = match fate {
                Fate::Fails(error) => (machine.chance.random_range(0..=fits), Some(error)),
                Fate::Done if fits < bytes.len() => (fits, Some(NO_SPACE)),
                Fate::Done => (fits, None),
            };
            let content = machine.folder.content(self.file)?;
            content.write(place(offset), &bytes[..written]);
            end.map_or(Ok(()), |error| Err(io::Error::from_raw_os_error(error)))
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.with(|machine| {
            let fate = machine.begin(Act::Sync)?;
            let content = machine.folder.content(self.file)?;
            match fate {
                Fate::Done => {
                    content.sync();
                    Ok(())
                }
                Fate::Fails(error) => {
                    content.fail_to_sync(&mut machine.chance);
                    Err(io::Error::from_raw_os_error(error))
                }
            }
        })
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let closed = self.with(|machine| {
            machine.folder.close(self.file);
            Ok(())
        });
        // The process is gone: it was closed then.
        drop(closed);
    }
}

fn place(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
