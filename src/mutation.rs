//! Deliberate faults in the core, so that the models can show that they would find them.
//!
//! Without the feature `mutations` every question here is answered 'no' at compile time and nothing is left of it.
//! With it, which only a build for a model checker accepts, one fault at a time is chosen at run time.

use crate::sync::atomic::Ordering;

#[cfg(all(feature = "mutations", not(any(loom, shuttle))))]
compile_error!(
    "the feature `mutations` breaks the core on purpose: it builds only under --cfg loom or --cfg shuttle"
);

/// A fault, named after what it leaves out or does too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mutation {
    /// A freed seat does not carry the LSN of the change that freed it, so its word comes back.
    NoLsnInAvailable = 1,
    /// One taking id serves two takings of a seat, so a Held word comes back.
    TakingUsedTwice,
    /// A single change takes its LSN before it loads the word that it decides from.
    LsnBeforeLoad,
    /// A group takes its LSNs before its last seat is installed.
    GroupLsnBeforeInstall,
    /// A group installs its seats with a relaxed CAS.
    InstallRelaxed,
    /// A helper finishes a seat with a relaxed CAS.
    FinishRelaxed,
    /// A group decides with a relaxed CAS.
    DecideRelaxed,
    /// A seat is loaded relaxed.
    SeatLoadRelaxed,
    /// A descriptor's generation is not compared, so a reused descriptor passes for the old one.
    NoGeneration,
    /// A reader takes a descriptor that was freed meanwhile for one whose group was not committed.
    FreeShown,
    /// A descriptor is freed before the seats that refer to it are finished.
    FreeBeforeFinish,
    /// No fence between making a seat Held and looking at its mark.
    NoFenceBeforeMark,
    /// A holder does not look at the wheel's cursor again after it has set its mark.
    CursorNotLookedAtAgain,
    /// An abort puts a Held word back and does not mark it.
    AbortRestoresUnmarked,
    /// The wheel frees a marked seat whose deadline has not come.
    WheelFreesUnexpired,
    /// A change that lost its race does not publish a void for its number.
    VoidNotPublished,
}

impl Mutation {
    /// Every fault there is.
    pub const ALL: [Self; 16] = [
        Self::NoLsnInAvailable,
        Self::TakingUsedTwice,
        Self::LsnBeforeLoad,
        Self::GroupLsnBeforeInstall,
        Self::InstallRelaxed,
        Self::FinishRelaxed,
        Self::DecideRelaxed,
        Self::SeatLoadRelaxed,
        Self::NoGeneration,
        Self::FreeShown,
        Self::FreeBeforeFinish,
        Self::NoFenceBeforeMark,
        Self::CursorNotLookedAtAgain,
        Self::AbortRestoresUnmarked,
        Self::WheelFreesUnexpired,
        Self::VoidNotPublished,
    ];
}

#[cfg(feature = "mutations")]
static CHOSEN: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(0);

/// Chooses the fault that the core has from now on, or none. Call it before the model starts its threads.
#[cfg(feature = "mutations")]
pub fn choose(fault: Option<Mutation>) {
    CHOSEN.store(fault.map_or(0, |fault| fault as u8), Ordering::SeqCst);
}

/// Whether the core has this fault.
#[inline(always)]
pub fn is(fault: Mutation) -> bool {
    #[cfg(feature = "mutations")]
    return CHOSEN.load(Ordering::SeqCst) == fault as u8;
    #[cfg(not(feature = "mutations"))]
    {
        let _ = fault;
        false
    }
}

/// The ordering to use: the right one, or `Relaxed` under the fault that weakens it.
#[inline(always)]
pub(crate) fn ordering(right: Ordering, weakened_by: Mutation) -> Ordering {
    if is(weakened_by) {
        Ordering::Relaxed
    } else {
        right
    }
}
