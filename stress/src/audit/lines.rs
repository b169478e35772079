//! All rings together: finds who made a change.

use seatlock::ids::Lsn;

use super::sightings::Sightings;
use crate::claim::{Claim, Line, Patience};

/// The rings and what is to be judged from each.
#[derive(Debug)]
pub struct Lines {
    lines: Vec<(Line, Sightings)>,
    /// Where the last claim was found: neighbours on the tape are often of one thread.
    last: usize,
}

/// Who made a change.
#[derive(Debug)]
pub enum Claimed {
    /// This line.
    By(usize, Claim),
    /// Nobody: every writer has gone past it.
    ByNobody,
    /// Somebody claims a change that the tape went past.
    Missing(usize, Claim),
}

impl Lines {
    /// Rings to be merged.
    pub fn new(lines: Vec<Line>) -> Self {
        Self {
            lines: lines
                .into_iter()
                .map(|line| (line, Sightings::default()))
                .collect(),
            last: 0,
        }
    }

    /// Who made the change with this number. Waits until its maker has said so, or all have been seen to have made
    /// another or none.
    #[inline]
    pub fn claim(&mut self, lsn: Lsn) -> Claimed {
        let last = self.last;
        if self.head(last).is_some_and(|head| head.lsn == lsn)
            && let Some(claim) = self.lines[last].0.take()
        {
            return Claimed::By(last, claim);
        }
        self.search(lsn)
    }

    /// A claim that is left when the tape is at its end.
    pub fn left_over(&mut self) -> Option<(usize, Claim)> {
        (0..self.lines.len())
            .find_map(|index| self.head(index).copied().map(|claim| (index, claim)))
    }

    /// Whether every writer has gone.
    pub fn all_closed(&self) -> bool {
        self.lines.iter().all(|(line, _)| line.is_closed())
    }

    /// Takes in what has been seen while nothing changed, so that no writer waits for room.
    pub fn drain(&mut self) {
        for index in 0..self.lines.len() {
            self.head(index);
        }
    }

    /// Each line's sightings.
    pub fn sightings(&mut self) -> impl Iterator<Item = &mut Sightings> {
        self.lines.iter_mut().map(|(_, sightings)| sightings)
    }

    fn head(&mut self, index: usize) -> Option<&Claim> {
        let (line, sightings) = &mut self.lines[index];
        line.head(|sighting| sightings.push(sighting))
    }

    /// A writer with nothing in its ring may be between its change and its report. It has no part in this change once
    /// an operation of it has ended after we began to look, because the record was on the tape before that.
    fn search(&mut self, lsn: Lsn) -> Claimed {
        let turns: Vec<u64> = self.lines.iter().map(|(line, _)| line.turns()).collect();
        let mut patience = Patience::default();
        loop {
            let mut undecided = false;
            for (index, turns) in turns.iter().enumerate() {
                // In this order: what was written before the turn ended, or before the writer went, is in the ring.
                let gone_on =
                    self.lines[index].0.is_closed() || self.lines[index].0.turns() != *turns;
                match self.head(index).map(|head| head.lsn) {
                    Some(head) if head <= lsn => return self.taken(index, head == lsn),
                    Some(_) => {}
                    None => undecided |= !gone_on,
                }
            }
            if !undecided {
                return Claimed::ByNobody;
            }
            patience.wait();
        }
    }

    fn taken(&mut self, index: usize, here: bool) -> Claimed {
        self.last = index;
        match self.lines[index].0.take() {
            Some(claim) if here => Claimed::By(index, claim),
            Some(claim) => Claimed::Missing(index, claim),
            None => Claimed::ByNobody,
        }
    }
}
