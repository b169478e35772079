//! Notes as people read them.

use super::{Counters, event, kind, read_answer};
use crate::{
    event::{End, Hold, How, Stage},
    ids::HoldId,
    ledger::{Key, State, Unreadable},
};

/// What a note says, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// What it is about.
    pub kind: &'static str,
    /// Which of them.
    pub id: String,
    /// What it says of it, name by name.
    pub fields: Vec<(&'static str, String)>,
}

/// A note in words. What can't be read is said to be so, and of what nobody here knows only the length is told.
pub fn describe(key: Key, value: &[u8]) -> Described {
    let (kind, id) = match key.kind {
        kind::COUNTERS => ("counters", String::new()),
        kind::CHART => ("chart", key.id.to_string()),
        kind::CHART_NAME => ("chart name", key.id.to_string()),
        kind::EVENT => ("event", key.id.to_string()),
        kind::HOLD => ("hold", hold_id(key)),
        kind::REASON => ("reason", key.id.to_string()),
        kind::ANSWER => ("answer", format!("{:032x}", key.id)),
        kind::CLOCK => ("clock", String::new()),
        _ => ("other", format!("{}/{}", key.kind, key.id)),
    };
    let fields = if value.is_empty() {
        Vec::new()
    } else {
        fields(key, value).unwrap_or_else(|error| vec![("unreadable", error.to_string())])
    };
    Described { kind, id, fields }
}

/// How many seats the event of this name has, if one is alive.
pub fn recorded_seats(state: &State, name: &str) -> Option<u32> {
    state
        .notes()
        .filter(|(key, _)| key.kind == kind::EVENT)
        .filter_map(|(_, value)| event::read(value).ok()?.ok())
        .find(|seated| seated.name.as_str() == name)
        .map(|seated| seated.seats)
}

fn hold_id(key: Key) -> String {
    u64::try_from(key.id).map_or_else(
        |_| key.id.to_string(),
        |id| HoldId::from_bits(id).to_string(),
    )
}

fn fields(key: Key, value: &[u8]) -> Result<Vec<(&'static str, String)>, Unreadable> {
    Ok(match key.kind {
        kind::COUNTERS => {
            let counters = Counters::read(value)?;
            vec![
                ("events", counters.events.to_string()),
                ("charts", counters.charts.to_string()),
            ]
        }
        kind::CHART_NAME | kind::REASON => {
            let text = std::str::from_utf8(value).map_err(|_| Unreadable::Field("text"))?;
            vec![("text", text.to_owned())]
        }
        kind::EVENT => event_fields(value)?,
        kind::HOLD => hold_fields(key, value)?,
        kind::ANSWER => {
            let kept = read_answer(value)?;
            vec![("status", kept.answer.status().to_string())]
        }
        _ => vec![("bytes", value.len().to_string())],
    })
}

fn event_fields(value: &[u8]) -> Result<Vec<(&'static str, String)>, Unreadable> {
    Ok(match event::read(value)? {
        Ok(seated) => vec![
            ("name", seated.name.to_string()),
            ("title", seated.told.title.to_string()),
            ("state", seated.state.name().to_owned()),
            ("chart", seated.chart.to_string()),
            ("seats", seated.seats.to_string()),
            ("first_block", seated.lot.blocks.0.to_string()),
        ],
        Err(closed) => vec![
            ("name", closed.name.to_string()),
            ("title", closed.told.title.to_string()),
            ("state", "closed".to_owned()),
        ],
    })
}

fn hold_fields(key: Key, value: &[u8]) -> Result<Vec<(&'static str, String)>, Unreadable> {
    let id = HoldId::from_bits(u64::try_from(key.id).map_err(|_| Unreadable::Field("id"))?);
    let hold = Hold::recorded(id, value)?;
    let cart = hold.cart();
    let seats: Vec<String> = cart
        .seats
        .iter()
        .map(|taken| taken.seat.get().to_string())
        .collect();
    let stage = match cart.stage {
        Stage::Held => "held",
        Stage::Paying => "paying",
        Stage::Booked { .. } => "booked",
        Stage::Ended(End { how, .. }) => match how {
            How::Released => "released",
            How::Expired => "expired",
            How::Cancelled => "cancelled",
        },
    };
    let user = hold.user().text().unwrap_or("(a long text)");
    Ok(vec![
        ("event", hold.event().get().to_string()),
        ("user", user.to_owned()),
        ("stage", stage.to_owned()),
        ("deadline_nanos", cart.deadline.nanos().to_string()),
        (
            "order",
            cart.order.as_deref().unwrap_or_default().to_owned(),
        ),
        ("seats", seats.join(" ")),
    ])
}
