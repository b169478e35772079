//! What a reader does at each place that it comes to: the table in [the folder's documentation](super), as code.
//!
//! Nothing here reads or writes. A finding goes in, a decision comes out.

use std::cmp::Ordering;

/// What a file of the folder turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileFinding {
    /// Its name is not one of ours.
    OtherName,
    /// A segment that was being made.
    TemporaryName,
    /// A segment whose header is broken, or says that it is another segment.
    BadHeader,
    /// A segment of a newer version.
    Newer,
    /// A segment of another ledger than the first one.
    Foreign,
    /// A segment without a frame: made ahead of time, or given up within its first frame.
    Empty,
    /// A segment without a first frame, though there are frames behind the place where it should be.
    Beheaded,
    /// A segment with frames.
    Used,
}

/// What is to be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileDecision {
    /// It is none of our business.
    LeaveAlone,
    /// It holds nothing, and goes.
    Remove,
    /// It is read.
    Read,
    /// Refused: [`super::OpenError::Damaged`].
    RefuseDamaged,
    /// Refused: [`super::OpenError::NewerFormat`].
    RefuseNewer,
    /// Refused: [`super::OpenError::ForeignSegment`].
    RefuseForeign,
}

/// What to do with a file.
pub(super) fn file(finding: FileFinding) -> FileDecision {
    match finding {
        FileFinding::OtherName => FileDecision::LeaveAlone,
        FileFinding::TemporaryName | FileFinding::Empty => FileDecision::Remove,
        FileFinding::Used => FileDecision::Read,
        FileFinding::BadHeader | FileFinding::Beheaded => FileDecision::RefuseDamaged,
        FileFinding::Newer => FileDecision::RefuseNewer,
        FileFinding::Foreign => FileDecision::RefuseForeign,
    }
}

/// What stands where a frame could be. A number is compared with that of the batch that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Here {
    /// A batch.
    Batch(Ordering),
    /// A mark; compared is the number after the one that it speaks of.
    Mark(Ordering),
    /// No whole frame, and none behind it.
    BadThenNothing,
    /// No whole frame, but behind it a batch, or a mark, that follows directly on what was read: what is broken can
    /// only be a mark.
    BadThenNext,
    /// No whole frame, but behind it one that was only written when the next batch was durable.
    BadThenLater,
}

/// Where a reader of frames stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameFinding {
    /// How the first batch of the next used segment compares with the batch that comes next; `None` without one.
    pub(super) until: Option<Ordering>,
    /// What it sees.
    pub(super) here: Here,
}

/// What a reader of frames does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameDecision {
    /// Goes on in the next segment.
    Leave,
    /// Takes the batch.
    Take,
    /// Goes on behind the mark.
    Pass,
    /// Goes on at the whole frame that is behind.
    Skip,
    /// The log ends here.
    Cut,
    /// Refused: a frame that was durable is broken.
    RefuseDamaged,
    /// Refused: whole frames are not in order.
    RefuseDisorder,
    /// Refused: nothing is broken, but batches between two segments are not there.
    RefuseMissing,
}

/// A row of the table.
#[derive(Debug)]
pub(super) struct Row {
    when: fn(FrameFinding) -> bool,
    then: FrameDecision,
}

const fn row(when: fn(FrameFinding) -> bool, then: FrameDecision) -> Row {
    Row { when, then }
}

/// The rows for frames, in the order of the documentation. Exactly one fits each finding.
pub(super) const FRAMES: [Row; 9] = [
    row(|at| at.until == Some(Ordering::Equal), FrameDecision::Leave),
    row(
        |at| at.until == Some(Ordering::Less),
        FrameDecision::RefuseDisorder,
    ),
    row(
        |at| at.reads_on() && at.here == Here::Batch(Ordering::Equal),
        FrameDecision::Take,
    ),
    row(
        |at| at.reads_on() && at.here == Here::Mark(Ordering::Equal),
        FrameDecision::Pass,
    ),
    row(
        |at| at.reads_on() && at.is_out_of_order(),
        FrameDecision::RefuseDisorder,
    ),
    row(
        |at| at.reads_on() && at.here == Here::BadThenNext,
        FrameDecision::Skip,
    ),
    row(
        |at| at.reads_on() && at.here == Here::BadThenLater,
        FrameDecision::RefuseDamaged,
    ),
    row(
        |at| at.until.is_none() && at.here == Here::BadThenNothing,
        FrameDecision::Cut,
    ),
    row(
        |at| at.until == Some(Ordering::Greater) && at.here == Here::BadThenNothing,
        FrameDecision::RefuseMissing,
    ),
];

/// What to do at a place.
pub(super) fn frame(finding: FrameFinding) -> FrameDecision {
    let row = FRAMES.iter().find(|row| (row.when)(finding));
    // Not reached, as the test below shows; to refuse is never wrong.
    row.map_or(FrameDecision::RefuseDisorder, |row| row.then)
}

impl FrameFinding {
    fn reads_on(self) -> bool {
        matches!(self.until, None | Some(Ordering::Greater))
    }

    fn is_out_of_order(self) -> bool {
        matches!(self.here, Here::Batch(order) | Here::Mark(order) if order != Ordering::Equal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: [Ordering; 3] = [Ordering::Less, Ordering::Equal, Ordering::Greater];

    #[test]
    fn every_finding_meets_exactly_one_row() {
        let mut rows = [0; FRAMES.len()];
        let heres = ORDERS
            .into_iter()
            .flat_map(|order| [Here::Batch(order), Here::Mark(order)])
            .chain([Here::BadThenNothing, Here::BadThenNext, Here::BadThenLater]);
        for here in heres {
            for until in ORDERS.into_iter().map(Some).chain([None]) {
                let finding = FrameFinding { until, here };
                let met: Vec<_> = (0..FRAMES.len())
                    .filter(|row| (FRAMES[*row].when)(finding))
                    .collect();
                assert_eq!(met.len(), 1, "{finding:?} meets the rows {met:?}");
                assert_eq!(frame(finding), FRAMES[met[0]].then);
                rows[met[0]] += 1;
            }
        }
        assert!(
            rows.iter().all(|met| *met > 0),
            "a row is never met: {rows:?}"
        );
    }
}
