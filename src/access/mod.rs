//! Who may ask, for how much, and how often: decisions of the gate, without HTTP.
//!
//! - [`key`]: which role a presented API key has.
//! - [`client`]: whose request it is when there is no key, through proxies or not.
//! - [`rate`]: how often a key or a client may ask.
//! - [`budget`]: how much a user may hold, and how much he may have wasted.
//! - [`origins`]: which web pages may read the answers.
//!
//! Everything here is bounded, reads no clock and waits for nothing but a mutex that is held for one look-up.
//! A decision is a pure value's method; tables only keep the values.

pub mod budget;
pub mod client;
pub mod key;
pub mod origins;
pub mod rate;
