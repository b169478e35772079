//! The engine beside the model: scripts of requests, drawn at random, after each of which both must agree. A script that
//! fails is shortened to one in which nothing can be left out.
//!
//! Requests name holds, seats and events by numbers that find something whatever there is, so that a shortened script
//! still makes sense.

mod requests;
mod script;
mod side_by_side;
mod translate;

use proptest::test_runner::Config;
use proptest_state_machine::prop_state_machine;

use side_by_side::SideBySide;

prop_state_machine! {
    #![proptest_config(Config {
        failure_persistence: None,
        max_shrink_time: 120_000,
        ..Config::with_cases(if std::env::var_os("PROPTEST_CASES").is_some() { Config::default().cases } else { 100 })
    })]

    #[test]
    fn the_engine_does_as_the_model(sequential 1..100 => SideBySide);
}
