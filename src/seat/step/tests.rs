//! The table of decisions, row by row.

use super::*;

const NOW: Tick = Tick::new(1_000);

fn mine() -> TakingId {
    TakingId::FIRST
}

/// One word for each column of the table, in its order.
fn columns() -> [SeatWord; 7] {
    let other = mine().next();
    let lsn = Lsn::new(77);
    [
        SeatWord::available(lsn),
        SeatWord::held(mine(), NOW.plus(1)),
        SeatWord::held(other, NOW.plus(1)),
        SeatWord::held(mine(), NOW),
        SeatWord::booked(mine(), lsn),
        SeatWord::booked(other, lsn),
        SeatWord::withheld(lsn),
    ]
}

fn row(step: Step) -> [Decision; 7] {
    columns().map(|word| step.decide(word, NOW))
}

#[test]
fn the_table_in_the_documentation_holds() {
    use Decision::{Already, Become, Refuse};
    use Refusal::{
        Booked, Expired, Held, NotBooked, NotHeld, NotWithheld, NotYours, Shorter, Unexpired,
        Withheld,
    };
    let taking = mine();
    let until = NOW.plus(2);
    let held = Become(Next::Held(taking, until));
    let (free, booked, withheld) = (
        Become(Next::Free),
        Become(Next::Booked(taking)),
        Become(Next::Withheld),
    );
    let [h, b, w] = [Held, Booked, Withheld].map(Refuse);
    let [not_held, not_yours, expired, shorter] = [NotHeld, NotYours, Expired, Shorter].map(Refuse);
    let [not_booked, not_withheld, unexpired] = [NotBooked, NotWithheld, Unexpired].map(Refuse);

    assert_eq!(
        row(Step::Hold { taking, until }),
        [held, h, h, held, b, b, w]
    );
    let bk = booked;
    assert_eq!(row(Step::Book { taking }), [bk, h, h, bk, b, b, w]);
    assert_eq!(
        row(Step::Confirm { taking }),
        [not_held, booked, not_yours, expired, Already, b, w]
    );
    assert_eq!(
        row(Step::Release { taking }),
        [not_held, free, not_yours, expired, b, b, w]
    );
    assert_eq!(
        row(Step::Extend { taking, until }),
        [not_held, held, not_yours, expired, b, b, w]
    );
    let same = Step::Extend {
        taking,
        until: NOW.plus(1),
    };
    assert_eq!(row(same), [not_held, Already, not_yours, expired, b, b, w]);
    let earlier = Step::Extend { taking, until: NOW };
    assert_eq!(
        row(earlier),
        [not_held, shorter, not_yours, expired, b, b, w]
    );
    let nb = not_booked;
    assert_eq!(
        row(Step::Cancel { taking }),
        [nb, nb, nb, nb, free, not_yours, w]
    );
    assert_eq!(row(Step::Block), [withheld, h, h, withheld, b, b, Already]);
    let nw = not_withheld;
    assert_eq!(row(Step::Unblock), [nw, nw, nw, nw, nw, nw, free]);
    assert_eq!(
        row(Step::Expire),
        [
            not_held, unexpired, unexpired, free, not_held, not_held, not_held
        ]
    );
}

#[test]
fn the_deadline_is_exact_to_the_tick_and_over_the_wrap() {
    for until in [0, 5, u32::MAX, 1 << 31] {
        let until = Tick::new(until);
        let word = SeatWord::held(mine(), until);
        let before = until.plus(u32::MAX);
        let confirm = Step::Confirm { taking: mine() };
        assert_eq!(
            confirm.decide(word, before),
            Decision::Become(Next::Booked(mine()))
        );
        assert_eq!(
            confirm.decide(word, until),
            Decision::Refuse(Refusal::Expired)
        );
        let steal = Step::Hold {
            taking: mine().next(),
            until: until.plus(9),
        };
        assert_eq!(steal.decide(word, before), Decision::Refuse(Refusal::Held));
        assert!(matches!(steal.decide(word, until), Decision::Become(_)));
    }
}

#[test]
fn an_expired_hold_of_anybody_is_expired_for_everybody() {
    let another = SeatWord::held(mine().next(), NOW);
    for step in [
        Step::Confirm { taking: mine() },
        Step::Release { taking: mine() },
    ] {
        assert_eq!(
            step.decide(another, NOW),
            Decision::Refuse(Refusal::Expired)
        );
    }
}
