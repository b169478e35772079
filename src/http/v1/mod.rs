//! The API that a ticket shop builds on, under `/v1`.
//!
//! | file | what it is |
//! |---|---|
//! | [`availability`] | `GET seats`: all seats of an event, as JSON or in two bits each |
//! | [`gate`] | who may ask, and how often |
//! | [`once`] | requests that come again: carried out once |
//! | [`seat_text`] | the JSON, kept page by page, plain and compressed |
//! | [`stream`] | `GET stream`: what changes, as it changes |
//! | `preference` | what a client prefers |

pub mod availability;
pub mod gate;
pub mod once;
mod preference;
pub mod seat_text;
pub mod stream;
