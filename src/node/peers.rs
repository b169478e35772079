//! Connections to the other nodes, kept open between two requests.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    body::{self, Body, Bytes},
    http::{HeaderMap, Method, Request, StatusCode, Uri, uri::PathAndQuery},
    response::Response,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::time::timeout;

use super::hop;
use crate::cluster::{owner::Node as Owner, roster::Watchword};

/// How long it may take to reach another node.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Idle connections that are kept to each node.
const IDLE_EACH: usize = 256;

/// How long a node may take to say something about itself.
const WORD_TIMEOUT: Duration = Duration::from_secs(2);

/// Bytes of what a node says about itself, or of a chart.
const WORD_BYTES_MAX: usize = 16 << 20;

/// The other nodes, as they are asked.
#[derive(Clone)]
pub(super) struct Peers {
    client: Client<HttpConnector, Body>,
    watchword: Arc<Watchword>,
}

/// A request, as it is handed on.
pub(super) struct Errand {
    pub(super) method: Method,
    pub(super) path: PathAndQuery,
    pub(super) headers: HeaderMap,
    /// The client's address.
    pub(super) client: Option<IpAddr>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Lost {
    /// It was not sent.
    Unreached,
    /// Nobody knows whether it was done.
    Unanswered,
}

impl Peers {
    pub(super) fn new(watchword: Watchword) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(IDLE_EACH)
            .build(connector);
        Self {
            client,
            watchword: Arc::new(watchword),
        }
    }

    /// Hands a request to another node, and its answer back.
    ///
    /// # Errors
    /// [`Lost`].
    pub(super) async fn ask(
        &self,
        node: &Owner,
        errand: &Errand,
        body: Body,
    ) -> Result<Response, Lost> {
        let uri = uri(&node.address, &errand.path).ok_or(Lost::Unreached)?;
        let mut request = Request::new(body);
        *request.method_mut() = errand.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = hop::send(&errand.headers, errand.client, &self.watchword);
        let answer = self.client.request(request).await;
        let answer = answer.map_err(|error| match error.is_connect() {
            true => Lost::Unreached,
            false => Lost::Unanswered,
        })?;
        let (mut head, body) = answer.into_parts();
        head.headers = hop::end_to_end(&head.headers);
        // Which version the two nodes speak is their own affair.
        head.version = Default::default();
        Ok(Response::from_parts(head, Body::new(body)))
    }

    /// As [`Peers::ask`], and takes the answer in, if it is short and comes soon.
    ///
    /// # Errors
    /// [`Lost`].
    pub(super) async fn hear(
        &self,
        node: &Owner,
        errand: &Errand,
    ) -> Result<(StatusCode, Bytes), Lost> {
        self.hear_within(WORD_TIMEOUT, node, errand).await
    }

    /// The same, with more patience.
    ///
    /// # Errors
    /// [`Lost`].
    pub(super) async fn hear_within(
        &self,
        patience: Duration,
        node: &Owner,
        errand: &Errand,
    ) -> Result<(StatusCode, Bytes), Lost> {
        let heard = async {
            let answer = self.ask(node, errand, Body::empty()).await?;
            let status = answer.status();
            let body = body::to_bytes(answer.into_body(), WORD_BYTES_MAX).await;
            Ok((status, body.map_err(|_broken| Lost::Unanswered)?))
        };
        timeout(patience, heard)
            .await
            .unwrap_or(Err(Lost::Unanswered))
    }
}

impl Errand {
    /// One of this node's own.
    pub(super) fn own(method: Method, path: &str) -> Option<Self> {
        Some(Self {
            method,
            path: path.parse().ok()?,
            headers: HeaderMap::new(),
            client: None,
        })
    }
}

/// A path at another node.
pub(super) fn uri(address: &str, path: &PathAndQuery) -> Option<Uri> {
    format!("{}{path}", address.trim_end_matches('/'))
        .parse()
        .ok()
}
