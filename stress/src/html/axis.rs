//! Axes: where the ticks stand, and what they say.

/// Ticks of an axis, about.
const TICKS: f64 = 5.0;

/// From nothing to the greatest value, or over powers of ten.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    step: f64,
    is_log: bool,
}

impl Axis {
    /// From zero to this value, in round steps.
    pub(super) fn up_to(most: f64) -> Self {
        let most = if most > 0.0 { most } else { 1.0 };
        let rough = most / TICKS;
        let power = 10_f64.powf(rough.log10().floor());
        let factors = [1.0, 2.0, 5.0, 10.0];
        let factor = factors.into_iter().find(|factor| factor * power >= rough);
        let step = factor.unwrap_or(10.0) * power;
        Self {
            low: 0.0,
            high: (most / step).ceil() * step,
            step,
            is_log: false,
        }
    }

    /// Seconds of a run: its steps are those of a clock, and it ends where the run does.
    pub(super) fn time(most: f64) -> Self {
        let most = if most > 0.0 { most } else { 1.0 };
        let steps = [
            0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0,
            3_600.0,
        ];
        let rough = most / TICKS;
        let step = steps.into_iter().find(|step| *step >= rough);
        Self {
            low: 0.0,
            high: most,
            step: step.unwrap_or_else(|| Self::up_to(most).step),
            is_log: false,
        }
    }

    /// Over the powers of ten between these values.
    pub(super) fn log(least: f64, most: f64) -> Self {
        let low = least.max(1e-9).log10().floor();
        Self {
            low,
            high: most.max(1e-9).log10().ceil().max(low + 1.0),
            step: 1.0,
            is_log: true,
        }
    }

    /// Where a value stands, from 0 to 1.
    pub(super) fn place(&self, value: f64) -> f64 {
        let value = if self.is_log {
            value.max(1e-9).log10()
        } else {
            value
        };
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The values that are named.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let mut ticks = Vec::new();
        let mut tick = self.low;
        while tick <= self.high + self.step * 1e-6 {
            ticks.push(if self.is_log { 10_f64.powf(tick) } else { tick });
            tick += self.step;
        }
        ticks
    }
}

/// A number with as few signs as it needs.
pub(super) fn short(value: f64) -> String {
    let units = [(1e9, "G"), (1e6, "M"), (1e3, "k")];
    match units.into_iter().find(|(unit, _)| value >= *unit) {
        Some((unit, name)) => format!("{}{name}", trimmed(value / unit)),
        None => trimmed(value),
    }
}

/// Nanoseconds in the unit that people would use.
pub(super) fn nanos(value: f64) -> String {
    let units = [(1e9, "s"), (1e6, "ms"), (1e3, "µs")];
    match units.into_iter().find(|(unit, _)| value >= *unit) {
        Some((unit, name)) => format!("{} {name}", trimmed(value / unit)),
        None => format!("{} ns", trimmed(value)),
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Three digits at most, unless there are more before the point.
fn trimmed(value: f64) -> String {
    let text = match value {
        value if value >= 99.95 || value == 0.0 => format!("{value:.0}"),
        value if value >= 9.995 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    };
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_what_there_is() {
        assert_eq!(
            Axis::up_to(784.0).ticks(),
            [0.0, 200.0, 400.0, 600.0, 800.0]
        );
        assert_eq!(Axis::up_to(0.0).ticks().len(), 6);
        assert_eq!(
            Axis::log(30.0, 2_000.0).ticks(),
            [10.0, 100.0, 1_000.0, 10_000.0]
        );
        assert!((Axis::up_to(10.0).place(5.0) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn numbers_are_short() {
        let texts = [0.0, 0.25, 7.0, 12.34, 1_500.0, 2e6].map(short);
        assert_eq!(texts, ["0", "0.25", "7", "12.3", "1.5k", "2M"]);
        assert_eq!(nanos(1_500.0), "1.5 µs");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
