//! The best free seats for a party.
//!
//! [`find`] says which seats somebody should be given who doesn't name any. It changes nothing: the caller holds what
//! was found, as a group, and asks again if others were faster.
//!
//! # What is best
//! By [`Rank`]: side by side and leaving no orphan; side by side; split over two neighbouring rows; the nearest
//! seats wherever they are. Within a rank the nearest to the focal point is the best; a party is as far away as the one
//! of them who has it worst ([`Distance`]). An orphan is a free seat that had a free neighbour and is left without.
//! [`Policy`] has all this in one place.
//!
//! Accessible seats are given to those who ask for them and to nobody else. Companion seats are given with these
//! first, and to others only when the wish can't be met without.
//!
//! # How it is found
//! The [`Plan`] has the rows in the order of their nearest seat, so a search goes from the focal point outwards and ends
//! at the first row that cannot be better than what it has. It knows of most rows how near a party can sit there at best,
//! and looks first where that is nearest (`together`). It goes by the rows of the sections or the category that
//! are wished for, and by no others (`way`). It skips the rows whose hints say that there is no room, sixteen at a time
//! where they all do ([`crate::event::hints`]), and looks at the others as bits, a seat each, of which a few shifts say
//! where there is room for a party (`runs`). A party that is split needs a row where half of it fits, and one behind
//! or in front where the rest does; the hints tell that as well.
//!
//! # When many ask at once
//! All who ask at the same moment are offered the same best seats, and one of them gets these. The others come back with
//! `attempt + 1` and a fresh `now`, and pick by chance among the next best: 4 choices, then 8, 16, up to 64. Each lost
//! race is a hold that somebody else has won, so a crowd as a whole always gets on. Who has lost
//! [`limits::BEST_ATTEMPTS_MAX`] times is told that the engine is busy, which is something else than 'none'.
//!
//! `None` means that each row, when the search came by, had no room: the hints never hide a free seat. While nothing is
//! freed, as when a herd fills the house, there is then no room anywhere. Seats that are freed behind the search's back
//! count for the next one. Now and then a refusal is checked against all seats nevertheless ([`Hints::doubt`]).
//!
//! [`limits::BEST_ATTEMPTS_MAX`]: crate::limits::BEST_ATTEMPTS_MAX
//!
//! | file | what it is |
//! |---|---|
//! | `wish`, `policy` | what is asked for, and what is best |
//! | `plan`, `compile`, `place`, `way`, `heard`, `house` | the chart, compiled |
//! | `sight` | the seats as they are |
//! | `walk` | past what is sold out |
//! | `search` | rank by rank, and what is seen of a row |
//! | `together` | parties side by side |
//! | `spread`, `access`, `areas` | parties in other ways |
//! | `orphans` | the same rule for seats that were chosen by hand |
//! | `runs`, `shortlist` | bits; the best few |

mod access;
mod areas;
mod compile;
mod heard;
mod house;
mod orphans;
mod place;
mod plan;
mod policy;
mod runs;
mod search;
mod shortlist;
mod sight;
mod spread;
mod together;
mod walk;
mod way;
mod wish;

pub use areas::find_places;
pub use house::{Area, House, Kind, Offset, Row};
pub use orphans::orphans;
pub use plan::Plan;
pub use policy::{Distance, Policy, Rank};
pub use sight::{Live, Sight};
pub use wish::{Adjacent, AreaWish, Categories, Sections, Wish, WishError};

use crate::{event::hints::Hints, ids::SeatId};
use search::Search;

/// The best seats for a wish, in no particular order; `None` when there were too few.
///
/// `avoid` are seats that are as good as taken, such as those that the same request has found already. The first
/// `attempt` is 0; `chance` gives a number below the one that it is given. The hints must be of as many cells as the
/// plan ([`Plan::cells`]).
pub fn find(
    plan: &Plan,
    hints: &Hints,
    sight: &impl Sight,
    wish: &Wish,
    avoid: &[SeatId],
    attempt: u32,
    chance: &mut impl FnMut(u32) -> u32,
) -> Option<Vec<SeatId>> {
    let policy = Policy::STANDARD;
    let mut search = Search {
        plan,
        hints,
        sight,
        wish,
        avoid,
        policy,
        choices: policy.choices(attempt),
        chance,
        trusts: true,
        gives_companions: false,
        route: plan.ways.of(wish),
        longest: u32::MAX,
    };
    search.run().or_else(|| {
        search.trusts = !hints.doubt(sight.now());
        (!search.trusts).then(|| search.run()).flatten()
    })
}

#[cfg(test)]
mod tests;
