//! The models, by subject. The doc of each names the fault that makes it fail.

use crate::runner::Model;

mod crowd;
mod group;
mod moves;
mod neighbours;
mod reader;
mod reuse;
mod single;
mod tape;
mod wheel;

/// All models.
pub fn all() -> impl Iterator<Item = &'static Model> {
    [
        single::MODELS,
        group::MODELS,
        moves::MODELS,
        neighbours::MODELS,
        reader::MODELS,
        reuse::MODELS,
        tape::MODELS,
        wheel::MODELS,
        crowd::MODELS,
    ]
    .into_iter()
    .flatten()
}

/// The model of this name.
pub fn named(name: &str) -> Option<&'static Model> {
    all().find(|model| model.name == name)
}
