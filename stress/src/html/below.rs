//! What is below a plot: time, or names.

use super::axis::{Axis, short};
use crate::simulate::clock_of;

/// What is below a plot.
#[derive(Debug, Clone)]
pub(super) enum Below {
    /// Seconds, evenly apart.
    Time(Vec<f64>),
    /// Names, evenly apart.
    Names(Vec<String>),
}

impl Below {
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Time(times) => times.len(),
            Self::Names(names) => names.len(),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Time(_) => "time",
            Self::Names(_) => "percentile",
        }
    }

    pub(super) fn most(&self) -> f64 {
        match self {
            Self::Time(times) => times.last().copied().unwrap_or(1.0),
            Self::Names(_) => 1.0,
        }
    }

    pub(super) fn place(&self, place: usize) -> f64 {
        match self {
            Self::Time(times) => {
                Axis::time(self.most()).place(times.get(place).copied().unwrap_or(0.0))
            }
            Self::Names(names) => {
                let last = u32::try_from(names.len().saturating_sub(1))
                    .unwrap_or(1)
                    .max(1);
                f64::from(u32::try_from(place).unwrap_or(last)) / f64::from(last)
            }
        }
    }

    pub(super) fn text(&self, place: usize) -> String {
        match self {
            Self::Time(times) => clock(times.get(place).copied().unwrap_or(0.0), self.most()),
            Self::Names(names) => names.get(place).cloned().unwrap_or_default(),
        }
    }

    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        match self {
            Self::Time(_) => {
                let axis = Axis::time(self.most());
                let tick = |tick: f64| (axis.place(tick), clock(tick, self.most()));
                axis.ticks().into_iter().map(tick).collect()
            }
            Self::Names(names) => names
                .iter()
                .enumerate()
                .map(|(place, name)| (self.place(place), name.clone()))
                .collect(),
        }
    }
}

/// Minutes and seconds; of a run of less than two minutes, seconds.
fn clock(seconds: f64, most: f64) -> String {
    if most < 120.0 {
        format!("{} s", short(seconds))
    } else {
        clock_of(seconds)
    }
}
