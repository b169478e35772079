//! Seatlock's benchmarks, one file per question, in one binary so that each rival is written and built once:
//! `cargo bench --bench seats`, or `cargo bench --bench seats -- one_seat` for the ids that contain a text.
//!
//! | file | question |
//! |---|---|
//! | `one_seat` | what does one seat's life cost: hold + confirm, hold + release? |
//! | `contention` | what is left of that when threads want the same seats? |
//! | `groups` | what does a hold of several seats at one instant cost? |
//! | `expiry` | what do a hold's mark, its expiry and a tick without expiries cost? |
//! | `best` | what does it cost to find the best seats, and to hold them? |
//! | `snapshot` | what does it cost to say the status of every seat? |
//! | `tape` | what do a record's number, its place and its reading cost? |
//!
//! `rivals` has the designs that the first two compare, `load` the seats they choose, `crew` the threads; `machine`
//! notes what it ran on. In each of those two the design `harness` is the empty loop: it chooses its seats and touches
//! none. Nothing is subtracted from any figure.
//!
//! `table` is a program of its own that turns criterion's results into README's tables.

mod best;
mod contention;
mod crew;
mod expiry;
mod expiry_rivals;
mod groups;
mod load;
mod machine;
mod one_seat;
mod rivals;
mod run;
mod snapshot;
mod tape;

use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    one_seat::bench(&mut criterion);
    contention::bench(&mut criterion);
    groups::bench(&mut criterion);
    expiry::bench(&mut criterion);
    best::bench(&mut criterion);
    snapshot::bench(&mut criterion);
    tape::bench(&mut criterion);
    criterion.final_summary();
    if !run::is_trial() {
        machine::note();
    }
}
