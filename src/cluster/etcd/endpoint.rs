//! Where a member of etcd listens.

use std::{error, fmt, str::FromStr};

use hyper::http::{Uri, uri::Scheme};

/// The port that etcd listens on unless told otherwise.
const PORT: u16 = 2379;

/// The address of one member of etcd: `http://10.0.0.1:2379`, `https://etcd-a.example`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    host: String,
    port: u16,
    encrypted: bool,
}

/// A text is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointError {
    text: String,
    reason: &'static str,
}

impl Endpoint {
    /// A name, or an address without brackets.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Whether TLS is spoken there.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// What each request begins with.
    pub(super) fn origin(&self) -> Uri {
        let text = self.to_string();
        // It was made of a URI's parts.
        text.parse().unwrap_or_default()
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    /// Reads `http://host:port` or `https://host:port`; without a port it is 2379.
    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let refuse = |reason| EndpointError {
            text: text.to_owned(),
            reason,
        };
        let uri: Uri = text.parse().map_err(|_| refuse("it is no URL"))?;
        let encrypted = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            _ => return Err(refuse("it begins with neither http:// nor https://")),
        };
        let authority = uri.authority().ok_or_else(|| refuse("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(refuse("user and password are given apart from it"));
        }
        if uri.path().len() > 1 || uri.query().is_some() {
            return Err(refuse("it goes on after the port"));
        }
        let port = match authority.as_str().strip_prefix(authority.host()) {
            None | Some("") => PORT,
            Some(rest) => rest
                .trim_start_matches(':')
                .parse()
                .map_err(|_| refuse("its port is no number up to 65535"))?,
        };
        let host = authority.host().trim_matches(['[', ']']);
        if host.is_empty() {
            return Err(refuse("it has no host"));
        }
        Ok(Self {
            host: host.to_owned(),
            port,
            encrypted,
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.encrypted { "https" } else { "http" };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no address of etcd: {}", self.text, self.reason)
    }
}

impl error::Error for EndpointError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_read_and_shown() {
        for (text, shown) in [
            ("http://127.0.0.1:2379", "http://127.0.0.1:2379"),
            ("https://etcd-a.example", "https://etcd-a.example:2379"),
            ("http://[::1]:4001/", "http://[::1]:4001"),
        ] {
            let endpoint: Endpoint = text.parse().expect(text);
            assert_eq!(endpoint.to_string(), shown);
            assert_eq!(shown.parse(), Ok(endpoint.clone()));
            assert!(endpoint.origin().authority().is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_refused_with_a_reason() {
        for text in [
            "",
            "127.0.0.1:2379",
            "unix:///run/etcd",
            "http://",
            "http://:2379",
            "http://root:secret@10.0.0.1:2379",
            "http://10.0.0.1:2379/v3",
            "http://10.0.0.1:99999",
        ] {
            let error = text.parse::<Endpoint>().expect_err(text);
            assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
        }
    }
}
