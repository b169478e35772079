//! The stress over HTTP: the small API from outside.
pub mod model;
