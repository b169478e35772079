//! A small house on sale, and a few words to ask about it: twenty seats in a row, a lawn of fifty places.

use std::time::Duration;

use seatlock::access::key::Role;
use serde_json::{Value, json};

use super::shop::{Call, Shop, key};
use crate::talk::Reply;

pub(crate) struct Desk(pub(crate) Shop);

/// A hold's id and token.
pub(crate) struct Hold {
    pub(crate) id: String,
    pub(crate) token: String,
}

impl Desk {
    /// With the event `play` on sale, whose holds last a minute and a quarter of an hour at most.
    pub(crate) fn open() -> Self {
        let desk = Self(Shop::open());
        desk.set_up();
        desk
    }

    /// Puts the event on sale.
    pub(crate) fn set_up(&self) {
        let desk = self;
        let chart = json!({
            "categories": [{"name": "gold", "price": 9500}, {"name": "standing"}],
            "sections": [{"name": "Stalls", "category": "gold", "rows": [{"label": "A", "seats": 20}]}],
            "areas": [{"name": "Lawn", "capacity": 50, "category": "standing"}],
        });
        assert_eq!(desk.put("/v1/charts/house", &chart).status, 201);
        let event = json!({"chart": "house", "title": "A play", "hold_ttl_seconds": 60, "hold_longest_seconds": 900});
        assert_eq!(desk.put("/v1/events/play", &event).status, 201);
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.0.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, "", &[])
    }

    pub(crate) fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, "", &[])
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Reply {
        self.send("PUT", path, &body.to_string(), &[])
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &body.to_string(), &[])
    }

    /// By an administrator, who may do everything.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Reply {
        self.0.call(&Call {
            method,
            path,
            key: Some(&key(Role::Admin)),
            headers: headers.to_vec(),
            body,
        })
    }

    /// Asks to hold something for a user.
    pub(crate) fn ask(&self, user: &str, mut what: Value) -> Reply {
        what["user"] = user.into();
        self.post("/v1/events/play/holds", &what)
    }

    /// Holds these seats, which are free.
    pub(crate) fn hold(&self, user: &str, seats: &[&str]) -> Hold {
        let reply = self.ask(user, json!({"seats": seats}));
        assert_eq!(reply.status, 201, "{reply:?}");
        let text = |field: &str| reply.json()[field].as_str().expect("a text").to_owned();
        Hold {
            id: text("id"),
            token: text("token"),
        }
    }

    /// Does something with a hold.
    pub(crate) fn with(&self, hold: &Hold, call: &str, mut body: Value) -> Reply {
        body["token"] = hold.token.as_str().into();
        self.post(&format!("/v1/holds/{}/{call}", hold.id), &body)
    }

    pub(crate) fn look(&self, hold: &Hold) -> Value {
        let path = format!("/v1/holds/{}", hold.id);
        let reply = self.send("GET", &path, "", &[("seatlock-token", &hold.token)]);
        assert_eq!(reply.status, 200);
        reply.json()
    }

    pub(crate) fn seat(&self, label: &str) -> String {
        let seats = self.get("/v1/events/play/seats").json();
        seats["seats"][label].as_str().expect("a status").to_owned()
    }
}

/// That a reply is the problem of this kind and status; gives its JSON.
#[track_caller]
pub(crate) fn problem(reply: &Reply, status: u16, kind: &str) -> Value {
    let json = reply.json();
    assert_eq!(
        (reply.status, &json["type"]),
        (status, &json!(format!("/problems/{kind}"))),
        "{json}"
    );
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(json["status"], status);
    json
}
