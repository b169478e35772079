//! The witness: buys from the successor of an owner that was struck, and looks at once what that owner shows.
//!
//! He is alone in an event that stands still, and asks for nothing while its owner is who is to be struck. So nobody but the
//! roster and its own lease tells a deposed owner that it is one: no append of its own fails because its successor was faster.
//! What it shows then of the seats that he has bought is the newest, or it is not honest: he was told that they are his
//! before he looked.

use std::{
    thread,
    time::{Duration, Instant},
};

use seatlock::ids::SeatId;

use super::{
    clerk::{Clerk, Errand},
    errand::WAIT,
    house::NAMES,
    sale::STILL,
    verdict::Broken,
};

/// How often he looks whether there is a successor, and buys one more seat from him.
const BUYS_EACH: Duration = Duration::from_millis(300);

impl Clerk<'_> {
    /// Buys a seat if somebody else than the victim sells it, and looks at the victim.
    pub(super) fn witness(&mut self, victim: usize) -> Result<(), Broken> {
        let elsewhere = self.any_node();
        let by = self.look_at_map_of(STILL, elsewhere)?;
        if by.is_some_and(|by| by != NAMES[victim])
            && let Some(errand) = self.next_seat()
        {
            self.change(errand)?;
        }
        let until = Instant::now() + BUYS_EACH;
        while Instant::now() < until {
            thread::sleep(WAIT);
            let _by = self.look_at_map_of(STILL, victim)?;
        }
        Ok(())
    }

    /// One that he has not asked for yet, as long as there are some: of that seat nothing is in doubt.
    fn next_seat(&mut self) -> Option<Errand> {
        let seat = SeatId::new(self.holds);
        let is_there = seat.index() < self.sale.seats();
        is_there.then(|| self.hold_of(STILL, vec![seat]))
    }
}
