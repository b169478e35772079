//! The way a search goes: the stretches in which a wish may be met, the nearest first.
//!
//! There is a way through the whole house, one through each section and one through each category, and a wish takes
//! the shortest on which it misses nothing. Sixteen stops in a row are a leg, and the cell of a leg knows what there is
//! room for at any of them, so that a search passes by what is sold out in long strides.

use super::{
    plan::{Mixture, Stretch},
    policy::Distance,
    wish::{Categories, Sections, Wish},
};

/// Stops that have a cell in common. Fewer are too many cells to read; of more, each change of a seat puts too many
/// in doubt.
pub(super) const LEG_STOPS: usize = 16;

/// A stretch that a search comes by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stop {
    /// Its number in the plan.
    pub(super) stretch: u32,
    /// The cell that knows what there is room for.
    pub(super) cell: u32,
    /// The cell that knows the same of the stretch behind it.
    pub(super) behind: Option<u32>,
    /// How far away its nearest seat is.
    pub(super) nearest: Distance,
}

/// Stops, the nearest first.
#[derive(Debug, Default)]
pub(super) struct Way {
    pub(super) stops: Vec<Stop>,
    /// The cell of its first leg; the others follow. A way through a section is short enough without.
    pub(super) legs: Option<u32>,
}

/// The way that a search takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route<'p> {
    pub(super) way: &'p Way,
    /// Whether there are seats at every stop that the wish allows, and the cells know of these alone.
    pub(super) is_sifted: bool,
}

/// The ways of a plan.
#[derive(Debug)]
pub(super) struct Ways {
    all: Way,
    /// By the number of the section.
    sections: Vec<Way>,
    /// By the number of the category, if there are several; their cells know of seats of this category alone.
    categories: Vec<Way>,
    /// The categories of all seats.
    present: Categories,
    nowhere: Way,
}

impl Ways {
    /// The ways through these stretches, which are in the order in which they are tried. Takes cells from `cell` on, and
    /// adds them to what has to hear of a change of each stretch's seats.
    pub(super) fn new(
        stretches: &[Stretch],
        mixtures: &[Mixture],
        heard: &mut [Vec<u32>],
        cell: &mut u32,
    ) -> Self {
        let categories = stretches.iter().map(|stretch| stretch.categories);
        let mut ways = Self {
            all: Way::default(),
            sections: Vec::new(),
            categories: Vec::new(),
            present: categories.fold(Categories::NONE, Categories::or),
            nowhere: Way::default(),
        };
        for (index, stretch) in (0..).zip(stretches) {
            ways.add(index, stretch, |category, index: u32| {
                let stretch = &stretches[index as usize];
                cell_of(category, index, stretch, mixtures)
            });
        }
        ways.all.lay_legs(heard, cell);
        for way in &mut ways.categories {
            way.lay_legs(heard, cell);
        }
        ways
    }

    /// The shortest way on which a wish misses nothing.
    pub(super) fn of(&self, wish: &Wish) -> Route<'_> {
        let categories = wish.categories.and(self.present);
        let is_any_category = categories == self.present;
        let is_any_section = wish.sections == Sections::All;
        let section = match &wish.sections {
            Sections::Only(sections) if sections.len() < 2 => {
                let one = sections.first().and_then(|one| self.sections.get(*one));
                Some((one, is_any_category))
            }
            _ => None,
        };
        let category = match categories.only() {
            Some(one) if !is_any_category => {
                Some((self.categories.get(usize::from(one)), is_any_section))
            }
            None if categories.is_empty() => Some((None, true)),
            _ => None,
        };
        let all = (Some(&self.all), is_any_section && is_any_category);
        let ways = [Some(all), section, category].into_iter().flatten();
        let ways = ways.map(|(way, is_sifted)| Route {
            way: way.unwrap_or(&self.nowhere),
            is_sifted,
        });
        ways.min_by_key(|route| (route.way.stops.len(), !route.is_sifted))
            .expect("there is always the way through the whole house")
    }

    /// Adds a stretch; `cell_of` says which cell knows of a category in a stretch.
    fn add(&mut self, index: u32, stretch: &Stretch, cell_of: impl Fn(u8, u32) -> Option<u32>) {
        let stop = Stop {
            stretch: index,
            cell: index,
            behind: stretch.behind,
            nearest: stretch.nearest,
        };
        self.all.stops.push(stop);
        push(&mut self.sections, stretch.section, stop);
        if self.present.only().is_some() {
            return;
        }
        for category in stretch.categories.numbers() {
            let behind = stretch.behind;
            let stop = Stop {
                cell: cell_of(category, index).unwrap_or(index),
                behind: behind.and_then(|behind| cell_of(category, behind)),
                ..stop
            };
            push(&mut self.categories, category.into(), stop);
        }
    }
}

impl Way {
    /// Gives each leg a cell, which has to hear of the stretches on it.
    fn lay_legs(&mut self, heard: &mut [Vec<u32>], cell: &mut u32) {
        self.legs = Some(*cell);
        for leg in self.stops.chunks(LEG_STOPS) {
            for stop in leg {
                heard[stop.stretch as usize].push(*cell);
            }
            *cell += 1;
        }
    }
}

/// The cell that knows of the seats of a category in this stretch, if there are any.
fn cell_of(category: u8, index: u32, stretch: &Stretch, mixtures: &[Mixture]) -> Option<u32> {
    let mixture = stretch.mixture.map(|mixture| &mixtures[mixture as usize]);
    let alone = Categories::NONE.with(category);
    let own = mixture.and_then(|mixture| mixture.cell_for(alone));
    stretch
        .categories
        .has(category)
        .then(|| own.unwrap_or(index))
}

fn push(ways: &mut Vec<Way>, number: usize, stop: Stop) {
    if ways.len() <= number {
        ways.resize_with(number + 1, Way::default);
    }
    ways[number].stops.push(stop);
}
