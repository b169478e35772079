//! The description of the API, OpenAPI 3.1, made from the table of calls and from the types of their bodies.
//!
//! | file | what it is |
//! |---|---|
//! | `operation` | one call |
//! | `lead` | where a client goes on from its answer |
//! | `chart_text`, `texts` | bodies that no type here describes |
//! | `served` | the document and the page to read it, served |

pub(super) mod chart_text;
pub(super) mod lead;
mod operation;
pub(super) mod served;
pub(super) mod texts;

use std::{collections::BTreeMap, sync::LazyLock};

use bytes::Bytes;
use utoipa::{
    ToSchema,
    openapi::{
        ComponentsBuilder, InfoBuilder, OpenApiBuilder, PathsBuilder, RefOr, Schema,
        content::{Content, ContentBuilder},
        path::PathItem,
        schema::Ref,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{calls, problem, problem::Kind};
use lead::Lead;

/// Who may make a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody; nobody is looked at.
    Nobody,
    /// Anybody, with a key or without.
    Public,
    /// Whoever may hold and book.
    Sales,
    /// They too, with the token of the hold.
    Token,
    /// Whoever may do everything.
    Admin,
}

/// What is said of a call beyond its path and method.
pub(super) struct Call {
    access: Access,
    summary: &'static str,
    takes: Option<Body>,
    answers: BTreeMap<u16, BTreeMap<&'static str, Content>>,
    refuses: Vec<Kind>,
    resumes: bool,
    asked: Option<Asked>,
    leads: Option<Lead>,
    schemas: Vec<(String, RefOr<Schema>)>,
}

/// What a call is asked in its query.
struct Asked {
    name: &'static str,
    what: &'static str,
    example: &'static str,
}

/// What a request's body can be.
struct Body {
    contents: Vec<(&'static str, Content)>,
    is_required: bool,
}

const JSON: &str = "application/json";

impl Call {
    /// A call that takes no body and can't go wrong.
    pub(super) fn new(access: Access, summary: &'static str) -> Self {
        Self {
            access,
            summary,
            takes: None,
            answers: BTreeMap::new(),
            refuses: Vec::new(),
            resumes: false,
            asked: None,
            leads: None,
            schemas: Vec::new(),
        }
    }

    /// With a JSON body.
    pub(super) fn takes<T: ToSchema>(mut self) -> Self {
        let content = self.content::<T>();
        self.takes = Some(Body {
            contents: vec![(JSON, content)],
            is_required: true,
        });
        self
    }

    /// With a JSON body that can be left out.
    pub(super) fn may_take<T: ToSchema>(self) -> Self {
        let mut call = self.takes::<T>();
        if let Some(body) = &mut call.takes {
            body.is_required = false;
        }
        call
    }

    /// Or with a body of another type.
    pub(super) fn or_takes(mut self, media_type: &'static str, content: Content) -> Self {
        if let Some(body) = &mut self.takes {
            body.contents.push((media_type, content));
        }
        self
    }

    /// With a JSON answer.
    pub(super) fn answers<T: ToSchema>(mut self, status: u16) -> Self {
        let content = self.content::<T>();
        self.or(status, JSON, content)
    }

    /// Or with an answer of another type.
    pub(super) fn or(mut self, status: u16, media_type: &'static str, content: Content) -> Self {
        self.answers
            .entry(status)
            .or_default()
            .insert(media_type, content);
        self
    }

    /// Or with an answer that has no body.
    pub(super) fn answers_nothing(mut self, status: u16) -> Self {
        self.answers.entry(status).or_default();
        self
    }

    /// From where a client was before.
    pub(super) fn resumes(mut self) -> Self {
        self.resumes = true;
        self
    }

    /// With a parameter of the query that has to be there.
    pub(super) fn asked(
        mut self,
        name: &'static str,
        what: &'static str,
        example: &'static str,
    ) -> Self {
        self.asked = Some(Asked {
            name,
            what,
            example,
        });
        self
    }

    /// And what comes after.
    pub(super) fn leads(mut self, lead: Lead) -> Self {
        self.leads = Some(lead);
        self
    }

    /// Or with one of these problems, besides those that every such call has.
    pub(super) fn refuses(mut self, kinds: &[Kind]) -> Self {
        self.refuses.extend(kinds);
        self
    }

    fn content<T: ToSchema>(&mut self) -> Content {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        let reference = Ref::from_schema_name(T::name());
        ContentBuilder::new().schema(Some(reference)).build()
    }
}

/// The document's text. It is the same for as long as the process lives.
pub(super) fn text() -> Bytes {
    static TEXT: LazyLock<Bytes> = LazyLock::new(|| {
        let text = document().to_json();
        // Texts, numbers and maps are always JSON.
        Bytes::from(text.unwrap_or_default())
    });
    TEXT.clone()
}

fn document() -> utoipa::openapi::OpenApi {
    let mut paths = PathsBuilder::new();
    let mut components = ComponentsBuilder::new();
    let mut of_problems = Vec::new();
    problem::schemas(&mut of_problems);
    components = components.schemas_from_iter(of_problems);
    let mut items: BTreeMap<&str, PathItem> = BTreeMap::new();
    for (path, method, call) in calls::described() {
        components = components.schemas_from_iter(call.schemas.iter().cloned());
        let item = call.item(path, method);
        match items.get_mut(path) {
            Some(other) => other.merge_operations(item),
            None => drop(items.insert(path, item)),
        }
    }
    for (path, item) in items {
        paths = paths.path(path, item);
    }
    OpenApiBuilder::new()
        .info(info())
        .paths(paths.build())
        .components(Some(secured(components).build()))
        .build()
}

fn info() -> utoipa::openapi::Info {
    let text = "Holds seats for buyers while they pay, confirms or releases them, and never sells a seat twice. \
                Every refusal is a problem (RFC 9457) whose type is explained below `/problems/`.";
    InfoBuilder::new()
        .title("Seatlock")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(text))
        .build()
}

fn secured(components: ComponentsBuilder) -> ComponentsBuilder {
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API key of this server."))
        .build();
    let token = ApiKeyValue::with_description("Seatlock-Token", "The token of the hold.");
    components
        .security_scheme("key", SecurityScheme::Http(key))
        .security_scheme("token", SecurityScheme::ApiKey(ApiKey::Header(token)))
}
