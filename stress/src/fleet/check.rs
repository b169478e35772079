//! What must be true at the end: everybody and every seat is accounted for.

use super::{change::Stage, sale::Sale, world::World};

/// What is checked, in the order of the tally's counters: what, and how.
pub const PROMISES: [(&str, &str); 5] = [
    (
        "answered means durable",
        "whatever a buyer was told was in etcd when he was told",
    ),
    (
        "batches in order, of one owner after the other",
        "each slot that etcd took was the next one, in the owner's own term",
    ),
    (
        "no seat sold twice",
        "each change that etcd took down followed from what it had of the hold and of each of its seats",
    ),
    (
        "a takeover loses nothing",
        "each hold was, when its shard was served again, what its owner had been told, or later",
    ),
    (
        "everybody and every seat is accounted for",
        "people who came have bought, left or are there; seats of sold holds are the sold seats",
    ),
];

impl World<'_> {
    /// The last check.
    pub(super) fn check_end(&mut self) {
        let (mut sums, mut sold) = (Vec::new(), vec![0_u64; self.sales.len()]);
        for (number, hold) in self.holds.iter().enumerate().skip(1) {
            if !hold.is_kept(hold.told) {
                let (told, kept) = (hold.told, hold.kept.stage);
                sums.push(Err(format!(
                    "hold {number} was answered as {told:?}, and in the end it is {kept:?}"
                )));
            }
            if hold.kept.stage == Stage::Sold {
                sold[usize::from(hold.sale)] += u64::from(hold.party);
            }
        }
        for (sale, sold) in self.sales.iter().zip(sold) {
            sums.push(self.accounts_for(sale, sold));
        }
        for sum in sums {
            self.note(sum);
        }
    }

    fn accounts_for(&self, sale: &Sale, sold: u64) -> Result<(), String> {
        let left = sale.left.bought + sale.left.held_only + sale.left.empty_handed;
        if u64::from(sale.came) != left + u64::from(sale.present) {
            return Err(format!(
                "{} people came, {left} have left and {} are there",
                sale.came, sale.present
            ));
        }
        let is_sold = |hold: &&u32| self.holds[**hold as usize].kept.stage == Stage::Sold;
        let seats = sale.kept.iter().filter(|hold| **hold > 0);
        let seats = seats.filter(is_sold).count() as u64;
        if seats != sold {
            return Err(format!(
                "{sold} seats were sold, and {seats} seats are sold"
            ));
        }
        let free = sale.now.holds.iter().filter(|hold| **hold == 0).count();
        if free != sale.now.free() {
            return Err(format!(
                "{free} seats are nobody's, and {} are free",
                sale.now.free()
            ));
        }
        Ok(())
    }
}
