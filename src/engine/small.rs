//! The small API's questions: single seats of the event `default`, by number, for users whose name is enough.
//!
//! A hold that is made here is an ordinary one without a token. One that has a token is its owner's alone: here it can
//! be neither confirmed by who knows the user's name, nor, but for the administrator's call, released.

use std::sync::Arc;

use super::{
    Core, Engine,
    answer::{Now, TakeRefusal},
    cart::Freed1,
    event::Event,
    request::{Asks, Want},
    small_answer::{ConfirmAnswer, HoldAnswer, ReleaseAnswer},
};
use crate::{
    event::{Stage, User},
    feed::Shown,
    ids::{SeatId, TakingId},
    seat::{Outcome, Seat, StatusMap},
};
