//! Charts as JSON: whatever comes in, no panic; and what was taken in comes back from what it is exported as.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seatlock::chart::Chart;

fuzz_target!(|bytes: &[u8]| {
    let Ok(chart) = Chart::from_json(bytes) else {
        return;
    };
    let mut written = Vec::new();
    chart.to_json(&mut written).expect("memory takes everything");
    let again = Chart::from_json(&written).expect("an export can be imported");
    let mut rewritten = Vec::new();
    again.to_json(&mut rewritten).expect("memory takes everything");
    assert_eq!(written, rewritten);
});
