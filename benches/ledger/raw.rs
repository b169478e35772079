//! A file that was filled with zeros before: one `pwrite` and one `fdatasync` a batch.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::FileExt,
    path::Path,
};

use crate::{Durable, Work};

/// Bytes of the file. At its end it begins again at its start.
const FILE_BYTES: u64 = 64 << 20;

pub(crate) struct RawFile {
    file: File,
    offset: u64,
    bytes: Vec<u8>,
}

impl RawFile {
    pub(crate) fn new(path: &Path) -> Self {
        let mut options = OpenOptions::new();
        let file = options
            .create_new(true)
            .write(true)
            .open(path)
            .expect("a new file");
        let zeros = vec![0; 1 << 20];
        for offset in (0..FILE_BYTES).step_by(zeros.len()) {
            file.write_all_at(&zeros, offset).expect("a disk with room");
        }
        file.sync_all().expect("a disk");
        Self {
            file,
            offset: 0,
            bytes: Vec::new(),
        }
    }
}

impl Durable for RawFile {
    fn name(&self) -> &'static str {
        "raw file"
    }

    fn append(&mut self, work: &mut Work) {
        work.bytes(&mut self.bytes);
        let len = self.bytes.len() as u64;
        if self.offset + len > FILE_BYTES {
            self.offset = 0;
        }
        self.file
            .write_all_at(&self.bytes, self.offset)
            .expect("a disk");
        self.file.sync_data().expect("a disk");
        self.offset += len;
    }
}
