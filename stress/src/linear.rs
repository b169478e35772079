//! Is there an order in which these calls, each taking effect at one instant between its invocation and its
//! return, make sense to a sequential model?
//!
//! The search is that of Wing and Gong ("Testing and verifying concurrent objects", 1993) with the memoisation of
//! Lowe ("Testing for linearizability", 2017), which porcupine and Knossos also use, walked breadth first: layer
//! `n` holds every distinct pair of `n` calls that may have happened by then and the state that they lead to.
//! Walked so, one pass finds *all* the states that a history can end in, so that a long history is checked in
//! pieces: cut where no call is under way, and begin the next piece in any of the states that the last one ended in.
//!
//! A call whose answer never came may have happened at any time after its invocation, or not at all.

use std::{collections::HashSet, hash::Hash};

/// Layers beyond this many configurations end the search undecided. Eight threads on one seat need a few hundred.
pub const CONFIGURATIONS_MAX: usize = 200_000;

/// A sequential specification.
pub trait Model {
    /// What the model remembers.
    type State: Clone + Eq + Hash;
    /// What was asked and answered.
    type Call;

    /// Pushes every state that the model can be in after `span`'s call, taken in `state`, was answered as it was.
    /// None if the answer is impossible there.
    fn step(&self, state: &Self::State, span: &Span<Self::Call>, into: &mut Vec<Self::State>);

    /// Whether `span`'s call fits `state` and leaves it as it is. Then it is taken at once when it is due: whatever order
    /// takes it later takes it now as well. Without that, every set of reads at the same time would be searched.
    fn is_idle(&self, _state: &Self::State, _span: &Span<Self::Call>) -> bool {
        false
    }
}

/// A call with the time of its invocation and, if an answer came, of its return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span<C> {
    /// When it was sent, in nanoseconds of one clock for all calls.
    pub invoked: u64,
    /// When its answer was there; `None` if none came.
    pub returned: Option<u64>,
    /// What was asked and answered.
    pub call: C,
}

/// What the search found.
#[derive(Debug, Clone)]
#[must_use]
pub enum Finding<S> {
    /// There is such an order; these are the states that it can end in.
    Linearizable(HashSet<S>),
    /// There is none. No order gets past a number of calls; these calls, by their place in the history, are the
    /// ones that one of the longest orders could not take next.
    Refuted {
        /// How many calls the longest order takes.
        longest: usize,
        /// Calls that were due then, none of which fits.
        stuck: Vec<usize>,
    },
    /// More than [`CONFIGURATIONS_MAX`] configurations in one layer.
    Undecided,
}

/// Searches for an order of `history`, which is sorted by invocation, from any of the states in `starts`.
pub fn check<M: Model>(
    model: &M,
    starts: &HashSet<M::State>,
    history: &[Span<M::Call>],
) -> Finding<M::State> {
    debug_assert!(
        history.is_sorted_by_key(|span| span.invoked),
        "the search stops at the first call that is too late"
    );
    let begin = |state: &M::State| {
        let taken = Taken::default().with_idle(model, state, history);
        (taken, state.clone())
    };
    let mut layer: HashSet<(Taken, M::State)> = starts.iter().map(begin).collect();
    let mut ends = HashSet::new();
    loop {
        ends.extend(
            layer
                .iter()
                .filter(|(taken, _)| taken.is_complete(history))
                .map(|(_, state)| state.clone()),
        );
        let next = next_layer(model, &layer, history);
        if next.is_empty() {
            if !ends.is_empty() {
                break;
            }
            let furthest = layer.iter().max_by_key(|(taken, _)| taken.count());
            let (longest, stuck) = furthest
                .map(|(taken, _)| (taken.count(), taken.due(history)))
                .unwrap_or_default();
            return Finding::Refuted { longest, stuck };
        }
        if next.len() > CONFIGURATIONS_MAX {
            return Finding::Undecided;
        }
        layer = next;
    }
    Finding::Linearizable(ends)
}

fn next_layer<M: Model>(
    model: &M,
    layer: &HashSet<(Taken, M::State)>,
    history: &[Span<M::Call>],
) -> HashSet<(Taken, M::State)> {
    let mut next = HashSet::new();
    let mut states = Vec::new();
    for (taken, state) in layer {
        for index in taken.due(history) {
            model.step(state, &history[index], &mut states);
            next.extend(states.drain(..).map(|state| {
                let taken = taken.with(index).with_idle(model, &state, history);
                (taken, state)
            }));
        }
    }
    next
}

/// Which calls of a history have taken effect: all before `first_open`, and those named in `ahead`, in order. Calls take
/// effect roughly in the order of their invocations, so the second part is short.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Taken {
    first_open: usize,
    ahead: Vec<usize>,
}

impl Taken {
    fn with(&self, index: usize) -> Self {
        let mut taken = self.clone();
        let place = taken.ahead.partition_point(|other| *other < index);
        taken.ahead.insert(place, index);
        let run = taken
            .ahead
            .iter()
            .zip(taken.first_open..)
            .take_while(|(index, next)| **index == *next)
            .count();
        taken.ahead.drain(..run);
        taken.first_open += run;
        taken
    }

    /// With all calls that are due and leave the state as it is.
    fn with_idle<M: Model>(
        mut self,
        model: &M,
        state: &M::State,
        history: &[Span<M::Call>],
    ) -> Self {
        loop {
            let due = self.due(history).into_iter();
            let idle: Vec<usize> = due
                .filter(|index| model.is_idle(state, &history[*index]))
                .collect();
            if idle.is_empty() {
                return self;
            }
            for index in idle {
                self = self.with(index);
            }
        }
    }

    /// How many calls have taken effect.
    fn count(&self) -> usize {
        self.first_open + self.ahead.len()
    }

    /// Whether every call that was answered has taken effect.
    fn is_complete<C>(&self, history: &[Span<C>]) -> bool {
        self.open(history)
            .all(|index| history[index].returned.is_none())
    }

    /// The calls that may take effect next: those that were invoked before any other open one returned.
    fn due<C>(&self, history: &[Span<C>]) -> Vec<usize> {
        let mut first_return = u64::MAX;
        let mut due = Vec::new();
        for index in self.open(history) {
            let span = &history[index];
            if span.invoked > first_return {
                break;
            }
            first_return = first_return.min(span.returned.unwrap_or(u64::MAX));
            due.push(index);
        }
        due.retain(|index| history[*index].invoked <= first_return);
        due
    }

    fn open<'h, C>(&'h self, history: &'h [Span<C>]) -> impl Iterator<Item = usize> + use<'h, C> {
        (self.first_open..history.len()).filter(|index| self.ahead.binary_search(index).is_err())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A register that is written and read.
    struct Register;

    #[derive(Debug, Clone, Copy)]
    enum Access {
        Write(u32),
        Read(u32),
    }
    use Access::{Read, Write};

    impl Model for Register {
        type State = u32;
        type Call = Access;

        fn step(&self, state: &u32, span: &Span<Access>, into: &mut Vec<u32>) {
            match span.call {
                Write(value) => into.push(value),
                Read(value) if value == *state => into.push(value),
                Read(_) => {}
            }
        }
    }

    fn history(calls: &[(u64, u64, Access)]) -> Vec<Span<Access>> {
        let span = |&(invoked, returned, call): &(u64, u64, Access)| Span {
            invoked,
            returned: (returned != 0).then_some(returned),
            call,
        };
        let mut history: Vec<_> = calls.iter().map(span).collect();
        history.sort_by_key(|span| span.invoked);
        history
    }

    fn found(calls: &[(u64, u64, Access)]) -> Finding<u32> {
        check(&Register, &HashSet::from([0]), &history(calls))
    }

    fn ends(calls: &[(u64, u64, Access)]) -> HashSet<u32> {
        match found(calls) {
            Finding::Linearizable(ends) => ends,
            refused => panic!("a legal history was refused: {refused:?}"),
        }
    }

    #[test]
    fn calls_that_overlap_may_take_effect_in_either_order() {
        assert_eq!(
            ends(&[(1, 10, Write(1)), (2, 9, Write(2))]),
            HashSet::from([1, 2])
        );
        assert!(matches!(
            found(&[(1, 10, Write(1)), (2, 9, Read(0))]),
            Finding::Linearizable(_)
        ));
        assert!(matches!(
            found(&[(1, 10, Write(1)), (2, 9, Read(1))]),
            Finding::Linearizable(_)
        ));
    }

    #[test]
    fn a_read_that_began_after_a_write_returned_must_see_it() {
        let stale = found(&[(1, 2, Write(1)), (3, 4, Read(0))]);
        assert!(matches!(stale, Finding::Refuted { longest: 1, stuck } if stuck == [1]));
    }

    #[test]
    fn new_then_old_is_refused_even_while_the_write_is_under_way() {
        let flicker = [(1, 10, Write(1)), (2, 3, Read(1)), (4, 5, Read(0))];
        assert!(matches!(
            found(&flicker),
            Finding::Refuted { longest: 2, .. }
        ));
    }

    #[test]
    fn a_call_without_an_answer_may_happen_late_or_never() {
        assert_eq!(ends(&[(1, 0, Write(1))]), HashSet::from([0, 1]));
        assert!(matches!(
            found(&[(1, 0, Write(1)), (5, 6, Read(0)), (7, 8, Read(1))]),
            Finding::Linearizable(_)
        ));
        assert!(
            matches!(
                found(&[(5, 0, Write(1)), (1, 2, Read(1))]),
                Finding::Refuted { .. }
            ),
            "before it was sent"
        );
    }

    #[test]
    fn a_piece_begins_in_any_state_that_the_last_one_ended_in() {
        let ends = ends(&[(1, 10, Write(1)), (2, 9, Write(2))]);
        assert!(matches!(
            check(&Register, &ends, &history(&[(11, 12, Read(2))])),
            Finding::Linearizable(_)
        ));
        assert!(matches!(
            check(&Register, &ends, &history(&[(11, 12, Read(0))])),
            Finding::Refuted { .. }
        ));
    }
}
