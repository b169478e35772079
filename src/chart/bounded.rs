//! What may not grow beyond a limit.

use std::ops::{Deref, DerefMut};

use super::fault::Reason;

/// A count with a limit, which complains once: a file with a million seats too many has one fault, not a million.
#[derive(Debug)]
pub(super) struct Tally {
    what: &'static str,
    count: u32,
    count_max: u32,
    over: bool,
}

impl Tally {
    pub(super) fn new(what: &'static str, count_max: u32) -> Self {
        Self {
            what,
            count: 0,
            count_max,
            over: false,
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Whether there was once no room for something.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// Counts `more` if there is room for them, and says whether there was. The first time there isn't is an error.
    pub(super) fn add(&mut self, more: u32) -> Result<bool, Reason> {
        let room = self.has_room(more)?;
        if room {
            self.count += more;
        }
        Ok(room)
    }

    /// As [`Tally::add`], without counting them.
    pub(super) fn has_room(&mut self, more: u32) -> Result<bool, Reason> {
        let room = more <= self.count_max - self.count;
        if !room && !self.over {
            self.over = true;
            return Err(Reason::TooMany {
                what: self.what,
                count_max: self.count_max,
            });
        }
        Ok(room)
    }
}

/// A list with a limit. What is pushed beyond it is dropped, and only the first time is an error.
#[derive(Debug)]
pub(super) struct Bounded<T> {
    items: Vec<T>,
    tally: Tally,
}

impl<T> Bounded<T> {
    pub(super) fn new(what: &'static str, count_max: u32) -> Self {
        Self {
            items: Vec::new(),
            tally: Tally::new(what, count_max),
        }
    }

    pub(super) fn push(&mut self, item: T) -> Result<(), Reason> {
        if self.tally.add(1)? {
            self.items.push(item);
        }
        Ok(())
    }

    /// Whether something was dropped.
    pub(super) fn is_over(&self) -> bool {
        self.tally.is_over()
    }

    pub(super) fn into_boxed(self) -> Box<[T]> {
        self.items.into()
    }
}

impl<T> Deref for Bounded<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> DerefMut for Bounded<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.items
    }
}
