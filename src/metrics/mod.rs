//! Counts and durations, and the text in which Prometheus reads them (OpenMetrics 1.0).
//!
//! What is counted in the midst of a request ([`Requests`], [`Counter`]) is an atomic that nobody waits for; what can
//! be read at any time, such as the depth of the tape, is a closure that is called when somebody asks for the text.
//!
//! The value of a label is a `&'static str` everywhere here. So none can come from a request, and no client can make
//! the number of series grow.
//!
//! `prometheus-client` writes the text. Its own families are not used where requests are counted: each looks its
//! labels up in a table under a lock, and its histograms are behind another.

mod durations;
mod reading;
mod requests;
mod shards;

use std::sync::Arc;

pub use prometheus_client::metrics::counter::Counter;
use prometheus_client::{encoding::text, registry};

pub use durations::Durations;
pub use requests::{Requests, RouteIndex};

use reading::{Histogram, Readings, Version};

/// The media type of [`Registry::text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything that is shown. All names begin with `seatlock_`, those of counters end in `_total`.
#[derive(Debug)]
pub struct Registry {
    inner: registry::Registry,
}

impl Registry {
    /// A registry that shows this build's version.
    pub fn new() -> Self {
        let mut inner = registry::Registry::with_prefix("seatlock");
        inner.register_collector(Box::new(Version));
        Self { inner }
    }

    /// Shows requests by route; `routes` are the values of that label. See [`Requests::answered`].
    pub fn requests(&mut self, routes: &'static [&'static str]) -> Arc<Requests> {
        let requests = Arc::new(Requests::new(routes));
        self.inner
            .register_collector(Box::new(Arc::clone(&requests)));
        requests
    }

    /// Shows a counter.
    pub fn counter(&mut self, name: &'static str, help: &'static str) -> Counter {
        let counter = Counter::default();
        // Here, and only here, the registry puts a full stop after the help.
        let help = help.trim_end_matches('.');
        self.inner.register(name, help, counter.clone());
        counter
    }

    /// Shows one counter for each value of a label.
    pub fn counters<const N: usize>(
        &mut self,
        name: &'static str,
        help: &'static str,
        label: &'static str,
        values: [&'static str; N],
    ) -> [Counter; N] {
        let counters = values.map(|_value| Counter::default());
        let shown = counters.clone();
        let read = move || shown.iter().map(Counter::get).collect();
        let values = values.to_vec();
        let readings = Readings::counters(name, help, Some((label, values)), read);
        self.inner.register_collector(Box::new(readings));
        counters
    }

    /// Shows how long something takes; `_seconds` is put behind the name.
    pub fn durations(&mut self, name: &'static str, help: &'static str, of: Arc<Durations>) {
        self.inner
            .register_collector(Box::new(Histogram { name, help, of }));
    }

    /// Shows what `read` says whenever it is asked.
    pub fn gauge(
        &mut self,
        name: &'static str,
        help: &'static str,
        read: impl Fn() -> u64 + Send + Sync + 'static,
    ) {
        let readings = Readings::gauges(name, help, None, move || vec![read()]);
        self.inner.register_collector(Box::new(readings));
    }

    /// Shows what `read` says for each value of a label, in their order.
    pub fn gauges<const N: usize>(
        &mut self,
        name: &'static str,
        help: &'static str,
        label: &'static str,
        values: [&'static str; N],
        read: impl Fn() -> [u64; N] + Send + Sync + 'static,
    ) {
        let values = values.to_vec();
        let readings = Readings::gauges(name, help, Some((label, values)), move || read().to_vec());
        self.inner.register_collector(Box::new(readings));
    }

    /// All of it as text of the type [`CONTENT_TYPE`].
    pub fn text(&self) -> String {
        let mut into = String::new();
        match text::encode(&mut into, &self.inner) {
            Ok(()) => into,
            Err(_) => unreachable!("a string takes whatever is written to it"),
        }
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
