//! What is asked, in which proportions.

use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;
use seatlock::{engine::State, event::best::Adjacent};

/// One request, or something else that happens. Numbers are taken modulo what there is.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    PutChart,
    RemoveChart,
    Create {
        event: usize,
        rules: usize,
        state: State,
    },
    Change {
        event: usize,
        rules: usize,
        state: State,
    },
    Close {
        event: usize,
    },
    Remove {
        event: usize,
    },
    Hold {
        event: usize,
        user: usize,
        asks: Wanted,
        order: Option<u8>,
    },
    Add {
        hold: usize,
        asks: Wanted,
    },
    GiveBack {
        hold: usize,
        part: Some,
    },
    Extend {
        hold: usize,
    },
    Pay {
        hold: usize,
    },
    Confirm {
        hold: usize,
        retake: bool,
        order: Option<u8>,
    },
    Release {
        hold: usize,
    },
    Look {
        hold: usize,
    },
    Intrude {
        hold: usize,
    },
    Booking {
        hold: usize,
    },
    Cancel {
        hold: usize,
        part: Option<Some>,
    },
    Move {
        hold: usize,
        from: Some,
        to: Vec<u32>,
    },
    Block {
        event: usize,
        seats: Vec<u32>,
        reason: Option<u8>,
    },
    Unblock {
        event: usize,
        seats: Vec<u32>,
    },
    SmallHold {
        seat: u32,
        user: usize,
    },
    SmallConfirm {
        seat: u32,
        user: usize,
    },
    SmallRelease {
        seat: u32,
    },
    /// Time passes; whether everybody waits until the reaper and the scribe have done what follows from it.
    Pass {
        milliseconds: u64,
        is_awaited: bool,
    },
    /// The engine ends, and another goes on from its ledger.
    Restart,
}

/// Seats that are wanted.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) seats: Vec<u32>,
    pub(crate) best: Option<WantedBest>,
    pub(crate) places: Vec<(usize, u32)>,
}

#[derive(Debug, Clone)]
pub(crate) struct WantedBest {
    pub(crate) quantity: u32,
    pub(crate) accessible: u32,
    /// 0: any category; else that one.
    pub(crate) category: u8,
    /// 0: any section; else that one.
    pub(crate) section: usize,
    pub(crate) adjacent: Adjacent,
}

/// Some of a hold's seats, by their place in it; seats that it perhaps has not got; places of areas.
#[derive(Debug, Clone)]
pub(crate) struct Some {
    pub(crate) own: Vec<usize>,
    pub(crate) any: Option<u32>,
    pub(crate) places: Option<(usize, u32)>,
}

/// Draws scripts. It needs to remember nothing: what a request means is found out when it is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script;

impl ReferenceStateMachine for Script {
    type State = ();
    type Transition = Act;

    fn init_state() -> BoxedStrategy<()> {
        Just(()).boxed()
    }

    fn transitions((): &()) -> BoxedStrategy<Act> {
        prop_oneof![
            8 => takings(),
            10 => owners(),
            4 => operators(),
            3 => smalls(),
            2 => events(),
            1 => Just(Act::Restart),
            3 => (1_u64..400, any::<bool>())
                .prop_map(|(milliseconds, is_awaited)| Act::Pass { milliseconds, is_awaited }),
        ]
        .boxed()
    }

    fn apply((): (), _: &Act) {}
}

fn takings() -> BoxedStrategy<Act> {
    prop_oneof![
        4 => (number(), number(), wanted(), any_order())
            .prop_map(|(event, user, asks, order)| Act::Hold { event, user, asks, order }),
        1 => (number(), wanted()).prop_map(|(hold, asks)| Act::Add { hold, asks }),
    ]
    .boxed()
}

fn owners() -> BoxedStrategy<Act> {
    prop_oneof![
        2 => (number(), some()).prop_map(|(hold, part)| Act::GiveBack { hold, part }),
        1 => number().prop_map(|hold| Act::Extend { hold }),
        1 => number().prop_map(|hold| Act::Pay { hold }),
        4 => (number(), any::<bool>(), any_order())
            .prop_map(|(hold, retake, order)| Act::Confirm { hold, retake, order }),
        1 => number().prop_map(|hold| Act::Release { hold }),
        1 => number().prop_map(|hold| Act::Look { hold }),
        1 => number().prop_map(|hold| Act::Intrude { hold }),
        1 => number().prop_map(|hold| Act::Booking { hold }),
    ]
    .boxed()
}

fn operators() -> BoxedStrategy<Act> {
    prop_oneof![
        2 => (number(), prop::option::of(some())).prop_map(|(hold, part)| Act::Cancel { hold, part }),
        2 => (number(), some(), seats(1..3)).prop_map(|(hold, from, to)| Act::Move { hold, from, to }),
        2 => (number(), seats(0..3), any_order())
            .prop_map(|(event, seats, reason)| Act::Block { event, seats, reason }),
        1 => (number(), seats(0..3)).prop_map(|(event, seats)| Act::Unblock { event, seats }),
    ]
    .boxed()
}

fn smalls() -> BoxedStrategy<Act> {
    prop_oneof![
        (any::<u32>(), number()).prop_map(|(seat, user)| Act::SmallHold { seat, user }),
        (any::<u32>(), number()).prop_map(|(seat, user)| Act::SmallConfirm { seat, user }),
        any::<u32>().prop_map(|seat| Act::SmallRelease { seat }),
    ]
    .boxed()
}

fn events() -> BoxedStrategy<Act> {
    prop_oneof![
        1 => Just(Act::PutChart),
        1 => Just(Act::RemoveChart),
        4 => (number(), number(), state())
            .prop_map(|(event, rules, state)| Act::Create { event, rules, state }),
        6 => (number(), number(), state())
            .prop_map(|(event, rules, state)| Act::Change { event, rules, state }),
        1 => number().prop_map(|event| Act::Close { event }),
        1 => number().prop_map(|event| Act::Remove { event }),
    ]
    .boxed()
}

fn wanted() -> BoxedStrategy<Wanted> {
    let places = prop::collection::vec((number(), 0_u32..4), 0..3);
    (
        prop_oneof![3 => seats(1..4), 1 => seats(0..1)],
        prop::option::of(best()),
        prop_oneof![2 => Just(vec![]), 1 => places],
    )
        .prop_map(|(seats, best, places)| Wanted {
            seats,
            best,
            places,
        })
        .boxed()
}

fn best() -> BoxedStrategy<WantedBest> {
    let adjacent = prop_oneof![
        Just(Adjacent::Required),
        Just(Adjacent::Preferred),
        Just(Adjacent::Any)
    ];
    (
        1_u32..5,
        prop_oneof![3 => Just(0_u32), 1 => 1_u32..3],
        0_u8..3,
        0_usize..3,
        adjacent,
    )
        .prop_map(
            |(quantity, accessible, category, section, adjacent)| WantedBest {
                quantity,
                accessible: accessible.min(quantity),
                category,
                section,
                adjacent,
            },
        )
        .boxed()
}

fn some() -> BoxedStrategy<Some> {
    let own = prop::collection::vec(number(), 0..3);
    let any = prop_oneof![5 => Just(None), 1 => any::<u32>().prop_map(Option::Some)];
    let places = prop_oneof![3 => Just(None), 1 => (number(), 0_u32..3).prop_map(Option::Some)];
    (own, any, places)
        .prop_map(|(own, any, places)| Some { own, any, places })
        .boxed()
}

fn seats(count: std::ops::Range<usize>) -> BoxedStrategy<Vec<u32>> {
    prop::collection::vec(any::<u32>(), count).boxed()
}

/// An order reference or a reason, or none.
fn any_order() -> BoxedStrategy<Option<u8>> {
    prop::option::of(any::<u8>()).boxed()
}

fn state() -> BoxedStrategy<State> {
    prop_oneof![4 => Just(State::Open), 1 => Just(State::Paused)].boxed()
}

/// Small numbers, so that scripts come back to the same things.
fn number() -> BoxedStrategy<usize> {
    (0_usize..12).boxed()
}
