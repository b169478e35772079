//! One call in the document.

use std::collections::BTreeMap;

use utoipa::openapi::{
    HttpMethod, RefOr, Required, Response, ResponseBuilder, Responses, ResponsesBuilder,
    SecurityRequirement,
    content::ContentBuilder,
    header::Header,
    path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem},
    request_body::{RequestBody, RequestBodyBuilder},
    schema::{Object, ObjectBuilder, Ref, Type},
};

use super::{Access, Asked, Body, Call};
use crate::{http::v1::problem::Kind, limits};

/// A key as most clients send it, without quotes: then without the characters that would need them.
const IDEMPOTENCY_KEY: &str = r"^[!#-+\--:<-\[\]-~]+$";

const NAME: &str = "^[a-z0-9][a-z0-9._-]{0,63}$";
const HOLD_ID: &str = "^[0-9a-f]{16}$";

/// What every call can be refused for that the gate looks at.
const BY_THE_GATE: &[Kind] = &[
    Kind::TookTooLong,
    Kind::UnknownApiKey,
    Kind::TooOften,
    Kind::Busy,
    Kind::NoOwner,
    Kind::Fault,
];

/// What every call can be refused for that takes a body.
const BY_ITS_BODY: &[Kind] = &[
    Kind::Malformed,
    Kind::MediaType,
    Kind::TooLong,
    Kind::BodyTooSlow,
    Kind::Invalid,
];

/// What every POST can be refused for.
const BY_ITS_KEY: &[Kind] = &[Kind::KeyInvalid, Kind::KeyReused, Kind::InProgress];

/// What every change can be refused for that is to outlive the server.
const BY_THE_LEDGER: &[Kind] = &[Kind::LedgerFull, Kind::UnknownOutcome];

impl Call {
    /// The call as part of its path's item.
    pub(super) fn item(&self, path: &'static str, method: &'static str) -> PathItem {
        PathItem::new(http_method(method), self.operation(path, method))
    }

    fn operation(&self, path: &'static str, method: &'static str) -> Operation {
        let mut operation = OperationBuilder::new()
            .operation_id(Some(operation_id(path, method)))
            .summary(Some(self.summary))
            .tag(tag(path))
            .request_body(self.takes.as_ref().map(Body::described))
            .responses(self.responses(method));
        for parameter in self.parameters(path, method) {
            operation = operation.parameter(parameter);
        }
        for requirement in self.requirements() {
            operation = operation.security(requirement);
        }
        operation.build()
    }

    fn parameters(&self, path: &str, method: &str) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        if let Some((_, rest)) = path.split_once('{')
            && let Some((name, _)) = rest.split_once('}')
        {
            let pattern = if name == "id" { HOLD_ID } else { NAME };
            let what = if name == "id" {
                "The id of the hold."
            } else {
                "The name."
            };
            parameters.push(parameter(name, ParameterIn::Path, what, matching(pattern)));
        }
        if let Some(Asked {
            name,
            what,
            example,
        }) = &self.asked
        {
            let schema = string().examples([*example]).build();
            let mut asked = parameter(name, ParameterIn::Query, what, schema);
            asked.required = Required::True;
            parameters.push(asked);
        }
        let header = |name, what, schema| parameter(name, ParameterIn::Header, what, schema);
        if method == "post" {
            let what = "Names the request, so that it is carried out once however often it comes.";
            let key = string()
                .min_length(Some(1))
                .max_length(Some(limits::REPEAT_KEY_BYTES_MAX))
                .pattern(Some(IDEMPOTENCY_KEY));
            parameters.push(header("Idempotency-Key", what, key.build()));
        }
        if self.answers.contains_key(&304) {
            let what = "The `ETag` of what the client has already.";
            parameters.push(header("If-None-Match", what, string().build()));
        }
        if self.resumes {
            let what = "The last event's id, from where to go on.";
            parameters.push(header("Last-Event-ID", what, string().build()));
            let after = parameter("after", ParameterIn::Query, what, string().build());
            parameters.push(after);
        }
        parameters
    }

    fn requirements(&self) -> Vec<SecurityRequirement> {
        let key = || SecurityRequirement::new("key", NO_SCOPES);
        match self.access {
            Access::Nobody => Vec::new(),
            Access::Public => vec![SecurityRequirement::default(), key()],
            Access::Sales | Access::Admin => vec![key()],
            // The token can be in the body, if there is one.
            Access::Token if self.takes.is_some() => vec![key().add("token", NO_SCOPES), key()],
            Access::Token => vec![key().add("token", NO_SCOPES)],
        }
    }

    fn responses(&self, method: &str) -> Responses {
        let mut responses = ResponsesBuilder::new();
        for (status, contents) in &self.answers {
            let mut response = ResponseBuilder::new().description(said_of(*status));
            for (media_type, content) in contents {
                response = response.content(*media_type, content.clone());
            }
            if method == "post" {
                let what = "The number of the change, if one was made.";
                response = response.header("Seatlock-Lsn", headed(Type::Integer, what));
            }
            for (name, link) in self.leads.iter().flat_map(|lead| lead.links()) {
                response = response.link(name, link);
            }
            responses = responses.response(status.to_string(), response.build());
        }
        for (status, kinds) in by_status(self.kinds(method)) {
            responses = responses.response(status.to_string(), refusal(status, &kinds));
        }
        responses.build()
    }

    fn kinds(&self, method: &str) -> Vec<Kind> {
        let mut kinds = self.refuses.clone();
        if self.access != Access::Nobody {
            kinds.extend(BY_THE_GATE);
        }
        if !matches!(self.access, Access::Nobody | Access::Public) {
            kinds.extend([Kind::NoApiKey, Kind::RoleTooSmall]);
        }
        if self.takes.is_some() {
            kinds.extend(BY_ITS_BODY);
        }
        if method == "post" {
            kinds.extend(BY_ITS_KEY);
        }
        if method != "get" {
            kinds.extend(BY_THE_LEDGER);
        }
        kinds
    }
}

impl Body {
    fn described(&self) -> RequestBody {
        let required = if self.is_required {
            Required::True
        } else {
            Required::False
        };
        let mut body = RequestBodyBuilder::new().required(Some(required));
        for (media_type, content) in &self.contents {
            body = body.content(*media_type, content.clone());
        }
        body.build()
    }
}

const NO_SCOPES: [&str; 0] = [];

fn by_status(kinds: Vec<Kind>) -> BTreeMap<u16, Vec<Kind>> {
    let mut by_status: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for kind in kinds {
        let of_status = by_status.entry(kind.status().as_u16()).or_default();
        if !of_status.contains(&kind) {
            of_status.push(kind);
        }
    }
    by_status
}

fn refusal(status: u16, kinds: &[Kind]) -> RefOr<Response> {
    let told: Vec<String> = kinds
        .iter()
        .map(|kind| format!("- `{}`: {}", kind.uri(), kind.title()))
        .collect();
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let mut response = ResponseBuilder::new()
        .description(told.join("\n"))
        .content("application/problem+json", content);
    if matches!(status, 429 | 503) {
        let what = "After how many seconds it may be asked again.";
        response = response.header("Retry-After", headed(Type::Integer, what));
    }
    if status == 401 {
        let what = "That a key is needed.";
        response = response.header("WWW-Authenticate", headed(Type::String, what));
    }
    response.build().into()
}

fn parameter(name: &str, place: ParameterIn, what: &str, schema: Object) -> Parameter {
    let required = if place == ParameterIn::Path {
        Required::True
    } else {
        Required::False
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(what))
        .schema(Some(schema))
        .build()
}

fn headed(kind: Type, what: &str) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(kind).build());
    header.description = Some(what.to_owned());
    header
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn matching(pattern: &str) -> Object {
    string().pattern(Some(pattern)).build()
}

const fn said_of(status: u16) -> &'static str {
    match status {
        201 => "It is made.",
        204 => "It is done.",
        304 => "Nothing has changed since the client asked.",
        _ => "As it is now.",
    }
}

fn http_method(method: &str) -> HttpMethod {
    match method {
        "put" => HttpMethod::Put,
        "post" => HttpMethod::Post,
        "delete" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

/// Such as `post-holds-confirm`.
pub(super) fn operation_id(path: &str, method: &str) -> String {
    let words = path.split('/').filter(|part| !matches!(*part, "" | "v1"));
    let named = words.map(|part| if part.starts_with('{') { "one" } else { part });
    named.fold(method.to_owned(), |id, word| id + "-" + word)
}

fn tag(path: &str) -> &str {
    if path.ends_with("/holds") {
        return "holds";
    }
    let mut parts = path.split('/').filter(|part| !matches!(*part, "" | "v1"));
    parts.next().unwrap_or_default()
}
