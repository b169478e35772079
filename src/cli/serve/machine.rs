//! What the machine gives: descriptors, and a number that no other start has.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// As many connections as are asked for and there are descriptors for. An eighth of these is kept for connections
/// that are refused: without any left, `accept` could not even do that.
pub(super) fn connections_max(asked: u32) -> usize {
    let descriptors = raise_descriptor_limit();
    let possible = u32::try_from(descriptors - descriptors / 8).unwrap_or(u32::MAX);
    if possible < asked {
        warn!("at most {possible} connections, for want of file descriptors");
    }
    possible.min(asked) as usize
}

/// A number for this start of the server, so that its requests' ids are unlike those before the last restart.
pub(super) fn start_number() -> u64 {
    // The low half counts connections.
    rand::random::<u64>() << 32
}

/// Takes as many descriptors as the system lets us have; the usual 1,024 are fewer than there are connections.
fn raise_descriptor_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let current = if setrlimit(Resource::Nofile, raised).is_ok() {
        raised.current
    } else {
        limit.current
    };
    current.unwrap_or(u64::MAX)
}
