//! The command line of `stress simulate`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{
    Fault,
    limits::Often,
    outcome::Outcome,
    remote::Against,
    run, run_against,
    scenario::{Crash, Scenario, Span},
    summary,
    sweep::table,
};
use crate::{cli::time, sheet::Sheet};

/// Plays an on-sale in virtual time, with people as they are, against the engine itself
///
/// Choose the TTL, the limits and the rates before the real day: play the day, change one thing, play it again. The same
/// seed brings the same people with the same wishes, so what differs between two runs is what the rules have made of it.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub struct SimulateOptions {
    /// club, arena, stadium, or a TOML file
    #[arg(long, default_value = "club", value_name = "NAME|FILE")]
    pub scenario: String,
    /// Print the scenario's file, to make one of your own from it
    #[arg(long)]
    pub show: bool,
    /// Where all choices come from [default: the scenario's]
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// How long seats are held; several, as in 2m,5m,10m, play it once with each and compare
    #[arg(long, value_name = "TIME,..", value_delimiter = ',', value_parser = span)]
    pub ttl: Vec<Span>,
    /// How far beyond its deadline a hold reaches that is being paid for
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub paying: Option<Span>,
    /// How many people come
    #[arg(long, value_name = "N")]
    pub buyers: Option<u32>,
    /// Let them in at this rate, so many a second, from a queue
    #[arg(long, value_name = "N")]
    pub rate: Option<f64>,
    /// Seats in one hold, and of one user
    #[arg(long, value_name = "N")]
    pub max_seats: Option<u32>,
    /// Seat-seconds that one user can let go to waste
    #[arg(long, value_name = "N")]
    pub max_waste: Option<u32>,
    /// How long a user can't take a seat again that he has let expire
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub cool_down: Option<Span>,
    /// Requests a second from one address, and at once, such as 5/20, as the server's option of this name; several, as in
    /// 1/5,5/20, play it once with each and compare
    #[arg(
        long,
        value_name = "RATE/BURST,..",
        value_delimiter = ',',
        conflicts_with = "against"
    )]
    pub rate_per_client: Vec<Often>,
    /// Requests a second with the one key of the shop that everybody buys from, and at once; looks at the map have none
    #[arg(long, value_name = "RATE/BURST", conflicts_with = "against")]
    pub rate_per_key: Option<Often>,
    /// So many people have one address, as behind a mobile carrier's
    #[arg(long, value_name = "N")]
    pub people_per_address: Option<u32>,
    /// So many bots run on one machine
    #[arg(long, value_name = "N")]
    pub bots_per_address: Option<u32>,
    /// How many bots hoard
    #[arg(long, value_name = "N")]
    pub bots: Option<u32>,
    /// The grid of the house, such as 'sections=4 rows=50 seats=60'
    #[arg(long, value_name = "GRID")]
    pub chart: Option<String>,
    /// Crash at a time and be down for a time, such as 90s:20s, with a grace of 60 s for living holds; can be repeated, and
    /// takes the place of the scenario's crashes
    #[arg(long, value_name = "AT:DOWN", value_parser = crash)]
    pub crash: Vec<Crash>,
    /// Without the scenario's crashes
    #[arg(long, conflicts_with = "crash")]
    pub no_crashes: bool,
    /// When it is over, at the latest
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub until: Option<Span>,
    /// Play it in real time against a running server, such as http://127.0.0.1:3000: a chart and an event are made there for
    /// it, and its clock must be in step with this machine's
    #[arg(long, value_name = "URL", conflicts_with_all = ["crash", "no_crashes", "sabotage"])]
    pub against: Option<String>,
    /// With --against: an administrator's key, if the server asks for keys
    #[arg(long, value_name = "KEY", requires = "against")]
    pub key: Option<String>,
    /// Commit a deliberate fault, which the checks must find: the exit code is 1
    #[arg(long, value_name = "FAULT", default_value = "none")]
    pub sabotage: Fault,
    /// Write what came of it as JSON: to this file, or with '-' to standard output and nothing else there
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a report as one HTML file that needs nothing else, for whoever was not there
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Say nothing until the end
    #[arg(long, short)]
    pub quiet: bool,
}

const AFTER_HELP: &str = "\
How to read what it prints:
  The bars show the house over time. 'idle' are seats in holds of which nobody thinks any more: their owner has gone,
  or is a bot. Where the bars of 'held' are high while 'free' is empty, people come back again and again for seats that
  are kept by who will not buy them: a shorter TTL or a smaller limit helps.
  'ran out' in the table of holds is what the TTL costs, in hours that seats stood still. A shorter one costs less, until
  people don't manage to pay: then 'late and lost' grows, and each of these is a refund.
  'rates' is what --rate-per-client and --rate-per-key have done: whose requests were refused as too many, how many people
  that has slowed down, and how many of them had no seats in the end. A good rate hurts bots, and hardly anybody else.
  'refusals a person' is how often the server said no. Most who come to a sold-out house are never refused: they see it.

What to try, one thing at a time:
  stress simulate                                          the club, as it ships
  stress simulate --ttl 2m,4m,8m,15m                       what does the TTL cost?
  stress simulate --scenario arena --max-seats 2           fewer seats each: do more people get any?
  stress simulate --scenario arena --rate 10               a slower queue: fewer refusals, a longer evening
  stress simulate --bots 0; stress simulate --bots 100     what do bots do to it? And against --max-waste 5000?
  stress simulate --rate-per-client 1/3,1/10,5/20 --people-per-address 50 --bots-per-address 12
                                                           does a rate stop bots? And people behind one carrier's address?
  stress simulate --rate-per-key 20/40                     all buy by way of one shop: how much must its key be granted?
  stress simulate --crash 60s:30s                          the server is away for half a minute when it counts
  stress simulate --scenario arena --report arena.html     with a map that fills before your eyes
  stress simulate --scenario stadium                       two million people
  stress simulate --against http://127.0.0.1:3000          the same people at a running server, in real time
  stress simulate --scenario club --show > mine.toml       begin a scenario of your own

Exit code: 0 if every promise was kept, 1 if one was broken, 2 for bad usage.";

/// What will be written on at the end.
struct Sheets {
    json: Option<Sheet>,
    report: Option<Sheet>,
}

impl SimulateOptions {
    /// Plays what is asked for, and says how it went. Whether all promises were kept.
    ///
    /// # Errors
    /// Why it can't be played.
    pub fn act(&self) -> Result<bool, String> {
        let scenario = self.changed(Scenario::find(&self.scenario)?)?;
        if self.show {
            let text = toml::to_string(&scenario).map_err(|error| error.to_string())?;
            print!("{text}");
            return Ok(true);
        }
        let seed = self.seed.unwrap_or(scenario.seed);
        let sheets = Sheets {
            json: self
                .json
                .as_deref()
                .filter(|path| *path != Path::new("-"))
                .map(Sheet::open)
                .transpose()?,
            report: self.report.as_deref().map(Sheet::open).transpose()?,
        };
        let outcomes = self.outcomes(&scenario, seed)?;
        self.tell(&outcomes, seed, sheets)?;
        Ok(outcomes.iter().all(|outcome| outcome.broken.is_none()))
    }

    /// The scenario with everything in it that the command line says.
    fn changed(&self, mut scenario: Scenario) -> Result<Scenario, String> {
        let rules = &mut scenario.rules;
        put(&mut rules.hold_ttl, self.ttl.first().copied());
        put(&mut rules.paying, self.paying);
        put(&mut rules.hold_seats_max, self.max_seats);
        put(&mut rules.user_seats_max, self.max_seats);
        put(&mut rules.user_waste_max, self.max_waste);
        put(&mut rules.cool_down, self.cool_down);
        let limits = &mut scenario.limits;
        limits.rate_per_client = self
            .rate_per_client
            .first()
            .copied()
            .or(limits.rate_per_client);
        limits.rate_per_key = self.rate_per_key.or(limits.rate_per_key);
        put(&mut limits.people_per_address, self.people_per_address);
        put(&mut limits.bots_per_address, self.bots_per_address);
        put(&mut scenario.arrivals.buyers, self.buyers);
        put(&mut scenario.bots.count, self.bots);
        put(&mut scenario.house.chart, self.chart.clone());
        put(&mut scenario.end.after, self.until);
        if let Some(rate) = self.rate {
            scenario.arrivals.pattern = super::scenario::Pattern::Queue;
            scenario.arrivals.rate = rate;
        }
        if self.no_crashes || !self.crash.is_empty() {
            scenario.crashes.clone_from(&self.crash);
        }
        // Parties larger than a hold can be come in the largest that it can.
        let parties = &mut scenario.buyers.parties;
        let most = (scenario.rules.hold_seats_max.max(1) as usize).min(parties.len());
        let too_large: f64 = parties.drain(most..).sum();
        if let Some(largest) = parties.last_mut() {
            *largest += too_large;
        }
        scenario.check()?;
        Ok(scenario)
    }

    fn outcomes(&self, scenario: &Scenario, seed: u64) -> Result<Vec<Outcome>, String> {
        let variants = self.variants(scenario)?;
        let play = |(what, scenario): &(String, Scenario)| {
            if !self.quiet && variants.len() > 1 {
                eprintln!("{what}");
            }
            match &self.against {
                None => run(scenario, seed, self.sabotage, self.quiet),
                Some(url) => {
                    let (url, key) = (url.clone(), self.key.clone());
                    run_against(&Against { url, key }, scenario, seed, self.quiet)
                }
            }
        };
        variants.iter().map(play).collect()
    }

    /// The scenario as often as it is to be played, each with what is different in it.
    fn variants(&self, scenario: &Scenario) -> Result<Vec<(String, Scenario)>, String> {
        if self.ttl.len() > 1 && self.rate_per_client.len() > 1 {
            return Err("one thing at a time: several TTLs, or several rates".into());
        }
        let with_ttl = |ttl: &Span| {
            let mut scenario = scenario.clone();
            scenario.rules.hold_ttl = *ttl;
            (format!("seats are held for {ttl}"), scenario)
        };
        let with_rate = |rate: &Often| {
            let mut scenario = scenario.clone();
            scenario.limits.rate_per_client = Some(*rate);
            (format!("{rate} requests from one address"), scenario)
        };
        Ok(match (&self.ttl[..], &self.rate_per_client[..]) {
            (ttls @ [_, _, ..], _) => ttls.iter().map(with_ttl).collect(),
            (_, rates @ [_, _, ..]) => rates.iter().map(with_rate).collect(),
            _ => vec![(String::new(), scenario.clone())],
        })
    }

    fn tell(&self, outcomes: &[Outcome], seed: u64, sheets: Sheets) -> Result<(), String> {
        let is_alone = self.json.is_some() && sheets.json.is_none();
        if self.json.is_some() {
            let text = match outcomes {
                [one] => serde_json::to_string(one),
                several => serde_json::to_string(several),
            };
            let text = text.map_err(|error| error.to_string())?;
            match sheets.json {
                Some(sheet) => sheet.write(&text)?,
                None => println!("{text}"),
            }
        }
        if let Some(sheet) = sheets.report {
            sheet.write(&crate::html::simulated(outcomes))?;
        }
        if !is_alone {
            println!("--seed {seed}\n");
            match outcomes {
                [one] => print!("{}", summary(one)),
                several => {
                    print!("{}", table(several));
                    let broken = several.iter().filter_map(|outcome| outcome.broken.as_ref());
                    broken.for_each(|what| println!("\nBROKEN with --seed {seed}: {what}"));
                }
            }
        }
        Ok(())
    }
}

fn put<V>(place: &mut V, value: Option<V>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn span(text: &str) -> Result<Span, String> {
    time(text).map(Span)
}

/// What a hold that is alive at a crash has left at least, after one from the command line.
const GRACE: Span = Span(std::time::Duration::from_secs(60));

fn crash(text: &str) -> Result<Crash, String> {
    let (at, down) = text.split_once(':').ok_or("a time, a colon, and a time")?;
    Ok(Crash {
        at: span(at)?,
        down: span(down)?,
        grace: GRACE,
    })
}
