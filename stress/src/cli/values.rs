//! What is typed behind an option: times, and ranges of times and numbers.

use std::{ops::RangeInclusive, str::FromStr, time::Duration};

use seatlock::{limits::GROUP_SEATS_MAX, tick::Ttl};

/// A number of seats, or a range of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count(pub(super) RangeInclusive<u32>);

/// A TTL, or a range of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TtlRange {
    pub(super) shortest: Ttl,
    pub(super) longest: Ttl,
}

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = range(text, |part| {
            let count = part
                .parse()
                .ok()
                .filter(|count| (1..=GROUP_SEATS_MAX).contains(count));
            count.ok_or_else(|| format!("a group has 1 to {GROUP_SEATS_MAX} seats"))
        })?;
        Ok(Self(from..=to))
    }
}

impl FromStr for TtlRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (shortest, longest) = range(text, |part| {
            Ttl::new(time(part)?).map_err(|error| error.to_string())
        })?;
        Ok(Self { shortest, longest })
    }
}

/// A value, or two of them in order with '..' in between.
fn range<V: PartialOrd + Clone>(
    text: &str,
    value: impl Fn(&str) -> Result<V, String>,
) -> Result<(V, V), String> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let (from, to) = (value(from)?, value(to)?);
    if from <= to {
        Ok((from, to))
    } else {
        Err("a range goes from the smaller to the larger".to_owned())
    }
}

/// A time with its unit: 250us, 15ms, 10s, 5m or 1h.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    let units = [
        ("us", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ];
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = units
        .into_iter()
        .find(|(name, _)| *name == &text[number.len()..]);
    let nanos = unit
        .zip(number.parse::<u64>().ok())
        .and_then(|((_, nanos), number)| number.checked_mul(nanos));
    nanos
        .map(Duration::from_nanos)
        .ok_or_else(|| "a time is a whole number and a unit: us, ms, s, m or h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(time("15ms"), Ok(Duration::from_millis(15)));
        assert_eq!(time("2h"), Ok(Duration::from_secs(7_200)));
        for text in [
            "",
            "5",
            "ms",
            "1.5s",
            "-1s",
            "5 s",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            assert!(time(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn ranges_are_in_order_and_within_their_bounds() {
        assert_eq!("3".parse(), Ok(Count(3..=3)));
        assert_eq!("2..64".parse(), Ok(Count(2..=64)));
        for text in ["", "0", "65", "4..2", "2..", "..3"] {
            assert!(text.parse::<Count>().is_err(), "{text:?}");
        }
        assert!("1ms..2s".parse::<TtlRange>().is_ok());
        for text in ["0ms", "2s..1s", "721h"] {
            assert!(text.parse::<TtlRange>().is_err(), "{text:?}");
        }
    }
}
