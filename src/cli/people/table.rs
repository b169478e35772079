//! Columns for people to read.

use std::fmt;

/// Rows under headings, if any column has one. Numbers stand at the right of their column, texts at the left.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

/// A column's heading, and on which side its cells stand.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    Text(&'static str),
    Number(&'static str),
}

impl Table {
    pub(crate) fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self {
            columns: columns.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row of as many cells as there are columns.
    pub(crate) fn push(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().map(|cell| printable(&cell));
        self.rows.push(cells.collect());
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .map(|column| column.heading().len())
            .collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        widths
    }
}

impl Column {
    const fn heading(self) -> &'static str {
        match self {
            Self::Text(heading) | Self::Number(heading) => heading,
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let headings: Vec<String> = self
            .columns
            .iter()
            .map(|column| column.heading().to_owned())
            .collect();
        let has_headings = headings.iter().any(|heading| !heading.is_empty());
        for row in has_headings
            .then_some(&headings)
            .into_iter()
            .chain(&self.rows)
        {
            let mut line = String::new();
            for ((column, cell), width) in self.columns.iter().zip(row).zip(&widths) {
                match column {
                    Column::Text(_) => line += &format!("{cell:<width$}  "),
                    Column::Number(_) => line += &format!("{cell:>width$}  "),
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// The text with control characters as escapes: what others have named must not steer the terminal.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_left_and_numbers_right_without_blanks_at_the_end() {
        let mut table = Table::new([
            Column::Text("NAME"),
            Column::Number("SEATS"),
            Column::Text("TITLE"),
        ]);
        table.push(["opera-house", "7", "Zauberflöte"].map(str::to_owned));
        table.push(["barn", "1000000", ""].map(str::to_owned));
        let expected = "NAME           SEATS  TITLE\n\
                        opera-house        7  Zauberflöte\n\
                        barn         1000000\n";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn what_others_have_named_does_not_steer_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2Jb\nc\u{9b}ü"),
            "a\\u{1b}[2Jb\\nc\\u{9b}ü"
        );
    }
}
