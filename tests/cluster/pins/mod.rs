//! Every order in which two nodes can take shards, pin an event and make it, within bounds: it is never in two shards.
//!
//! The store is etcd's twin, and what is asked of it is made by what runs in production ([`seatlock::cluster::pinning`],
//! [`seatlock::cluster::roster`]). One node has all shards at first. Each may take the first event's at any time, as if every lease ended all the
//! time; a request may be done after its asker has given up. That one owner of a shard makes an event once is for the other
//! model: in a pinned event's own shard it is made by whoever knows of that shard. [`Mutation`] has the faults that are found.

mod world;

use seatlock::cluster::placement::ShardId;
use stateright::{Checker, HasDiscoveries, Model, Property};

use self::world::World;

/// A fault that must be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutation {
    /// A pin does not compare the term: one that is late comes after the new owner has read the placement.
    PinWithoutTerm,
    /// A pin does not compare the placement, and takes back another.
    PinWithoutPlacement,
    /// Who has taken a shard serves it by the placement that it knew before.
    ServeUnread,
    /// An event is pinned while it is being made.
    PinWhileMaking,
    /// Who does not know what has become of a pin makes the event.
    GiveUp,
}

/// What is explored.
#[derive(Debug, Clone, Copy, Default)]
struct Pins {
    takes: u8,
    doubts: u8,
    mutation: Option<Mutation>,
}

/// Something that happens at a node, in a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Event {
    Reads(usize),
    Takes(usize, ShardId),
    BeginsToMake(usize, ShardId),
    Appends(usize, ShardId, Fate),
    BeginsToPin(usize, ShardId, usize),
    AsksForThePin(usize, ShardId, Fate),
    LooksAfterThePin(usize, ShardId),
    LateIsDone(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Fate {
    Done,
    /// Its asker has given up before it was done.
    Late,
}

impl Model for Pins {
    type State = World;
    type Action = Event;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(*self)]
    }

    fn actions(&self, world: &World, events: &mut Vec<Event>) {
        events.extend((0..world.late.len()).map(Event::LateIsDone));
        for at in 0..world.nodes.len() {
            events.push(Event::Reads(at));
            events.push(Event::Takes(at, ShardId::new(0)));
            for shard in (0..4).map(ShardId::new) {
                events.extend([
                    Event::BeginsToMake(at, shard),
                    Event::Appends(at, shard, Fate::Done),
                    Event::Appends(at, shard, Fate::Late),
                    Event::BeginsToPin(at, shard, 0),
                    Event::BeginsToPin(at, shard, 1),
                    Event::AsksForThePin(at, shard, Fate::Done),
                    Event::AsksForThePin(at, shard, Fate::Late),
                    Event::LooksAfterThePin(at, shard),
                ]);
            }
        }
    }

    fn next_state(&self, world: &World, event: Event) -> Option<World> {
        let mut next = world.clone();
        next.happens(*self, event)?;
        (next != *world).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(ONE_SHARD, |_, world: &World| world.made_in().count() <= 1),
            Property::sometimes("an event is made in its own shard", |_, world: &World| {
                world.made_in().any(|shard| shard >= 2)
            }),
            Property::sometimes(
                "an event is made where its name says",
                |_, world: &World| world.made_in().any(|shard| shard == 0),
            ),
            Property::sometimes("both are pinned", |_, world: &World| world.shards() == 4),
        ]
    }
}

/// What must never be.
const ONE_SHARD: &str = "an event is in one shard";

#[test]
fn an_event_is_never_in_two_shards() {
    let is_long = std::env::var("SEATLOCK_MODEL").is_ok_and(|size| size == "long");
    let pins = Pins {
        takes: if is_long { 2 } else { 1 },
        doubts: 1,
        mutation: None,
    };
    let checker = pins.checker().threads(2).spawn_bfs().join();
    println!(
        "pins: {} states, {} of them different, {} deep",
        checker.state_count(),
        checker.unique_state_count(),
        checker.max_depth()
    );
    checker.assert_properties();
}

#[test]
fn each_fault_is_found() {
    use Mutation::{GiveUp, PinWhileMaking, PinWithoutPlacement, PinWithoutTerm, ServeUnread};
    for mutation in [
        PinWithoutTerm,
        PinWithoutPlacement,
        ServeUnread,
        PinWhileMaking,
        GiveUp,
    ] {
        let pins = Pins {
            takes: 1,
            doubts: 1,
            mutation: Some(mutation),
        };
        let found = HasDiscoveries::AnyOf(std::iter::once(ONE_SHARD).collect());
        let checker = pins.checker().threads(2).finish_when(found);
        let checker = checker.spawn_bfs().join();
        let states = checker.unique_state_count();
        println!("{mutation:?}: {states} states");
        assert!(
            checker.discovery(ONE_SHARD).is_some(),
            "{mutation:?} is not found"
        );
    }
}
