//! What the seats' numbers mean to people.

mod holders;
mod user;

pub use holders::Holders;
pub use user::User;
