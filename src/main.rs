//! `seatlock`: serves seats over HTTP.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
