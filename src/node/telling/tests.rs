use std::task::Waker;

use super::*;
use crate::{
    feed::{Life, Shown},
    ids::{Lsn, SeatId},
};

const SHARD: ShardId = ShardId::new(3);

fn feed() -> Arc<Feed> {
    Arc::new(Feed::new(10, Life::new(10), Lsn::new(3)))
}

fn change(feed: &Feed, lsn: u64) {
    let shown = Shown::ALL[usize::try_from(lsn % 4).expect("small")];
    feed.note(SeatId::new(1), shown);
    feed.advance(Lsn::new(lsn));
    feed.flush();
}

fn name(event: &str) -> Name {
    Name::new(event).expect("a name")
}

async fn tell(told: &Tellings, event: &str, feed: &Arc<Feed>) {
    let telling = told.find(7).expect("it is open");
    telling.begin(&Handle::current(), name(event), feed).await;
}

async fn frame(body: &mut Listening) -> Bytes {
    let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await;
    let Ok(frame) = frame.expect("it goes on");
    frame.into_data().expect("data")
}

/// The next event but heartbeats: of which it is, and its own first line or the one with its name.
async fn next(body: &mut Listening) -> (String, String) {
    let mut of = frame(body).await;
    while of == HEARTBEAT {
        of = frame(body).await;
    }
    let (of, text) = (of.to_vec(), frame(body).await.to_vec());
    let text = String::from_utf8(text).expect("text");
    let said = text.lines().find_map(|line| line.strip_prefix("event: "));
    let of = String::from_utf8(of).expect("text");
    (of, said.expect("an event").to_owned())
}

fn said(event: &str, what: &str) -> (String, String) {
    (format!("of: {event}\n"), what.to_owned())
}

#[tokio::test]
async fn the_first_frame_comes_at_once() {
    let mut body = Tellings::default().begin(SHARD, 7);
    assert_eq!(frame(&mut body).await, HEARTBEAT);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(Pin::new(&mut body).poll_frame(&mut cx).is_pending());
}

/// Mutation: the end of a feed that goes on elsewhere is not said.
#[tokio::test]
async fn each_event_begins_and_ends_in_the_stream() {
    let told = Tellings::default();
    let mut body = told.begin(SHARD, 7);
    let (hamlet, faust) = (feed(), feed());
    tell(&told, "hamlet", &hamlet).await;
    assert_eq!(next(&mut body).await, said("hamlet", "start"));
    tell(&told, "faust", &faust).await;
    assert_eq!(next(&mut body).await, said("faust", "start"));
    change(&hamlet, 5);
    assert_eq!(next(&mut body).await, said("hamlet", "seats"));
    faust.close();
    assert_eq!(next(&mut body).await, said("faust", "closed"));
    hamlet.cut();
    assert_eq!(next(&mut body).await, said("hamlet", "cut"));
}

/// Mutation: what was told before goes on beside the new one, or after the end.
#[tokio::test]
async fn who_asks_twice_is_told_once_and_who_ends_it_is_told_so() {
    let told = Tellings::default();
    let mut body = told.begin(SHARD, 7);
    let hamlet = feed();
    for _ in 0..2 {
        tell(&told, "hamlet", &hamlet).await;
        assert_eq!(next(&mut body).await, said("hamlet", "start"));
    }
    assert_eq!(hamlet.followers(), 1);
    let telling = told.find(7).expect("it is open");
    telling.end(&name("hamlet")).await;
    assert_eq!(next(&mut body).await, said("hamlet", "cut"));
    assert_eq!(hamlet.followers(), 0);
    telling.end(&name("faust")).await;
    assert_eq!(next(&mut body).await, said("faust", "cut"));
    assert!(telling.tasks.lock().await.is_empty());
}

/// The owner's bytes are those that his own clients get: they are passed on without a copy.
#[tokio::test]
async fn a_delta_is_one_text_for_all() {
    let told = Tellings::default();
    let mut body = told.begin(SHARD, 7);
    let hamlet = feed();
    tell(&told, "hamlet", &hamlet).await;
    let mut client = hamlet.subscribe(Since::Now);
    assert_eq!(next(&mut body).await, said("hamlet", "start"));
    change(&hamlet, 5);
    assert_eq!(frame(&mut body).await, "of: hamlet\n");
    let text = frame(&mut body).await;
    let mut updates = Vec::new();
    while updates.len() < 2 {
        updates.extend(poll_fn(|cx| client.poll_next(cx)).await);
    }
    let Some(Update::Delta(same)) = updates.pop() else {
        panic!("{updates:?}");
    };
    assert_eq!(text.as_ptr(), same.as_ptr());
}

/// No more waits for it than the bound, whatever happens meanwhile; and then it is told that it has missed something.
///
/// Mutation: the channel has room for all.
#[tokio::test]
async fn who_reads_slowly_is_told_to_start_again() {
    let told = Tellings::default();
    let mut body = told.begin(SHARD, 7);
    let hamlet = feed();
    tell(&told, "hamlet", &hamlet).await;
    let many = 10 * u64::try_from(limits::TOLD_WAITING_MAX).expect("small");
    for lsn in 4..many {
        change(&hamlet, lsn);
        tokio::task::yield_now().await;
    }
    let mut until_then = 0;
    while next(&mut body).await.1 != "reset" {
        until_then += 1;
    }
    // One more was about to be put there.
    assert!(until_then <= limits::TOLD_WAITING_MAX + 1, "{until_then}");
    change(&hamlet, many);
    assert_eq!(next(&mut body).await, said("hamlet", "seats"));
}

/// Mutation: `Listening` is not forgotten when it is dropped; then nobody's events are followed for ever.
#[tokio::test]
async fn a_stream_that_nobody_reads_any_more_is_forgotten_with_its_tasks() {
    let told = Tellings::default();
    let body = told.begin(SHARD, 7);
    let hamlet = feed();
    tell(&told, "hamlet", &hamlet).await;
    drop(body);
    assert!(told.find(7).is_none());
    while hamlet.followers() > 0 {
        tokio::task::yield_now().await;
    }
}
