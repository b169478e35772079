//! A file that will be written at the end of a run, however long that takes: whether it can be is known at the beginning.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// An empty sheet of paper. If nothing is written on it, what stood there before stands there still.
#[derive(Debug)]
pub struct Sheet {
    path: PathBuf,
    file: File,
    /// It was made for this, and is worth nothing yet.
    is_blank: bool,
}

impl Sheet {
    /// Opens the file for writing.
    ///
    /// # Errors
    /// In a line, why it can't be written.
    pub fn open(path: &Path) -> Result<Self, String> {
        let is_blank = !path.exists();
        let mut options = OpenOptions::new();
        let opened = options.write(true).create(true).truncate(false).open(path);
        let file = opened.map_err(|error| why(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            is_blank,
        })
    }

    /// Writes all of it, in the place of what stood there.
    ///
    /// # Errors
    /// In a line, why not.
    pub fn write(mut self, text: &str) -> Result<(), String> {
        self.is_blank = false;
        // A pipe or a terminal has no length.
        let is_file = self.file.metadata().is_ok_and(|about| about.is_file());
        let emptied = if is_file {
            self.file.set_len(0)
        } else {
            Ok(())
        };
        let written = emptied.and_then(|()| self.file.write_all(text.as_bytes()));
        written.map_err(|error| why(&self.path, &error))
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        if self.is_blank {
            // A run that could not be begun leaves no empty file; if that can't be helped, it does.
            let _left = fs::remove_file(&self.path);
        }
    }
}

fn why(path: &Path, error: &io::Error) -> String {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let shown = path.display();
    match folder {
        Some(folder) if !folder.is_dir() => {
            format!(
                "{shown} can't be written: there is no folder {}",
                folder.display()
            )
        }
        _ if path.is_dir() => format!("{shown} can't be written: it is a folder"),
        _ => format!("{shown} can't be written: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("seatlock-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for temporary things");
        folder
    }

    #[test]
    fn what_is_written_takes_the_place_of_what_stood_there_and_nothing_else_does() {
        let folder = folder("sheet");
        let path = folder.join("a.html");
        drop(Sheet::open(&path).expect("it can be made"));
        assert!(!path.exists(), "nothing was written");
        Sheet::open(&path)
            .expect("it can")
            .write("a long text")
            .expect("room");
        drop(Sheet::open(&path).expect("it is there"));
        assert_eq!(fs::read_to_string(&path).expect("there"), "a long text");
        Sheet::open(&path)
            .expect("it can")
            .write("short")
            .expect("room");
        assert_eq!(fs::read_to_string(&path).expect("there"), "short");
        fs::remove_dir_all(&folder).expect("it is ours");
    }

    #[test]
    fn what_is_in_the_way_is_named() {
        let folder = folder("sheets");
        let file = folder.join("file");
        fs::write(&file, "").expect("room");
        for (path, reason) in [
            (folder.join("nowhere/a.html"), "there is no folder"),
            (file.join("a.html"), "there is no folder"),
            (folder.clone(), "it is a folder"),
        ] {
            let error = Sheet::open(&path).expect_err("it can't be written");
            assert!(
                error.contains(reason) && error.lines().count() == 1,
                "{error}"
            );
        }
        fs::remove_dir_all(&folder).expect("it is ours");
    }
}
