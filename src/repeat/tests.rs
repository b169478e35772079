//! Repetitions against a plain map, from several threads, and with less room than there are requests.

use std::{collections::BTreeMap, sync::Barrier, thread, time::Duration};

use proptest::prelude::*;

use super::*;

const DAY: u64 = 24 * 60 * 60;

fn at(seconds: u64) -> Moment {
    Moment::from_nanos(seconds * 1_000_000_000)
}

fn roomy() -> Repeats {
    Repeats::new(1_000_000, 256 << 20)
}

fn print(request: u8) -> Fingerprint {
    Fingerprint::of(&[&[request]])
}

fn answer(text: &str) -> Answer {
    Answer::new(201, &[("location", "/v1/holds/1")], text.as_bytes()).expect("a short answer")
}

fn fresh(begin: Begin) -> Ticket {
    match begin {
        Begin::Fresh(ticket) => ticket,
        other => panic!("not fresh: {other:?}"),
    }
}

fn finish(repeats: &Repeats, key: &str, now: Moment, keep_until: Moment) {
    let ticket = fresh(repeats.begin("shop", key, print(1), now));
    assert_eq!(*ticket.finish(answer(key), keep_until), answer(key));
}

fn is_same(begin: &Begin, expected: &Answer) -> bool {
    matches!(begin, Begin::Same(answer) if **answer == *expected)
}

#[test]
fn the_same_request_again_gets_the_same_answer() {
    let repeats = roomy();
    finish(&repeats, "abc", at(0), at(0));
    for _ in 0..3 {
        let again = repeats.begin("shop", "\"abc\"", print(1), at(5));
        assert!(is_same(&again, &answer("abc")), "{again:?}");
    }
    assert!(matches!(
        repeats.begin("shop", "abc", print(2), at(5)),
        Begin::Mismatch
    ));
    assert!(matches!(
        repeats.begin("other shop", "abc", print(1), at(5)),
        Begin::Fresh(_)
    ));
    assert!(matches!(
        repeats.begin("shop", "", print(1), at(5)),
        Begin::KeyInvalid
    ));
}

#[test]
fn a_request_in_progress_is_told_apart_and_freed_when_it_ends_in_nothing() {
    let repeats = roomy();
    let ticket = fresh(repeats.begin("shop", "abc", print(1), at(0)));
    assert!(matches!(
        repeats.begin("shop", "abc", print(1), at(1)),
        Begin::InProgress
    ));
    assert!(matches!(
        repeats.begin("shop", "abc", print(2), at(1)),
        Begin::Mismatch
    ));
    drop(ticket);
    assert_eq!(repeats.count(), 0);
    let ticket = fresh(repeats.begin("shop", "abc", print(2), at(2)));
    ticket.finish(answer("2"), at(0));
    assert!(is_same(
        &repeats.begin("shop", "abc", print(2), at(3)),
        &answer("2")
    ));
}

#[test]
fn a_panic_frees_the_key() {
    let repeats = roomy();
    let inner = repeats.clone();
    let handler = thread::spawn(move || {
        let _ticket = fresh(inner.begin("shop", "abc", print(1), at(0)));
        panic!("in a handler, on purpose");
    });
    assert!(handler.join().is_err());
    let _ticket = fresh(repeats.begin("shop", "abc", print(1), at(0)));
}

#[test]
fn an_answer_is_kept_for_a_day_or_longer_if_wanted() {
    let repeats = roomy();
    finish(&repeats, "a-day", at(100), at(0));
    finish(&repeats, "longer", at(100), at(3 * DAY));
    assert!(is_same(
        &repeats.begin("shop", "a-day", print(1), at(99 + DAY)),
        &answer("a-day")
    ));
    let _ticket = fresh(repeats.begin("shop", "a-day", print(1), at(100 + DAY)));
    assert!(is_same(
        &repeats.begin("shop", "longer", print(1), at(3 * DAY - 1)),
        &answer("longer")
    ));
    let _ticket = fresh(repeats.begin("shop", "longer", print(1), at(3 * DAY)));
}

#[test]
fn what_has_ended_is_swept_away() {
    let repeats = roomy();
    (0..1_000).for_each(|key| finish(&repeats, &format!("k{key}"), at(0), at(0)));
    assert_eq!(repeats.count(), 1_000);
    repeats.sweep(at(DAY - 1));
    assert_eq!(repeats.count(), 1_000);
    repeats.sweep(at(DAY));
    assert_eq!((repeats.count(), repeats.bytes()), (0, 0));
}

#[test]
fn of_sixty_four_at_once_one_is_fresh() {
    for round in 0..20 {
        let (repeats, start) = (roomy(), Barrier::new(64));
        let begin = || {
            start.wait();
            repeats.begin("shop", "abc", print(1), at(round))
        };
        let begun: Vec<Begin> = thread::scope(|scope| {
            let threads: Vec<_> = (0..64).map(|_| scope.spawn(begin)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("no panic"))
                .collect()
        });
        let count = |is: fn(&Begin) -> bool| begun.iter().filter(|begin| is(begin)).count();
        assert_eq!(count(|begin| matches!(begin, Begin::Fresh(_))), 1);
        assert_eq!(count(|begin| matches!(begin, Begin::InProgress)), 63);
    }
}

#[test]
fn each_request_is_carried_out_once_whoever_repeats_it() {
    let (repeats, done) = (roomy(), Mutex::new(BTreeMap::<u32, u32>::new()));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for key in 0..500 {
                    let name = format!("k{key}");
                    match repeats.begin("shop", &name, print(1), at(0)) {
                        Begin::Fresh(ticket) => {
                            *done.lock().expect("no panic").entry(key).or_default() += 1;
                            ticket.finish(answer(&name), at(0));
                        }
                        Begin::Same(kept) => assert_eq!(*kept, answer(&name)),
                        Begin::InProgress => {}
                        other => panic!("{other:?}"),
                    }
                }
            });
        }
    });
    let done = done.into_inner().expect("no panic");
    assert!(done.len() == 500 && done.values().all(|count| *count == 1));
}

#[test]
fn a_full_table_forgets_the_oldest_answers() {
    let requests_max = limits::TABLE_SHARDS * 8;
    let repeats = Repeats::new(requests_max, 256 << 20);
    for key in 0..100_000 {
        finish(&repeats, &format!("k{key}"), at(key), at(0));
        assert!(key % 1_000 != 0 || repeats.count() <= requests_max);
    }
    assert!(is_same(
        &repeats.begin("shop", "k99999", print(1), at(100_000)),
        &answer("k99999")
    ));
    let _ticket = fresh(repeats.begin("shop", "k50000", print(1), at(100_000)));
    let oldest = repeats
        .kept()
        .map(|kept| kept.until)
        .min()
        .expect("a full table");
    assert!(
        oldest > at(DAY + 90_000),
        "forgotten out of order: {oldest:?}"
    );
}

#[test]
fn a_table_full_of_bytes_forgets_the_oldest_answers() {
    let bytes_max = limits::TABLE_SHARDS * 10_000;
    let repeats = Repeats::new(1_000_000, bytes_max);
    for key in 0..20_000_u32 {
        let ticket = fresh(repeats.begin("shop", &format!("k{key}"), print(1), at(0)));
        let text = "x".repeat(usize::try_from(key % 3_000).expect("small"));
        ticket.finish(answer(&text), at(0));
        assert!(key % 1_000 != 0 || repeats.bytes() <= bytes_max);
    }
    assert!(repeats.bytes() <= bytes_max && repeats.count() > limits::TABLE_SHARDS);
    let last = repeats.begin("shop", "k19999", print(1), at(0));
    assert!(is_same(&last, &answer(&"x".repeat(1_999))));
}

#[test]
fn with_nothing_but_requests_in_progress_a_full_table_is_busy() {
    let repeats = Repeats::new(limits::TABLE_SHARDS * 2, 1 << 20);
    let (mut tickets, mut busy) = (Vec::new(), 0);
    for key in 0..5_000 {
        match repeats.begin("shop", &format!("k{key}"), print(1), at(0)) {
            Begin::Fresh(ticket) => tickets.push(ticket),
            Begin::Busy => busy += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        (tickets.len(), tickets.len() + busy),
        (limits::TABLE_SHARDS * 2, 5_000)
    );
    drop(tickets);
    assert_eq!(repeats.count(), 0);
    let _ticket = fresh(repeats.begin("shop", "k4999", print(1), at(0)));
}

#[test]
fn the_longest_answer_is_kept_and_a_longer_one_cannot_be_made() {
    let around = Answer::new(200, &[], b"").expect("an empty answer").bytes();
    let longest = vec![b'x'; limits::REPEAT_ANSWER_BYTES_MAX - around];
    let longest = Answer::new(200, &[], &longest).expect("as long as can be");
    assert_eq!(
        Answer::new(200, &[], &vec![b'x'; limits::REPEAT_ANSWER_BYTES_MAX]),
        Err(AnswerTooLong)
    );
    let repeats = Repeats::new(1_000, 1);
    let ticket = fresh(repeats.begin("shop", "abc", print(1), at(0)));
    ticket.finish(longest.clone(), at(0));
    assert!(
        is_same(&repeats.begin("shop", "abc", print(1), at(1)), &longest),
        "kept alone"
    );
}

#[test]
fn what_was_recorded_is_restored() {
    let (old, new) = (roomy(), roomy());
    (0..100).for_each(|key| finish(&old, &format!("k{key}"), at(key), at(0)));
    old.kept().for_each(|kept| new.restore(kept, at(DAY + 50)));
    assert_eq!(new.count(), 49, "the time of the others has passed");
    let again = new.begin("shop", "k51", print(1), at(DAY + 50));
    assert!(is_same(&again, &answer("k51")));
    let _ticket = fresh(new.begin("shop", "k50", print(1), at(DAY + 50)));
}

#[test]
fn no_answer_is_shown() {
    let repeats = roomy();
    finish(&repeats, "secret", at(0), at(0));
    let again = repeats.begin("shop", "secret", print(1), at(0));
    let shown = format!(
        "{again:?} {repeats:?} {:?}",
        repeats.kept().collect::<Vec<_>>()
    );
    assert!(
        !shown.contains("secret") && shown.contains("Answer(201"),
        "{shown}"
    );
}

#[derive(Debug, Clone, Copy)]
enum Known {
    InProgress(u8),
    Finished { request: u8, count: u32, until: u64 },
}

/// The model's word for what a request under a key gets.
fn expected(known: Option<Known>, request: u8, now: u64) -> String {
    match known {
        Some(Known::Finished { until, .. }) if until <= now => "fresh".into(),
        Some(Known::Finished {
            request: first,
            count,
            ..
        }) if first == request => format!("same {count}"),
        Some(Known::InProgress(first)) if first == request => "in progress".into(),
        Some(_) => "mismatch".into(),
        None => "fresh".into(),
    }
}

fn word(begin: &Begin) -> String {
    match begin {
        Begin::Fresh(_) => "fresh".into(),
        Begin::Same(answer) => format!("same {}", String::from_utf8_lossy(answer.body())),
        Begin::Mismatch => "mismatch".into(),
        Begin::InProgress => "in progress".into(),
        other => format!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn repetitions_agree_with_a_map(
        steps in prop::collection::vec((0_u8..6, 0_u8..5, 0_u8..2, 0_u64..20_000), 1..150)
    ) {
        let repeats = roomy();
        let mut known = BTreeMap::<u8, Known>::new();
        let mut tickets = BTreeMap::<u8, (Ticket, u64)>::new();
        let (mut now, mut count) = (0, 0);
        for (step, key, request, pause) in steps {
            now += pause;
            match step {
                0..=2 => {
                    let begin = repeats.begin("shop", &format!("k{key}"), print(request), at(now));
                    prop_assert_eq!(word(&begin), expected(known.get(&key).copied(), request, now));
                    if let Begin::Fresh(ticket) = begin {
                        known.insert(key, Known::InProgress(request));
                        tickets.insert(key, (ticket, now));
                    }
                }
                3 | 4 => if let Some((ticket, begun)) = tickets.remove(&key) {
                    count += 1;
                    let Some(Known::InProgress(request)) = known.get(&key).copied() else {
                        return Err(TestCaseError::fail("a ticket of nothing"));
                    };
                    let wanted = now + u64::from(step - 3) * 2 * DAY;
                    ticket.finish(answer(&count.to_string()), at(wanted));
                    let until = wanted.max(begun + DAY);
                    known.insert(key, Known::Finished { request, count, until });
                },
                _ => if tickets.remove(&key).is_some() {
                    known.remove(&key);
                },
            }
            prop_assert!(repeats.count() <= known.len());
        }
        drop(tickets);
        repeats.sweep(at(now).plus(Duration::from_secs(9 * DAY)));
        prop_assert_eq!((repeats.count(), repeats.bytes()), (0, 0));
    }
}
