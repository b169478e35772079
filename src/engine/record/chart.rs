//! Charts as they are written down: their JSON, compressed.

use std::io::{Read, Write};

use bytes::Bytes;
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

use crate::{chart::Chart, ledger::Unreadable, limits};

/// The value of a chart's note. For a million seats it takes half a second.
pub(crate) fn pack(chart: &Chart) -> Bytes {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    // Nothing here can fail: it is written to a vector.
    drop(chart.to_json(&mut encoder));
    drop(encoder.flush());
    encoder.finish().unwrap_or_default().into()
}

/// The chart again.
///
/// # Errors
/// [`Unreadable`].
pub(crate) fn read(value: &[u8]) -> Result<Chart, Unreadable> {
    let mut json = Vec::new();
    let bytes_max = u64::try_from(limits::CHART_BYTES_MAX).unwrap_or(u64::MAX);
    DeflateDecoder::new(value)
        .take(bytes_max)
        .read_to_end(&mut json)
        .map_err(|_| Unreadable::Field("compressed chart"))?;
    Chart::from_json(&json).map_err(|_| Unreadable::Field("chart"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::GridPlan;

    #[test]
    fn a_chart_is_read_as_it_was_written() {
        let plan = GridPlan::parse("sections=2 rows=3 seats=4").expect("a plan");
        let house = plan.chart().expect("a chart");
        for chart in [house, Chart::numbered(100_000_000)] {
            let again = read(&pack(&chart)).expect("what was written");
            let json = |chart: &Chart| {
                let mut json = Vec::new();
                chart.to_json(&mut json).expect("a vector takes all");
                json
            };
            assert_eq!(json(&again), json(&chart));
        }
        assert!(read(b"nothing of the kind").is_err());
    }
}
