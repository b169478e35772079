//! The API that a ticket shop builds on, under `/v1`.
//!
//! | file | what it is |
//! |---|---|
//! | [`availability`] | `GET seats`: all seats of an event, as JSON or in two bits each |
//! | [`seat_text`] | the JSON of an event, kept page by page, plain and compressed |
//! | [`texts`] | those of all events |
//! | `gzip` | a compressed text in pieces |
//! | [`gate`] | who may ask, and how often |
//! | [`once`] | requests that come again: carried out once |
//! | [`stream`] | `GET stream`: what changes, as it changes |
//! | `places` | how many streams there may be |
//! | `preference` | what a client prefers |

pub mod availability;
mod gzip;
mod places;
pub mod gate;
pub mod once;
mod preference;
pub mod seat_text;
pub mod stream;
pub mod texts;
