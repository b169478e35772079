//! Runs one model: `loom-tests MODEL [FAULT]`.

use std::{panic, process::ExitCode};

use loom_tests::{
    models,
    runner::{self, Model},
};

pub(crate) fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(model) = args.next().as_deref().and_then(models::named) else {
        eprintln!("there is no such model");
        return ExitCode::from(2);
    };
    let fault = args.next();
    if !choose(fault.as_deref()) {
        eprintln!("there is no such fault here: {fault:?}");
        return ExitCode::from(2);
    }
    say_when_it_fails(model);
    runner::run(model);
    ExitCode::SUCCESS
}

/// How often the model ran is said first: what follows may be long, or be cut off by an abort.
fn say_when_it_fails(model: &'static Model) {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        println!(
            "{}: fails in execution {}",
            model.name,
            runner::executions()
        );
        println!("{info}");
        report(info);
    }));
}

#[cfg(feature = "mutations")]
fn choose(fault: Option<&str>) -> bool {
    let chosen = fault.map(loom_tests::faults::named);
    if let Some(fault) = chosen {
        seatlock::mutation::choose(fault);
    }
    chosen != Some(None)
}

#[cfg(not(feature = "mutations"))]
fn choose(fault: Option<&str>) -> bool {
    fault.is_none()
}
