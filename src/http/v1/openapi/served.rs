//! `/openapi.json`, and `/docs` to read and try it. The page's parts are in this program; nothing is fetched.

use axum::{
    Router,
    http::{HeaderValue, header::CONTENT_TYPE},
    response::Response,
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::http::{
    routes::Api,
    v1::reply::{self, Said},
};

/// The document.
pub(in crate::http::v1) async fn document() -> Response {
    let mut said = Said::new(super::text());
    let media_type = HeaderValue::from_static("application/json");
    said.headers_mut().insert(CONTENT_TYPE, media_type);
    reply::send(Ok(said))
}

/// The page.
pub(in crate::http::v1) fn page() -> Router<Api> {
    let config = Config::from("/openapi.json").try_it_out_enabled(true);
    SwaggerUi::new("/docs").config(config).into()
}
