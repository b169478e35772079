//! From the options to what is to be run.

use super::{CRASH_SEATS, DURATION, Options, SEATS, STALL};
use crate::{
    crash::{CrashPlan, ServePlan},
    http::HttpPlan,
    plan::{Length, Plan},
    streams::StreamsPlan,
};

impl Options {
    /// The run in the process that these options ask for.
    pub fn plan(&self, seed: u64) -> Plan {
        Plan {
            threads: self.threads,
            seats: self.seats.unwrap_or(SEATS),
            users: self.users,
            mix: self.mix.clone(),
            group: self.group.0.clone(),
            skew: self.skew,
            ttl_min: self.ttl.shortest,
            ttl_max: self.ttl.longest,
            length: self.length(),
            seed,
            speed: self.speed,
            dawdle: self.dawdle,
            stall: STALL,
            quiet: self.quiet || self.json,
        }
    }

    /// The run against `url` that these options ask for.
    pub fn http_plan(&self, url: &str, seed: u64) -> HttpPlan {
        HttpPlan {
            url: url.to_owned(),
            connections: self.threads,
            users: self.users,
            mix: self.mix.clone(),
            skew: self.skew,
            lock_ttl: self.lock_ttl,
            length: self.length(),
            seed,
            quiet: self.quiet,
        }
    }

    /// The run with `streams` clients that these options ask for.
    pub fn streams_plan(&self, streams: u32, seed: u64) -> StreamsPlan {
        StreamsPlan {
            streams,
            seats: self.seats.unwrap_or(SEATS),
            changes_a_second: self.changes,
            duration: self.duration.unwrap_or(DURATION),
            seed,
        }
    }

    /// The run with so many crashes that these options ask for.
    pub fn crash_plan(&self, crashes: u32, seed: u64) -> CrashPlan {
        CrashPlan {
            crashes,
            clerks: self.threads,
            seats: self.seats.unwrap_or(CRASH_SEATS),
            seed,
            durable_holds: self.durable_holds,
            binary: self.binary.clone(),
            fault: None,
            quiet: self.quiet || self.json,
        }
    }

    /// The server of such a run.
    pub fn serve_plan(&self, seed: u64) -> ServePlan {
        ServePlan {
            data: self.data.clone(),
            listen: self.listen,
            grace: self.restart_grace,
            durable_holds: self.durable_holds,
            fault: self.fault,
            seed,
        }
    }

    fn length(&self) -> Length {
        self.operations.map_or(
            Length::Time(self.duration.unwrap_or(DURATION)),
            Length::Operations,
        )
    }
}
