use std::{
    collections::BTreeMap,
    task::{Context, Poll, Waker},
};

use serde_json::Value;

use super::*;
use crate::limits::FEED_CHUNK_SEATS;

const LIFE: Life = Life::new(0xabc);

fn feed(seats: u32) -> Arc<Feed> {
    Arc::new(Feed::new(seats, LIFE, Lsn::new(100)))
}

fn at(lsn: u64) -> Position {
    Position {
        life: LIFE,
        lsn: Lsn::new(lsn),
    }
}

fn change(feed: &Feed, lsn: u64, seat: u32, shown: Shown) {
    feed.note(SeatId::new(seat), shown);
    feed.advance(Lsn::new(lsn));
}

/// What there is to read without waiting.
fn read(subscription: &mut Subscription) -> Vec<Update> {
    let mut cx = Context::from_waker(Waker::noop());
    std::iter::from_fn(|| match subscription.poll_next(&mut cx) {
        Poll::Ready(update) => update,
        Poll::Pending => None,
    })
    .collect()
}

/// The data of a delta.
fn data(update: &Update) -> Value {
    let Update::Delta(text) = update else {
        panic!("{update:?} is no delta");
    };
    let text = std::str::from_utf8(text).expect("text");
    let data = text.lines().find_map(|line| line.strip_prefix("data: "));
    serde_json::from_str(data.expect("a delta has data")).expect("JSON")
}

/// A client by the rule in the module's documentation.
struct Client {
    subscription: Subscription,
    seats: BTreeMap<u32, Shown>,
    position: u64,
    resets: u32,
}

impl Client {
    fn new(feed: &Arc<Feed>) -> Self {
        let subscription = feed.subscribe(Since::Now);
        let mut client = Self {
            subscription,
            seats: BTreeMap::new(),
            position: 0,
            resets: 0,
        };
        client.look(feed);
        client
    }

    fn look(&mut self, feed: &Feed) {
        let snapshot = feed.snapshot();
        self.position = snapshot.position().lsn.get();
        self.seats = seats(&snapshot);
    }

    fn read(&mut self, feed: &Feed) {
        for update in read(&mut self.subscription) {
            match update {
                Update::Start(_) | Update::Closed => {}
                Update::Reset(position) => {
                    self.resets += 1;
                    self.look(feed);
                    assert!(self.position >= position.lsn.get());
                }
                Update::Delta(_) => self.apply(&data(&update)),
            }
        }
    }

    fn apply(&mut self, delta: &Value) {
        let number = |value: &Value| value.as_u64().expect("a number");
        if number(&delta["to"]) <= self.position {
            return;
        }
        assert!(number(&delta["from"]) <= self.position, "a gap");
        self.position = number(&delta["to"]);
        for shown in Shown::ALL {
            for run in delta[shown.name()].as_array().into_iter().flatten() {
                let (first, last) = (run.get(0).unwrap_or(run), run.get(1).unwrap_or(run));
                for seat in number(first)..=number(last) {
                    self.seats
                        .insert(u32::try_from(seat).expect("a seat"), shown);
                }
            }
        }
    }
}

fn seats(snapshot: &Snapshot) -> BTreeMap<u32, Shown> {
    let shown = |seat| snapshot.shown(SeatId::new(seat)).expect("a seat");
    (0..snapshot.seats())
        .map(|seat| (seat, shown(seat)))
        .collect()
}

#[test]
fn what_is_noted_is_shown_at_the_end_of_the_batch() {
    let feed = feed(10);
    feed.note(SeatId::new(3), Shown::Held);
    assert_eq!(
        feed.snapshot().shown(SeatId::new(3)),
        Some(Shown::Available)
    );
    assert_eq!(feed.position(), at(100));
    feed.advance(Lsn::new(107));
    assert_eq!(feed.snapshot().shown(SeatId::new(3)), Some(Shown::Held));
    assert_eq!(feed.counts().of(Shown::Available), 9);
    feed.advance(Lsn::new(200));
    assert_eq!(
        feed.position(),
        at(107),
        "a batch without a change of this event"
    );
}

#[test]
fn a_delta_has_what_each_seat_came_to() {
    let feed = feed(10);
    let mut follower = feed.subscribe(Since::Now);
    assert_eq!(read(&mut follower), [Update::Start(at(100))]);
    change(&feed, 101, 3, Shown::Held);
    change(&feed, 102, 4, Shown::Held);
    change(&feed, 103, 3, Shown::Booked);
    assert_eq!(read(&mut follower), [], "not yet told");
    feed.flush();
    let updates = read(&mut follower);
    let expected = serde_json::json!({"from": 100, "to": 103, "held": [4], "booked": [3]});
    assert_eq!(updates.iter().map(data).collect::<Vec<_>>(), [expected]);
    feed.flush();
    assert_eq!(read(&mut follower), [], "nothing new");
}

#[test]
fn a_delta_is_one_text_for_all() {
    let feed = feed(10);
    let mut followers = [feed.subscribe(Since::Now), feed.subscribe(Since::Now)];
    change(&feed, 101, 3, Shown::Held);
    feed.flush();
    let texts = followers
        .each_mut()
        .map(|follower| match &read(follower)[..] {
            [Update::Start(_), Update::Delta(text)] => text.as_ptr(),
            other => panic!("{other:?}"),
        });
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn who_comes_back_goes_on_where_he_was() {
    let feed = feed(10);
    let first = feed.subscribe(Since::Now);
    change(&feed, 101, 1, Shown::Held);
    feed.flush();
    change(&feed, 105, 2, Shown::Held);
    feed.flush();
    drop(first);
    change(&feed, 109, 3, Shown::Held);
    feed.flush();
    for (after, deltas) in [(100, 3), (101, 2), (103, 2), (105, 1), (109, 0)] {
        let updates = read(&mut feed.subscribe(Since::After(at(after))));
        assert_eq!(updates[0], Update::Start(at(after)));
        assert_eq!(updates.len() - 1, deltas, "after {after}");
    }
}

#[test]
fn nobody_follows_and_nothing_is_written() {
    let feed = feed(10);
    for lsn in 101..1_000 {
        change(
            &feed,
            lsn,
            u32::try_from(lsn % 10).expect("small"),
            Shown::Held,
        );
        feed.flush();
    }
    assert_eq!(locked(&feed.ring).newest(), Lsn::new(100));
    let updates = read(&mut feed.subscribe(Since::After(at(100))));
    let expected = serde_json::json!({"from": 100, "to": 999, "held": [[0, 9]]});
    assert_eq!(data(&updates[1]), expected);
}

#[test]
fn positions_of_the_past_the_future_and_another_life_are_reset() {
    let feed = feed(10);
    change(&feed, 101, 1, Shown::Held);
    let another = Position {
        life: Life::new(1),
        ..at(101)
    };
    for after in [at(99), at(102), another] {
        let mut follower = feed.subscribe(Since::After(after));
        assert_eq!(read(&mut follower), [Update::Reset(at(101))], "{after}");
    }
    let mut follower = feed.subscribe(Since::Unknown);
    assert_eq!(read(&mut follower), [Update::Reset(at(101))]);
}

#[test]
fn a_position_within_a_delta_that_is_still_open_is_not_the_future() {
    let feed = feed(10);
    let _other = feed.subscribe(Since::Now);
    change(&feed, 101, 1, Shown::Held);
    let snapshot = feed.snapshot();
    change(&feed, 102, 2, Shown::Held);
    let mut follower = feed.subscribe(Since::After(snapshot.position()));
    assert_eq!(read(&mut follower), [Update::Start(at(101))]);
    feed.flush();
    assert_eq!(
        data(&read(&mut follower)[0])["held"],
        serde_json::json!([[1, 2]])
    );
}

#[test]
fn a_laggard_is_told_to_start_again_and_then_keeps_up() {
    let feed = feed(100);
    let (mut quick, mut slow) = (Client::new(&feed), Client::new(&feed));
    for lsn in 101..2_000 {
        let shown = Shown::ALL[usize::try_from(lsn / 100 % 4).expect("small")];
        change(&feed, lsn, u32::try_from(lsn % 100).expect("small"), shown);
        feed.flush();
        quick.read(&feed);
    }
    slow.read(&feed);
    assert_eq!((quick.resets, slow.resets), (0, 1));
    change(&feed, 2_000, 7, Shown::Withheld);
    feed.flush();
    let expected = seats(&feed.snapshot());
    for mut client in [quick, slow] {
        client.read(&feed);
        assert_eq!(client.seats, expected);
    }
}

#[test]
fn more_changes_than_a_delta_may_have_reset_everybody() {
    let feed = feed(DELTA_SEATS_MAX + 1);
    let mut follower = feed.subscribe(Since::Now);
    for seat in 0..=DELTA_SEATS_MAX {
        feed.note(SeatId::new(seat), Shown::Withheld);
    }
    feed.advance(Lsn::new(101));
    feed.flush();
    assert_eq!(
        read(&mut follower),
        [Update::Start(at(100)), Update::Reset(at(101))]
    );
    change(&feed, 102, 0, Shown::Available);
    feed.flush();
    assert_eq!(
        data(&read(&mut follower)[0])["available"],
        serde_json::json!([0])
    );
}

#[test]
fn a_closed_event_ends_its_streams_after_their_last_delta() {
    let feed = feed(10);
    let mut follower = feed.subscribe(Since::Now);
    change(&feed, 101, 1, Shown::Held);
    feed.close();
    let updates = read(&mut follower);
    assert!(
        matches!(
            updates[..],
            [Update::Start(_), Update::Delta(_), Update::Closed]
        ),
        "{updates:?}"
    );
    assert_eq!(
        read(&mut feed.subscribe(Since::Now)),
        [Update::Start(at(101)), Update::Closed]
    );
}

#[test]
fn followers_are_counted() {
    let feed = feed(10);
    let followers = [
        feed.subscribe(Since::Now),
        feed.subscribe(Since::After(at(7))),
    ];
    assert_eq!(feed.followers(), 2);
    drop(followers);
    assert_eq!(feed.followers(), 0);
}

#[test]
fn a_follower_that_waits_is_woken_by_the_next_delta() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build();
    runtime.expect("a runtime").block_on(async {
        let feed = feed(10);
        let followers: Vec<_> = (0..100)
            .map(|_| {
                let mut follower = feed.subscribe(Since::Now);
                tokio::spawn(async move {
                    let mut updates = Vec::new();
                    while let Some(update) = std::future::poll_fn(|cx| follower.poll_next(cx)).await
                    {
                        updates.push(update);
                    }
                    updates
                })
            })
            .collect();
        for lsn in 101..200 {
            change(
                &feed,
                lsn,
                3,
                Shown::ALL[usize::try_from(lsn % 4).expect("small")],
            );
            feed.flush();
            tokio::task::yield_now().await;
        }
        feed.close();
        for follower in followers {
            let updates = follower.await.expect("no panic");
            assert_eq!(updates.last(), Some(&Update::Closed));
        }
    });
}

#[test]
fn the_interval_grows_with_the_followers_and_stays_under_a_second() {
    assert_eq!(flush_interval(0), FLUSH_INTERVAL_MIN);
    assert_eq!(flush_interval(5_000), Duration::from_millis(250));
    assert_eq!(flush_interval(usize::MAX), FLUSH_INTERVAL_MAX);
    assert!(FLUSH_INTERVAL_MAX < Duration::from_secs(1));
}

/// By parts, as nothing here can count what is allocated: the feed itself, its map, its marks, its ring at the bound
/// and the room for a batch.
#[test]
fn a_small_event_has_a_small_feed() {
    let feed = feed(100);
    let _follower = feed.subscribe(Since::Now);
    for lsn in 101..10_000 {
        change(
            &feed,
            lsn,
            u32::try_from(lsn * 7 % 100).expect("small"),
            Shown::ALL[usize::try_from(lsn % 4).expect("small")],
        );
        feed.flush();
    }
    let fresh = locked(&feed.fresh).capacity() * size_of::<(SeatId, Shown)>();
    let map = feed.snapshot().pages().flatten().count() * size_of::<Row>();
    let bytes = size_of::<Feed>() + fresh + map + locked(&feed.ring).bytes_held();
    assert!(bytes < 4 * 1_024, "{bytes} bytes");
}

mod property;
