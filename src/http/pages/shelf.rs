//! The files of the pages, as they are in this program.

use std::{fmt::Write as _, io::Write as _, sync::LazyLock};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

/// All files, ready to be sent.
pub(super) static SHELF: LazyLock<Shelf> = LazyLock::new(Shelf::new);

/// What stands in a page for the folder of its assets.
const FOLDER: &str = "{assets}";

/// Hexadecimal digits of a version: enough for any two to differ, short enough to be read.
const VERSION_DIGITS: usize = 16;

/// The pages.
#[derive(Debug, Clone, Copy)]
pub(super) enum Page {
    Home,
    Event,
    Admin,
}

macro_rules! files {
    ($($name:literal)*) => {
        /// Each asset by its path, and what is in it.
        const ASSETS: &[(&str, &[u8])] = &[$(($name, include_bytes!(concat!("assets/", $name)))),*];
    };
}

files! {
    "admin/admin.css"
    "admin/booking.js"
    "admin/chart.css"
    "admin/chart.js"
    "admin/client.js"
    "admin/cluster.css"
    "admin/cluster.js"
    "admin/desk.css"
    "admin/events.js"
    "admin/lookup.js"
    "admin/main.js"
    "admin/metrics.js"
    "admin/plot.css"
    "admin/plot.js"
    "admin/question.js"
    "admin/seats.js"
    "admin/trends.js"
    "api.js"
    "dom.js"
    "event/best.js"
    "event/cart.js"
    "event/choice.js"
    "event/event.css"
    "event/finder.js"
    "event/kept.js"
    "event/legend.js"
    "event/main.js"
    "event/names.js"
    "event/shop.js"
    "home.js"
    "icon.svg"
    "map/album.js"
    "map/camera.js"
    "map/gestures.js"
    "map/grid.js"
    "map/house.js"
    "map/layout.js"
    "map/marks.js"
    "map/palette.js"
    "map/picture.js"
    "map/scene.js"
    "map/seats.js"
    "map/shape.js"
    "map/signs.js"
    "map/sprites.js"
    "map/view.js"
    "stream.js"
    "style.css"
    "words.js"
}

/// The pages in the order of [`Page`].
const PAGES: [&str; 3] = [
    include_str!("assets/home.html"),
    include_str!("assets/event.html"),
    include_str!("assets/admin.html"),
];

/// The pages and their assets.
#[derive(Debug)]
pub(super) struct Shelf {
    /// Below it lie the assets of this version: `/assets/{version}/`.
    folder: String,
    pages: [File; PAGES.len()],
    assets: Vec<(&'static str, File)>,
}

/// A file, plain and compressed.
#[derive(Debug)]
pub(super) struct File {
    pub(super) media_type: &'static str,
    pub(super) plain: Bytes,
    pub(super) gzip: Bytes,
    /// Of what is in it.
    pub(super) digest: String,
}

impl Shelf {
    fn new() -> Self {
        let mut all = Sha256::new();
        for (name, bytes) in ASSETS {
            all.update(name);
            all.update(bytes);
        }
        let folder = format!("/assets/{}/", digits(&all.finalize()));
        let page = |text: &str| {
            let text = text.replace(FOLDER, folder.trim_end_matches('/'));
            File::new("text/html; charset=utf-8", text.into())
        };
        let asset = |(name, bytes): &(&'static str, &'static [u8])| {
            (
                *name,
                File::new(media_type(name), Bytes::from_static(bytes)),
            )
        };
        Self {
            pages: PAGES.map(page),
            assets: ASSETS.iter().map(asset).collect(),
            folder,
        }
    }

    pub(super) fn page(&self, page: Page) -> &File {
        &self.pages[page as usize]
    }

    /// The asset at this path. Of another version than this there is none: what it was is not known any more.
    pub(super) fn asset(&self, path: &str) -> Option<&File> {
        let wanted = path.strip_prefix(&self.folder)?;
        let mut assets = self.assets.iter();
        assets.find_map(|(name, file)| (*name == wanted).then_some(file))
    }
}

impl File {
    fn new(media_type: &'static str, plain: Bytes) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // A vector takes all of it.
        let _ = encoder.write_all(&plain);
        Self {
            media_type,
            gzip: encoder.finish().unwrap_or_default().into(),
            digest: digits(&Sha256::digest(&plain)),
            plain,
        }
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

fn digits(digest: &[u8]) -> String {
    let mut text = String::with_capacity(VERSION_DIGITS);
    for byte in &digest[..VERSION_DIGITS / 2] {
        // A string takes all of it.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        io::Read as _,
        path::{Path, PathBuf},
    };

    use flate2::read::GzDecoder;

    use super::*;

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/pages/assets")
    }

    fn listed(folder: &Path, into: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("a folder").path();
            if path.is_dir() {
                listed(&path, into);
            } else {
                into.insert(path.display().to_string());
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_a_page_or_an_asset() {
        let mut there = BTreeSet::new();
        listed(&folder(), &mut there);
        let assets: BTreeSet<String> = ASSETS
            .iter()
            .map(|(name, _)| folder().join(name).display().to_string())
            .collect();
        let rest: Vec<_> = there.difference(&assets).collect();
        assert_eq!(rest.len(), PAGES.len(), "{rest:?}");
        assert!(rest.iter().all(|path| path.ends_with(".html")), "{rest:?}");
    }

    #[test]
    fn what_a_page_names_is_there() {
        for page in &SHELF.pages {
            let text = std::str::from_utf8(&page.plain).expect("a text");
            let named: Vec<_> = text
                .split('"')
                .filter(|part| part.starts_with("/assets/"))
                .collect();
            assert!(!named.is_empty());
            for path in named {
                assert!(SHELF.asset(path).is_some(), "{path}");
            }
            assert!(!text.contains(FOLDER));
        }
    }

    #[test]
    fn what_a_module_imports_is_there() {
        for (name, bytes) in ASSETS.iter().filter(|(name, _)| name.ends_with(".js")) {
            let text = std::str::from_utf8(bytes).expect("a text");
            let imports = text.split(" from '").skip(1);
            for import in imports.filter_map(|rest| rest.split('\'').next()) {
                let path = Path::new(name).parent().expect("a file").join(import);
                let path = folder().join(path).canonicalize();
                assert!(path.is_ok(), "{name} imports {import}");
            }
        }
    }

    #[test]
    fn what_is_compressed_is_the_same() {
        for (name, file) in &SHELF.assets {
            let mut text = Vec::new();
            let read = GzDecoder::new(&file.gzip[..]).read_to_end(&mut text);
            assert!(read.is_ok() && text == file.plain, "{name}");
        }
    }

    #[test]
    fn nothing_that_was_typed_becomes_markup() {
        for (name, bytes) in ASSETS.iter().filter(|(name, _)| name.ends_with(".js")) {
            let text = std::str::from_utf8(bytes).expect("a text");
            for way in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
            ] {
                assert!(!text.contains(way), "{name} uses {way}");
            }
        }
    }
}
