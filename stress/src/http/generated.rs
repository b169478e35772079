//! Histories of a right server, drawn at random, and what becomes of them when one answer is altered.
//!
//! A failing test prints its seed; with `STRESS_SEED` set to it, the same histories are drawn again.

use rand::{Rng, RngExt, SeedableRng, rngs::SmallRng, seq::IndexedRandom};

use super::{
    histories::{CONFIRM, LOCK, OTHER, OTHER_CONFIRM, TICK, TTL, call, is_linearizable},
    model::{Ask, Reply, SeatCall},
};
use crate::linear::Span;

/// What a right server is at one instant.
#[derive(Clone, Copy, PartialEq)]
enum Truth {
    Free,
    Held { user: u32, deadline: u64 },
    Booked,
}

/// Answers as a right server does, which read its clock at `now`. An expired hold may have been reclaimed.
fn serve(truth: &mut Truth, ask: Ask, now: u64, reclaimed: bool) -> Reply {
    let expired = matches!(*truth, Truth::Held { deadline, .. } if now >= deadline);
    let (reply, next) = match (ask, *truth) {
        (Ask::Look, Truth::Booked) => (Reply::ShownBooked, Truth::Booked),
        (Ask::Look, held @ Truth::Held { .. }) if !expired => (Reply::ShownLocked, held),
        (Ask::Look, other) => (Reply::ShownFree, other),
        (Ask::Confirm { .. }, Truth::Free) => (Reply::NotLocked, Truth::Free),
        (Ask::Confirm { .. }, Truth::Booked) => (Reply::NotLocked, Truth::Booked),
        (_, Truth::Booked) => (Reply::Booked, Truth::Booked),
        (Ask::Confirm { .. }, _) if expired && reclaimed => (Reply::NotLocked, Truth::Free),
        (Ask::Confirm { .. }, _) if expired => (Reply::Expired, Truth::Free),
        (Ask::Confirm { user }, Truth::Held { user: holder, .. }) if user == holder => {
            (Reply::Done, Truth::Booked)
        }
        (Ask::Confirm { .. }, held) => (Reply::NotYours, held),
        (Ask::Unlock, _) => (Reply::Done, Truth::Free),
        (Ask::Lock { .. }, held @ Truth::Held { .. }) if !expired => (Reply::Locked, held),
        (Ask::Lock { user }, _) => (
            Reply::Done,
            Truth::Held {
                user,
                deadline: (now + TTL).div_ceil(TICK) * TICK,
            },
        ),
    };
    *truth = next;
    reply
}

/// When calls are invoked, read the clock, take effect and return, by `threads` at once; in the order of their effects.
fn times(rng: &mut impl Rng, threads: usize, calls: usize) -> Vec<[u64; 4]> {
    let mut free_at = vec![0; threads];
    let mut calls: Vec<[u64; 4]> = (0..calls)
        .map(|_| {
            let thread = rng.random_range(0..threads);
            let longest = if rng.random_ratio(1, 10) {
                2 * TTL
            } else {
                100
            };
            let begin = free_at[thread] + 1 + rng.random_range(0..longest);
            let [clock, effect, end] = [1, 20, 20].map(|longest| rng.random_range(0..=longest));
            free_at[thread] = begin + clock + effect + end;
            [
                begin,
                begin + clock,
                begin + clock + effect,
                free_at[thread],
            ]
        })
        .collect();
    calls.sort_by_key(|times| times[2]);
    calls
}

/// Few confirms: a booked seat stays booked, and is dull.
fn ask(rng: &mut impl Rng) -> Ask {
    let asks = [
        LOCK,
        LOCK,
        OTHER,
        OTHER,
        CONFIRM,
        OTHER_CONFIRM,
        Ask::Unlock,
        Ask::Look,
        Ask::Look,
    ];
    match asks.choose(rng) {
        Some(Ask::Confirm { .. }) if rng.random_ratio(4, 5) => Ask::Look,
        ask => *ask.expect("not empty"),
    }
}

/// A history of one seat. With each call, what the truth was before it and the time at which it was decided.
fn right_history(
    rng: &mut impl Rng,
    threads: usize,
    calls: usize,
) -> Vec<(Span<SeatCall>, Truth, u64)> {
    let mut truth = Truth::Free;
    let mut history: Vec<_> = times(rng, threads, calls)
        .into_iter()
        .map(|[invoked, now, _, returned]| {
            let before = truth;
            let ask = ask(rng);
            let reply = serve(&mut truth, ask, now, rng.random());
            (call(invoked, returned, ask, reply), before, now)
        })
        .collect();
    history.sort_by_key(|(span, ..)| span.invoked);
    history
}

/// Another reply to the same question, which a right server cannot have given when the truth was this.
fn wrong_reply(
    rng: &mut impl Rng,
    span: &Span<SeatCall>,
    before: Truth,
    now: u64,
) -> Option<Reply> {
    use Reply::{
        Booked, Done, Expired, Locked, NotLocked, NotYours, ShownBooked, ShownFree, ShownLocked,
    };
    // Near the deadline more than one answer is right.
    let vague = 2 * TICK + 50;
    if matches!(before, Truth::Held { deadline, .. } if now.abs_diff(deadline) < vague) {
        return None;
    }
    let replies: &[Reply] = match span.call.ask {
        Ask::Lock { .. } => &[Done, Locked, Booked],
        Ask::Confirm { .. } => &[Done, NotLocked, NotYours, Expired],
        Ask::Unlock => &[Done, Booked],
        Ask::Look => &[ShownFree, ShownLocked, ShownBooked],
    };
    let is = span.call.reply?;
    let same = |reply: Reply| {
        reply == is
            || [reply, is]
                .iter()
                .all(|reply| matches!(reply, NotLocked | Expired))
    };
    replies
        .iter()
        .copied()
        .filter(|reply| !same(*reply))
        .collect::<Vec<_>>()
        .choose(rng)
        .copied()
}

fn seed() -> u64 {
    let seed = std::env::var("STRESS_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(rand::random);
    println!("STRESS_SEED={seed}");
    seed
}

#[test]
fn every_history_of_a_right_server_is_accepted() {
    let mut rng = SmallRng::seed_from_u64(seed());
    for threads in [1, 2, 4, 8] {
        for _ in 0..100 {
            let history: Vec<_> = right_history(&mut rng, threads, 60)
                .into_iter()
                .map(|(span, ..)| span)
                .collect();
            assert!(is_linearizable(&history), "{threads} threads: {history:#?}");
        }
    }
}

#[test]
fn one_wrong_answer_in_a_history_is_refused() {
    let mut rng = SmallRng::seed_from_u64(seed());
    let mut refused = 0;
    for _ in 0..1_000 {
        let right = right_history(&mut rng, 1, 40);
        let index = rng.random_range(0..right.len());
        let (span, before, now) = &right[index];
        let Some(reply) = wrong_reply(&mut rng, span, *before, *now) else {
            continue;
        };
        let mut history: Vec<_> = right.iter().map(|(span, ..)| span.clone()).collect();
        history[index].call.reply = Some(reply);
        assert!(
            !is_linearizable(&history),
            "{reply:?} in place of number {index} of {history:#?}"
        );
        refused += 1;
    }
    assert!(refused > 500, "only {refused} histories had a wrong answer");
}
