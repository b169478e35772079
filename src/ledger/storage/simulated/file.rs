//! A file of a simulated disk that somebody has opened.

use std::io;

use super::{Act, FAILED, NO_SPACE, Simulated, StoredFile, folder::FileId};

#[derive(Debug)]
pub(super) struct Handle {
    disk: Simulated,
    file: FileId,
}

impl Handle {
    pub(super) fn new(disk: Simulated, file: FileId) -> Self {
        Self { disk, file }
    }
}

impl StoredFile for Handle {
    fn bytes(&self) -> io::Result<u64> {
        let machine = self.disk.machine();
        Ok(machine.folder.read(self.file)?.len() as u64)
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let machine = self.disk.machine();
        let bytes = machine.folder.read(self.file)?;
        let start = place(offset).min(bytes.len());
        let count = into.len().min(bytes.len() - start);
        into[..count].copy_from_slice(&bytes[start..start + count]);
        Ok(count)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut machine = self.disk.machine();
        let is_well = machine.begin(Act::Write)?;
        let has = machine.folder.read(self.file)?.len() as u64;
        let grows = (offset + bytes.len() as u64).saturating_sub(has);
        let room = machine
            .bytes_max
            .map_or(u64::MAX, |most| most.saturating_sub(machine.folder.bytes()));
        let fits = if grows <= room {
            bytes.len()
        } else {
            // What is there already can be written, and what there is room for.
            bytes.len() - place(grows - room).min(bytes.len())
        };
        let written = if is_well { fits } else { fits / 2 };
        machine
            .folder
            .write(self.file, place(offset), &bytes[..written])?;
        if !is_well {
            Err(io::Error::from_raw_os_error(FAILED))
        } else if written < bytes.len() {
            Err(io::Error::from_raw_os_error(NO_SPACE))
        } else {
            Ok(())
        }
    }

    fn sync(&self) -> io::Result<()> {
        let mut machine = self.disk.machine();
        let is_well = machine.begin(Act::Sync)?;
        machine.folder.sync_file(self.file, !is_well)?;
        if is_well {
            Ok(())
        } else {
            Err(io::Error::from_raw_os_error(FAILED))
        }
    }
}

fn place(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
