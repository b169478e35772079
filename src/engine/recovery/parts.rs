//! A start's work on millions of holds, divided among the machine's processors.

use std::{num::NonZero, panic, thread};

use crate::limits;

/// Divides a list and has each part, and its place in the list, worked on by a thread of its own. What comes of the parts,
/// in order.
///
/// # Panics
/// As one of the threads did.
pub(super) fn each_part<T: Sync, U: Send>(
    all: &[T],
    work: impl Fn(usize, &[T]) -> U + Sync,
) -> Vec<U> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let parts = all.len().div_ceil(limits::RECOVERY_PART_MIN);
    let parts = parts.clamp(1, processors);
    let len = all.len().div_ceil(parts).max(1);
    let (first, others) = all.split_at(len.min(all.len()));
    thread::scope(|scope| {
        let work = &work;
        let begin = |(place, part)| {
            let thread = thread::Builder::new().name("seatlock-start".to_owned());
            let thread = thread.spawn_scoped(scope, move || work(place, part));
            // Without another thread this one does it.
            thread.map_err(|_error| (place, part))
        };
        let others = (1..).map(|part| part * len).zip(others.chunks(len));
        let others: Vec<_> = others.map(begin).collect();
        let mut done = vec![work(0, first)];
        for other in others {
            done.push(match other {
                Ok(thread) => thread
                    .join()
                    .unwrap_or_else(|panicked| panic::resume_unwind(panicked)),
                Err((place, part)) => work(place, part),
            });
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_worked_on_once_and_in_order() {
        for len in [
            0,
            1,
            limits::RECOVERY_PART_MIN,
            2 * limits::RECOVERY_PART_MIN + 1,
        ] {
            let all: Vec<usize> = (0..len).collect();
            let parts = each_part(&all, |place, part| {
                assert_eq!(part.first().unwrap_or(&0), &place);
                part.to_vec()
            });
            assert_eq!(parts.concat(), all);
        }
    }
}
