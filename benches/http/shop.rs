//! An event on sale through `/v1`, what it is asked, and the constant that it is compared with.

use std::{
    io::{self, Write},
    path::Path,
    sync::Arc,
};

use axum::{
    Router,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION},
    },
    routing::post,
};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use seatlock::{
    chart::{Chart, GridPlan},
    clock::BootClock,
    engine::{Archive, CreateEvent, Engine, EngineConfig, EventSpec, State, Told},
    entropy::SystemEntropy,
    event::{Name, Rules},
    http::{self, App, Unlock},
    ledger::{
        file::{FileLedger, Options},
        storage::Disk,
    },
    tick::Ttl,
};

/// Seats of the house where one is asked for by its name: as many as that of the best ones has, and more than are held in
/// a turn, so that each is free when it is asked for. Where four are, there is room for as many holds.
const HOUSE_SEATS: u32 = 100_000;

/// Seats where they are sold, and never free again: more than are sold in all turns together.
const SALE_SEATS: u32 = 1_000_000;

/// From one seat to the next that is asked for. It has no divisor in common with their number, so that all come in turn.
const SEAT_STRIDE: u32 = 61_803;

/// The house whose best seats are asked for: 100,000 seats.
const HOUSE: &str = "sections=20 rows=50 seats=100";

/// Which seats a hold is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// One by its label.
    One,
    /// Four by their labels.
    Four,
    /// The best two that there are.
    Best,
    /// One by its label, and once it is held, that it is booked.
    Sale,
}

/// Whether what is booked is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Nothing outlives the process.
    InMemory,
    /// A confirm is answered when it is durable.
    OnDisk,
}

/// How long a hold lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasts {
    /// For longer than its server is loaded at a stretch. It ends while the others are, and what is measured is to hold.
    BeyondTurn,
    /// For 50 ms: what is measured is to hold, and what the scribe and the reaper do when a hold ends.
    Shortly,
}

impl Lasts {
    /// The TTL of the event.
    pub(crate) fn ttl(self) -> Ttl {
        let ticks = match self {
            Self::BeyondTurn => 100,
            Self::Shortly => 5,
        };
        Ttl::from_ticks(ticks).expect("a valid TTL")
    }
}

impl Wanted {
    /// Which part of the constant's rate a hold is to reach that lasts; a sale on disk, of the rate of one in memory.
    pub(crate) const fn to_constant_min(self) -> f64 {
        match self {
            Self::One => 0.8,
            Self::Four => 0.7,
            Self::Best => 0.6,
            Self::Sale => 0.5,
        }
    }

    /// Seats of the house that is asked.
    pub(crate) const fn seats(self) -> u32 {
        match self {
            Self::One | Self::Best => HOUSE_SEATS,
            Self::Four => 4 * HOUSE_SEATS,
            Self::Sale => SALE_SEATS,
        }
    }
}

/// Asks for seats as one of a million users.
pub(crate) struct Shopper {
    rng: SmallRng,
    seat: u32,
    seats: u32,
}

impl Shopper {
    /// Who asks of a house with so many seats.
    pub(crate) fn of(seats: u32) -> Self {
        Self {
            rng: SmallRng::seed_from_u64(1),
            seat: 0,
            seats,
        }
    }

    /// Writes a request.
    pub(crate) fn ask(&mut self, wanted: Wanted, out: &mut Vec<u8>) -> io::Result<()> {
        let user = self.rng.random_range(0..100_000);
        let wish = match wanted {
            Wanted::One | Wanted::Sale => format!(r#""seats":["{}"]"#, self.next_seat()),
            Wanted::Four => {
                let [a, b, c, d] = [(); 4].map(|()| self.next_seat());
                format!(r#""seats":["{a}","{b}","{c}","{d}"]"#)
            }
            Wanted::Best => r#""best":[{"quantity":2}]"#.to_owned(),
        };
        let body = format!(r#"{{"user":"user-{user}",{wish}}}"#);
        write!(
            out,
            "POST /v1/events/gala/holds HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// `POST /lock` of any of so many seats.
    pub(crate) fn lock(&mut self, seats: u32, out: &mut Vec<u8>) -> io::Result<()> {
        let seat = self.rng.random_range(1..=seats);
        write!(
            out,
            "POST /lock/{seat}?user=ada HTTP/1.1\r\nhost: localhost\r\n\r\n"
        )
    }

    /// All seats in turn, each far from the one before: so each is free when it is asked for.
    fn next_seat(&mut self) -> u32 {
        self.seat = (self.seat + SEAT_STRIDE) % self.seats;
        self.seat + 1
    }
}

/// Asks for what an answer says is held to be booked.
pub(crate) fn confirm(held: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let held = String::from_utf8_lossy(held);
    let field = |name: &str| {
        let (_, value) = held.split_once(&format!(r#""{name}":""#))?;
        value.split_once('"').map(|(value, _)| value)
    };
    let (Some(id), Some(token)) = (field("id"), field("token")) else {
        return Err(io::Error::other("an answer without id and token"));
    };
    write!(
        out,
        "POST /v1/holds/{id}/confirm HTTP/1.1\r\nhost: localhost\r\nseatlock-token: {token}\r\n\
         content-length: 0\r\n\r\n"
    )
}

/// The event on sale, whose holds end.
pub(crate) fn holds(wanted: Wanted, lasts: Lasts) -> App {
    let rules = Rules {
        hold_ttl: lasts.ttl(),
        ..Rules::DEFAULT
    };
    on_sale(wanted, rules, Archive::none())
}

/// The event on sale, whose seats are booked. What is kept is kept in `folder`.
pub(crate) fn sales(kept: Kept, folder: &Path) -> App {
    let archive = match kept {
        Kept::InMemory => Archive::none(),
        Kept::OnDisk => {
            let disk = Disk::open(folder).expect("a folder");
            let opened = FileLedger::open(Box::new(disk), Options::default(), &mut |_progress| {});
            let (ledger, state) = opened.expect("a new ledger");
            Archive::new(Box::new(ledger), state)
        }
    };
    on_sale(Wanted::Sale, Rules::lenient(Ttl::MINUTE), archive)
}

fn on_sale(wanted: Wanted, rules: Rules, archive: Archive) -> App {
    let config = EngineConfig {
        seats: 0,
        ..EngineConfig::default()
    };
    let engine = Engine::start_on(config, BootClock::new(), SystemEntropy, archive);
    let engine = engine.expect("the engine starts");
    let name = Name::new("gala").expect("a name");
    let chart = match wanted {
        Wanted::One | Wanted::Four | Wanted::Sale => Chart::numbered(wanted.seats()),
        Wanted::Best => GridPlan::parse(HOUSE)
            .and_then(|plan| plan.chart())
            .expect("a house"),
    };
    let _new = engine.put_chart(name.clone(), chart);
    let made = engine.create_event(EventSpec {
        chart: name.clone(),
        name,
        told: Told {
            title: "Gala".into(),
            rules,
        },
        state: State::Open,
    });
    assert!(matches!(made, CreateEvent::Created(_)));
    http::app(Arc::new(engine), Unlock::Absent)
}

/// An answer to a hold, header by header and byte by byte, without asking anybody.
pub(crate) fn constant(wanted: Wanted) -> Router {
    let seats = match wanted {
        Wanted::One | Wanted::Sale => r#""123456""#,
        Wanted::Four => r#""123456","234567","345678","456789""#,
        Wanted::Best => r#""10/25/50","10/25/51""#,
    };
    let body: &'static str = Box::leak(
        format!(
            r#"{{"id":"cc1c539b40000001","token":"f8146fa4d0414226477f51bf026b78cb","event":"gala","user":"user-123456","state":"held","seats":[{seats}],"areas":[],"began":"2026-11-22T21:28:10.938Z","deadline":"2026-11-22T21:28:10.990Z","seconds_left":0,"extendable_until":"2026-11-22T23:28:10.940Z","lsn":1234567}}"#
        )
        .into_boxed_str(),
    );
    let answer = async move || {
        (
            StatusCode::CREATED,
            [
                (CONTENT_TYPE.as_str(), "application/json"),
                (CACHE_CONTROL.as_str(), "no-store"),
                (LOCATION.as_str(), "/v1/holds/cc1c539b40000001"),
                ("seatlock-lsn", "1234567"),
            ],
            body,
        )
    };
    Router::new().route("/v1/events/{event}/holds", post(answer))
}
