//! Charts as CSV: whatever comes in, no panic; and what was taken in comes back from what it is exported as.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seatlock::chart::Chart;

fuzz_target!(|bytes: &[u8]| {
    let Ok(chart) = Chart::from_csv(bytes) else {
        return;
    };
    let mut written = Vec::new();
    chart.to_csv(&mut written).expect("memory takes everything");
    let again = Chart::from_csv(&written).expect("an export can be imported");
    let mut rewritten = Vec::new();
    again.to_csv(&mut rewritten).expect("memory takes everything");
    assert_eq!(written, rewritten);
});
