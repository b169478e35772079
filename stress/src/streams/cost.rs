//! What this process holds and uses, as Linux says.

use std::fs;

use rustix::{
    param::clock_ticks_per_second,
    process::{Resource, Rlimit, getrlimit, setrlimit},
};

/// What is resident now, in kB.
pub(super) fn resident_kilobytes() -> u64 {
    status("VmRSS:")
}

/// The most that ever was, in kB.
pub(super) fn most_kilobytes() -> u64 {
    status("VmHWM:")
}

/// The time that all threads have spent on a core, in milliseconds.
pub(super) fn cpu_millis() -> u64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the program's name, which may have blanks; the 14th and 15th are user and system time.
    let after_name = text.rsplit(") ").next().unwrap_or_default();
    let times = after_name.split(' ').skip(11).take(2);
    let ticks: u64 = times.filter_map(|number| number.parse::<u64>().ok()).sum();
    ticks * 1_000 / clock_ticks_per_second().max(1)
}

/// Takes as many file descriptors as the system lets us have.
pub(super) fn raise_descriptor_limit() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    // Where it fails, the first connection too many says so.
    let _ = setrlimit(Resource::Nofile, raised);
}

fn status(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    number.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_costs_something() {
        assert!(resident_kilobytes() > 0);
        assert!(most_kilobytes() >= resident_kilobytes());
        let before = cpu_millis();
        while cpu_millis() == before {}
    }
}
