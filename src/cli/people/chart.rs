//! `seatlock chart`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use seatlock::{
    chart::{Chart, GridError, GridPlan},
    event::Name,
};
use serde::Deserialize;

use super::{
    chart_file::{self, Format, Output},
    failure::Failure,
    line, path,
    problem::Problem,
    server::{Connection, JSON},
    table::{Column, Table},
};

/// See the module.
#[derive(Debug, Subcommand)]
pub(crate) enum ChartCommand {
    /// Makes a chart from numbers alone: equal sections with equal rows.
    New(New),
    /// Gives the server a chart from a file. The file is checked first, and all that is wrong is said at once.
    Import(Import),
    /// Gets a chart from the server.
    Export(Export),
    /// Lists the server's charts.
    List(Connection),
    /// Removes a chart. Events that were made with it keep it.
    Remove {
        /// Which chart.
        #[arg(value_parser = Name::new)]
        name: Name,
        #[command(flatten)]
        connection: Connection,
    },
}

/// `seatlock chart new`
#[derive(Debug, Args)]
pub(crate) struct New {
    /// What it is called.
    #[arg(value_parser = Name::new)]
    name: Name,
    /// sections=, rows= and seats=, and if wanted layout=curved or straight and categories=gold,silver.
    #[arg(required = true, value_name = "WORD=VALUE")]
    plan: Vec<String>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

/// `seatlock chart import`
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// What it is called; an older one of this name is replaced.
    #[arg(value_parser = Name::new)]
    name: Name,
    /// The file; - for standard input.
    file: PathBuf,
    /// How it is written; unless given, as the file's name ends, and else as it begins.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Checks it and asks no server.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    connection: Connection,
}

/// `seatlock chart export`
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Which chart.
    #[arg(value_parser = Name::new)]
    name: Name,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

/// What the server says of all charts.
#[derive(Debug, Deserialize)]
struct Charts {
    charts: Vec<ChartLine>,
}

/// What the server says of a chart in a few numbers.
#[derive(Debug, Deserialize)]
struct ChartLine {
    name: String,
    seats: u32,
    sections: usize,
    rows: usize,
    areas: Vec<String>,
    categories: Vec<String>,
}

impl ChartCommand {
    pub(crate) fn run(self) -> Result<String, Failure> {
        match self {
            Self::New(new) => new.run(),
            Self::Import(import) => import.run(),
            Self::Export(export) => export.run(),
            Self::List(connection) => list(&connection),
            Self::Remove { name, connection } => {
                let answer = connection.open()?.delete(&path("charts", &name))?;
                answer.told(|_| Ok(format!("The chart {name} is removed.\n")))
            }
        }
    }
}

impl New {
    fn run(self) -> Result<String, Failure> {
        let words = self.plan.join(" ");
        let misuse = |error: GridError| Failure::Misuse(format!("{words}: {error}"));
        let chart = GridPlan::parse(&words)
            .and_then(|plan| plan.chart())
            .map_err(misuse)?;
        let format = self.output.format();
        let text = format.write(&chart);
        if self.output.is_given() {
            return self.output.put(text);
        }
        upload(
            &self.connection,
            &self.name,
            (text.as_bytes(), format),
            &chart,
        )
    }
}

impl Import {
    fn run(self) -> Result<String, Failure> {
        let (bytes, format) = chart_file::read(&self.file, self.format)?;
        let chart = format.read(&bytes).map_err(|errors| {
            let problem = Box::new(Problem::of_chart(&errors));
            let json = self.connection.json.then(|| line(problem.to_json()));
            Failure::Refused { problem, json }
        })?;
        if self.check {
            return Ok(format!("The chart is valid: {}.\n", in_short(&chart)));
        }
        upload(&self.connection, &self.name, (&bytes, format), &chart)
    }
}

impl Export {
    fn run(self) -> Result<String, Failure> {
        let server = self.connection.open()?;
        let answer = server.get(
            &path("charts", &self.name),
            self.output.format().media_type(),
        )?;
        self.output.put(answer.text)
    }
}

fn upload(
    connection: &Connection,
    name: &Name,
    (bytes, format): (&[u8], Format),
    chart: &Chart,
) -> Result<String, Failure> {
    let server = connection.open()?;
    let answer = server.upload(&path("charts", name), format.media_type(), bytes)?;
    answer.told(|answer| {
        let how = if answer.is_new() {
            "new"
        } else {
            "replaced; events keep the one that they were made with"
        };
        Ok(format!(
            "The chart {name} is there, {how}: {}.\n",
            in_short(chart)
        ))
    })
}

fn list(connection: &Connection) -> Result<String, Failure> {
    let answer = connection.open()?.get("/v1/charts", JSON)?;
    answer.told(|answer| {
        let Charts { charts } = answer.read()?;
        Ok(table(charts).to_string())
    })
}

fn table(charts: Vec<ChartLine>) -> Table {
    let mut table = Table::new([
        Column::Text("NAME"),
        Column::Number("SEATS"),
        Column::Number("SECTIONS"),
        Column::Number("ROWS"),
        Column::Text("AREAS"),
        Column::Text("CATEGORIES"),
    ]);
    for chart in charts {
        table.push([
            chart.name,
            chart.seats.to_string(),
            chart.sections.to_string(),
            chart.rows.to_string(),
            chart.areas.join(", "),
            chart.categories.join(", "),
        ]);
    }
    table
}

/// What there is, such as `12000 seats in 4 sections and 200 rows`.
fn in_short(chart: &Chart) -> String {
    let counted = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    let numbered = chart.numbered_count();
    let places = chart.seat_count() - numbered;
    let mut text = counted(numbered as usize, "seat");
    text += &format!(
        " in {} and {}",
        counted(chart.sections().len(), "section"),
        counted(chart.rows().len(), "row")
    );
    if places > 0 {
        text += &format!(
            ", {} in {}",
            counted(places as usize, "place"),
            counted(chart.areas().len(), "area")
        );
    }
    text
}
