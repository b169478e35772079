//! What is read when somebody asks.

use std::{fmt, sync::Arc};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::Unit,
};

use super::durations::{Durations, Sum};

/// A label and its values.
type Label = (&'static str, Vec<&'static str>);

/// One number, or one for each value of a label.
pub(super) struct Readings<F> {
    name: &'static str,
    help: &'static str,
    kind: Kind,
    label: Option<Label>,
    read: F,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
}

/// How long something takes.
#[derive(Debug)]
pub(super) struct Histogram {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) of: Arc<Durations>,
}

/// The build, as a label of a gauge that is always 1: that is how Prometheus wants texts.
#[derive(Debug)]
pub(super) struct Version;

impl<F: Fn() -> Vec<u64> + Send + Sync + 'static> Readings<F> {
    pub(super) fn counters(
        name: &'static str,
        help: &'static str,
        label: Option<Label>,
        read: F,
    ) -> Self {
        Self {
            name,
            help,
            kind: Kind::Counter,
            label,
            read,
        }
    }

    pub(super) fn gauges(
        name: &'static str,
        help: &'static str,
        label: Option<Label>,
        read: F,
    ) -> Self {
        Self {
            kind: Kind::Gauge,
            ..Self::counters(name, help, label, read)
        }
    }
}

impl Kind {
    fn metric_type(self) -> MetricType {
        match self {
            Self::Counter => MetricType::Counter,
            Self::Gauge => MetricType::Gauge,
        }
    }

    fn encode(self, number: u64, encoder: MetricEncoder<'_>) -> fmt::Result {
        match self {
            Self::Counter => ConstCounter::new(number).encode(encoder),
            Self::Gauge => ConstGauge::new(number).encode(encoder),
        }
    }
}

impl<F: Fn() -> Vec<u64> + Send + Sync + 'static> Collector for Readings<F> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let kind = self.kind;
        let mut metric =
            encoder.encode_descriptor(self.name, self.help, None, kind.metric_type())?;
        let numbers = (self.read)();
        let Some((label, values)) = &self.label else {
            return kind.encode(numbers.first().copied().unwrap_or(0), metric);
        };
        for (value, number) in values.iter().zip(numbers) {
            kind.encode(number, metric.encode_family(&[(*label, *value)])?)?;
        }
        Ok(())
    }
}

impl<F> fmt::Debug for Readings<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Readings").field(&self.name).finish()
    }
}

impl Collector for Histogram {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let unit = Unit::Seconds;
        let kind = MetricType::Histogram;
        let metric = encoder.encode_descriptor(self.name, self.help, Some(&unit), kind)?;
        Sum::from_iter([&*self.of]).encode(metric)
    }
}

impl Collector for Version {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut metric =
            encoder.encode_descriptor("build", "What is running.", None, MetricType::Info)?;
        metric.encode_info(&[("version", env!("CARGO_PKG_VERSION"))])
    }
}
