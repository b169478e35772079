use std::future::poll_fn;

use bytes::Bytes;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};

use super::*;
use crate::{
    cluster::store::LeaseId,
    feed::{Life, Position, Since, Subscription, Update},
    ids::Lsn,
    node::upstream::tests::piecewise,
};

/// A stream that is read, and what an owner does with it.
struct Read {
    following: Arc<Following>,
    owner: UnboundedSender<Bytes>,
    idle: UnboundedReceiver<Name>,
    reading: JoinHandle<()>,
}

fn begin() -> Read {
    let node = Owner {
        name: "a".into(),
        address: "http://10.0.0.1:3000".into(),
        lease: LeaseId::new(1),
    };
    let (following, (owner, upstream)) = (Arc::new(Following::new(node, 7)), piecewise());
    let (to, idle) = unbounded_channel();
    let of = Arc::clone(&following);
    let is_idle = move |name| to.send(name).expect("somebody is told");
    Read {
        following,
        owner,
        idle,
        reading: tokio::spawn(async move { of.read(upstream, is_idle).await }),
    }
}

impl Read {
    fn says(&self, text: &str) {
        let text = Bytes::copy_from_slice(text.as_bytes());
        self.owner.send(text).expect("it is read");
    }

    /// Follows an event of which the owner begins to tell.
    async fn follow(&self, event: &str) -> (Arc<Feed>, Subscription) {
        let claim = self.following.claim(&name(event)).expect("it goes on");
        self.says(&format!("of: {event}\n{}", start(3)));
        let Stage::Told(feed) = claim.begun().await else {
            panic!("nothing is told of {event}");
        };
        let subscription = feed.subscribe(Since::After(at(3)));
        (feed, subscription)
    }
}

fn name(event: &str) -> Name {
    Name::new(event).expect("a name")
}

fn at(lsn: u64) -> Position {
    Position {
        life: Life::new(10),
        lsn: Lsn::new(lsn),
    }
}

fn start(lsn: u64) -> String {
    format!("id: 0000000a-{lsn}\nevent: start\ndata: {{\"position\":{lsn}}}\n\n")
}

fn seats(from: u64, to: u64) -> String {
    format!(
        "id: 0000000a-{to}\nevent: seats\ndata: {{\"from\":{from},\"to\":{to},\"held\":[1]}}\n\n"
    )
}

/// All that a follower is told, to the end.
async fn all(mut subscription: Subscription) -> Vec<Bytes> {
    let mut told = Vec::new();
    while let Some(update) = poll_fn(|cx| subscription.poll_next(cx)).await {
        told.push(update.into_event());
    }
    told
}

/// Mutation: `Following::hear` gives what it hears to any event of the table.
#[tokio::test]
async fn each_event_gets_the_owners_bytes_and_none_of_the_others() {
    let read = begin();
    let (_, hamlet) = read.follow("hamlet").await;
    let (_, faust) = read.follow("faust").await;
    read.says(&format!("of: hamlet\n{}", seats(3, 5)));
    read.says(&format!(":\n\nof: faust\n{}of: hamlet\n", seats(3, 6)));
    read.says(&seats(5, 9));
    read.says("of: faust\nevent: closed\ndata: {}\n\nof: othello\nevent: closed\n\n");
    read.says("of: hamlet\nevent: cut\ndata: {}\n\n");
    assert_eq!(all(hamlet).await, [start(3), seats(3, 5), seats(5, 9)]);
    let closed = Update::Closed.into_event();
    assert_eq!(
        all(faust).await,
        [Bytes::from(start(3)), seats(3, 6).into(), closed]
    );
    assert_eq!(read.following.count(), 0);
}

/// Mutation: `Said::Seats` is put into a feed that begins with it, or `Said::Cut` ends one that is wanted.
#[tokio::test]
async fn what_was_told_before_it_was_wanted_again_is_not_of_it() {
    let read = begin();
    let claim = read.following.claim(&name("hamlet")).expect("it goes on");
    read.says(&format!("of: hamlet\n{}", seats(1, 2)));
    read.says("of: hamlet\nevent: cut\ndata: {}\n\n");
    let (_, hamlet) = read.follow("hamlet").await;
    assert!(matches!(claim.stage(), Stage::Told(_)));
    drop(read.owner);
    assert_eq!(all(hamlet).await, [start(3)]);
    claim.ended().await;
}

/// Mutation: a second start is taken for nothing.
#[tokio::test]
async fn who_asked_twice_may_have_missed_something() {
    let read = begin();
    let (_, hamlet) = read.follow("hamlet").await;
    read.says(&format!("of: hamlet\n{}", start(8)));
    drop(read.owner);
    read.reading.await.expect("no panic");
    let reset = Update::Reset(at(8)).into_event();
    assert_eq!(all(hamlet).await, [Bytes::from(start(3)), reset]);
}

/// Mutation: a claim that is dropped leaves its event in the table; what nobody claims is not put there.
#[tokio::test]
async fn what_nobody_waits_for_is_forgotten_and_what_is_told_is_not() {
    let read = begin();
    let claims = [1, 2].map(|_| read.following.claim(&name("hamlet")));
    assert_eq!(read.following.count(), 1);
    drop(claims);
    assert_eq!(read.following.count(), 0, "no such event, perhaps");
    let (feed, hamlet) = read.follow("hamlet").await;
    assert_eq!(read.following.count(), 1);
    // The answer of whoever had asked came too late for him.
    read.says(&format!("of: faust\n{}", start(3)));
    let (_, othello) = read.follow("othello").await;
    assert_eq!(read.following.count(), 3);
    drop((hamlet, othello));
    assert_eq!(feed.followers(), 0);
    drop(read.owner);
    read.reading.await.expect("no panic");
    assert!(
        read.following.claim(&name("hamlet")).is_none(),
        "it is over"
    );
}

/// Mutation: `look_for_idle` does not look at the followers, or `ends_unless_needed` says that it is needed always.
#[tokio::test(start_paused = true)]
async fn what_nobody_follows_for_a_while_is_given_up_and_the_stream_with_the_last() {
    let mut read = begin();
    let (_, hamlet) = read.follow("hamlet").await;
    let (_, faust) = read.follow("faust").await;
    drop(faust);
    let begun = Instant::now();
    assert_eq!(read.idle.recv().await, Some(name("faust")));
    assert!(begun.elapsed() >= limits::RELAY_LINGER);
    assert_eq!(read.following.count(), 2, "until the owner says so");
    read.says("of: faust\nevent: cut\ndata: {}\n\n");
    drop(hamlet);
    assert_eq!(read.idle.recv().await, Some(name("hamlet")));
    assert_eq!(read.following.count(), 1);
    let last_said = Instant::now();
    read.says("of: hamlet\nevent: cut\ndata: {}\n\n");
    read.reading.await.expect("no panic");
    assert!(last_said.elapsed() < limits::RELAY_SILENCE_MAX);
    assert_eq!(read.following.count(), 0);
    assert!(read.owner.is_closed());
}

/// A wire that was cut: it says nothing, and nobody says that it was.
///
/// Mutation: what is silent is listened to for longer.
#[tokio::test(start_paused = true)]
async fn an_owner_out_of_reach_is_followed_no_longer() {
    let read = begin();
    let (_, hamlet) = read.follow("hamlet").await;
    let begun = Instant::now();
    assert_eq!(all(hamlet).await, [start(3)]);
    assert!(begun.elapsed() >= limits::RELAY_SILENCE_MAX);
    assert!(begun.elapsed() < 2 * limits::RELAY_SILENCE_MAX);
}
