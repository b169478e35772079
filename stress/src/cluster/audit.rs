//! Asks later what has become of a sale that is over: nobody touches it any more, so only what had an end in sight may
//! have ended.

use std::sync::Arc;

use super::{
    bout::until_answered,
    caller::{Call, Caller, json},
    clerk::span,
    errand::map,
    judge::{Judge, Known},
    notes::Booking,
    sale::Sale,
    seat,
    verdict::{Broken, Promise},
};
use crate::http::client::Answer;

/// A sale that is over.
#[derive(Debug)]
pub(super) struct Past {
    pub(super) sale: Arc<Sale>,
    /// By event and seat.
    pub(super) known: Vec<Vec<Known>>,
    pub(super) bookings: Vec<Booking>,
}

impl Past {
    /// Asks for its maps and bookings, and judges them.
    pub(super) fn audit(&self, caller: &mut Caller, judge: &mut Judge) -> Result<(), Broken> {
        for (event, known) in self.known.iter().enumerate() {
            self.look_at(event, known, caller, judge)?;
        }
        for booking in &self.bookings {
            let call = look(format!("/v1/bookings/{}", booking.id));
            let answer = until_answered(caller, &call)?;
            if answer.status != 200 || json(&answer)["state"] != "booked" {
                return Err(lost(booking, &answer));
            }
        }
        judge.checks.add(Promise::Kept, self.bookings.len());
        Ok(())
    }

    fn look_at(
        &self,
        event: usize,
        known: &[Known],
        caller: &mut Caller,
        judge: &mut Judge,
    ) -> Result<(), Broken> {
        let call = look(format!("/v1/events/{}/seats", self.sale.events[event].name));
        let sent = caller.now();
        let answer = until_answered(caller, &call)?;
        let answered = caller.now();
        let shown = map(&self.sale, &json(&answer)).ok_or_else(|| {
            let said = String::from_utf8_lossy(&answer.body).into_owned();
            Broken::new(Promise::Answers, format!("GET {}", call.path)).with([said])
        })?;
        for (seat, (shown, known)) in shown.into_iter().zip(known).enumerate() {
            let later = span(sent, Some(answered), seat::Call::Map(shown));
            judge.judge_later(&self.sale.label(event, seat), known, &[later])?;
        }
        Ok(())
    }
}

fn lost(booking: &Booking, answer: &Answer) -> Broken {
    let Booking { event, id, by } = booking;
    let what = format!("booking {id} of '{event}', which was hold {by}, is not there any more");
    let said = String::from_utf8_lossy(&answer.body);
    let node = answer.node.as_deref().unwrap_or("nobody");
    let line = format!("answered by {node}: {} {said}", answer.status);
    Broken::new(Promise::Kept, what).with([line])
}

fn look(path: String) -> Call {
    Call {
        method: "GET",
        path,
        ..Call::default()
    }
}
