//! The routes as the server tells them apart: for counting them, and for deciding whom to serve first when it can't
//! serve all. Which handler a request gets is for [`App`](super::App) alone to say.

use axum::http::{Method, Uri};

use super::admission::Urgency::{self, Always, Begin, Finish, Read};
use crate::metrics::RouteIndex;

/// What paths look like, and how urgent it is to change something there. To read is [`Read`], except where nothing is
/// ever changed.
const ROUTES: [(&str, Urgency); 48] = [
    ("/lock/{id}", Begin),
    ("/confirm/{id}", Finish),
    ("/unlock/{id}", Finish),
    ("/seats", Read),
    ("/v1/events/{event}/holds", Begin),
    ("/v1/holds/{id}", Read),
    ("/v1/holds/{id}/confirm", Finish),
    ("/v1/holds/{id}/release", Finish),
    ("/v1/holds/{id}/revoke", Finish),
    ("/v1/holds/{id}/extend", Finish),
    ("/v1/holds/{id}/pay", Finish),
    ("/v1/holds/{id}/add", Begin),
    ("/v1/holds/{id}/give-back", Finish),
    ("/v1/bookings/{id}", Read),
    ("/v1/bookings/{id}/cancel", Finish),
    ("/v1/bookings/{id}/move", Finish),
    ("/v1/events/{event}/seats", Read),
    ("/v1/events/{event}/seat", Read),
    ("/v1/events/{event}/bookings", Read),
    ("/v1/events/{event}/stream", Read),
    ("/v1/events/{event}/chart", Read),
    ("/v1/events/{event}/block", Finish),
    ("/v1/events/{event}/unblock", Finish),
    ("/v1/events/{event}", Finish),
    ("/v1/events", Read),
    ("/v1/charts/{chart}", Begin),
    ("/v1/charts", Read),
    ("/v1/cluster", Always),
    ("/v1/cluster/drain", Always),
    ("/v1/cluster/undrain", Always),
    ("/v1/cluster/pins/{event}", Always),
    ("/v1/cluster/shards/{shard}", Always),
    ("/v1/cluster/shards/{shard}/stream", Read),
    ("/v1/cluster/shards/{shard}/stream/{number}/{event}", Read),
    ("/healthz", Always),
    ("/readyz", Always),
    ("/metrics", Always),
    ("/problems/{name}", Read),
    ("/openapi.json", Read),
    ("/docs", Read),
    ("/docs/{page}", Read),
    ("/docs/{page}/{part}", Read),
    ("/", Read),
    ("/e/{event}", Read),
    ("/admin", Read),
    ("/assets/{version}/{file}", Read),
    ("/assets/{version}/{folder}/{file}", Read),
    ("other", Begin),
];

/// What is none of the others: requests for it are as urgent as new holds, so that a route that was forgotten here
/// still works.
const OTHER: usize = ROUTES.len() - 1;

/// The names of all routes, as labels.
pub(super) const NAMES: [&str; ROUTES.len()] = {
    let mut names = [""; ROUTES.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = ROUTES[at].0;
        at += 1;
    }
    names
};

/// The routes, by how many parts their paths have.
#[derive(Debug)]
pub(super) struct RouteTable {
    by_length: Vec<Vec<Pattern>>,
}

#[derive(Debug)]
struct Pattern {
    parts: Vec<Part>,
    index: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Word(&'static str),
    Anything,
}

impl RouteTable {
    pub(super) fn new() -> Self {
        let mut by_length = Vec::new();
        for (index, (path, _)) in ROUTES[..OTHER].iter().enumerate() {
            let parts: Vec<Part> = path[1..].split('/').map(Part::of).collect();
            let length = parts.len();
            if by_length.len() <= length {
                by_length.resize_with(length + 1, Vec::new);
            }
            by_length[length].push(Pattern { parts, index });
        }
        Self { by_length }
    }

    /// Which route `uri` belongs to. Allocates nothing.
    pub(super) fn find(&self, uri: &Uri) -> RouteIndex {
        let path = uri.path();
        let path = path.strip_prefix('/').unwrap_or(path);
        let length = path.bytes().filter(|byte| *byte == b'/').count() + 1;
        let candidates = self.by_length.get(length).map_or(&[][..], Vec::as_slice);
        let found = candidates.iter().find(|pattern| pattern.fits(path));
        RouteIndex(found.map_or(OTHER, |pattern| pattern.index))
    }
}

/// How urgent a request by `method` for `route` is.
pub(super) fn urgency(method: &Method, route: RouteIndex) -> Urgency {
    let (_, of_changes) = ROUTES[route.0];
    if of_changes != Always && (method == Method::GET || method == Method::HEAD) {
        Read
    } else {
        of_changes
    }
}

impl Pattern {
    fn fits(&self, path: &str) -> bool {
        let mut parts = self.parts.iter().zip(path.split('/'));
        parts.all(|(part, text)| match part {
            Part::Word(word) => *word == text,
            Part::Anything => true,
        })
    }
}

impl Part {
    fn of(text: &'static str) -> Self {
        if text.starts_with('{') {
            Self::Anything
        } else {
            Self::Word(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(path: &'static str) -> &'static str {
        NAMES[RouteTable::new().find(&Uri::from_static(path)).0]
    }

    #[test]
    fn each_route_is_found_by_its_own_pattern() {
        let table = RouteTable::new();
        for path in &NAMES[..OTHER] {
            let concrete = path.replace(['{', '}'], "x");
            let uri = concrete.parse().expect("a path");
            assert_eq!(NAMES[table.find(&uri).0], *path);
        }
    }

    #[test]
    fn what_a_client_makes_up_has_one_name() {
        for path in [
            "/nothing",
            "/lock",
            "/lock/1/2",
            "/v1",
            "/v1/holds/1/2/3/4/5/6/7",
            "/seats/",
            "*",
        ] {
            assert_eq!(name(path), "other", "{path}");
        }
        assert_eq!(name("/lock/7?user=/a/b"), "/lock/{id}");
    }

    #[test]
    fn confirms_come_before_holds_and_holds_before_maps() {
        let table = RouteTable::new();
        let urgency_of = |method: Method, path: &'static str| {
            urgency(&method, table.find(&Uri::from_static(path)))
        };
        for (confirm, hold, map) in [
            ("/confirm/1", "/lock/1", "/seats"),
            (
                "/v1/holds/a/confirm",
                "/v1/events/e/holds",
                "/v1/events/e/seats",
            ),
        ] {
            assert_eq!(urgency_of(Method::POST, confirm), Finish);
            assert_eq!(urgency_of(Method::POST, hold), Begin);
            assert_eq!(urgency_of(Method::GET, map), Read);
        }
        assert_eq!(urgency_of(Method::GET, "/readyz"), Always);
        assert_eq!(urgency_of(Method::GET, "/v1/events/e"), Read);
        assert_eq!(urgency_of(Method::PUT, "/v1/events/e"), Finish);
    }
}
