//! The chart of which nothing is known but how many seats it has.

use super::{
    Chart,
    facts::Facts,
    index::Index,
    labels::{Labels, Seating},
    layout,
    parts::{Category, Position, Row, SeatTraits, Section},
};
use crate::ids::SeatId;

/// A chart of plain numbers: one nameless row of one nameless section.
pub(super) fn numbered(seats: u32) -> Chart {
    let any = usize::from(seats > 0);
    let section = Section {
        name: "".into(),
        rows: 0..any,
    };
    let row = Row {
        first: SeatId::new(0),
        seats,
        section: 0,
        label: "".into(),
        start: Position::ORIGIN,
    };
    let mut rows = vec![row; any];
    layout::place_rows(&mut rows);
    let positions = Facts::Same(None);
    let focus = layout::middle_of_the_front(&rows, &positions);
    let seating = Seating {
        sections: vec![section; any].into(),
        rows: rows.into(),
        labels: Labels::Counted(Facts::Same(1)),
    };
    Chart {
        index: Index::of(&seating),
        seating,
        areas: Box::default(),
        categories: [Category::named(Category::DEFAULT_NAME)].into(),
        currency: None,
        focus,
        numbered: seats,
        seats,
        category_of: Facts::Same(0),
        traits: Facts::Same(SeatTraits::default()),
        positions,
    }
}
