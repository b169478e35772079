//! The orphan rule for seats that somebody chose by hand.

use super::{
    plan::{Plan, Stretch},
    runs::{lone, places},
    sight::Sight,
};
use crate::ids::SeatId;

/// The free seats that would be left single by this choice, and were not before: each had a free neighbour and would
/// have none. In ascending order. Accessible seats are no neighbours and no orphans.
pub fn orphans(plan: &Plan, sight: &impl Sight, chosen: &[SeatId]) -> Vec<SeatId> {
    let mut touched: Vec<u32> = chosen
        .iter()
        .flat_map(|seat| plan.stretches_with(*seat))
        .collect();
    touched.sort_unstable();
    touched.dedup();
    let mut orphans: Vec<SeatId> = touched
        .into_iter()
        .flat_map(|index| left_in(plan, sight, &plan.stretches[index as usize], chosen))
        .collect();
    orphans.sort_unstable();
    orphans
}

/// Those in one stretch, among the seats that it owns and of which it sees both neighbours.
fn left_in(
    plan: &Plan,
    sight: &impl Sight,
    stretch: &Stretch,
    chosen: &[SeatId],
) -> impl Iterator<Item = SeatId> {
    let ramps = plan
        .mixture(stretch)
        .map_or(0, |mixture| mixture.accessible);
    let open = stretch.free(sight).0 & !ramps;
    let left = open & !stretch.bits_of(chosen);
    let orphans = lone(left) & !lone(open) & stretch.own();
    let first = stretch.seat(0).get();
    places(orphans).map(move |place| SeatId::new(first + place))
}
