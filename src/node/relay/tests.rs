use super::*;
use crate::cluster::store::LeaseId;

const SHARD: ShardId = ShardId::new(3);

fn to(lease: i64) -> Arc<Following> {
    let owner = Owner {
        name: "a".into(),
        address: "http://10.0.0.1:3000".into(),
        lease: LeaseId::new(lease),
    };
    Arc::new(Following::new(owner, 7))
}

/// The one before may be out of reach, and would say nothing more of the events that are sold elsewhere by now.
///
/// Mutation: `Relays::keep` lets it be, or `Relays::open` does not ask for the owner.
#[test]
fn a_stream_to_the_next_owner_ends_the_one_before() {
    let relays = Relays::default();
    let (before, next) = (to(1), to(2));
    relays.keep(SHARD, &before);
    let claim = before.claim(&Name::new("hamlet").expect("a name"));
    let claim = claim.expect("it goes on");
    assert_eq!((relays.count(), relays.events()), (1, 1));
    assert!(relays.open(SHARD, &next.owner).is_none());
    assert!(relays.open(SHARD, &before.owner).is_some());
    relays.keep(SHARD, &next);
    assert!(matches!(claim.stage(), Stage::Over));
    assert_eq!((relays.count(), relays.events()), (1, 0));
    assert!(relays.open(SHARD, &before.owner).is_none());
    assert!(relays.open(SHARD, &next.owner).is_some());
    relays.forget(SHARD, &before);
    assert_eq!(relays.count(), 1, "it is another by now");
    next.end();
    assert!(relays.open(SHARD, &next.owner).is_none(), "it is over");
    relays.forget(SHARD, &next);
    assert_eq!(relays.count(), 0);
}

#[test]
fn an_event_is_one_however_its_name_is_written() {
    for (path, name) in [
        ("/v1/events/hamlet/stream", Some("hamlet")),
        ("/v1/events/h%61mlet/stream", Some("hamlet")),
        ("/v1/events/No%20name/stream", None),
        ("/v1/events/%FF/stream", None),
        ("/v1/events", None),
    ] {
        let found = event_of(path);
        assert_eq!(found.as_ref().map(Name::as_str), name, "{path}");
    }
}
