//! What is promised, how often each promise was checked, and what it looks like when one is broken.

use std::fmt;

use seatlock::ids::SeatId;

/// Something that must hold, whatever the threads do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Promise {
    /// A live hold is nobody else's.
    OneHolder,
    /// What is sold is not sold again before it is cancelled.
    SoldOnce,
    /// A hold is not taken or reclaimed before its deadline, by the engine's clock and by another.
    NeverEarly,
    /// From its deadline on a hold cannot be confirmed, extended or released, by the engine's clock and by another.
    NeverLate,
    /// A group's changes stand together, and no reader sees half of them.
    AllOrNothing,
    /// Only what a step may do was done, and only by whom it may be done.
    LegalSteps,
    /// No word of a seat comes back.
    WordsNew,
    /// Each record begins with the word that the one before left.
    TapeInOrder,
    /// What was answered is on the tape, and nothing is there that nobody did.
    TapeTrue,
    /// The tape does not stand still.
    TapeMoves,
    /// Of two changes the one that returned before the other was invoked has the smaller number.
    RealTime,
    /// A word that was shown to somebody was the seat's at some instant while he waited.
    ShownTrue,
    /// A step on one's own live hold is refused only because the seat had truly changed.
    HoldsKept,
    /// When all is quiet, the replay of the tape and the memory agree, word by word.
    MemoryAgrees,
    /// An expired hold is reclaimed.
    Reclaimed,
    /// The answers make sense in some order that respects real time (over HTTP).
    Linearizable,
}

impl Promise {
    /// All of them, in the order of the summary.
    pub const ALL: [Self; 16] = [
        Self::OneHolder,
        Self::SoldOnce,
        Self::NeverEarly,
        Self::NeverLate,
        Self::AllOrNothing,
        Self::LegalSteps,
        Self::WordsNew,
        Self::TapeInOrder,
        Self::TapeTrue,
        Self::TapeMoves,
        Self::RealTime,
        Self::ShownTrue,
        Self::HoldsKept,
        Self::MemoryAgrees,
        Self::Reclaimed,
        Self::Linearizable,
    ];

    /// In a few words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OneHolder => "never two holders",
            Self::SoldOnce => "never sold twice",
            Self::NeverEarly => "never early",
            Self::NeverLate => "nothing from the deadline on",
            Self::AllOrNothing => "groups all or nothing",
            Self::LegalSteps => "only legal steps",
            Self::WordsNew => "no word comes back",
            Self::TapeInOrder => "tape in order",
            Self::TapeTrue => "tape says what was answered",
            Self::TapeMoves => "tape does not stand still",
            Self::RealTime => "numbers respect real time",
            Self::ShownTrue => "what was shown was true",
            Self::HoldsKept => "holds are kept",
            Self::MemoryAgrees => "memory agrees with the tape",
            Self::Reclaimed => "expired holds are reclaimed",
            Self::Linearizable => "linearizable",
        }
    }

    /// How a run in the process checks it.
    pub const fn how(self) -> &'static str {
        match self {
            Self::OneHolder => {
                "each hold on the tape begins with a seat that is free, or whose hold has expired"
            }
            Self::SoldOnce => {
                "each booking begins with a hold of the same taking, and only a cancelling ends it"
            }
            Self::NeverEarly => {
                "whoever takes or frees a held seat does so at its deadline or later, by two clocks"
            }
            Self::NeverLate => {
                "whoever confirms, extends or releases does so before the deadline, by two clocks"
            }
            Self::AllOrNothing => "a group's records stand in one piece, and none is missing",
            Self::LegalSteps => "a second implementation of the rules comes to the same word",
            Self::WordsNew => "a seat's word after a change is one that it never was before",
            Self::TapeInOrder => "each record begins with the word that the one before has left",
            Self::TapeTrue => {
                "each record is what its author says that he was told, and each of these is on the tape"
            }
            Self::TapeMoves => "the next record comes within a bounded time",
            Self::RealTime => {
                "no change has a smaller number than one that had returned before it began"
            }
            Self::ShownTrue => "a word that was read was the seat's at some instant of the reading",
            Self::HoldsKept => "who is refused on his own hold is shown a change that explains it",
            Self::MemoryAgrees => "at the end each seat's word in memory is the one by the tape",
            Self::Reclaimed => "each expired hold is freed within two ticks of a sweep",
            Self::Linearizable => "there is an order of the answers that makes sense",
        }
    }

    /// Whether breaking it means a wrong answer; otherwise an answer that comes late.
    pub const fn is_safety(self) -> bool {
        !matches!(self, Self::Reclaimed)
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How often each promise was checked.
#[derive(Debug, Clone, Default)]
pub struct Checks([u64; Promise::ALL.len()]);

impl Checks {
    /// Counts one check.
    #[inline]
    pub fn count(&mut self, promise: Promise) {
        self.add(promise, 1);
    }

    /// Counts several.
    pub fn add(&mut self, promise: Promise, checks: u64) {
        self.0[promise as usize] += checks;
    }

    /// How often a promise was checked.
    pub fn of(&self, promise: Promise) -> u64 {
        self.0[promise as usize]
    }
}

/// A promise, broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub promise: Promise,
    /// Of which seat, if of one.
    pub seat: Option<SeatId>,
    /// How, in a sentence.
    pub what: String,
    /// The last things that happened to that seat, oldest first.
    pub history: Vec<String>,
}

impl Violation {
    /// A violation that still lacks its history.
    pub fn new(promise: Promise, seat: impl Into<Option<SeatId>>, what: String) -> Self {
        Self {
            promise,
            seat: seat.into(),
            what,
            history: Vec::new(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BROKEN: {}\n  {}", self.promise, self.what)?;
        if !self.history.is_empty() {
            write!(f, "\n  the last that happened to it, oldest first:")?;
        }
        self.history
            .iter()
            .try_for_each(|line| write!(f, "\n    {line}"))
    }
}
