//! Where the ledger once went wrong.

use super::*;

/// A new ledger begins with a short segment. Its very first batch was too long for that, went into the next segment, and
/// called the first one the oldest that is needed, in which there was nothing. A start removes what holds nothing, and
/// then missed it: the folder was refused although nothing was wrong with it. Found by cutting the power of seed 7, and by
/// closing the ledger of seed 27, in `tests/ledger`.
#[test]
fn a_first_batch_that_is_too_long_for_the_first_segment_is_found_again() {
    let (shelf, mut author) = (Shelf::default(), Author::default());
    let (mut ledger, _) = opened(&shelf, SMALL);
    author.put(1, &[1; 10_000]);
    author.append(&mut ledger);
    std::mem::forget(ledger);
    for _ in 0..2 {
        assert_same(&opened(&shelf, SMALL).1, &author.state);
    }
}
