//! What answers show.
//!
//! | file | what it is |
//! |---|---|
//! | `hold`, `event` | a hold or booking; an event |
//! | `line` | charts and events in a list |

mod event;
mod hold;
mod line;

pub(super) use event::{CountsView, EventView, OrphansWord, StateWord};
pub(super) use hold::{Hold, Status};
pub(super) use line::{ChartLine, EventLine};
