//! From a chart to CSV.

use std::io::{self, Write};

use super::{Column, line::quoted};
use crate::{
    chart::{
        Chart,
        labels::SeatLabel,
        parts::{Area, Category, Position},
    },
    ids::SeatId,
};

/// Writes a chart.
pub(in crate::chart) fn write(chart: &Chart, mut out: impl Write) -> io::Result<()> {
    if chart.is_plain() {
        return writeln!(out, "# seats={}", chart.seat_count());
    }
    if let Some(currency) = chart.currency() {
        writeln!(out, "# currency={currency}")?;
    }
    let Position { x, y } = chart.focus();
    writeln!(out, "# focus={x} {y}")?;
    writeln!(out, "{}", Column::ALL.map(Column::name).join(","))?;
    for category in chart.categories() {
        write_category(category, &mut out)?;
    }
    for (number, row) in chart.rows().iter().enumerate() {
        let before = number.checked_sub(1).map(|before| &chart.rows()[before]);
        let continues = before.is_some_and(|before| row.continues(before));
        for seat in row.ids() {
            write_seat(
                chart,
                number,
                seat,
                continues && seat == row.first,
                &mut out,
            )?;
        }
    }
    chart
        .areas()
        .iter()
        .try_for_each(|area| write_area(chart, area, &mut out))
}

fn write_category(category: &Category, out: &mut impl Write) -> io::Result<()> {
    write!(out, ",,,{},,,,,,,,", quoted(&category.name))?;
    if let Some(colour) = category.colour {
        write!(out, "{}", quoted(&colour.to_string()))?;
    }
    match category.price {
        Some(price) => writeln!(out, ",{price}"),
        None => writeln!(out, ","),
    }
}

fn write_seat(
    chart: &Chart,
    row: usize,
    seat: SeatId,
    aisle: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let (section, row) = chart.seating.row_name(row);
    write!(out, "{},{},", quoted(section), quoted(row))?;
    match chart.seating.label(seat).map(|label| label.seat) {
        Some(SeatLabel::Number(number)) => write!(out, "{number}")?,
        Some(SeatLabel::Text(text)) => write!(out, "{}", quoted(text))?,
        None => {}
    }
    write_category_name(chart, chart.category(seat), out)?;
    write_position(chart.positions.get(seat.index()).flatten(), out)?;
    let traits = chart.traits(seat);
    for is_so in [
        traits.is_accessible(),
        traits.is_companion(),
        traits.has_restricted_view(),
        aisle,
    ] {
        out.write_all(if is_so { b",true" } else { b"," })?;
    }
    writeln!(out, ",,,")
}

fn write_area(chart: &Chart, area: &Area, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{},,", quoted(&area.name))?;
    write_category_name(chart, area.category, out)?;
    write_position(area.position, out)?;
    writeln!(out, ",,,,,{},,", area.capacity)
}

fn write_category_name(chart: &Chart, category: u8, out: &mut impl Write) -> io::Result<()> {
    let category = &chart.categories()[usize::from(category)];
    write!(out, ",{}", quoted(&category.name))
}

fn write_position(position: Option<Position>, out: &mut impl Write) -> io::Result<()> {
    match position {
        Some(Position { x, y }) => write!(out, ",{x},{y}"),
        None => write!(out, ",,"),
    }
}
