//! What came of a simulated on-sale, as it is printed, written as JSON and drawn.

use serde::{Deserialize, Serialize};

use super::scenario::Scenario;
use crate::contention::Contention;

/// Everything that is told of one simulation. It depends on the scenario and the seed alone, to the bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What was played.
    pub scenario: Scenario,
    /// Where all choices came from.
    pub seed: u64,
    /// When it was over, in seconds since the beginning.
    pub ended_at: f64,
    /// The seats, those withheld included.
    pub seats: u32,
    /// Those withheld.
    pub withheld: u32,
    /// When so many of the seats on sale were sold.
    pub sold: Milestones,
    /// What became of the people.
    pub people: People,
    /// What was asked of the server, and how it answered.
    pub requests: Requests,
    /// What became of holds, and of the time for which they kept seats.
    pub holds: HoldsMade,
    /// Bots.
    pub bots: BotsDone,
    /// Late payments.
    pub payments: PaymentsMade,
    /// What the rates have done.
    pub limited: Limited,
    /// How often each promise was checked.
    pub checks: Vec<Check>,
    /// What was broken, if anything.
    pub broken: Option<String>,
    /// Figures, one interval after the other.
    pub series: Series,
    /// How unequally seats were wanted.
    pub contention: Contention,
    /// The house.
    pub house: Picture,
}

/// When so many of the seats on sale were sold, in seconds since the beginning; none: they were not.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Milestones {
    /// For the first time no seat was free: all were sold or held.
    pub nothing_free: Option<f64>,
    /// Half of them.
    pub half: Option<f64>,
    /// Nine of ten.
    pub nine_tenths: Option<f64>,
    /// All but one of a hundred.
    pub ninety_nine: Option<f64>,
    /// All.
    pub all: Option<f64>,
}

/// What became of the people, bots left aside.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct People {
    /// How many came.
    pub came: u64,
    /// How many bought seats.
    pub bought: u64,
    /// How many of these were more than one.
    pub parties: u64,
    /// How many of these sit side by side.
    pub adjacent: u64,
    /// How many held seats at one time, but bought none.
    pub held_only: u64,
    /// How many never held any.
    pub empty_handed: u64,
    /// How many of all were refused so many times: never, once, ...; the last stands for as many or more.
    pub refusals: Vec<u64>,
    /// Refusals a person, on average.
    pub refusals_mean: f64,
    /// From coming to the booking, in seconds, by percentile: 50, 90, 99.
    pub waited: [f64; 3],
}

/// Requests, and how they were answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Requests {
    /// Holds that were granted.
    pub held: u64,
    /// Refused: somebody was faster.
    pub in_the_way: u64,
    /// Refused: too few are free.
    pub not_enough: u64,
    /// Refused: the user has, or has wasted, as much as one may.
    pub over: u64,
    /// Refused: he has let the seat expire just now.
    pub cooling: u64,
    /// Refused: a seat would be left single.
    pub orphans: u64,
    /// Confirms that were granted.
    pub confirmed: u64,
    /// Refused: the hold is over (410).
    pub too_late: u64,
    /// Seats given back.
    pub released: u64,
    /// No answer: the server was down.
    pub unanswered: u64,
    /// Looks at the map that showed too few free seats: no request followed.
    pub saw_nothing: u64,
}

/// Holds, and the seconds for which they kept seats from others, times the seats.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct HoldsMade {
    /// Booked in the end.
    pub paid: u64,
    /// Given back.
    pub released: u64,
    /// Ran out.
    pub expired: u64,
    /// Seat-seconds in holds that were paid for.
    pub paid_seat_seconds: f64,
    /// Seat-seconds in holds that were given back.
    pub released_seat_seconds: f64,
    /// Seat-seconds in holds that ran out: what the TTL costs.
    pub expired_seat_seconds: f64,
    /// Of those that ran out: after their owner had gone.
    pub abandoned_seat_seconds: f64,
}

/// What the bots did.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct BotsDone {
    /// How many there were.
    pub count: u64,
    /// Holds they were granted.
    pub holds: u64,
    /// Their refusals.
    pub refused: u64,
    /// Seats they bought.
    pub seats_bought: u64,
    /// Seat-seconds that they kept.
    pub seat_seconds: f64,
    /// The most seats they had in holds at any sample.
    pub seats_most: u64,
}

/// What became of payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PaymentsMade {
    /// Sent to the provider.
    pub sent: u64,
    /// Declined.
    pub declined: u64,
    /// Went through before the deadline.
    pub in_time: u64,
    /// Went through after the deadline, and the seats were still free.
    pub retaken: u64,
    /// Went through after the deadline, and the seats were not to be had: the money goes back.
    pub lost: u64,
}

/// What the server's rates have done. All of it is nothing if it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Limited {
    /// People's requests, looks at the map included.
    pub people_requests: u64,
    /// Of these, refused as too many.
    pub people_refused: u64,
    /// Bots' requests.
    pub bots_requests: u64,
    /// Of these, refused as too many.
    pub bots_refused: u64,
    /// People who were refused so at least once.
    pub people: u64,
    /// Of these, who left without seats.
    pub people_empty_handed: u64,
    /// Times that somebody had paid, and the booking had to wait.
    pub payments_delayed: u64,
}

/// How often something was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What.
    pub promise: String,
    /// How.
    pub how: String,
    /// How often.
    pub times: u64,
}

/// Figures over time, one interval after the other; all of the same length.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Series {
    /// How long an interval is, in seconds.
    pub interval: f64,
    /// Free seats at its end.
    pub available: Vec<u64>,
    /// Held seats at its end.
    pub held: Vec<u64>,
    /// Of those, in holds of which nobody is thinking any more: abandoned, or a bot's.
    pub idle: Vec<u64>,
    /// Of those, in bots' holds.
    pub by_bots: Vec<u64>,
    /// Sold seats at its end.
    pub booked: Vec<u64>,
    /// People in the shop at its end.
    pub present: Vec<u64>,
    /// People who came in it.
    pub arrivals: Vec<u64>,
    /// Holds granted in it.
    pub holds: Vec<u64>,
    /// Refusals in it.
    pub refusals: Vec<u64>,
    /// Requests in it that were refused as too many.
    pub limited: Vec<u64>,
    /// Bookings in it.
    pub confirms: Vec<u64>,
    /// Holds that ran out in it.
    pub expired: Vec<u64>,
    /// Requests in it that nobody answered.
    pub unanswered: Vec<u64>,
    /// Whether the server was down at its end.
    pub down: Vec<bool>,
}

/// The house as it filled.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Picture {
    /// Where the seats lie: x and y of each as two bytes, little-endian, scaled to the larger extent; in base64.
    pub places: String,
    /// The focal point on the same scale.
    pub focus: [u16; 2],
    /// How often each seat was asked for by name or chosen, and refused or granted, as one byte on a logarithmic scale;
    /// in base64.
    pub wanted: String,
    /// The most that a seat was asked for.
    pub wanted_most: u32,
    /// The states at some moments.
    pub frames: Vec<Frame>,
}

/// The states of all seats at a moment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Frame {
    /// Seconds since the beginning.
    pub at: f64,
    /// Two bits a seat as in the binary seat map (free, held, sold, withheld), first seat lowest; in base64.
    pub states: String,
}
