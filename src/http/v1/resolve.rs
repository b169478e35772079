//! Finds in an event's chart what a request names, and tells everything that is not there at once.

use super::{
    ask::{AdjacentWord, BestAsk, PlacesAsk},
    problem::{Fault, Kind, Problem},
    shape::{Object, Text},
};
use crate::{
    chart::Chart,
    engine::{Asks, Part, Places},
    event::best::{Adjacent, Categories, Sections, Wish},
    ids::SeatId,
};

/// Looks names up in a chart.
pub(super) struct Resolver<'c> {
    chart: &'c Chart,
    missing: Vec<Fault>,
}

/// Seats that are asked for in each of the three ways.
pub(super) fn asks(
    chart: &Chart,
    seats: &[Text],
    best: &[Object<BestAsk>],
    areas: &[Object<PlacesAsk>],
) -> Result<Asks, Problem> {
    let mut resolver = Resolver::new(chart);
    let asks = Asks {
        seats: resolver.seats("seats", seats),
        best: resolver.wishes(best)?,
        areas: resolver.places("areas", areas),
    };
    resolver.end(asks)
}

/// Part of what a hold has.
pub(super) fn part(
    chart: &Chart,
    seats: &[Text],
    areas: &[Object<PlacesAsk>],
) -> Result<Part, Problem> {
    let mut resolver = Resolver::new(chart);
    let part = Part {
        seats: resolver.seats("seats", seats),
        areas: resolver.places("areas", areas),
    };
    resolver.end(part)
}

impl<'c> Resolver<'c> {
    pub(super) fn new(chart: &'c Chart) -> Self {
        Self {
            chart,
            missing: Vec::new(),
        }
    }

    /// What was looked up, if all of it was found.
    pub(super) fn end<T>(self, found: T) -> Result<T, Problem> {
        if self.missing.is_empty() {
            Ok(found)
        } else {
            Err(Problem::new(Kind::NoSuchSeats).with_errors(self.missing))
        }
    }

    /// Seats by their labels. The places of areas have none.
    pub(super) fn seats(&mut self, field: &str, labels: &[Text]) -> Vec<SeatId> {
        let mut seats = Vec::with_capacity(labels.len());
        for (nth, Text(label)) in labels.iter().enumerate() {
            match self.chart.find(label) {
                Some(seat) => seats.push(seat),
                None => self.miss(format!("{field}[{nth}]"), "seat"),
            }
        }
        seats
    }

    /// Places of areas by the areas' names.
    pub(super) fn places(&mut self, field: &str, asked: &[Object<PlacesAsk>]) -> Vec<Places> {
        let mut found = Vec::with_capacity(asked.len());
        for (nth, Object(places)) in asked.iter().enumerate() {
            let quantity = places.quantity;
            match self.chart.find_area(&places.area.0) {
                Some(area) => found.push(Places { area, quantity }),
                None => self.miss(format!("{field}[{nth}].area"), "area"),
            }
        }
        found
    }

    fn wishes(&mut self, asked: &[Object<BestAsk>]) -> Result<Vec<Wish>, Problem> {
        let mut wishes = Vec::with_capacity(asked.len());
        for (nth, Object(ask)) in asked.iter().enumerate() {
            let invalid = |error: &dyn ToString| {
                Problem::invalid_field(format!("best[{nth}]"), error.to_string())
            };
            let wish =
                Wish::new(ask.quantity).and_then(|wish| wish.with_accessible(ask.accessible));
            let mut wish =
                wish.map_err(|error| invalid(&error))?
                    .with_adjacent(match ask.adjacent {
                        AdjacentWord::Required => Adjacent::Required,
                        AdjacentWord::Preferred => Adjacent::Preferred,
                        AdjacentWord::Any => Adjacent::Any,
                    });
            if !ask.categories.is_empty() {
                wish = wish.with_categories(self.categories(nth, &ask.categories));
            }
            if !ask.sections.is_empty() {
                wish = wish.with_sections(self.sections(nth, &ask.sections));
            }
            wishes.push(wish);
        }
        Ok(wishes)
    }

    fn categories(&mut self, wish: usize, names: &[Text]) -> Categories {
        let mut categories = Categories::NONE;
        for (nth, Text(name)) in names.iter().enumerate() {
            let category = self.chart.find_category(name);
            match category.and_then(|category| u8::try_from(category).ok()) {
                Some(category) => categories = categories.with(category),
                None => self.miss(format!("best[{wish}].categories[{nth}]"), "category"),
            }
        }
        categories
    }

    fn sections(&mut self, wish: usize, names: &[Text]) -> Sections {
        let mut sections = Vec::with_capacity(names.len());
        for (nth, Text(name)) in names.iter().enumerate() {
            match self.chart.find_section(name) {
                Some(section) => sections.push(section),
                None => self.miss(format!("best[{wish}].sections[{nth}]"), "section"),
            }
        }
        Sections::only(sections)
    }

    fn miss(&mut self, field: String, what: &str) {
        let reason = format!("names no {what} of this event's chart");
        self.missing.push(Fault::new(field, reason));
    }
}
