//! `seatlock config`: the configuration that counts, and a template to start from.

use std::fmt::Write;

use super::{
    file,
    setting::Setting,
    settings::SETTINGS,
    sources::{Origin, Sources},
};

/// Every setting as it counts, with where it comes from: a file that would give the same.
pub(crate) fn effective(sources: &Sources) -> String {
    by_section(|setting| {
        let given = sources.of(setting);
        let from = match &given.origin {
            Origin::Default if given.texts.is_empty() => "not set".to_owned(),
            origin => origin.to_string(),
        };
        format!("{}  # {from}\n", file::write(setting, &given.texts))
    })
}

/// Every setting at its default and with its help, all of it commented out.
pub(crate) fn template() -> String {
    let head = "# Settings of Seatlock. Each of them is also a flag and an environment variable: lock_ttl is\n\
                # --lock-ttl and SEATLOCK_LOCK_TTL. A flag comes before the environment, that before this file.\n";
    let settings = by_section(|setting| {
        let line = file::write(setting, &setting.default_values());
        let line = line.trim_start_matches("# ");
        format!("#{}\n# {line}\n", setting.help)
    });
    format!("{head}\n{settings}")
}

/// What `describe` says of each setting, under the sections' headings.
fn by_section(describe: impl Fn(&Setting) -> String) -> String {
    let mut text = String::new();
    let mut section = "";
    for setting in SETTINGS {
        if setting.section != section {
            let gap = if text.is_empty() { "" } else { "\n" };
            section = setting.section;
            // A string takes whatever is written to it.
            let _ = writeln!(text, "{gap}# -- {section} --");
        }
        text.push_str(&describe(setting));
    }
    text
}
