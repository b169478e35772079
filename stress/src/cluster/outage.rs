//! How long an event was not sold: from when a change was asked for to the first good answer to that attempt or to one that
//! was made later. Whether the ones before have failed or have waited is all the same.

use std::time::Duration;

use super::notes::{Tried, Went};

/// The longest time without service of each event, which is the longest wait when all is well. None: a change failed, and
/// none has gone well since.
pub(super) fn longest(tried: &[Tried], events: usize) -> Vec<Option<Duration>> {
    let mut of_event = vec![Vec::new(); events];
    for tried in tried {
        of_event[tried.event].push(*tried);
    }
    of_event.into_iter().map(longest_of).collect()
}

fn longest_of(mut tried: Vec<Tried>) -> Option<Duration> {
    tried.sort_by_key(|tried| std::cmp::Reverse(tried.sent));
    let mut longest = 0;
    // When the first good answer was there to an attempt that was made later than the one at hand.
    let mut next_good = None;
    let mut is_over = true;
    for tried in tried
        .into_iter()
        .filter(|tried| tried.went != Went::Refused)
    {
        if tried.went == Went::Well {
            let next = next_good.map_or(tried.answered, |next: u64| next.min(tried.answered));
            next_good = Some(next);
        }
        match next_good {
            Some(next) => longest = longest.max(next - tried.sent),
            None => is_over = false,
        }
    }
    is_over.then_some(Duration::from_nanos(longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(sent: u64, answered: u64, went: Went) -> Tried {
        Tried {
            event: 0,
            sent,
            answered,
            went,
        }
    }

    #[test]
    fn it_lasts_from_the_first_failure_to_the_first_good_answer() {
        let all = [
            tried(1, 2, Went::Well),
            // Sent before, and answered after the first failure: that is no sign of service to who asked later.
            tried(5, 40, Went::Well),
            tried(10, 30, Went::Badly),
            tried(12, 35, Went::Badly),
            tried(20, 21, Went::Refused),
            tried(50, 60, Went::Well),
            tried(51, 55, Went::Well),
            // One that nobody noticed but who asked.
            tried(70, 170, Went::Badly),
            tried(72, 73, Went::Well),
        ];
        let nanos = |nanos| Some(Duration::from_nanos(nanos));
        assert_eq!(longest(&all, 2), [nanos(45), nanos(0)]);
        assert_eq!(longest(&all[..4], 1), [None]);
        let waited = [tried(1, 2, Went::Well), tried(5, 95, Went::Well)];
        assert_eq!(longest(&waited, 1), [nanos(90)]);
    }
}
