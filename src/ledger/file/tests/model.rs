//! Random batches and random stops, against what the batches come to by themselves.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Act {
    Change(u32, bool),
    Put(u128, usize),
    Forget(u128),
    Fresh(u32, u32),
    Append,
    Idle,
    Stop,
    Crash,
    /// A segment that was removed is there again.
    ComeBack,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        20 => (0..300u32, any::<bool>()).prop_map(|(seat, void)| Act::Change(seat * 37, void)),
        5 => (0..30u128, 0..200usize).prop_map(|(id, len)| Act::Put(id, len)),
        2 => (0..30u128).prop_map(Act::Forget),
        1 => (0..9_000u32, 0..3_000u32).prop_map(|(start, len)| Act::Fresh(start, start + len)),
        10 => Just(Act::Append),
        1 => Just(Act::Idle),
        1 => Just(Act::Stop),
        1 => Just(Act::Crash),
        1 => Just(Act::ComeBack),
    ]
}

fn run(acts: Vec<Act>) {
    let (shelf, mut author) = (Shelf::default(), Author::default());
    let (mut ledger, _) = opened(&shelf, SMALL);
    for act in acts {
        match act {
            Act::Change(seat, void) => author.change(seat, void),
            // A seat is made fresh before it changes in the same batch, never after.
            Act::Put(id, len) => author.put(id, &vec![1; len]),
            Act::Forget(id) => author.forget(id),
            Act::Fresh(start, end) if author.records.is_empty() => author.fresh(start, end),
            Act::Fresh(..) => {}
            Act::Append => author.append(&mut ledger),
            Act::Idle => ledger.idle().expect("the disk is sound"),
            Act::Stop | Act::Crash | Act::ComeBack => {
                let before = matches!(act, Act::ComeBack).then(|| shelf.files());
                author.append(&mut ledger);
                match act {
                    Act::Stop => drop(ledger),
                    _ => std::mem::forget(ledger),
                }
                if let Some(before) = before {
                    let left = shelf.files();
                    let mut gone = before.into_iter().rev();
                    // Only the last segment that was removed can come back.
                    if let Some((name, content)) = gone.find(|(name, _)| !left.contains_key(name)) {
                        shelf.put(&name, content);
                    }
                }
                let summary = inspect(&shelf, &mut |_| {}).expect("it is whole");
                assert_same(&summary.state, &author.state);
                let state;
                (ledger, state) = opened(&shelf, SMALL);
                assert_same(&state, &author.state);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn it_comes_to_the_same(acts in proptest::collection::vec(act(), 0..400)) {
        run(acts);
    }
}
