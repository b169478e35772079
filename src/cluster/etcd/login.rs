//! User and password: they are exchanged for a token, which each request shows.

use std::fmt;

use tokio::sync::Mutex;
use tonic::{
    Request,
    metadata::{Ascii, MetadataValue},
};

use super::{
    calls::{AUTHENTICATE, AuthenticateRequest},
    line::Line,
    outcome::{Failed, Fate},
};

/// Who we are to etcd.
#[derive(Clone)]
pub struct Login {
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: String,
}

/// A login, and the token that it got.
pub(super) struct Session {
    login: Login,
    token: Mutex<Option<Token>>,
}

/// What a request shows; nothing to an etcd that asks nobody who he is.
pub(super) type Token = Option<MetadataValue<Ascii>>;

impl Session {
    pub(super) fn new(login: Login) -> Self {
        Self {
            login,
            token: Mutex::new(None),
        }
    }

    /// The token that there is, or a new one. One at a time asks for it: etcd takes its time to compare passwords.
    pub(super) async fn token(&self, line: &Line) -> Result<Token, Failed> {
        let mut kept = self.token.lock().await;
        if let Some(token) = &*kept {
            return Ok(token.clone());
        }
        let token = self.ask(line).await?;
        *kept = Some(token.clone());
        Ok(token)
    }

    /// This token is not valid any more: the next request gets a new one.
    pub(super) async fn forget(&self, token: &Token) {
        let mut kept = self.token.lock().await;
        if kept.as_ref() == Some(token) {
            *kept = None;
        }
    }

    async fn ask(&self, line: &Line) -> Result<Token, Failed> {
        let request = AuthenticateRequest {
            name: self.login.user.clone(),
            password: self.login.password.clone(),
        };
        match line.ask(&AUTHENTICATE, Request::new(request)).await {
            Ok(answer) => match answer.token.parse() {
                Ok(token) => Ok(Some(token)),
                Err(_) => Err(Failed::new(
                    Fate::Refused,
                    format!("{}: its token is no header", line.endpoint),
                )),
            },
            Err(status) if status.message() == "etcdserver: authentication is not enabled" => {
                Ok(None)
            }
            Err(status) => {
                let mut failed = Failed::of(&status, &line.endpoint);
                // What was to be asked afterwards has not left.
                if failed.fate == Fate::Unknown {
                    failed.fate = Fate::Elsewhere;
                }
                Err(failed)
            }
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
