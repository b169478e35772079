//! `cargo loom`: runs the models, each in a process of its own.
//!
//! This program is built twice. Without a `cfg` it is the driver, which builds the other and starts it; with
//! `--cfg loom` or `--cfg shuttle` it is the worker, which runs one model, with a fault of the core if one is named.

#[cfg(not(any(loom, shuttle)))]
mod driver;
#[cfg(any(loom, shuttle))]
mod worker;

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(not(any(loom, shuttle)))]
    return driver::main();
    #[cfg(any(loom, shuttle))]
    return worker::main();
}
