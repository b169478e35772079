//! A running server, and how to ask it.

use std::{
    env, fs,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use seatlock::limits;
use serde::de::DeserializeOwned;
use ureq::{
    Agent, AsSendBody, SendBody,
    http::{
        HeaderValue, Method, Request, StatusCode,
        header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT},
        request::Builder,
    },
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use super::{failure::Failure, line, problem::Problem, progress::Upload, unreachable};

/// The variable with the API key.
const KEY_VARIABLE: &str = "SEATLOCK_KEY";

/// Until there is a connection, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// In which something more is taken or answered. The largest chart is built well within it.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(60);

/// Bytes of an answer. An exported chart says more of each seat than an import has to.
const ANSWER_BYTES_MAX: usize = 4 * limits::CHART_BYTES_MAX;

pub(crate) const JSON: &str = "application/json";

/// Which server is asked, and as whom.
#[derive(Debug, Args)]
#[command(next_help_heading = "The server")]
pub(crate) struct Connection {
    /// Where the server is. It is asked directly, through no proxy.
    #[arg(
        long,
        env = "SEATLOCK_SERVER",
        hide_env_values = true,
        value_name = "URL",
        default_value = "http://127.0.0.1:3000"
    )]
    server: String,
    /// A file with the API key in it; else the key is in the environment, as SEATLOCK_KEY. There is no flag for the key
    /// itself, because everybody on this machine can read command lines.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Trusts the certificates in this file, in PEM, instead of those of the public authorities.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Prints what the server answers, as it is.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A server, ready to be asked.
pub(crate) struct Server {
    agent: Agent,
    url: String,
    authorization: Option<HeaderValue>,
    json: bool,
}

/// What the server said, as it did what was asked.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) text: String,
    is_new: bool,
    json: bool,
    url: String,
}

impl Connection {
    /// Gets ready to ask, without asking yet.
    ///
    /// # Errors
    /// With what can't be used of what was given.
    pub(crate) fn open(&self) -> Result<Server, Failure> {
        let url = self.server.trim_end_matches('/');
        let host = ["http://", "https://"]
            .iter()
            .find_map(|scheme| url.strip_prefix(scheme));
        if host.is_none_or(str::is_empty) {
            return Err(Failure::Misuse(format!(
                "--server {:?} must be a URL, such as http://127.0.0.1:3000",
                self.server
            )));
        }
        let roots = self.ca.as_deref().map_or(Ok(RootCerts::WebPki), roots)?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            // Where a redirect leads is not where the key belongs.
            .max_redirects(0)
            .user_agent(concat!("seatlock/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .timeout_resolve(Some(CONNECT_TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_per_read(Some(SILENCE_TIMEOUT))
            .timeout_per_write(Some(SILENCE_TIMEOUT))
            .build();
        Ok(Server {
            agent: config.new_agent(),
            url: url.to_owned(),
            authorization: self.key()?,
            json: self.json,
        })
    }

    fn key(&self) -> Result<Option<HeaderValue>, Failure> {
        let (key, origin) = match &self.key_file {
            Some(path) => {
                let key = fs::read_to_string(path).map_err(|error| Failure::file(path, error))?;
                (key, path.display().to_string())
            }
            None => match env::var(KEY_VARIABLE) {
                Ok(key) => (key, KEY_VARIABLE.to_owned()),
                Err(env::VarError::NotPresent) => return Ok(None),
                Err(error) => return Err(Failure::Misuse(format!("{KEY_VARIABLE}: {error}"))),
            },
        };
        let key = key.trim();
        // What is not a key is not quoted, as it may be another secret.
        let is_word = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
        let value = is_word.then(|| HeaderValue::try_from(format!("Bearer {key}")));
        let Some(Ok(mut value)) = value else {
            return Err(Failure::Misuse(format!(
                "{origin} must be an API key and nothing else"
            )));
        };
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

impl Server {
    /// # Errors
    /// As with every request: [`Failure::Refused`], or why there is no answer.
    pub(crate) fn get(&self, path: &str, accept: &str) -> Result<Answer, Failure> {
        self.ask(self.request(Method::GET, path).header(ACCEPT, accept), ())
    }

    /// # Errors
    /// See [`Server::get`].
    pub(crate) fn delete(&self, path: &str) -> Result<Answer, Failure> {
        self.ask(self.request(Method::DELETE, path), ())
    }

    /// # Errors
    /// See [`Server::get`].
    pub(crate) fn put_json(&self, path: &str, body: &serde_json::Value) -> Result<Answer, Failure> {
        let request = self.request(Method::PUT, path).header(CONTENT_TYPE, JSON);
        self.ask(request, body.to_string())
    }

    /// # Errors
    /// See [`Server::get`].
    pub(crate) fn post_json(
        &self,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<Answer, Failure> {
        let request = self.request(Method::POST, path);
        self.ask(request.header(CONTENT_TYPE, JSON), body.to_string())
    }

    /// Sends a long body, and shows people how far it has come.
    ///
    /// # Errors
    /// See [`Server::get`].
    pub(crate) fn upload(
        &self,
        path: &str,
        media_type: &str,
        body: &[u8],
    ) -> Result<Answer, Failure> {
        let screen = io::stderr().is_terminal().then(io::stderr);
        let mut body_shown = Upload::new(body, screen);
        let request = self
            .request(Method::PUT, path)
            .header(CONTENT_TYPE, media_type)
            .header(CONTENT_LENGTH, body.len())
            // Who may not do this is told before it is all sent.
            .header(EXPECT, "100-continue");
        self.ask(request, SendBody::from_reader(&mut body_shown))
    }

    fn request(&self, method: Method, path: &str) -> Builder {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        match &self.authorization {
            Some(key) => request.header(AUTHORIZATION, key),
            None => request,
        }
    }

    fn ask(&self, request: Builder, body: impl AsSendBody) -> Result<Answer, Failure> {
        let unreachable = |error| unreachable::failure(&self.url, &error);
        let request = request
            .body(body)
            .map_err(|error| unreachable(ureq::Error::Http(error)))?;
        let mut response = self.agent.run(request).map_err(unreachable)?;
        let bytes = response
            .body_mut()
            .with_config()
            .limit(u64::try_from(ANSWER_BYTES_MAX).unwrap_or(u64::MAX))
            .read_to_vec()
            .map_err(unreachable)?;
        let status = response.status();
        let strange = |what| Failure::Strange {
            url: self.url.clone(),
            what,
        };
        let text = String::from_utf8(bytes).map_err(|_| strange("The answer is no text".into()))?;
        if status.is_success() {
            return Ok(Answer {
                text,
                is_new: status == StatusCode::CREATED,
                json: self.json,
                url: self.url.clone(),
            });
        }
        let problem: Problem = serde_json::from_str(&text)
            .map_err(|_| strange(format!("The answer is {status}, without an explanation")))?;
        Err(Failure::Refused {
            problem: Box::new(problem),
            json: self.json.then(|| line(text)),
        })
    }
}

impl Answer {
    /// The answer as it is, if that is what is to be printed, and else what `describe` makes of it.
    ///
    /// # Errors
    /// Those of `describe`.
    pub(crate) fn told(
        self,
        describe: impl FnOnce(&Self) -> Result<String, Failure>,
    ) -> Result<String, Failure> {
        if self.json {
            Ok(line(self.text))
        } else {
            describe(&self)
        }
    }

    /// Whether what was put is there for the first time.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Reads what the text says.
    ///
    /// # Errors
    /// [`Failure::Strange`] if it says something else.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_str(&self.text).map_err(|error| Failure::Strange {
            url: self.url.clone(),
            what: format!("The answer is not what was asked for ({error})"),
        })
    }
}

fn roots(path: &Path) -> Result<RootCerts, Failure> {
    let pem = fs::read(path).map_err(|error| Failure::file(path, error))?;
    let mut certificates: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(&pem) {
        match item.map_err(|error| Failure::file(path, error))? {
            PemItem::Certificate(certificate) => certificates.push(certificate),
            _ => continue,
        }
    }
    if certificates.is_empty() {
        return Err(Failure::file(path, "there is no certificate in it"));
    }
    Ok(RootCerts::from(certificates))
}
