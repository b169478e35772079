//! The same people at a running server, in real time, over HTTP.
//!
//! One connection, one request at a time, each as soon as its time has come: what is played is the same day, not a load.
//! The two calendars must be in step: a deadline is entered [`SLACK`] before it comes, so that no seat is expected to be
//! somebody's which the server has given to another by right.

use std::{
    cell::RefCell,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use seatlock::{
    chart::Chart,
    engine::HoldKey,
    event::{Token, User},
    ids::{HoldId, SeatId},
};
use serde_json::{Value, json};

use super::{
    scenario::{OrphanRule, Scenario},
    server::{Asked, Confirmed, Granted, Paying, Refusal},
    world::nanos,
};
use crate::http::client::{Answer, Connection, Request, host_of};

/// How much sooner than the server tells a hold counts as over here.
const SLACK: Duration = Duration::from_millis(250);

/// Seats that are withheld in one request.
const BLOCK_SEATS: usize = 64;

/// Where a scenario is played instead of in this process.
#[derive(Debug, Clone, Default)]
pub struct Against {
    /// Such as `http://127.0.0.1:3000`.
    pub url: String,
    /// An administrator's key, if the server asks for keys.
    pub key: Option<String>,
}

/// A server somewhere else, with an event of our own.
#[derive(Debug)]
pub(super) struct Remote {
    host: String,
    bearer: Option<String>,
    connection: RefCell<Option<Connection>>,
    started: Instant,
    event: String,
    chart: Chart,
}

impl Remote {
    /// Makes a chart and an event there that nobody else has.
    pub(super) fn open(
        against: &Against,
        scenario: &Scenario,
        chart: Chart,
        withheld: &[SeatId],
    ) -> Result<Self, String> {
        let mut remote = Self {
            host: host_of(&against.url)?.to_owned(),
            bearer: against.key.as_ref().map(|key| format!("Bearer {key}")),
            connection: RefCell::new(None),
            started: Instant::now(),
            event: format!("on-sale-{}", unix().as_millis()),
            chart,
        };
        let mut body = Vec::new();
        let written = remote.chart.to_json(&mut body);
        written.map_err(|error| error.to_string())?;
        let name = remote.event.clone();
        remote.put(
            &format!("/v1/charts/{name}"),
            &String::from_utf8_lossy(&body),
        )?;
        remote.put(
            &format!("/v1/events/{name}"),
            &event(scenario, &name).to_string(),
        )?;
        for some in withheld.chunks(BLOCK_SEATS) {
            let body = json!({ "seats": remote.labels(some) }).to_string();
            let path = format!("/v1/events/{name}/block");
            let answer = remote.call("POST", &path, None, &body);
            answer
                .filter(Self::is_well)
                .ok_or("seats could not be withheld")?;
        }
        remote.started = Instant::now();
        Ok(remote)
    }

    /// Waits until a moment, and answers with when it is by then.
    pub(super) fn wait_until(&self, at: u64) -> u64 {
        let left = Duration::from_nanos(at.saturating_sub(self.now()));
        if !left.is_zero() {
            thread::sleep(left);
        }
        self.now().max(at)
    }

    fn now(&self) -> u64 {
        nanos(self.started.elapsed())
    }

    pub(super) fn hold(&self, user: &User, seats: &[SeatId], party: u32, required: bool) -> Asked {
        let user = user.text().unwrap_or_default();
        let adjacent = if required { "required" } else { "preferred" };
        let body = if seats.is_empty() {
            json!({ "user": user, "best": [{ "quantity": party, "adjacent": adjacent }] })
        } else {
            json!({ "user": user, "seats": self.labels(seats) })
        };
        let path = format!("/v1/events/{}/holds", self.event);
        let Some(answer) = self.call("POST", &path, None, &body.to_string()) else {
            return Asked::NoAnswer;
        };
        let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if !Self::is_well(&answer) {
            return Asked::Refused(refusal(&told));
        }
        match self.granted(&told) {
            Some(granted) => Asked::Held(granted),
            None => Asked::NoAnswer,
        }
    }

    pub(super) fn pay(&self, key: &HoldKey) -> Paying {
        match self.on_hold(key, "pay", "") {
            Some((true, told)) => self.deadline(&told).map_or(Paying::NoAnswer, Paying::Until),
            Some((false, _)) => Paying::Over,
            None => Paying::NoAnswer,
        }
    }

    pub(super) fn confirm(&self, key: &HoldKey, retake: bool) -> Confirmed {
        let body = if retake {
            r#"{"if_free":"retake"}"#
        } else {
            ""
        };
        match self.on_hold(key, "confirm", body) {
            Some((true, told)) => self
                .seats(&told)
                .map_or(Confirmed::NoAnswer, Confirmed::Booked),
            Some((false, _)) => Confirmed::TooLate,
            None => Confirmed::NoAnswer,
        }
    }

    pub(super) fn release(&self, key: &HoldKey) -> Option<bool> {
        self.on_hold(key, "release", "").map(|(is_well, _)| is_well)
    }

    /// How many seats are sold, by the server's own count.
    pub(super) fn booked(&self) -> Option<u64> {
        let answer = self.call("GET", &format!("/v1/events/{}", self.event), None, "")?;
        let told: Value = serde_json::from_slice(&answer.body).ok()?;
        told["counts"]["booked"].as_u64()
    }

    /// Whether it was granted, and what was told; none: nobody can say.
    fn on_hold(&self, key: &HoldKey, what: &str, body: &str) -> Option<(bool, Value)> {
        let path = format!("/v1/holds/{}/{what}", key.id);
        let answer = self.call("POST", &path, Some(&key.token.reveal()), body)?;
        let told = serde_json::from_slice(&answer.body).unwrap_or_default();
        Some((Self::is_well(&answer), told))
    }

    fn granted(&self, told: &Value) -> Option<Granted> {
        Some(Granted {
            key: HoldKey {
                id: HoldId::parse(told["id"].as_str()?)?,
                token: Token::parse(told["token"].as_str()?)?,
            },
            seats: self.seats(told)?,
            deadline: self.deadline(told)?,
        })
    }

    fn seats(&self, told: &Value) -> Option<Vec<SeatId>> {
        let find = |label: &Value| self.chart.find(label.as_str()?);
        let mut seats: Vec<SeatId> = told["seats"]
            .as_array()?
            .iter()
            .map(find)
            .collect::<Option<_>>()?;
        seats.sort_unstable();
        Some(seats)
    }

    fn deadline(&self, told: &Value) -> Option<u64> {
        let date: jiff::Timestamp = told["deadline"].as_str()?.parse().ok()?;
        let millis = u64::try_from(date.as_millisecond()).ok()?;
        let left = Duration::from_millis(millis)
            .saturating_sub(unix())
            .saturating_sub(SLACK);
        Some(self.now() + nanos(left))
    }

    fn labels(&self, seats: &[SeatId]) -> Vec<String> {
        seats
            .iter()
            .map(|seat| self.chart.label(*seat).to_string())
            .collect()
    }

    fn put(&self, path: &str, body: &str) -> Result<(), String> {
        let answer = self.call("PUT", path, None, body);
        let answer = answer.ok_or_else(|| format!("{} does not answer", self.host))?;
        if Self::is_well(&answer) {
            return Ok(());
        }
        Err(format!(
            "PUT {path}: {} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        ))
    }

    fn is_well(answer: &Answer) -> bool {
        (200..300).contains(&answer.status)
    }

    /// The answer; none: there was none, or the server can't say for now. The connection is made anew after that.
    fn call(&self, method: &str, path: &str, token: Option<&str>, body: &str) -> Option<Answer> {
        let mut connection = self.connection.borrow_mut();
        if connection.is_none() {
            *connection = Connection::open(&self.host).ok();
        }
        let mut headers = Vec::new();
        headers.extend(
            self.bearer
                .as_deref()
                .map(|bearer| ("authorization", bearer)),
        );
        headers.extend(token.map(|token| ("seatlock-token", token)));
        let request = Request {
            method,
            path,
            headers: &headers,
            body,
        };
        let answer = connection
            .as_mut()
            .and_then(|connection| connection.send(&request).ok());
        if answer.as_ref().is_none_or(|answer| answer.closes) {
            *connection = None;
        }
        answer.filter(|answer| answer.status < 500)
    }
}

fn event(scenario: &Scenario, chart: &str) -> Value {
    let rules = &scenario.rules;
    let title: String = scenario.title.chars().take(200).collect();
    json!({
        "chart": chart,
        "title": title,
        "hold_ttl_seconds": rules.hold_ttl.0.as_secs().max(1),
        "hold_longest_seconds": rules.hold_ttl.0.as_secs().max(7_200),
        "paying_seconds": rules.paying.0.as_secs().max(1),
        "hold_seats_max": rules.hold_seats_max,
        "user_seats_max": rules.user_seats_max,
        "user_holds_max": rules.user_holds_max,
        "user_waste_max": rules.user_waste_max,
        "cool_down_seconds": rules.cool_down.0.as_secs(),
        "orphans": match rules.orphans {
            OrphanRule::Allowed => "allowed",
            OrphanRule::Refused => "refused",
        },
    })
}

fn refusal(told: &Value) -> Refusal {
    let kind = told["type"].as_str().unwrap_or_default();
    match kind.rsplit('/').next().unwrap_or_default() {
        "seats-held" | "seats-taken" => Refusal::InTheWay,
        "not-enough-seats" => Refusal::NotEnough,
        "orphans-left" => Refusal::Orphans,
        "cooling-down" => Refusal::Cooling,
        // When time will have helped is in a header, which is not read: who is refused waits as long as people do.
        "user-limit" => Refusal::Over(None),
        _ => Refusal::Other,
    }
}

fn unix() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}
