//! The one door to atomics: `std`'s, or those of a model checker.
//!
//! Built with `--cfg loom` the core runs under loom, which explores interleavings and the
//! reorderings that the memory model allows; with `--cfg shuttle` under shuttle, which
//! tries random schedules of many threads, all accesses sequentially consistent. Nothing on the floors that they
//! look at uses `std::sync` past this file.

#[cfg(shuttle)]
pub(crate) use shuttle::sync::atomic;
#[cfg(not(any(loom, shuttle)))]
pub(crate) use std::sync::atomic;
#[cfg(loom)]
pub(crate) mod atomic;

use atomic::Ordering;

/// Lets another thread go first, inside a loop that waits for it.
pub(crate) fn turn() {
    #[cfg(loom)]
    loom::thread::yield_now();
    #[cfg(shuttle)]
    shuttle::thread::yield_now();
    #[cfg(not(any(loom, shuttle)))]
    std::hint::spin_loop();
}

/// A small number that differs from thread to thread, for spreading threads over places that any of them may use.
pub(crate) fn thread_hint() -> usize {
    #[cfg(any(loom, shuttle))]
    return 0;
    #[cfg(not(any(loom, shuttle)))]
    {
        use std::sync::atomic::AtomicUsize;
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        thread_local!(static HINT: usize = NEXT.fetch_add(1, Ordering::Relaxed));
        HINT.with(|hint| *hint)
    }
}

/// Lets other threads run before a lost race is tried again; `lost` counts how often that happened in a row.
///
/// The wait grows twofold with each loss, from spinning to giving the core away, so that two who keep aborting
/// each other drift apart.
pub(crate) fn back_off(lost: u32) {
    #[cfg(any(loom, shuttle))]
    {
        let _ = lost;
        turn();
    }
    #[cfg(not(any(loom, shuttle)))]
    if lost < 7 {
        (0..1_u32 << lost).for_each(|_| turn());
    } else {
        std::thread::yield_now();
    }
}

/// How many turns a bounded wait takes. A model checker gets one: each further turn only repeats what it has seen.
pub(crate) const fn turns(count: u32) -> u32 {
    if cfg!(any(loom, shuttle)) { 1 } else { count }
}

/// How often something is tried again. A model checker gets few: it has to see the end of each execution.
pub(crate) const fn attempts(count: u32) -> u32 {
    if cfg!(loom) {
        3
    } else if cfg!(shuttle) {
        16
    } else {
        count
    }
}

/// The fence between one's own store and one's load of what the partner stores, in a Dekker pair.
///
/// The accesses on either side are `SeqCst` already, and in C++20's model that suffices: all four stand in one
/// total order. loom treats `SeqCst` accesses as little more than `AcqRel` (such a load only passes over no newer
/// `SeqCst` store) and models `SeqCst` fences, so there the fence is real; elsewhere it would cost an `mfence` a hold
/// and say nothing new.
pub(crate) fn dekker_fence() {
    #[cfg(loom)]
    atomic::fence(Ordering::SeqCst);
    #[cfg(not(loom))]
    let _ = Ordering::SeqCst;
}
