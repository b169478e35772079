//! The text of a hold, written by hand.
//!
//! Each hold is answered with one. What `serde` writes of [`Hold`] is the same, byte by byte, but it asks a formatter for
//! each digit, and looks for what has to be escaped in dates and numbers too: that took a tenth of the whole request.

use super::hold::{Hold, of_areas, of_seats};
use crate::{chart::Label, http::v1::date::Calendar};

/// Most texts are shorter.
const HOLD_BYTES: usize = 512;

/// Whether a byte stands for itself in a JSON text.
const IS_PLAIN: [bool; 256] = {
    let mut is_plain = [true; 256];
    let mut control = 0;
    while control < b' ' {
        is_plain[control as usize] = false;
        control += 1;
    }
    is_plain[b'"' as usize] = false;
    is_plain[b'\\' as usize] = false;
    is_plain
};

/// JSON that is being written.
struct Writer(Vec<u8>);

impl Hold<'_> {
    /// The hold as JSON.
    pub(in crate::http) fn text(&self) -> Vec<u8> {
        let mut text = Writer(Vec::with_capacity(HOLD_BYTES));
        let mut calendar = Calendar::new();
        text.plain(r#"{"id":""#, &self.id.0.digits());
        if let Some(secret) = &self.token {
            text.plain(r#"","token":""#, &secret.0.digits());
        }
        // A name needs no escapes.
        text.plain(r#"","event":""#, self.event.as_bytes());
        if let Some(user) = self.user {
            text.escaped(r#"","user":""#, user);
        }
        if let Some(order) = self.order {
            text.escaped(r#"","order":""#, order);
        }
        text.plain(r#"","state":""#, self.state.as_bytes());
        text.raw(r#"","seats":["#);
        text.list(of_seats(self.seats.0), |text, label| text.label(label));
        text.raw(r#"],"areas":["#);
        text.list(of_areas(self.areas.0), |text, (area, quantity)| {
            text.escaped(r#"{"area":""#, area);
            text.number(
                r#"","quantity":"#,
                u64::try_from(quantity).unwrap_or(u64::MAX),
            );
            text.raw("}");
        });
        text.plain(r#"],"began":""#, &calendar.text(self.began));
        text.plain(r#"","deadline":""#, &calendar.text(self.deadline));
        text.number(r#"","seconds_left":"#, self.seconds_left);
        text.plain(
            r#","extendable_until":""#,
            &calendar.text(self.extendable_until),
        );
        if let Some(booked_at) = self.booked_at {
            text.plain(r#"","booked_at":""#, &calendar.text(booked_at));
        }
        if let Some(ended_at) = self.ended_at {
            text.plain(r#"","ended_at":""#, &calendar.text(ended_at));
        }
        text.number(r#"","lsn":"#, self.lsn);
        text.raw("}");
        text.0
    }
}

impl Writer {
    /// What is JSON as it stands.
    fn raw(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }

    /// JSON up to the beginning of a text, and the text, in which there is nothing to escape. A call for each: inlined it
    /// would be fewer instructions, of which each is fetched from memory once and then not needed again.
    #[inline(never)]
    fn plain(&mut self, before: &str, text: &[u8]) {
        self.raw(before);
        self.0.extend_from_slice(text);
    }

    /// JSON up to the beginning of a text, and the text.
    #[inline(never)]
    fn escaped(&mut self, before: &str, text: &str) {
        self.raw(before);
        if text.bytes().all(|byte| IS_PLAIN[usize::from(byte)]) {
            self.raw(text);
        } else if let Ok(quoted) = serde_json::to_string(text) {
            self.raw(&quoted[1..quoted.len() - 1]);
        }
    }

    #[inline(never)]
    fn number(&mut self, before: &str, number: u64) {
        self.raw(before);
        self.raw(itoa::Buffer::new().format(number));
    }

    fn label(&mut self, label: Label<'_>) {
        self.raw(r#"""#);
        label.pieces(|piece| self.escaped("", piece));
        self.raw(r#"""#);
    }

    fn list<T>(&mut self, items: impl Iterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        for (nth, item) in items.enumerate() {
            if nth > 0 {
                self.raw(",");
            }
            write(self, item);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        chart::Chart,
        clock::ManualClock,
        engine::{Asks, Engine, EngineConfig, EventSpec, HoldKey, Places, State, Told, Want},
        event::{End, How, Name, Rules, Stage, Token, User},
        ids::SeatId,
    };

    const CHART: &str = r#"{"currency": "EUR", "categories": [{"name": "all", "price": 1}],
        "sections": [{"name": "Stalls \"left\"", "category": "all", "rows": [{"label": "\\A", "seats": 3}]}],
        "areas": [{"name": "Floor \"1\"", "capacity": 5, "category": "all"}]}"#;

    /// A hold of two seats and of places in an area, with whatever has to be escaped.
    fn hold() -> (Engine, HoldKey) {
        let engine = Engine::start(EngineConfig::default(), ManualClock::new()).expect("threads");
        let name = Name::new("gala").expect("a name");
        let chart = Chart::from_json(CHART.as_bytes()).expect("a chart");
        let _ = engine.put_chart(name.clone(), chart);
        let told = Told {
            title: "Gala".into(),
            rules: Rules::DEFAULT,
        };
        let _ = engine.create_event(EventSpec {
            chart: name.clone(),
            name,
            told,
            state: State::Open,
        });
        let asks = Asks {
            seats: vec![SeatId::new(2), SeatId::new(0)],
            areas: vec![Places {
                area: 0,
                quantity: 3,
            }],
            ..Asks::default()
        };
        let want = Want {
            user: User::new("a \"d\" \u{1} \\ ä"),
            order: Some(Arc::from("o\n1")),
            asks,
        };
        let event = engine.event("gala").expect("it was made");
        let new = engine.hold(&event, want).expect("the house is empty");
        let key = HoldKey {
            id: new.view.id,
            token: new.token,
        };
        (engine, key)
    }

    #[test]
    fn it_is_what_serde_writes() {
        let (engine, key) = hold();
        let mut view = engine.look(&key).expect("it lives");
        let token = Token::new([0x5a; 16]);
        let at = view.began;
        let how = How::Released;
        for stage in [
            Stage::Held,
            Stage::Booked { at },
            Stage::Ended(End { how, at }),
        ] {
            view.stage = stage;
            for hold in [Hold::of(&view), Hold::with_token(&view, &token)] {
                let by_serde = serde_json::to_string(&hold).expect("JSON");
                assert_eq!(String::from_utf8(hold.text()).expect("UTF-8"), by_serde);
            }
        }
        view.seats.truncate(1);
        (view.user, view.order) = (User::new(&"x".repeat(1_000)), None);
        let hold = Hold::of(&view);
        let by_serde = serde_json::to_vec(&hold).expect("JSON");
        assert_eq!(hold.text(), by_serde);
    }
}
