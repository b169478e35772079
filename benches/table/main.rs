//! Turns criterion's results into README's tables: medians, their ratios to the floor, and what the targets make of
//! them.
//!
//! `cargo bench`, then `cargo run --example bench_table`, which prints the tables; `-- --readme README.md` puts
//! them between README's two marks, and `--check` besides only says whether they stand there already.

mod page;
mod questions;
mod results;
mod tables;
mod targets;

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;

/// Criterion's results as Markdown tables.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where criterion has put its results.
    #[arg(long, value_name = "FOLDER", default_value = "target/criterion")]
    results: PathBuf,
    /// A page whose tables are to be replaced; without it they are printed.
    #[arg(long, value_name = "FILE")]
    readme: Option<PathBuf>,
    /// Change nothing; fail if the page's tables are not those of the results.
    #[arg(long, requires = "readme")]
    check: bool,
}

/// Why there are no tables.
#[derive(Debug)]
enum TableError {
    Results(results::ResultsError),
    Page(PathBuf, io::Error),
    Marks(PathBuf, page::MarksError),
    Differs(PathBuf),
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), TableError> {
    let results = results::read(&arguments.results).map_err(TableError::Results)?;
    let tables = format!("{}\n{}", targets::table(&results), tables::all(&results));
    match &arguments.readme {
        None => {
            print!("{tables}");
            Ok(())
        }
        Some(readme) => replace(readme, &tables, arguments.check),
    }
}

fn replace(readme: &Path, tables: &str, only_check: bool) -> Result<(), TableError> {
    let failed = |error| TableError::Page(readme.to_owned(), error);
    let old = fs::read_to_string(readme).map_err(failed)?;
    let new =
        page::replace(&old, tables).map_err(|error| TableError::Marks(readme.to_owned(), error))?;
    if old == new {
        Ok(())
    } else if only_check {
        Err(TableError::Differs(readme.to_owned()))
    } else {
        fs::write(readme, new).map_err(failed)
    }
}

impl std::fmt::Display for TableError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Results(error) => error.fmt(f),
            Self::Page(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Marks(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Differs(path) => {
                write!(
                    f,
                    "{}: the tables are not those of the results",
                    path.display()
                )
            }
        }
    }
}
