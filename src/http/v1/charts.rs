//! Charts: `/v1/charts`.

use std::io;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT, CONNECTION, CONTENT_TYPE, VARY},
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::Serialize;
use tokio::{task::spawn_blocking, time::timeout};
use utoipa::ToSchema;

use super::{
    body::{self, MediaType},
    durable,
    gate::{Admin, Public},
    path::Named,
    preference,
    problem::{Kind, Problem},
    reply::{self, Said},
    view::ChartLine,
};
use crate::{
    chart::{Chart, ImportErrors},
    engine::PutChart,
    event::Name,
    http::routes::Api,
    limits,
};

/// A chart of so many bytes or fewer is read at once; a longer one on a thread that serves nobody else.
const AT_ONCE_BYTES_MAX: usize = 64 * 1024;

/// All charts.
#[derive(Serialize, ToSchema)]
pub(super) struct Charts {
    /// By name.
    charts: Vec<ChartLine>,
}

/// `GET /v1/charts`
pub(super) async fn list(State(api): State<Api>, Public(_): Public) -> Response {
    let charts = api.engine().charts();
    let charts = charts
        .iter()
        .map(|(name, chart)| ChartLine::of(name, chart));
    let charts = Charts {
        charts: charts.collect(),
    };
    reply::send(Ok(reply::json(StatusCode::OK, &charts)))
}

/// `GET /v1/charts/{chart}`
pub(super) async fn show(
    State(api): State<Api>,
    Public(_): Public,
    named: Named,
    asked: HeaderMap,
) -> Response {
    match api.engine().chart(named.as_str()) {
        Some(chart) => exported(&asked, &chart),
        None => Problem::new(Kind::NoSuchChart).answer(),
    }
}

/// `PUT /v1/charts/{chart}`. The body is not taken in before it is clear that it may be sent.
pub(super) async fn put(State(api): State<Api>, request: Request) -> Response {
    let (mut head, body) = request.into_parts();
    let admitted = Admin::from_request_parts(&mut head, &api).await;
    let named = match admitted {
        Ok(Admin(_)) => Named::from_request_parts(&mut head, &api).await,
        Err(denied) => Err(denied.into_response()),
    };
    let named = match named {
        Ok(named) => named,
        Err(refusal) => return last(refusal),
    };
    match take_in(&api, &named, &head.headers, body).await {
        Ok(said) => reply::send(Ok(said)),
        Err(problem) => last(problem.answer()),
    }
}

/// `DELETE /v1/charts/{chart}`
pub(super) async fn remove(State(api): State<Api>, Admin(_): Admin, named: Named) -> Response {
    let remove = || match api.engine().remove_chart(named.as_str()) {
        true => Ok(reply::nothing()),
        false => Err(Problem::new(Kind::NoSuchChart)),
    };
    let removed = durable::there_is_room(api.engine()).and_then(|()| remove());
    reply::send(durable::settled(api.engine(), removed).await)
}

/// Whether a chart is to be CSV rather than JSON.
pub(super) fn is_csv_preferred(asked: &HeaderMap) -> bool {
    let weight = |name| preference::of(asked, &ACCEPT, name);
    let csv = weight("text/csv").unwrap_or_default();
    csv > 0 && csv >= weight("application/json").unwrap_or_default()
}

/// The chart as CSV for who prefers it, and as JSON.
pub(super) fn exported(asked: &HeaderMap, chart: &Chart) -> Response {
    let is_csv = is_csv_preferred(asked);
    let mut text = Vec::new();
    // A vector takes all of it.
    let written: io::Result<()> = if is_csv {
        chart.to_csv(&mut text)
    } else {
        chart.to_json(&mut text)
    };
    drop(written);
    let mut said = Said::new(Bytes::from(text));
    let media_type = if is_csv {
        "text/csv"
    } else {
        "application/json"
    };
    let headers = said.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    reply::send(Ok(said))
}

async fn take_in(
    api: &Api,
    named: &Named,
    asked: &HeaderMap,
    body: axum::body::Body,
) -> Result<Said, Problem> {
    let name = named.new_name()?;
    let media_type = body::media_type(asked).ok_or(Problem::new(Kind::MediaType))?;
    // Held to the end: so many bodies, and the charts that are made of them, are in memory at once and no more.
    let _place = api
        .imports()
        .try_acquire()
        .map_err(|_full| Problem::busy())?;
    let gathered = body::gather(body, limits::CHART_BYTES_MAX);
    let text = timeout(limits::CHART_BODY_TIMEOUT, gathered)
        .await
        .map_err(|_elapsed| Problem::new(Kind::BodyTooSlow))??;
    let chart = read(media_type, text).await?;
    durable::there_is_room(api.engine())?;
    durable::settled(api.engine(), put_chart(api, name, chart)).await
}

async fn read(media_type: MediaType, text: Bytes) -> Result<Chart, Problem> {
    let read = move |text: Bytes| -> Result<Chart, ImportErrors> {
        match media_type {
            MediaType::Json => Chart::from_json(&text),
            MediaType::Csv => Chart::from_csv(&text),
        }
    };
    let read = if text.len() <= AT_ONCE_BYTES_MAX {
        read(text)
    } else {
        let reading = spawn_blocking(move || read(text)).await;
        reading.map_err(|_panicked| Problem::new(Kind::Fault))?
    };
    read.map_err(|errors| Problem::chart(&errors))
}

fn put_chart(api: &Api, name: Name, chart: Chart) -> Result<Said, Problem> {
    let line = ChartLine::of(&name, &chart);
    let outcome = api.engine().put_chart(name, chart);
    match Problem::put_chart(outcome) {
        Some(problem) => Err(problem),
        None if outcome == PutChart::Created => Ok(reply::json(StatusCode::CREATED, &line)),
        None => Ok(reply::json(StatusCode::OK, &line)),
    }
}

/// An answer after which the connection is closed, because the rest of the body may not have been read.
fn last(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}
