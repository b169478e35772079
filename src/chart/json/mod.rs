//! A chart as JSON; the format is drawn in [`super`].

mod path;
mod read;
mod reader;
mod scope;
mod write;

pub(super) use read::read;
pub(super) use write::write;
