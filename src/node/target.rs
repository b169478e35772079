//! Which part of a cluster a request is for, as its path says.

use std::borrow::Cow;

use axum::http::Method;

use crate::{
    cluster::placement::{Placement, ShardId},
    engine::NoteDigest,
    event::{Name, NameError},
    ids::HoldId,
};

/// The shard in which charts are kept. Events of other shards have copies.
pub(super) const CHARTS: ShardId = ShardId::new(0);

/// The event whose seats the small API has.
pub(super) const SMALL: &str = "default";

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// One shard.
    Shard(ShardId),
    /// One event, which may be about to be made of a chart.
    PutEvent(ShardId),
    /// A chart that is to be kept, which may be long.
    PutChart,
    /// One event, which gets a shard of its own before it is made.
    Pin(ShardId),
    /// What changes of one event, for as long as anybody listens.
    Stream(ShardId),
    /// All events.
    Events,
    /// The cluster itself.
    Cluster(Asked),
    /// No shard in particular: pages, descriptions, and what there is not.
    Nothing,
}

/// What is asked of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Who is there and serves what.
    View,
    /// To hand over all that this node serves.
    Drain,
    /// To serve again.
    Undrain,
    /// To look who owns this shard: it may be this node by now.
    Look(ShardId),
    /// To read the charts of this shard, which is about to come to this node.
    Expect(ShardId),
    /// For the charts of this shard, or for one of them.
    Charts(ShardId, Option<NoteDigest>),
    /// For a stream of what the events of this shard come to.
    Stream(ShardId),
    /// To tell, or not to tell any more, of one event in the stream of this number.
    Tell(ShardId, u64),
}

impl Target {
    /// What a request by `method` for `path` is for.
    pub(super) fn of(method: &Method, path: &str, placement: &Placement) -> Self {
        let mut parts = path.split('/').skip(1);
        let first = parts.next().unwrap_or_default();
        let (second, third, fourth) = (parts.next(), parts.next(), parts.next());
        match (first, second, third, fourth) {
            ("seats" | "lock" | "confirm" | "unlock", ..) => Self::Shard(placement.shard_of(SMALL)),
            ("e", Some(event), None, None) => Self::Shard(shard_of(event, placement)),
            ("v1", Some("charts"), Some(_), None) if method == Method::PUT => Self::PutChart,
            ("v1", Some("charts"), ..) => Self::Shard(CHARTS),
            ("v1", Some("events"), None, None) => Self::Events,
            ("v1", Some("events"), Some(event), None) if method == Method::PUT => {
                Self::PutEvent(shard_of(event, placement))
            }
            ("v1", Some("events"), Some(event), Some("stream"))
                if method == Method::GET && parts.next().is_none() =>
            {
                Self::Stream(shard_of(event, placement))
            }
            ("v1", Some("events"), Some(event), _) => Self::Shard(shard_of(event, placement)),
            ("v1", Some("holds" | "bookings"), Some(id), _) => Self::Shard(of_hold(id, placement)),
            ("v1", Some("cluster"), None, None) if method == Method::GET => {
                Self::Cluster(Asked::View)
            }
            ("v1", Some("cluster"), Some("drain"), None) if method == Method::POST => {
                Self::Cluster(Asked::Drain)
            }
            ("v1", Some("cluster"), Some("undrain"), None) if method == Method::POST => {
                Self::Cluster(Asked::Undrain)
            }
            ("v1", Some("cluster"), Some("pins"), Some(event))
                if method == Method::PUT && parts.next().is_none() =>
            {
                Self::Pin(shard_of(event, placement))
            }
            ("v1", Some("cluster"), Some("shards"), Some(number)) => {
                let shard = number.parse().map(ShardId::new).unwrap_or_default();
                of_shard(shard, method, [parts.next(), parts.next(), parts.next()])
            }
            _ => Self::Nothing,
        }
    }
}

/// The event that `/v1/cluster/pins/{event}` names.
///
/// # Errors
/// [`NameError`]: no event is called so.
pub(super) fn pinned(path: &str) -> Result<Name, NameError> {
    Name::new(&plain(path.rsplit('/').next().unwrap_or_default()))
}

/// What nodes ask each other of a shard.
fn of_shard(shard: ShardId, method: &Method, rest: [Option<&str>; 3]) -> Target {
    let asked = match (method, rest) {
        (&Method::POST, [None, ..]) => Asked::Look(shard),
        (&Method::POST, [Some("expect"), None, _]) => Asked::Expect(shard),
        (&Method::GET, [Some("charts"), None, _]) => Asked::Charts(shard, None),
        (&Method::GET, [Some("charts"), Some(digest), _]) => match digest.parse() {
            Ok(digest) => Asked::Charts(shard, Some(digest)),
            Err(_) => return Target::Nothing,
        },
        (&Method::GET, [Some("stream"), None, _]) => Asked::Stream(shard),
        (&Method::PUT | &Method::DELETE, [Some("stream"), Some(number), Some(_event)]) => {
            match number.parse() {
                Ok(number) => Asked::Tell(shard, number),
                Err(_) => return Target::Nothing,
            }
        }
        _ => return Target::Nothing,
    };
    Target::Cluster(asked)
}

fn shard_of(event: &str, placement: &Placement) -> ShardId {
    placement.shard_of(&plain(event))
}

/// An id that is none is no shard's, and any shard says so.
fn of_hold(id: &str, placement: &Placement) -> ShardId {
    let place = HoldId::parse(id).map(|id| ShardId::new(id.place().get()));
    place
        .filter(|shard| placement.has(*shard))
        .unwrap_or(CHARTS)
}

/// A part of a path without its percent-encoding, so that one name is in one shard however it is written. What can't be
/// decoded is no event's name.
pub(super) fn plain(part: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(part).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Place, TakingId};

    fn of(method: &Method, path: &str) -> Target {
        let placement = Placement::new(64).expect("a valid count");
        Target::of(method, path, &placement)
    }

    fn shard(event: &str) -> ShardId {
        Placement::new(64).expect("a valid count").shard_of(event)
    }

    #[test]
    fn a_request_for_an_event_is_for_its_shard() {
        let hamlet = shard("hamlet");
        for path in [
            "/v1/events/hamlet",
            "/v1/events/hamlet/holds",
            "/e/hamlet",
            "/v1/events/h%61mlet",
        ] {
            assert_eq!(of(&Method::GET, path), Target::Shard(hamlet), "{path}");
        }
        assert_eq!(
            of(&Method::PUT, "/v1/events/hamlet"),
            Target::PutEvent(hamlet)
        );
        assert_eq!(
            of(&Method::GET, "/v1/events/hamlet/stream"),
            Target::Stream(hamlet)
        );
        assert_eq!(of(&Method::GET, "/seats"), Target::Shard(shard("default")));
        assert_eq!(
            of(&Method::POST, "/lock/1"),
            Target::Shard(shard("default"))
        );
    }

    #[test]
    fn a_hold_says_itself_where_it_is() {
        let place = Place::new(41).expect("a place");
        let id = HoldId::new(TakingId::FIRST, place, u64::MAX);
        let path = format!("/v1/holds/{id}/confirm");
        assert_eq!(of(&Method::POST, &path), Target::Shard(ShardId::new(41)));
        let beyond = HoldId::new(TakingId::FIRST, Place::new(64).expect("a place"), 0);
        for id in [beyond.to_string(), "x".into()] {
            let path = format!("/v1/bookings/{id}");
            assert_eq!(of(&Method::GET, &path), Target::Shard(CHARTS));
        }
    }

    #[test]
    fn the_rest_is_for_the_cluster_or_for_nobody() {
        assert_eq!(of(&Method::GET, "/v1/events"), Target::Events);
        assert_eq!(of(&Method::PUT, "/v1/charts/arena"), Target::PutChart);
        assert_eq!(of(&Method::GET, "/v1/charts/arena"), Target::Shard(CHARTS));
        assert_eq!(
            of(&Method::GET, "/v1/cluster"),
            Target::Cluster(Asked::View)
        );
        assert_eq!(
            of(&Method::POST, "/v1/cluster/drain"),
            Target::Cluster(Asked::Drain)
        );
        let pin = "/v1/cluster/pins/h%61mlet";
        assert_eq!(of(&Method::PUT, pin), Target::Pin(shard("hamlet")));
        assert_eq!(pinned(pin).expect("a name").as_str(), "hamlet");
        assert_eq!(of(&Method::GET, pin), Target::Nothing);
        let look = Target::Cluster(Asked::Look(ShardId::new(7)));
        assert_eq!(of(&Method::POST, "/v1/cluster/shards/7"), look);
        let digest = NoteDigest::of(b"a chart");
        let chart = Target::Cluster(Asked::Charts(ShardId::new(7), Some(digest)));
        let path = format!("/v1/cluster/shards/7/charts/{digest}");
        assert_eq!(of(&Method::GET, &path), chart);
        assert_eq!(of(&Method::POST, &path), Target::Nothing);
        let stream = Target::Cluster(Asked::Stream(ShardId::new(7)));
        assert_eq!(of(&Method::GET, "/v1/cluster/shards/7/stream"), stream);
        let tell = Target::Cluster(Asked::Tell(ShardId::new(7), u64::MAX));
        let path = format!("/v1/cluster/shards/7/stream/{}/hamlet", u64::MAX);
        assert_eq!(of(&Method::PUT, &path), tell);
        assert_eq!(of(&Method::DELETE, &path), tell);
        assert_eq!(of(&Method::GET, &path), Target::Nothing);
        for path in ["stream/12", "stream/x/hamlet", "stream"] {
            let path = format!("/v1/cluster/shards/7/{path}");
            assert_eq!(of(&Method::PUT, &path), Target::Nothing, "{path}");
        }
        for path in [
            "/",
            "/admin",
            "/openapi.json",
            "/v1",
            "/v1/nothing",
            "/v1/events/a/stream/b",
            "*",
        ] {
            let target = of(&Method::GET, path);
            assert!(
                matches!(target, Target::Nothing | Target::Shard(_)),
                "{path}"
            );
        }
    }
}
