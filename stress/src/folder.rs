//! A folder for one run.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Where processes keep what they must not lose. Removed when this is dropped, unless it is evidence.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    is_evidence: bool,
}

impl Folder {
    /// A new one among the temporary files, whose name begins so.
    pub(crate) fn new(name: &str) -> Result<Self, String> {
        let name = format!(
            "{name}-{}-{:08x}",
            std::process::id(),
            rand::random::<u32>()
        );
        let path = env::temp_dir().join(name);
        let made = fs::create_dir(&path);
        made.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self {
            path,
            is_evidence: false,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Has it stay.
    pub(crate) fn keep(&mut self) {
        self.is_evidence = true;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_evidence {
            // What is left is in the folder for temporary things.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
