//! What a cluster does when nothing goes wrong, beside one node with a ledger in files, in the same run.
//!
//! Clients ask for one thing after the other, each with a seat of his own: hold, confirm, cancel, each answered when it is
//! durable. And what it costs to ask a node that has to ask another: the same requests to the owner and past him.

use std::{
    fmt::Write,
    fs, thread,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use seatlock::ids::SeatId;
use serde_json::json;

use super::{
    ClusterPlan,
    bout::{open, owners, until_done},
    caller::{Attempt, Call, Caller, json as body_of, nanos},
    house::{House, Wires},
    sale::{CHART, EVENTS, Sale},
    verdict::{Broken, Promise},
};
use crate::hall::Hall;

/// Clients at once.
const IN_FLIGHT: [usize; 2] = [64, 256];

/// Seats of each event: one for each client.
const SEATS: u32 = 40;

/// How long clients ask before it counts.
const WARM_UP: Duration = Duration::from_secs(1);

/// How long a client waits.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Requests by which one client measures a hop.
const ALONE: usize = 400;

/// Whom a client asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whom {
    Owner,
    Other,
    Anybody,
}

/// What was measured of one way to ask.
struct Measured {
    changes: u64,
    elapsed: Duration,
    holds: Histogram<u64>,
    confirms: Histogram<u64>,
    /// Processor time of all nodes.
    busy: Duration,
}

/// Three nodes, or one.
struct Shop<'h> {
    house: &'h House,
    sale: Sale,
    owners: Vec<Option<usize>>,
    started: Instant,
}

/// Measures, each for so long, and says what it found.
///
/// # Errors
/// Why it can't.
pub(super) fn figures(plan: &ClusterPlan, each: Duration) -> Result<String, String> {
    let mut text = String::from(
        "hold, confirm, cancel, one after the other; milliseconds
                              at once  holds/s  confirms/s   hold p50     p99  confirm p50     p99
",
    );
    let told = |broken: Broken| broken.to_string();
    let mut single = House::single(plan)?;
    let shop = Shop::open(&single).map_err(told)?;
    for at_once in IN_FLIGHT {
        let measured = shop.measure(at_once, Whom::Owner, each).map_err(told)?;
        row(&mut text, "one node, files", at_once, &measured);
    }
    drop(shop);
    single.close().map_err(told)?;
    drop(single);
    let mut three = House::cluster(plan, Wires::None)?;
    let shop = Shop::open(&three).map_err(told)?;
    for at_once in IN_FLIGHT {
        for (name, whom) in [
            ("three nodes, the owner", Whom::Owner),
            ("three nodes, any of them", Whom::Anybody),
            ("three nodes, never the owner", Whom::Other),
        ] {
            let measured = shop.measure(at_once, whom, each).map_err(told)?;
            row(&mut text, name, at_once, &measured);
        }
    }
    text += &shop.hop().map_err(told)?;
    drop(shop);
    three.close().map_err(told)?;
    Ok(text)
}

fn row(text: &mut String, name: &str, at_once: usize, measured: &Measured) {
    let Measured {
        changes,
        elapsed,
        holds,
        confirms,
        busy,
    } = measured;
    let rate = |count: u64| count as f64 / elapsed.as_secs_f64();
    let millis = |of: &Histogram<u64>, percentile| of.value_at_percentile(percentile) as f64 / 1e6;
    let _ = writeln!(
        text,
        "{name:<30} {at_once:>6} {:>8.0} {:>11.0} {:>10.2} {:>7.1} {:>12.2} {:>7.1}   {:.0} us of the nodes' processor a change",
        rate(holds.len()),
        rate(confirms.len()),
        millis(holds, 50.0),
        millis(holds, 99.0),
        millis(confirms, 50.0),
        millis(confirms, 99.0),
        busy.as_secs_f64() * 1e6 / (*changes).max(1) as f64,
    );
}

impl<'h> Shop<'h> {
    fn open(house: &'h House) -> Result<Self, Broken> {
        let started = Instant::now();
        let hall = Hall::new(SEATS).map_err(|error| Broken::new(Promise::Answers, error))?;
        let sale = Sale::new(1, &hall.into());
        let mut caller = Caller::new(&house.addresses(), TIMEOUT, started);
        let body = sale.hall.body();
        let chart = Call {
            method: "PUT",
            path: format!("/v1/charts/{CHART}"),
            body: body.map_err(|error| Broken::new(Promise::Answers, error))?,
            ..Call::default()
        };
        until_done(&mut caller, &chart)?;
        open(&sale, &mut caller)?;
        // Nodes that have just come share the shards out first.
        let mut known = owners(house, &sale, &mut caller)?;
        loop {
            thread::sleep(WARM_UP);
            let now = owners(house, &sale, &mut caller)?;
            if now == known {
                break;
            }
            known = now;
        }
        Ok(Self {
            house,
            owners: known,
            sale,
            started,
        })
    }

    fn measure(&self, at_once: usize, whom: Whom, each: Duration) -> Result<Measured, Broken> {
        let from = Instant::now() + WARM_UP;
        let until = from + each;
        let (busy, measured) = thread::scope(|scope| {
            let clients = (0..at_once).map(|number| {
                let client = Client::of(self, number, whom);
                scope.spawn(move || client.ask(from, until))
            });
            let clients: Vec<_> = clients.collect();
            thread::sleep(from.saturating_duration_since(Instant::now()));
            let before = self.busy();
            thread::sleep(until.saturating_duration_since(Instant::now()));
            let busy = self.busy().saturating_sub(before);
            let clients = clients.into_iter();
            (
                busy,
                clients
                    .map(thread::ScopedJoinHandle::join)
                    .collect::<Vec<_>>(),
            )
        });
        let mut all = Measured::new();
        for one in measured {
            let panicked = |_| Broken::new(Promise::Answers, "a client has panicked");
            let one = one.map_err(panicked)??;
            all.changes += one.changes;
            for (mine, other) in [
                (&mut all.holds, one.holds),
                (&mut all.confirms, one.confirms),
            ] {
                mine.add(other).expect("all have the same bounds");
            }
        }
        (all.elapsed, all.busy) = (each, busy);
        Ok(all)
    }

    /// What one client waits longer for who has to be asked for by another node.
    fn hop(&self) -> Result<String, Broken> {
        let mut text = String::from(
            "\none client, median, microseconds       the owner   another node   the hop\n",
        );
        let look = |client: &mut Client<'_, '_>| {
            let call = Call {
                method: "GET",
                path: format!("/v1/events/{}/seats", client.event()),
                ..Call::default()
            };
            client.timed(&call).map(|(nanos, _)| nanos)
        };
        let hold = |client: &mut Client<'_, '_>| {
            let (nanos, hold) = client.hold()?;
            client.post(&format!("/v1/holds/{}/release", hold.id), Some(hold.token))?;
            Ok(nanos)
        };
        self.compare("GET of an event's seats", look, &mut text)?;
        self.compare("POST of a hold", hold, &mut text)?;
        Ok(text)
    }

    fn compare(
        &self,
        name: &str,
        act: impl Fn(&mut Client<'_, '_>) -> Result<u64, Broken>,
        text: &mut String,
    ) -> Result<(), Broken> {
        let mut clients = [Whom::Owner, Whom::Other].map(|whom| Client::of(self, 0, whom));
        let mut nanos = [histogram(), histogram()];
        // In turns, so that both meet the same machine.
        for _ in 0..ALONE {
            for (client, nanos) in clients.iter_mut().zip(&mut nanos) {
                nanos.saturating_record(act(client)?);
            }
        }
        let [owner, other] = nanos.map(|nanos| nanos.value_at_percentile(50.0) as f64 / 1e3);
        let hop = other - owner;
        let _ = writeln!(text, "{name:<38} {owner:>9.0} {other:>14.0} {hop:>9.0}");
        Ok(())
    }

    /// The processor time that all nodes have taken.
    fn busy(&self) -> Duration {
        let nodes = self.house.nodes.iter();
        nodes.filter_map(|node| busy(node.id()?)).sum()
    }
}

/// Somebody with a seat of his own.
struct Client<'s, 'h> {
    shop: &'s Shop<'h>,
    caller: Caller,
    event: usize,
    seat: SeatId,
    whom: Whom,
    turn: usize,
}

struct Hold {
    id: String,
    token: String,
}

impl<'s, 'h> Client<'s, 'h> {
    fn of(shop: &'s Shop<'h>, number: usize, whom: Whom) -> Self {
        let seat = u32::try_from(number / EVENTS).unwrap_or_default();
        Self {
            shop,
            caller: Caller::new(&shop.house.addresses(), TIMEOUT, shop.started),
            event: number % EVENTS,
            seat: SeatId::new(seat),
            whom,
            turn: number,
        }
    }

    fn ask(mut self, from: Instant, until: Instant) -> Result<Measured, Broken> {
        let mut measured = Measured::new();
        while Instant::now() < until {
            let (held, hold) = self.hold()?;
            let path = format!("/v1/holds/{}/confirm", hold.id);
            let confirmed = self.post(&path, Some(hold.token))?;
            self.post(&format!("/v1/bookings/{}/cancel", hold.id), None)?;
            let now = Instant::now();
            if now >= from && now < until {
                measured.changes += 3;
                measured.holds.saturating_record(held);
                measured.confirms.saturating_record(confirmed);
            }
        }
        Ok(measured)
    }

    fn event(&self) -> &str {
        &self.shop.sale.events[self.event].name
    }

    fn hold(&mut self) -> Result<(u64, Hold), Broken> {
        let label = self.shop.sale.hall.label(self.seat);
        let call = Call {
            method: "POST",
            path: format!("/v1/events/{}/holds", self.event()),
            body: json!({ "user": "u", "seats": [label] }).to_string(),
            ..Call::default()
        };
        let (nanos, body) = self.timed(&call)?;
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let hold = Hold {
            id: text("id"),
            token: text("token"),
        };
        Ok((nanos, hold))
    }

    fn post(&mut self, path: &str, token: Option<String>) -> Result<u64, Broken> {
        let call = Call {
            method: "POST",
            path: path.to_owned(),
            token,
            ..Call::default()
        };
        self.timed(&call).map(|(nanos, _)| nanos)
    }

    /// How long it took, and what was answered.
    fn timed(&mut self, call: &Call) -> Result<(u64, serde_json::Value), Broken> {
        let node = self.node();
        let sent = Instant::now();
        let attempt = self.caller.attempt(node, call);
        let took = nanos(sent.elapsed());
        match attempt {
            Attempt::Answered(answer) if answer.status < 300 => Ok((took, body_of(&answer))),
            other => {
                let what = format!("{} {} is not answered well", call.method, call.path);
                Err(Broken::new(Promise::Answers, what).with([format!("{other:?}")]))
            }
        }
    }

    fn node(&mut self) -> usize {
        let nodes = self.caller.nodes();
        self.turn += 1;
        let owner = self.shop.owners[self.event].unwrap_or_default();
        match self.whom {
            Whom::Owner => owner,
            Whom::Anybody => self.turn % nodes,
            Whom::Other => (owner + 1 + self.turn % (nodes - 1).max(1)) % nodes,
        }
    }
}

impl Measured {
    fn new() -> Self {
        Self {
            changes: 0,
            elapsed: Duration::ZERO,
            holds: histogram(),
            confirms: histogram(),
            busy: Duration::ZERO,
        }
    }
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_max(nanos(TIMEOUT), 3).expect("3 digits up to 20 seconds")
}

/// The processor time of a process, as Linux tells it, in hundredths of a second.
fn busy(id: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // What comes before is the program's name, in parentheses.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (next()? + next()?)))
}
