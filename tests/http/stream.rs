//! Streams over the wire: who follows one has the server's map, and who doesn't read one holds nothing.

use std::{env, fs, process::Command, thread};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use seatlock::{
    feed::Shown,
    http::{Drained, ServerConfig, v1::stream::StreamLimits},
    ids::{Lsn, SeatId},
    limits::{STREAM_SEND_BUFFER_BYTES, STREAMS_MAX},
};

use crate::{
    apps::{ENOUGH, LONG, PAUSE, SHORT, patient},
    follower::Follower,
    stall::Stall,
    talk::Host,
};

fn roomy() -> StreamLimits {
    StreamLimits {
        streams_per_client_max: STREAMS_MAX,
        heartbeat_interval: LONG,
        ..StreamLimits::default()
    }
}

fn shown(number: u64) -> Shown {
    Shown::ALL[usize::try_from(number % 4).expect("small")]
}

fn seat(number: u64, seats: u32) -> u32 {
    u32::try_from(number % u64::from(seats)).expect("a seat")
}

fn expected(stall: &Stall) -> Vec<Shown> {
    let snapshot = stall.feed.snapshot();
    let seats = (0..snapshot.seats()).map(SeatId::new);
    seats.filter_map(|seat| snapshot.shown(seat)).collect()
}

#[test]
fn two_hundred_clients_have_the_servers_map() {
    const SEATS: u32 = 3_000;
    const CHANGES: u64 = 20_000;
    let stall = Stall::new(SEATS, roomy());
    let host = Host::start(stall.app(), patient());
    thread::scope(|scope| {
        let followers: Vec<_> = (0..200)
            .map(|_| {
                let host = &host;
                scope.spawn(move || {
                    let mut follower = Follower::open(host, None);
                    follower.begin();
                    follower.follow(host, CHANGES);
                    follower
                })
            })
            .collect();
        for lsn in 1..=CHANGES {
            stall
                .feed
                .note(SeatId::new(seat(lsn * lsn, SEATS)), shown(lsn / 7));
            stall.feed.advance(Lsn::new(lsn));
            if lsn % 400 == 0 {
                stall.feed.flush();
                thread::sleep(PAUSE);
            }
        }
        // Whoever comes only now finds nothing to wait for in the stream.
        let expected = expected(&stall);
        for follower in followers {
            let follower = follower.join().expect("no gap, no disorder");
            assert_eq!(follower.seats, expected);
            assert_eq!(follower.position, CHANGES);
        }
    });
}

#[test]
fn a_client_that_comes_back_goes_on_without_a_new_snapshot() {
    let stall = Stall::new(100, roomy());
    let host = Host::start(stall.app(), patient());
    let mut follower = Follower::open(&host, None);
    follower.begin();
    assert_eq!(follower.event().name, "start");
    follower.seats = expected(&stall);
    for lsn in 1..=20 {
        stall.change(lsn, seat(lsn * 7, 100), shown(lsn));
        if lsn % 5 == 0 {
            follower.follow(&host, lsn);
            stall.change(lsn, seat(lsn, 100), shown(lsn + 1));
            follower.reconnect(&host);
        }
    }
    stall.change(21, 0, Shown::Held);
    follower.follow(&host, 21);
    assert_eq!(follower.resets, 0);
    assert_eq!(follower.seats, expected(&stall));
}

#[test]
fn an_id_of_another_life_and_one_that_is_none_begin_with_a_reset() {
    let stall = Stall::new(100, roomy());
    stall.change(1, 1, Shown::Held);
    let host = Host::start(stall.app(), patient());
    for id in ["0000beef-7", "0000dead-1", "1", "nonsense"] {
        let mut follower = Follower::open(&host, Some(id));
        follower.begin();
        let event = follower.event();
        assert_eq!((&*event.name, &*event.id), ("reset", "0000beef-1"), "{id}");
    }
    let mut talk = host.talk();
    talk.request("GET", "/stream?after=0000beef-1");
    assert_eq!(talk.head().status, 200);
    assert_eq!(talk.chunk(), b"retry: 2000\n\n");
    assert!(talk.chunk().starts_with(b"id: 0000beef-1\nevent: start\n"));
}

#[test]
fn a_laggard_is_told_to_start_again_and_ends_with_the_servers_map() {
    let stall = Stall::new(100, roomy());
    let host = Host::start(stall.app(), patient());
    let mut laggard = Follower::open(&host, None);
    laggard.begin();
    stall.change(1, 1, Shown::Held);
    laggard.follow(&host, 1);
    // Far more than the ring and the sockets' buffers hold.
    for lsn in 2..=100_000 {
        stall.change(lsn, seat(lsn * 7, 100), shown(lsn));
    }
    laggard.follow(&host, 100_000);
    assert!(laggard.resets > 0);
    assert_eq!(laggard.seats, expected(&stall));
}

/// A stream is no idle connection, however little is said on it.
///
/// Before, what counted was that its answer had been begun: every stream was cut by the timeout between two requests.
#[test]
fn a_quiet_stream_outlives_the_timeout_between_requests() {
    let config = ServerConfig {
        idle_timeout: SHORT,
        ..patient()
    };
    let stall = Stall::new(100, roomy());
    let host = Host::start(stall.app(), config);
    let mut follower = Follower::open(&host, None);
    follower.begin();
    assert_eq!(follower.event().name, "start");
    thread::sleep(SHORT * 4);
    stall.change(1, 1, Shown::Held);
    assert_eq!(follower.event().name, "seats");
}

#[test]
fn a_stream_with_nothing_to_say_says_so() {
    let limits = StreamLimits {
        heartbeat_interval: SHORT,
        ..roomy()
    };
    let stall = Stall::new(100, limits);
    let host = Host::start(stall.app(), patient());
    let mut follower = Follower::open(&host, None);
    follower.begin();
    assert_eq!(follower.event().name, "start");
    for _ in 0..3 {
        assert_eq!(follower.event().data, ":");
    }
}

#[test]
fn a_closed_event_and_a_stop_end_streams_properly() {
    let stall = Stall::new(100, roomy());
    let mut host = Host::start(stall.app(), patient());
    let mut closed = Follower::open(&host, None);
    closed.begin();
    stall.feed.close();
    assert_eq!(closed.event().name, "start");
    assert_eq!(closed.event().name, "closed");
    assert_eq!(closed.try_event(), None);

    let other = Stall::new(100, roomy());
    host = {
        assert_eq!(host.ended(), Drained::Whole);
        Host::start(other.app(), patient())
    };
    let mut stopped = Follower::open(&host, None);
    stopped.begin();
    assert_eq!(stopped.event().name, "start");
    host.stop();
    assert_eq!(
        stopped.try_event(),
        None,
        "with the last chunk, not cut off"
    );
    assert_eq!(host.ended(), Drained::Whole);
    assert_eq!(other.streams.count(), 0);
}

#[test]
fn streams_are_bounded_in_all_and_for_each_client() {
    let limits = |streams_max, streams_per_client_max| StreamLimits {
        streams_max,
        streams_per_client_max,
        ..roomy()
    };
    for (limits, status) in [(limits(2, 9), 503), (limits(9, 2), 429)] {
        let stall = Stall::new(100, limits);
        let host = Host::start(stall.app(), patient());
        let mut open = [Follower::open(&host, None), Follower::open(&host, None)];
        open.iter_mut().for_each(Follower::begin);
        assert_eq!(host.ask("GET", "/stream").status, status);
        drop(open);
        // The server learns of it when it next says something.
        let gets_in = (1..1_000).any(|lsn| {
            stall.change(lsn, 1, shown(lsn));
            thread::sleep(PAUSE);
            stall.streams.count() == 0
        });
        assert!(gets_in, "the places of clients that left are still taken");
    }
}

/// The threat of slow streams: a thousand clients that open one and read nothing.
#[test]
fn a_thousand_streams_that_are_not_read_hold_little_and_are_cut() {
    const NAME: &str = "stream::a_thousand_streams_that_are_not_read_hold_little_and_are_cut";
    if is_alone(NAME) {
        open_and_read_nothing();
    }
}

fn open_and_read_nothing() {
    const CLIENTS: usize = 1_000;
    const SEATS: u32 = 50_000;
    raise_descriptor_limit();
    let config = ServerConfig {
        write_timeout: ENOUGH,
        ..patient()
    };
    let stall = Stall::new(SEATS, roomy());
    let host = Host::start(stall.app(), config);
    let before = resident_bytes();
    let deaf: Vec<_> = (0..CLIENTS).map(|_| Follower::open(&host, None)).collect();
    // Before anything is sent: on a busy machine the first would be cut before the last is open.
    let all_are_open = (0..10_000).any(|_| {
        thread::sleep(PAUSE);
        stall.streams.count() as usize == CLIENTS
    });
    assert!(all_are_open, "{} are open", stall.streams.count());
    let mut held = 0;
    let all_are_cut = (1..10_000_u64).any(|round| {
        for change in 0..2_000 {
            let lsn = round * 2_000 + change;
            let seat = SeatId::new(seat(lsn.wrapping_mul(7_919), SEATS));
            stall.feed.note(seat, shown(lsn + round));
        }
        stall.feed.advance(Lsn::new(round * 2_000 + 1_999));
        stall.feed.flush();
        thread::sleep(PAUSE);
        held = held.max(resident_bytes().saturating_sub(before));
        stall.streams.count() == 0
    });
    assert!(all_are_cut, "{} are still open", stall.streams.count());
    let of_kernel = CLIENTS * 2 * STREAM_SEND_BUFFER_BYTES;
    assert!(
        held + of_kernel < 64 << 20,
        "{held} bytes here and up to {of_kernel} in the kernel"
    );
    drop(deaf);
}

/// Whether this process runs that one test. If not, runs one that does: what other tests hold would be counted too.
fn is_alone(test: &str) -> bool {
    const ALONE: &str = "SEATLOCK_TEST_ALONE";
    if env::var_os(ALONE).is_some() {
        return true;
    }
    let this = env::current_exe().expect("a running test");
    let status = Command::new(this)
        .args(["--exact", test, "--nocapture"])
        .env(ALONE, "")
        .status();
    assert!(status.expect("the same program").success());
    false
}

fn resident_bytes() -> usize {
    let text = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kibibytes: usize = number
        .and_then(|text| text.parse().ok())
        .expect("a number of kB");
    kibibytes << 10
}

/// Both ends of a thousand connections are in this process.
fn raise_descriptor_limit() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, raised).expect("up to the maximum is allowed");
}
