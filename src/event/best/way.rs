//! The way a search goes: the stretches in which a wish may be met, the nearest first.
//!
//! There is a way through the whole house, one through each section and one through each category, and a wish takes
//! the shortest on which it misses nothing. A stop has all that decides whether to look at the seats there, so that
//! passing by costs no more than a nanosecond or two.

use std::borrow::Cow;

use super::{
    plan::{Mixture, Stretch},
    policy::Distance,
    wish::{Categories, Sections, Wish},
};

/// A stretch that a search comes by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stop {
    /// Its number in the plan.
    pub(super) stretch: u32,
    /// The cell that knows what there is room for.
    pub(super) cell: u32,
    /// How far away its nearest seat is.
    pub(super) nearest: Distance,
}

/// The stops of one search.
#[derive(Debug, Clone)]
pub(super) struct Way<'p> {
    pub(super) stops: Cow<'p, [Stop]>,
    /// Whether there are seats at every stop that the wish allows, and the cells know of these alone.
    pub(super) is_sifted: bool,
}

/// The ways of a plan.
#[derive(Debug)]
pub(super) struct Ways {
    all: Vec<Stop>,
    /// By the number of the section.
    sections: Vec<Vec<Stop>>,
    /// By the number of the category; their cells know of seats of this category alone.
    categories: Vec<Vec<Stop>>,
}

impl Ways {
    /// The ways through these stretches, which are in the order in which they are tried.
    pub(super) fn new(stretches: &[Stretch], mixtures: &[Mixture]) -> Self {
        let mut ways = Self {
            all: Vec::with_capacity(stretches.len()),
            sections: Vec::new(),
            categories: Vec::new(),
        };
        for (index, stretch) in (0..).zip(stretches) {
            let stop = Stop {
                stretch: index,
                cell: index,
                nearest: stretch.nearest,
            };
            ways.all.push(stop);
            add(&mut ways.sections, stretch.section, stop);
            let mixture = stretch.mixture.map(|mixture| &mixtures[mixture as usize]);
            for category in stretch.categories.numbers() {
                let one = Categories::NONE.with(category);
                let own = mixture.and_then(|mixture| mixture.cell_for(one));
                let cell = own.unwrap_or(stop.cell);
                add(&mut ways.categories, category.into(), Stop { cell, ..stop });
            }
        }
        ways
    }

    /// The shortest way on which a wish misses nothing.
    pub(super) fn of(&self, wish: &Wish) -> Way<'_> {
        let is_any_section = wish.sections == Sections::All;
        let is_any_category = wish.categories == Categories::ALL;
        let section = match &wish.sections {
            Sections::Only(sections) if sections.len() < 2 => {
                let one = sections.first().and_then(|one| self.sections.get(*one));
                Some((one, is_any_category))
            }
            _ => None,
        };
        let category = wish.categories.only();
        let category = category.map(|one| (self.categories.get(usize::from(one)), is_any_section));
        let all = (Some(&self.all), is_any_section && is_any_category);
        let shortest = [Some(all), section, category]
            .into_iter()
            .flatten()
            .map(|(stops, is_sifted)| (stops.map_or(&[][..], Vec::as_slice), is_sifted))
            .min_by_key(|(stops, _)| stops.len());
        let (stops, is_sifted) = shortest.unwrap_or_default();
        Way {
            stops: stops.into(),
            is_sifted,
        }
    }
}

fn add(ways: &mut Vec<Vec<Stop>>, number: usize, stop: Stop) {
    if ways.len() <= number {
        ways.resize_with(number + 1, Vec::new);
    }
    ways[number].push(stop);
}
