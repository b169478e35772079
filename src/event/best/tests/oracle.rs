//! The search beside an obvious one, which tries every party there is, in random houses.

use proptest::{collection::vec, prelude::*};

use super::drawn::Drawn;
use crate::{
    event::{
        best::{Adjacent, Categories, Distance, Offset, Plan, Rank, Sections, Wish, find},
        hints::Hints,
    },
    ids::SeatId,
};

/// How good some seats are: their rank, and how far away they are.
type Score = (usize, f32);

/// All ways to seat a wish, tried one after the other.
struct Oracle<'h> {
    house: &'h Drawn,
    wish: &'h Wish,
    /// The free seats by number, companion seats being given or not.
    gives_companions: bool,
}

impl Oracle<'_> {
    fn best(house: &Drawn, wish: &Wish) -> Option<Score> {
        [false, true].into_iter().find_map(|gives_companions| {
            let oracle = Oracle {
                house,
                wish,
                gives_companions,
            };
            let ranks: &[Rank] = match wish.adjacent {
                Adjacent::Required => &[Rank::Together, Rank::TogetherLeavingOrphan],
                Adjacent::Preferred => &[
                    Rank::Together,
                    Rank::TogetherLeavingOrphan,
                    Rank::Split,
                    Rank::Anywhere,
                ],
                Adjacent::Any => &[Rank::Anywhere],
            };
            let score = |(at, rank): (usize, &Rank)| Some((at, oracle.distance(*rank)?));
            ranks.iter().enumerate().find_map(score)
        })
    }

    /// How far away the best party of a rank is, if there is one.
    fn distance(&self, rank: Rank) -> Option<f32> {
        let size = self.wish.quantity;
        let rows = 0..self.house.rows.len();
        let least = |found: &mut dyn Iterator<Item = f32>| found.min_by(f32::total_cmp);
        match rank {
            Rank::Together => least(
                &mut rows
                    .flat_map(|row| self.runs(row, size))
                    .filter(|seats| !self.leaves_orphan(seats))
                    .map(|seats| self.worst(&seats)),
            ),
            Rank::TogetherLeavingOrphan => least(
                &mut rows
                    .flat_map(|row| self.runs(row, size))
                    .map(|seats| self.worst(&seats)),
            ),
            Rank::Split => {
                let pairs = rows
                    .clone()
                    .flat_map(|row| rows.clone().map(move |other| (row, other)));
                least(&mut pairs.filter_map(|(row, other)| self.split(row, other)))
            }
            Rank::Anywhere => {
                let free = (0..self.house.free.len()).filter(|seat| self.is_fit(*seat));
                let mut far: Vec<f32> = free.map(|seat| self.worst(&[seat])).collect();
                far.sort_by(f32::total_cmp);
                far.get(size as usize - 1).copied()
            }
        }
    }

    /// All free runs of this size in a row.
    fn runs(&self, row: usize, size: u32) -> Vec<Vec<usize>> {
        let row = self.house.rows[row];
        let (first, seats, size) = (row.first.index(), row.seats as usize, size as usize);
        let runs = (first..(first + seats + 1).saturating_sub(size).max(first))
            .map(|start| (start..start + size).collect::<Vec<usize>>());
        runs.filter(|run| run.iter().all(|seat| self.is_fit(*seat)))
            .collect()
    }

    fn split(&self, front: usize, behind: usize) -> Option<f32> {
        let [one, other] = [front, behind].map(|row| self.house.rows[row]);
        if (one.section, one.depth + 1) != (other.section, other.depth)
            || self.side(front) != self.side(behind)
        {
            return None;
        }
        let size = self.wish.quantity;
        (1..=size / 2).rev().find_map(|fewer| {
            let sizes = [(fewer, size - fewer), (size - fewer, fewer)];
            let scores = sizes.into_iter().flat_map(|(ahead, rest)| {
                let ahead = self.runs(front, ahead);
                let rest = self.runs(behind, rest);
                let pairs = ahead.into_iter().flat_map(move |one| {
                    rest.clone().into_iter().map(move |two| (one.clone(), two))
                });
                pairs.collect::<Vec<_>>()
            });
            scores
                .map(|(one, two)| {
                    let both = self.worst(&one).max(self.worst(&two));
                    Distance(both).apart(self.gap(&one, &two)).0
                })
                .min_by(f32::total_cmp)
        })
    }

    /// How many aisles are left of this part of a row.
    fn side(&self, part: usize) -> usize {
        let depth = self.house.rows[part].depth;
        let before = self.house.rows[..part].iter();
        before.filter(|row| row.depth == depth).count()
    }

    fn gap(&self, one: &[usize], other: &[usize]) -> f32 {
        let middle = |seats: &[usize]| {
            let (from, to) = (self.at(seats[0]), self.at(seats[seats.len() - 1]));
            (f32::midpoint(from.x, to.x), f32::midpoint(from.y, to.y))
        };
        let (one, other) = (middle(one), middle(other));
        f32::hypot(one.0 - other.0, one.1 - other.1)
    }

    fn leaves_orphan(&self, seats: &[usize]) -> bool {
        let is_lone = |seat: usize, taken: &[usize]| {
            let row = self.row_of(seat);
            let is_free = |other: usize| {
                row.contains(&other) && self.is_open(other) && !taken.contains(&other)
            };
            is_free(seat) && !is_free(seat + 1) && !(seat > 0 && is_free(seat - 1))
        };
        (0..self.house.free.len()).any(|seat| is_lone(seat, seats) && !is_lone(seat, &[]))
    }

    fn row_of(&self, seat: usize) -> std::ops::Range<usize> {
        let rows = self.house.rows.iter();
        let mut rows = rows.map(|row| row.first.index()..row.first.index() + row.seats as usize);
        rows.find(|row| row.contains(&seat))
            .expect("a numbered seat")
    }

    fn is_open(&self, seat: usize) -> bool {
        self.house.free[seat] && !self.house.kinds[seat].is_accessible
    }

    fn is_fit(&self, seat: usize) -> bool {
        let kind = self.house.kinds[seat];
        let section = |row: &&crate::event::best::Row| {
            (row.first.index()..row.first.index() + row.seats as usize).contains(&seat)
        };
        let row = self
            .house
            .rows
            .iter()
            .find(section)
            .expect("a numbered seat");
        self.is_open(seat)
            && self.wish.categories.has(kind.category)
            && self.wish.sections.has(row.section)
            && (self.gives_companions || !kind.is_companion)
    }

    fn at(&self, seat: usize) -> Offset {
        self.house.offsets[seat]
    }

    fn worst(&self, seats: &[usize]) -> f32 {
        let far = |seat: &usize| self.at(*seat).x.powi(2) + self.at(*seat).y.powi(2);
        seats
            .iter()
            .map(far)
            .max_by(f32::total_cmp)
            .expect("a party")
    }
}

/// What the search finds, scored by the rules and not by what the search says about it.
fn scored(house: &Drawn, wish: &Wish, seats: &[SeatId]) -> Option<Score> {
    let mut alone = house.clone();
    alone.free.fill(false);
    for seat in seats {
        assert!(house.free[seat.index()], "{seat} is taken");
        alone.free[seat.index()] = true;
    }
    let (_, distance) = Oracle::best(&alone, wish)?;
    let party: Vec<usize> = seats.iter().map(|seat| seat.index()).collect();
    let oracle = Oracle {
        house,
        wish,
        gives_companions: true,
    };
    let runs: Vec<_> = (0..house.rows.len())
        .flat_map(|row| oracle.runs(row, wish.quantity))
        .collect();
    let rank = match wish.adjacent {
        Adjacent::Any => 0,
        _ if !runs.contains(&party) => Oracle::best(&alone, wish)?.0,
        _ => usize::from(oracle.leaves_orphan(&party)),
    };
    Some((rank, distance))
}

fn rows() -> impl Strategy<Value = Vec<String>> {
    let row = (
        vec(prop::sample::select(b"....::XXYacAC".to_vec()), 1..24),
        0..4_u8,
    )
        .prop_map(|(mut seats, kind)| {
            match kind {
                0 => seats.fill(b'.'),
                1 => seats.retain(|seat| b".:X".contains(seat)),
                2 => seats.retain(|seat| b".X".contains(seat)),
                _ if seats.len() > 5 => seats[4] = b'|',
                _ => {}
            }
            String::from_utf8(seats).expect("ASCII")
        });
    vec(row, 1..9)
}

fn wish() -> impl Strategy<Value = Wish> {
    let adjacent =
        prop::sample::select(vec![Adjacent::Required, Adjacent::Preferred, Adjacent::Any]);
    let categories = prop::sample::select(vec![
        Categories::ALL,
        Categories::NONE.with(0),
        Categories::NONE.with(1),
    ]);
    let sections = prop::sample::select(vec![Sections::All, Sections::only([0])]);
    (1..9_u32, adjacent, categories, sections).prop_map(
        |(quantity, adjacent, categories, sections)| {
            Wish::new(quantity)
                .expect("from 1 to 8")
                .with_adjacent(adjacent)
                .with_categories(categories)
                .with_sections(sections)
        },
    )
}

proptest! {
    /// With hints that have been lowered by the searches before, and seats taken in between, by those who were given
    /// them and by hand. In houses of straight rows and of bent ones.
    ///
    /// Fails if `by_promise` takes a promise for a place, or if `nearest_start` takes every row for a valley.
    #[test]
    fn it_finds_what_trying_everything_finds(
        rows in rows(),
        bend in prop::sample::select(vec![0.0, 0.06, -0.2]),
        wishes in vec((wish(), any::<prop::sample::Index>(), any::<bool>()), 1..12),
    ) {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let mut house = Drawn::new(&rows).bent(bend);
        prop_assume!(!house.rows.is_empty());
        let plan = Plan::new(&house);
        let hints = Hints::new(plan.cells());
        for (wish, by_hand, frees) in wishes {
            let found = find(&plan, &hints, &house, &wish, &[], 0, &mut |_| 0);
            let best = Oracle::best(&house, &wish);
            let score = found.as_ref().map(|seats| scored(&house, &wish, seats));
            match (score.flatten(), best) {
                (None, None) => prop_assert!(found.is_none()),
                (Some((rank, far)), Some((best_rank, nearest))) => {
                    prop_assert_eq!(rank, best_rank, "{:?}", found);
                    prop_assert!((far - nearest).abs() <= nearest * 1e-4, "{} {} {:?}", far, nearest, found);
                }
                (score, best) => prop_assert!(false, "{:?} {:?} {:?}", score, best, found),
            }
            let mut changed = found.unwrap_or_default();
            for seat in &changed {
                house.free[seat.index()] = false;
            }
            let other = SeatId::new(u32::try_from(by_hand.index(house.free.len())).expect("few"));
            if frees {
                let _freeing = hints.freeing(plan.cells_of(&[other]));
                house.free[other.index()] = true;
            } else {
                house.free[other.index()] = false;
                changed.push(other);
            }
            hints.raise(plan.cells_of(&changed));
        }
    }

    #[test]
    fn whoever_picks_by_chance_gets_free_seats_of_the_same_rank(
        rows in rows(),
        wish in wish(),
        attempt in 1..6_u32,
        luck in any::<u32>(),
    ) {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let house = Drawn::new(&rows);
        prop_assume!(!house.rows.is_empty());
        let plan = Plan::new(&house);
        let hints = Hints::new(plan.cells());
        let found = find(&plan, &hints, &house, &wish, &[], attempt, &mut |count| luck % count);
        let best = Oracle::best(&house, &wish);
        prop_assert_eq!(found.is_some(), best.is_some());
        if let (Some(mut seats), Some((best_rank, _))) = (found, best) {
            seats.sort_unstable();
            seats.dedup();
            prop_assert_eq!(seats.len(), wish.quantity as usize);
            let score = scored(&house, &wish, &seats);
            prop_assert!(score.is_some_and(|(rank, _)| rank <= best_rank), "{:?} {:?}", seats, best);
        }
    }
}
