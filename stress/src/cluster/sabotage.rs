//! Deliberate faults of the nodes: a harness that cannot find them proves nothing.

use super::fault::Fault;

/// How far a clock that is off is off, in seconds.
pub(super) const CLOCK_OFF: i64 = 10;

/// What is wrong with a node's ways with etcd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// The control: a node in the same hands, which are honest.
    None,
    /// Transactions do not ask whether the owner's term is still the one they were made in.
    ///
    /// An owner that was deposed while it stood still or was cut off takes its shards again, under a new lease, and goes on
    /// from what it remembers. Found by the witness: what the successor has sold is shown as free.
    NoTermCompare,
    /// Appends are acknowledged before etcd has committed them.
    ///
    /// Found by anybody after a node was killed: the last things that it has sold are free again.
    AcknowledgeBeforeCommit,
    /// A node believes its lease to last ten times as long as it does.
    ///
    /// An owner that is cut off from etcd goes on answering while its successor sells. Found by the witness, who looks at the
    /// one right after he has bought at the other.
    ServeAfterLeaseEnd,
}

/// What the prover's own nodes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guise {
    Sabotaged(Sabotage),
    /// By so many seconds.
    ClockAhead(i64),
}

impl Sabotage {
    /// All of them, the control first.
    pub const ALL: [Self; 4] = [
        Self::None,
        Self::NoTermCompare,
        Self::AcknowledgeBeforeCommit,
        Self::ServeAfterLeaseEnd,
    ];

    /// Its name on the command line, and what it is.
    pub const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::None => ("none", "no fault: the control"),
            Self::NoTermCompare => (
                "no-term-compare",
                "transactions do not ask whether the owner's term is still theirs",
            ),
            Self::AcknowledgeBeforeCommit => (
                "acknowledge-before-commit",
                "what etcd has not committed yet is acknowledged",
            ),
            Self::ServeAfterLeaseEnd => (
                "serve-after-lease-end",
                "a node believes its lease to last ten times as long",
            ),
        }
    }

    /// The fault of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn named(name: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|sabotage| sabotage.describe().0 == name);
        found.ok_or_else(|| {
            let names = Self::ALL.map(|sabotage| sabotage.describe().0).join(", ");
            format!("there are {names}, and all")
        })
    }

    /// What has to go wrong besides for it to do harm.
    pub(super) fn provoked_by(self) -> &'static [Fault] {
        match self {
            Self::None => &[Fault::StopNode, Fault::KillNode, Fault::CutEtcd],
            Self::NoTermCompare => &[Fault::StopNode, Fault::CutEtcd],
            Self::AcknowledgeBeforeCommit => &[Fault::KillNode],
            Self::ServeAfterLeaseEnd => &[Fault::StopNode, Fault::CutEtcd],
        }
    }
}

impl Guise {
    /// How it is put on: what comes before a node's own arguments.
    pub(super) fn role(self) -> Vec<String> {
        let option = match self {
            Self::Sabotaged(sabotage) => format!("--sabotage={}", sabotage.describe().0),
            Self::ClockAhead(seconds) => format!("--clock-ahead={seconds}"),
        };
        vec!["cluster-node".to_owned(), option]
    }
}
