//! What the seats' numbers mean to people: names, rules, holds.

pub mod best;
mod cart;
pub mod hints;
pub mod hold;
mod holds;
mod name;
mod record;
pub mod rules;
mod taking_hash;
mod token;
mod user;

pub use cart::{Cart, Left, Taken, TakenSeats};
pub use hold::{Begins, End, Hold, How, Stage};
pub use holds::{Holds, owner};
pub use name::{Name, NameError};
pub use record::Found;
pub use rules::{OnSale, Orphans, RuleError, Rules, Season};
pub use token::{Token, TokenHash};
pub use user::User;
