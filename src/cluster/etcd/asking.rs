//! A request on its way: from member to member as long as it surely was not done, and with a valid token.

use std::{sync::Arc, time::Duration};

use prost::Message;
use tokio::time::timeout;
use tonic::{Request, Status, Streaming, metadata::MetadataValue};

use super::{
    Etcd, Ordering,
    calls::Call,
    endpoint::Endpoint,
    line::Line,
    login::Token,
    outcome::{Failed, Fate},
    route::Leg,
};
use crate::cluster::store::StoreError;

/// How far a request has come, for when its time is over.
#[derive(Default)]
struct Course {
    leg: Option<Leg>,
    has_left: bool,
}

impl Etcd {
    /// Asks, and waits for the one answer.
    pub(super) async fn ask<Q, A>(&self, call: &Call<Q, A>, request: &Q) -> Result<A, Failed>
    where
        Q: Message + Clone + 'static,
        A: Message + Default + 'static,
    {
        let mut course = Course::default();
        let asked = async {
            let (endpoint, answer, mut rest) = self.go_round(call, request, &mut course).await?;
            // The status comes after the answer.
            match rest.trailers().await {
                Ok(_) => Ok(answer),
                Err(status) => Err(Failed::of(&status, &endpoint)),
            }
        };
        match timeout(self.timeout, asked).await {
            Ok(result) => result,
            Err(_elapsed) => Err(self.too_late(&course)),
        }
    }

    /// Asks, and waits for the first answer of those that follow.
    pub(super) async fn open<Q, A>(
        &self,
        call: &Call<Q, A>,
        request: &Q,
    ) -> Result<(Arc<Endpoint>, A, Streaming<A>), Failed>
    where
        Q: Message + Clone + 'static,
        A: Message + Default + 'static,
    {
        let mut course = Course::default();
        let opened = self.go_round(call, request, &mut course);
        match timeout(self.timeout, opened).await {
            Ok(result) => result,
            Err(_elapsed) => Err(self.too_late(&course)),
        }
    }

    /// Asks this very member, on a line of its own, and whether or not it has a leader.
    pub(super) async fn ask_member<Q, A>(
        &self,
        member: &Arc<Endpoint>,
        call: &Call<Q, A>,
        request: Q,
        patience: Duration,
    ) -> Result<A, Failed>
    where
        Q: Message + 'static,
        A: Message + Default + 'static,
    {
        let asked = async {
            let line = self.route.connect(member).await?;
            let token = self.token(&line).await?;
            match line.ask(call, with(request, &token)).await {
                Ok(answer) => Ok(answer),
                Err(status) => Err(self.failed(&status, &line, &token).await),
            }
        };
        match timeout(patience, asked).await {
            Ok(result) => result,
            Err(_elapsed) => Err(no_answer(member, patience)),
        }
    }

    /// Whether etcd is still full: nothing needs to be sent then. The refusal, if so.
    pub(super) async fn still_full(&self) -> Option<StoreError> {
        // Relaxed: it is a hint to look, and stands for nothing else in memory.
        if !self.full.load(Ordering::Relaxed) {
            return None;
        }
        match self.has_alarm().await {
            Ok(true) => Some(StoreError::Refused("its space is used up (NOSPACE)".into())),
            Err(failed) if failed.fate == Fate::Impossible => Some(failed.into()),
            // What was to be sent has not left.
            Err(failed) => Some(StoreError::Refused(failed.text)),
            Ok(false) => {
                // Relaxed, as above: who misses it is told by etcd.
                self.full.store(false, Ordering::Relaxed);
                None
            }
        }
    }

    /// Asks the member whose turn it is, and others as long as they have surely done nothing.
    async fn go_round<Q, A>(
        &self,
        call: &Call<Q, A>,
        request: &Q,
        course: &mut Course,
    ) -> Result<(Arc<Endpoint>, A, Streaming<A>), Failed>
    where
        Q: Message + Clone + 'static,
        A: Message + Default + 'static,
    {
        let (mut others, mut has_renewed) = (self.route.members().len(), false);
        loop {
            course.has_left = false;
            let leg = course.leg.insert(self.route.leg().await?);
            let asked = self.try_member(&leg.line, call, request.clone(), &mut course.has_left);
            let failed = match asked.await {
                Ok((answer, rest)) => return Ok((Arc::clone(&leg.line.endpoint), answer, rest)),
                Err(failed) => failed,
            };
            match failed.fate {
                Fate::StaleToken if !has_renewed => has_renewed = true,
                Fate::Elsewhere if others > 0 => {
                    self.route.leave(leg);
                    others -= 1;
                }
                Fate::Elsewhere | Fate::Unknown => {
                    self.route.leave(leg);
                    return Err(failed);
                }
                _ => return Err(failed),
            }
        }
    }

    async fn try_member<Q, A>(
        &self,
        line: &Line,
        call: &Call<Q, A>,
        request: Q,
        has_left: &mut bool,
    ) -> Result<(A, Streaming<A>), Failed>
    where
        Q: Message + 'static,
        A: Message + Default + 'static,
    {
        let token = self.token(line).await?;
        let mut request = with(request, &token);
        // A member without a leader refuses at once instead of trying.
        let leader = MetadataValue::from_static("true");
        request.metadata_mut().insert("hasleader", leader);
        *has_left = true;
        match line.open(call, request).await {
            Ok(answers) => Ok(answers),
            Err(status) => Err(self.failed(&status, line, &token).await),
        }
    }

    /// What became of it. A token that is not valid any more is forgotten; where there is no login, there will be none.
    async fn failed(&self, status: &Status, line: &Line, token: &Token) -> Failed {
        let mut failed = Failed::of(status, &line.endpoint);
        if failed.fate == Fate::StaleToken {
            match &self.session {
                Some(session) => session.forget(token).await,
                None => failed.fate = Fate::Impossible,
            }
        }
        failed
    }

    async fn token(&self, line: &Line) -> Result<Token, Failed> {
        match &self.session {
            Some(session) => session.token(line).await,
            None => Ok(None),
        }
    }

    /// The time of a request is over.
    fn too_late(&self, course: &Course) -> Failed {
        let Some(leg) = &course.leg else {
            let text = format!("no member could be reached within {:?}", self.timeout);
            return Failed::new(Fate::Refused, text);
        };
        // It may be this member that does not answer, or this member that is cut off from the others.
        self.route.leave(leg);
        let mut failed = no_answer(&leg.line.endpoint, self.timeout);
        if !course.has_left {
            failed.fate = Fate::Refused;
        }
        failed
    }
}

fn no_answer(member: &Endpoint, patience: Duration) -> Failed {
    let text = format!("{member}: no answer within {patience:?}");
    Failed::new(Fate::Unknown, text)
}

fn with<Q>(request: Q, token: &Token) -> Request<Q> {
    let mut request = Request::new(request);
    if let Some(token) = token {
        request.metadata_mut().insert("token", token.clone());
    }
    request
}
