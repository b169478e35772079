//! Stays with one live member, and moves on when it fails.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync, time::timeout};

use super::{
    endpoint::Endpoint,
    line::Line,
    outcome::{Failed, Fate},
    tls::EtcdTls,
};

/// The members, and the line to the one that is asked.
///
/// Who changes members for every request meets the one that is dead again and again, and after a change of leaders waits for
/// it to be found out each time; who stays with one that answers meets it once.
pub(super) struct Route {
    members: Vec<Arc<Endpoint>>,
    tls: Option<EtcdTls>,
    /// How long a connection may take to be made.
    patience: Duration,
    current: Mutex<Current>,
    /// Held by the one that connects; whoever needs the line meanwhile waits for it.
    connecting: sync::Mutex<()>,
}

#[derive(Default)]
struct Current {
    /// Whose turn it is.
    member: usize,
    line: Option<(u64, Line)>,
    /// Lines so far.
    lines: u64,
}

/// A line to the member whose turn it is.
pub(super) struct Leg {
    number: u64,
    pub(super) line: Line,
}

impl Route {
    pub(super) fn new(members: Vec<Endpoint>, tls: Option<EtcdTls>, patience: Duration) -> Self {
        Self {
            members: members.into_iter().map(Arc::new).collect(),
            tls,
            patience,
            current: Mutex::default(),
            connecting: sync::Mutex::default(),
        }
    }

    pub(super) fn members(&self) -> &[Arc<Endpoint>] {
        &self.members
    }

    /// The line that there is, or a new one to the first member that takes it; each is tried once.
    pub(super) async fn leg(&self) -> Result<Leg, Failed> {
        if let Some(leg) = self.live() {
            return Ok(leg);
        }
        let _turn = self.connecting.lock().await;
        // Somebody else may have connected while this one waited.
        if let Some(leg) = self.live() {
            return Ok(leg);
        }
        let mut reasons = Vec::new();
        for _ in &self.members {
            let member = self.current().member;
            match self.connect(&self.members[member]).await {
                Ok(line) => return Ok(self.stay_with(line)),
                Err(failed) => reasons.push(failed.text),
            }
            self.current().member = (member + 1) % self.members.len();
        }
        Err(Failed::new(Fate::Refused, reasons.join("; ")))
    }

    /// A line to this very member, for it alone.
    pub(super) async fn connect(&self, member: &Arc<Endpoint>) -> Result<Line, Failed> {
        let line = Line::connect(Arc::clone(member), self.tls.as_ref(), self.patience);
        let why = match timeout(self.patience, line).await {
            Ok(Ok(line)) => return Ok(line),
            Ok(Err(error)) => error.to_string(),
            Err(_elapsed) => format!("no connection within {:?}", self.patience),
        };
        Err(Failed::new(Fate::Refused, format!("{member}: {why}")))
    }

    /// Asks the next member from now on, unless that has happened already.
    pub(super) fn leave(&self, leg: &Leg) {
        let mut current = self.current();
        if current
            .line
            .as_ref()
            .is_some_and(|(number, _)| *number == leg.number)
        {
            current.line = None;
            current.member = (current.member + 1) % self.members.len();
        }
    }

    fn live(&self) -> Option<Leg> {
        let current = self.current();
        let (number, line) = current.line.as_ref()?;
        (!line.is_closed()).then(|| Leg {
            number: *number,
            line: line.clone(),
        })
    }

    fn stay_with(&self, line: Line) -> Leg {
        let mut current = self.current();
        current.lines += 1;
        let number = current.lines;
        current.line = Some((number, line.clone()));
        Leg { number, line }
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        // Nothing panics while it holds this lock.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
