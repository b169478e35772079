//! A promise that was broken, with what shows it.

use std::fmt;

/// A promise, broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken<P> {
    /// Which.
    pub promise: P,
    /// How, in a sentence.
    pub what: String,
    /// What was seen and what was known, a line each.
    pub evidence: Vec<String>,
}

impl<P> Broken<P> {
    /// A promise was broken so.
    pub fn new(promise: P, what: impl Into<String>) -> Self {
        Self {
            promise,
            what: what.into(),
            evidence: Vec::new(),
        }
    }

    /// With these lines.
    #[must_use]
    pub fn with(mut self, evidence: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

impl<P: fmt::Display> fmt::Display for Broken<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BROKEN: {}\n  {}", self.promise, self.what)?;
        self.evidence
            .iter()
            .try_for_each(|line| write!(f, "\n    {line}"))
    }
}
