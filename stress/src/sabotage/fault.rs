//! What can be wrong, part by part.

use crate::audit::verdict::Violation;

/// A deliberate fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The control: all parts are of the kind that can be crooked, and none is.
    None,
    /// Confirms are decided by a clock that is late.
    LateConfirm,
    /// Holds are decided by a clock that is ahead.
    EarlySteal,
    /// The reaper's clock is ahead.
    EarlyReaper,
    /// An id serves two takings.
    ReusedTaking,
    /// The auditor is shown a void in a record's place.
    LostRecord,
    /// The auditor is shown two changes of a seat in each other's place.
    SwappedRecords,
    /// A number that was given up is never answered for.
    LostVoid,
    /// One record of a group is void.
    HalfGroup,
    /// A group's record says that nothing follows.
    SplitGroup,
    /// A record has another word than the memory.
    WrongWord,
    /// A change is in memory, and neither on the tape nor claimed.
    HiddenChange,
    /// A change is claimed that was refused.
    Liar,
    /// A change is not claimed.
    Silent,
    /// A read shows what a seat was a while ago.
    StaleRead,
    /// A holder is told before his deadline that another has his seat.
    BrokenWord,
    /// A change is numbered as if it had come later than it did.
    LateNumber,
    /// A booking that moves frees its seats before it takes the others.
    TornMove,
    /// The wheel is told of no hold any more.
    LostMarks,
}

impl Fault {
    /// All of them, the control first.
    pub const ALL: [Self; 19] = [
        Self::None,
        Self::LateConfirm,
        Self::EarlySteal,
        Self::EarlyReaper,
        Self::ReusedTaking,
        Self::LostRecord,
        Self::SwappedRecords,
        Self::LostVoid,
        Self::HalfGroup,
        Self::SplitGroup,
        Self::WrongWord,
        Self::HiddenChange,
        Self::Liar,
        Self::Silent,
        Self::StaleRead,
        Self::BrokenWord,
        Self::LateNumber,
        Self::TornMove,
        Self::LostMarks,
    ];

    /// Its name on the command line, and what it is.
    pub const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::None => ("none", "no fault: the control"),
            Self::LateConfirm => ("late-confirm", "a confirm ignores the deadline"),
            Self::EarlySteal => ("early-steal", "a hold takes a seat that is held"),
            Self::EarlyReaper => (
                "early-reaper",
                "the reaper runs two ticks ahead of its time",
            ),
            Self::ReusedTaking => ("reused-taking", "an id is used for two takings"),
            Self::LostRecord => ("lost-record", "a record of the tape is lost"),
            Self::SwappedRecords => ("swapped-records", "two records of a seat change places"),
            Self::LostVoid => (
                "lost-void",
                "a number that was given up is not answered for",
            ),
            Self::HalfGroup => ("half-group", "one seat of a group is missing on the tape"),
            Self::SplitGroup => ("split-group", "a group is published in two parts"),
            Self::WrongWord => ("wrong-word", "a record says another word than the memory"),
            Self::HiddenChange => ("hidden-change", "memory is changed behind the tape's back"),
            Self::Liar => ("liar", "a worker claims a change that was refused"),
            Self::Silent => ("silent", "a worker keeps a change to itself"),
            Self::StaleRead => ("stale-read", "a read shows what was true a while ago"),
            Self::BrokenWord => (
                "broken-word",
                "a holder is told in time that another has his seat",
            ),
            Self::LateNumber => ("late-number", "a change is numbered later than it returned"),
            Self::TornMove => (
                "torn-move",
                "a booking that moves is freed before it is taken",
            ),
            Self::LostMarks => (
                "lost-marks",
                "the wheel's marks are lost: harmless, but late",
            ),
        }
    }

    /// Whether a run with this fault ended as it has to. A lost mark must be noticed and must harm nobody.
    pub(super) fn is_caught_by(self, violation: Option<&Violation>) -> bool {
        match (self, violation) {
            (Self::None, violation) => violation.is_none(),
            (Self::LostMarks, Some(violation)) => !violation.promise.is_safety(),
            (_, violation) => violation.is_some(),
        }
    }
}
