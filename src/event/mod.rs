//! What the seats' numbers mean to people.

pub mod best;
pub mod hints;
mod holders;
mod user;

pub use holders::Holders;
pub use user::User;
