//! The command `stress`: reads its options, runs, and says how it went.

use std::process::ExitCode;

use clap::Parser;
use stress::{
    audit::verdict::Violation,
    cli::{Command, Options},
    crash, html, http, report, run, sabotage,
    sheet::Sheet,
    streams,
};

/// The options make no sense, or the run could not be begun.
const BAD_USAGE: u8 = 2;

fn main() -> ExitCode {
    let options = Options::parse();
    let seed = options.seed.unwrap_or_else(rand::random);
    match act(&options, seed) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("stress: {error}");
            ExitCode::from(BAD_USAGE)
        }
    }
}

/// Whether all went as it should.
fn act(options: &Options, seed: u64) -> Result<bool, String> {
    match &options.command {
        Some(Command::Simulate(options)) => return options.act(),
        Some(Command::Report(options)) => return options.act(),
        Some(Command::Cluster(options)) => return options.act(),
        Some(Command::ClusterNode(options)) => return options.act(),
        Some(Command::Fleet(options)) => return options.act(),
        None => {}
    }
    if options.list_sabotages {
        print!("{}", sabotage::list());
        print!("\nWith --crashes:\n{}", crash::list());
        return Ok(true);
    }
    if let Some(count) = options.streams {
        let plan = options.streams_plan(count, seed);
        return if options.serve {
            streams::serve(&plan).map(|()| true)
        } else {
            streams::run(&plan).map(|ended| {
                print!("{}", streams::summary(&plan, &ended));
                ended.is_right()
            })
        };
    }
    if let Some(crashes) = options.crashes {
        return act_on_crashes(options, crashes, seed);
    }
    if let Some(url) = &options.url {
        println!("--seed {seed}");
        let ended = http::run(&options.http_plan(url, seed))?;
        print!("{}", http::summary(&ended));
        return Ok(verdict(ended.violation.as_ref()));
    }
    act_on_load(options, seed)
}

fn act_on_load(options: &Options, seed: u64) -> Result<bool, String> {
    if options.json {
        let ended = run::run(&options.plan(seed))?;
        println!("{}", report::json(&ended, seed));
        return Ok(ended.findings.violation.is_none());
    }
    let sheet = match (&options.sabotage, &options.report) {
        (Some(name), Some(_)) if name != "all" => {
            return Err("a report has all faults, or none".into());
        }
        (_, Some(path)) => Some(Sheet::open(path)?),
        (_, None) => None,
    };
    println!("--seed {seed}");
    if let (Some(name), None) = (&options.sabotage, &sheet) {
        return sabotage::run(name, seed);
    }
    let plan = options.plan(seed);
    let ended = run::run(&plan)?;
    print!("{}", report::run(&ended));
    let mut is_right = verdict(ended.findings.violation.as_ref());
    if let Some(sheet) = sheet {
        let faults = match &options.sabotage {
            Some(_) => sabotage::all(seed, |found| println!("{found}"))?,
            None => Vec::new(),
        };
        is_right &= faults.iter().all(|found| found.is_caught);
        sheet.write(&html::loaded(&plan, &ended, &faults))?;
    }
    Ok(is_right)
}

fn act_on_crashes(options: &Options, crashes: u32, seed: u64) -> Result<bool, String> {
    if options.serve {
        return crash::serve(&options.serve_plan(seed)).map(|()| true);
    }
    let plan = options.crash_plan(crashes, seed);
    if options.json {
        let ended = crash::run(&plan)?;
        println!("{}", crash::json(&plan, &ended));
        return Ok(ended.broken.is_none());
    }
    println!("--seed {seed}");
    if let Some(name) = &options.sabotage {
        return crash::sabotage(&plan, name);
    }
    let ended = crash::run(&plan)?;
    print!("{}", crash::summary(&plan, &ended));
    Ok(ended.broken.is_none())
}

fn verdict(violation: Option<&Violation>) -> bool {
    match violation {
        None => println!("\nEvery promise was kept."),
        Some(violation) => println!("\n{violation}"),
    }
    violation.is_none()
}
