//! The configuration file: whatever it says, no panic. The command line's own files are taken in as they are.

#![no_main]
#![expect(dead_code, reason = "only the file is read; nothing is served")]

#[path = "../../../src/cli/check.rs"]
mod check;
#[path = "../../../src/cli/file.rs"]
mod file;
#[path = "../../../src/cli/setting.rs"]
mod setting;
#[path = "../../../src/cli/settings.rs"]
mod settings;
#[path = "../../../src/cli/sources.rs"]
mod sources;

use std::path::Path;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let (_settings, complaints) = file::read(Path::new("seatlock.toml"), text);
        let lines = text.lines().count() + 1;
        for complaint in complaints {
            let said = complaint.to_string();
            let line = said.strip_prefix("seatlock.toml line ").expect("the file is named");
            let (line, _) = line.split_once(':').expect("a reason follows");
            assert!((1..=lines).contains(&line.parse().expect("a number")), "{said}");
        }
    }
});
