//! Bars and dots, with their values as text: no SVG that would shrink on a phone.

use std::fmt::Write;

use super::{
    axis::{self, Axis},
    element::text_of,
};

/// Classes of dots that can be told apart, by shape as well as by colour.
const DOTS: [&str; 6] = ["c1", "c2", "c3", "c4", "c5", "c6"];

/// One who answered, and what he needed, in nanoseconds, for each column.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Who.
    pub(super) name: String,
    /// Whether it is us.
    pub(super) is_ours: bool,
    /// How long it took; none: it was not asked.
    pub(super) nanos: Vec<Option<f64>>,
}

/// Bars, each with its name and value; the longest is as long as there is room.
pub(super) fn bars(title: &str, unit: &str, bars: &[(String, f64, String)]) -> String {
    let most = bars.iter().map(|bar| bar.1).fold(0.0, f64::max);
    let mut body = format!(
        "<figure><figcaption>{} <small>{}</small></figcaption><dl class=\"bars\">\n",
        text_of(title),
        text_of(unit)
    );
    for (name, value, text) in bars {
        let share = if most > 0.0 {
            100.0 * value / most
        } else {
            0.0
        };
        let _ = writeln!(
            body,
            "<div><dt>{}</dt><dd><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <rect width=\"{share:.2}\" height=\"10\"/></svg><span>{}</span></dd></div>",
            text_of(name),
            text_of(text)
        );
    }
    body + "</dl></figure>\n"
}

/// Dots over powers of ten of nanoseconds: a line for each who answered, a dot for each column.
pub(super) fn dots(title: &str, unit: &str, columns: &[String], rows: &[Row]) -> String {
    let all = || {
        rows.iter()
            .flat_map(|row| row.nanos.iter().flatten().copied())
    };
    let axis = Axis::log(all().fold(f64::MAX, f64::min), all().fold(0.0, f64::max));
    let tick = |tick: f64| format!("<u {}></u>", left(&axis, tick));
    let lines: String = axis.ticks().into_iter().map(tick).collect();
    let name = |tick: f64| format!("<span {}>{}</span>", left(&axis, tick), axis::nanos(tick));
    let names: String = axis.ticks().into_iter().map(name).collect();
    let mut body = format!(
        "<figure><figcaption>{} <small>{}</small></figcaption><dl class=\"dots\">\n",
        text_of(title),
        text_of(unit)
    );
    for row in rows {
        let ours = if row.is_ours { " class=\"ours\"" } else { "" };
        let (name, dots) = (text_of(&row.name), row.dots(&axis, columns));
        let _ = writeln!(
            body,
            "<div{ours}><dt>{name}</dt><dd>{lines}{dots}</dd></div>"
        );
    }
    let _ = writeln!(
        body,
        "<div class=\"ticks\" aria-hidden=\"true\"><dt></dt><dd>{names}</dd></div></dl>"
    );
    body + &legend(columns) + "</figure>\n"
}

impl Row {
    fn dots(&self, axis: &Axis, columns: &[String]) -> String {
        let dots = self.nanos.iter().zip(DOTS).zip(columns);
        let dot = |((nanos, class), column): ((&Option<f64>, &str), &String)| {
            let nanos = (*nanos)?;
            let said = text_of(&format!("{column}: {}", axis::nanos(nanos)));
            let left = left(axis, nanos);
            Some(format!("<i class=\"{class}\" {left} title=\"{said}\"></i>"))
        };
        dots.filter_map(dot).collect()
    }
}

fn left(axis: &Axis, nanos: f64) -> String {
    format!("style=\"left:{:.1}%\"", 100.0 * axis.place(nanos))
}

/// Which dot is which column, if there are several.
fn legend(columns: &[String]) -> String {
    if columns.len() < 2 {
        return String::new();
    }
    let item = |(column, class): (&String, &str)| {
        format!("<li><i class=\"{class}\"></i>{}</li>", text_of(column))
    };
    let items: String = columns.iter().zip(DOTS).map(item).collect();
    format!("<ul class=\"legend dotted\">{items}</ul>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_compare_is_drawn_as_nothing() {
        assert!(bars("t", "u", &[]).contains("bars"));
        let text = dots("t", "u", &[], &[]);
        assert!(text.contains("dots") && !text.contains("NaN"));
    }

    #[test]
    fn a_dot_stands_at_its_power_of_ten() {
        let row = |name: &str, nanos| Row {
            name: name.to_owned(),
            is_ours: false,
            nanos,
        };
        let rows = [
            row("fast", vec![Some(10.0), None]),
            row("slow", vec![Some(100.0), Some(1_000.0)]),
        ];
        let text = dots("t", "u", &["one".to_owned(), "two".to_owned()], &rows);
        assert!(text.contains("<i class=\"c1\" style=\"left:50.0%\" title=\"one: 100 ns\">"));
        assert_eq!(text.matches("title=").count(), 3);
    }
}
