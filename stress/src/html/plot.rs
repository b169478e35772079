//! Lines as SVG, each plot with its numbers as a table.

use std::fmt::Write;

pub(super) use super::below::Below;
use super::{
    axis::{self, Axis, short},
    element::{self, text_of},
};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 34.0;

/// Rows of a plot's table, at most.
const ROWS_MAX: usize = 24;

/// Values over something.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// What they are.
    pub(super) name: String,
    /// Their colour, by the name of a class.
    pub(super) class: &'static str,
    /// The values.
    pub(super) values: Vec<f64>,
}

/// How lines are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Each for itself.
    Lines,
    /// One on top of the other.
    Stacked,
    /// Each for itself, over powers of ten, in nanoseconds.
    LogNanos,
}

impl Line {
    pub(super) fn new(
        name: &str,
        class: &'static str,
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            class,
            values: values.into_iter().collect(),
        }
    }
}

/// A plot of lines with its title, its legend and its table.
pub(super) fn lines(
    title: &str,
    unit: &str,
    below: &Below,
    lines: &[Line],
    manner: Manner,
) -> String {
    // What never happened needs no line.
    let any = |line: &&Line| line.values.iter().any(|value| *value > 0.0);
    let lines: Vec<Line> = lines.iter().filter(any).cloned().collect();
    let lines = lines.as_slice();
    let drawn = match manner {
        Manner::Stacked => stacked(lines),
        Manner::Lines | Manner::LogNanos => lines.to_vec(),
    };
    let values = || drawn.iter().flat_map(|line| line.values.iter().copied());
    let most = values().fold(0.0, f64::max);
    let up = match manner {
        Manner::LogNanos => Axis::log(values().fold(f64::MAX, f64::min), most),
        Manner::Lines | Manner::Stacked => Axis::up_to(most),
    };
    let title_text = text_of(title);
    let mut svg = format!(
        "<figure><figcaption>{title_text} <small>{}</small></figcaption>\n\
         <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title_text}; the numbers are in the table below\">\n",
        text_of(unit)
    );
    svg += &grid(&up, below, manner);
    // What lies on top of a stack was added last, and is drawn first.
    let order: Vec<&Line> = match manner {
        Manner::Stacked => drawn.iter().rev().collect(),
        Manner::Lines | Manner::LogNanos => drawn.iter().collect(),
    };
    for line in order {
        svg += &path(line, &up, below, manner);
    }
    svg += "</svg>\n<ul class=\"legend\">";
    for line in lines {
        let _ = write!(
            svg,
            "<li><i class=\"{}\"></i>{}</li>",
            line.class,
            text_of(&line.name)
        );
    }
    svg + "</ul>\n" + &numbers(title, below, lines, manner) + "</figure>\n"
}

/// Each line with those before it added.
fn stacked(lines: &[Line]) -> Vec<Line> {
    let mut sums: Vec<f64> = Vec::new();
    let add = |line: &Line| {
        sums.resize(line.values.len().max(sums.len()), 0.0);
        sums.iter_mut()
            .zip(&line.values)
            .for_each(|(sum, value)| *sum += value);
        Line {
            values: sums.clone(),
            ..line.clone()
        }
    };
    lines.iter().map(add).collect()
}

fn x(share: f64) -> f64 {
    LEFT + share * (WIDTH - LEFT - RIGHT)
}

fn y(share: f64) -> f64 {
    HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
}

fn grid(up: &Axis, below: &Below, manner: Manner) -> String {
    let mut svg = String::from("<g class=\"grid\" aria-hidden=\"true\">\n");
    for tick in up.ticks() {
        let (height, text) = (
            y(up.place(tick)),
            match manner {
                Manner::LogNanos => axis::nanos(tick),
                Manner::Lines | Manner::Stacked => short(tick),
            },
        );
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{height:.1}\" y2=\"{height:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\" class=\"up\">{text}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            height + 4.0
        );
    }
    for (share, text) in below.ticks() {
        let anchor = if share > 0.97 { " class=\"last\"" } else { "" };
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\"{anchor}>{}</text>",
            x(share),
            HEIGHT - BOTTOM + 20.0,
            text_of(&text)
        );
    }
    svg + "</g>\n"
}

fn path(line: &Line, up: &Axis, below: &Below, manner: Manner) -> String {
    let mut points = String::new();
    for (place, value) in line.values.iter().enumerate() {
        let sign = if place == 0 { 'M' } else { 'L' };
        let _ = write!(
            points,
            "{sign}{:.1} {:.1}",
            x(below.place(place)),
            y(up.place(*value))
        );
    }
    if manner == Manner::Stacked {
        let last = line.values.len().saturating_sub(1);
        let (from, to, floor) = (x(below.place(0)), x(below.place(last)), y(0.0));
        return format!(
            "<path class=\"area {}\" d=\"{points}L{to:.1} {floor:.1}L{from:.1} {floor:.1}Z\"/>\n",
            line.class
        );
    }
    format!("<path class=\"line {}\" d=\"{points}\"/>\n", line.class)
}

fn numbers(title: &str, below: &Below, lines: &[Line], manner: Manner) -> String {
    let head: Vec<&str> = [below.name()]
        .into_iter()
        .chain(lines.iter().map(|line| line.name.as_str()))
        .collect();
    let count = below.count();
    let shown = count.min(ROWS_MAX);
    let row = |number: usize| {
        let place = if shown > 1 {
            number * (count - 1) / (shown - 1)
        } else {
            0
        };
        let value = |line: &Line| {
            let value = line.values.get(place).copied().unwrap_or(0.0);
            match manner {
                Manner::LogNanos => axis::nanos(value),
                Manner::Lines | Manner::Stacked => short(value),
            }
        };
        [below.text(place)]
            .into_iter()
            .chain(lines.iter().map(value))
            .collect()
    };
    let rows: Vec<Vec<String>> = (0..shown).map(row).collect();
    format!(
        "<details><summary>The numbers</summary>{}</details>\n",
        element::table(title, &head, &rows, false)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_ends_with_the_sum_and_the_table_has_the_parts() {
        let parts = [
            Line::new("a", "sold", [1.0, 2.0]),
            Line::new("b", "held", [3.0, 4.0]),
        ];
        assert_eq!(stacked(&parts)[1].values, [4.0, 6.0]);
        let svg = lines(
            "t",
            "u",
            &Below::Time(vec![0.0, 10.0]),
            &parts,
            Manner::Stacked,
        );
        assert_eq!(svg.matches("<path").count(), 2);
        assert!(svg.contains("<td>4</td>") && !svg.contains("<td>6</td>"));
    }

    #[test]
    fn nothing_to_draw_is_drawn_as_nothing() {
        let svg = lines(
            "t",
            "u",
            &Below::Time(Vec::new()),
            &[Line::new("a", "sold", [])],
            Manner::Lines,
        );
        assert!(svg.contains("<svg") && !svg.contains("NaN"));
    }
}
