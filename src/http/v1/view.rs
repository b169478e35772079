//! What answers show.
//!
//! | file | what it is |
//! |---|---|
//! | `hold`, `hold_text` | a hold or booking; its text |
//! | `seat` | one seat, and who has it |
//! | `event` | an event |
//! | `line` | charts and events in a list |

mod event;
mod hold;
mod hold_text;
mod line;
mod seat;

pub(super) use event::{CountsView, EventView, OrphansWord, StateWord};
pub(super) use hold::{Hold, Status};
pub(super) use line::{ChartLine, EventLine};
pub(super) use seat::SeatView;
