//! `GET /problems/{name}`: what a kind of problem means.

use axum::{
    http::{HeaderValue, Uri, header::CONTENT_TYPE},
    response::Response,
};
use bytes::Bytes;

use super::{
    problem::{Kind, Problem},
    reply::{self, Said},
};

/// The text that explains the kind whose URI was asked for.
pub(super) async fn problem(uri: Uri) -> Response {
    let kind = Kind::ALL.iter().find(|kind| kind.uri() == uri.path());
    reply::send(match kind {
        None => Err(Problem::new(Kind::NoSuchPath)),
        Some(kind) => Ok(text(*kind)),
    })
}

fn text(kind: Kind) -> Said {
    let (status, title, text) = (kind.status().as_u16(), kind.title(), kind.text());
    let text = format!("{title} ({status})\n\n{text}\n");
    let mut said = Said::new(Bytes::from(text));
    let media_type = HeaderValue::from_static("text/plain; charset=utf-8");
    said.headers_mut().insert(CONTENT_TYPE, media_type);
    said
}
