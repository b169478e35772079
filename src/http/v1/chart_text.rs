//! The JSON of an event's chart, compressed once for all who ask: a chart never changes, and at the beginning of a sale
//! everybody wants it.
//!
//! What is kept is a tenth of the text, for as long as the event lives, from the first time that somebody asks for it.

use std::{
    io::{self, Write as _},
    sync::{Arc, OnceLock},
};

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_TYPE},
    },
    response::Response,
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use super::{
    availability::{coding, has_already, with_headers},
    problem::{Kind, Problem},
    seat_text::Coding,
};
use crate::chart::Chart;

/// The text of a chart, once it has been asked for.
#[derive(Debug)]
pub(super) struct ChartText {
    chart: Arc<Chart>,
    packed: OnceLock<Packed>,
}

#[derive(Debug)]
struct Packed {
    gzip: Bytes,
    /// Of the text before it was compressed.
    digest: u64,
}

impl ChartText {
    pub(super) fn new(chart: Arc<Chart>) -> Self {
        Self {
            chart,
            packed: OnceLock::new(),
        }
    }

    /// The answer to who asked with these headers. The first one waits while the text is made, on a thread that serves
    /// nobody else.
    pub(super) async fn answer(self: Arc<Self>, asked: &HeaderMap) -> Response {
        if self.packed.get().is_none() {
            let text = Arc::clone(&self);
            let made = spawn_blocking(move || {
                text.packed();
            })
            .await;
            if made.is_err() {
                return Problem::new(Kind::Fault).answer();
            }
        }
        let Packed { gzip, digest } = self.packed();
        let coding = coding(asked);
        let tag = match coding {
            Coding::Identity => format!("\"{digest:016x}\""),
            Coding::Gzip => format!("\"{digest:016x}.gz\""),
        };
        if has_already(asked, &tag) {
            return with_headers(StatusCode::NOT_MODIFIED, Body::empty(), &tag);
        }
        let body = match coding {
            Coding::Identity => Bytes::from(self.plain()),
            Coding::Gzip => gzip.clone(),
        };
        let mut answer = with_headers(StatusCode::OK, Body::from(body), &tag);
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if coding == Coding::Gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        answer
    }

    fn plain(&self) -> Vec<u8> {
        let mut text = Vec::new();
        // A vector takes all of it.
        let _: io::Result<()> = self.chart.to_json(&mut text);
        text
    }

    fn packed(&self) -> &Packed {
        self.packed.get_or_init(|| {
            let text = self.plain();
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            // A vector takes all of it.
            let _ = encoder.write_all(&text);
            let mut digest = [0; 8];
            digest.copy_from_slice(&Sha256::digest(&text)[..8]);
            Packed {
                gzip: encoder.finish().unwrap_or_default().into(),
                digest: u64::from_be_bytes(digest),
            }
        })
    }
}
