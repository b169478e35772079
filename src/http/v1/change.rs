//! What the body of `PUT /v1/events/{event}` says.

use std::time::Duration;

use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::{
    ask,
    body::Check,
    date,
    problem::{Fault, Problem},
    shape::Text,
    view::{OrphansWord, StateWord},
};
use crate::{
    event::{Orphans, Rules},
    limits::{GROUP_SEATS_MAX, TITLE_CHARS_MAX},
    tick::{Date, Ttl},
};

/// An event that is to be made or changed. What is left out is as usual in a new event, and as before in another.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PutEvent)]
pub(super) struct EventAsk<'a> {
    /// The chart, which a new event needs and an event keeps.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>)]
    chart: Option<Text<'a>>,
    /// What people call it.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 256)]
    title: Option<Text<'a>>,
    /// Whether seats can be held. A closed event stays closed.
    #[serde(default)]
    pub(super) state: Option<StateWord>,
    /// How long a hold lasts, from its beginning and from each extension; usually 600.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 2_592_000)]
    hold_ttl_seconds: Option<u32>,
    /// How long a hold can last altogether; usually 7200.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 2_592_000)]
    hold_longest_seconds: Option<u32>,
    /// How far beyond its deadline a hold reaches that is being paid for; usually 300.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 2_592_000)]
    paying_seconds: Option<u32>,
    /// Seats in one hold; usually 10.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 64)]
    hold_seats_max: Option<u32>,
    /// Seats that one user can hold and have booked together; usually 20.
    #[serde(default)]
    #[schema(format = Int64, minimum = 1, maximum = 4_294_967_295_u32)]
    user_seats_max: Option<u32>,
    /// Holds that one user can have alive at once; usually 10.
    #[serde(default)]
    #[schema(format = Int64, minimum = 1, maximum = 4_294_967_295_u32)]
    user_holds_max: Option<u32>,
    /// Seat-seconds that one user can let go to waste before he has to wait; usually 200000.
    #[serde(default)]
    #[schema(format = Int64, maximum = 4_294_967_295_u32)]
    user_waste_max: Option<u32>,
    /// How long a user can't take a seat again that he has let expire; usually 0.
    #[serde(default)]
    #[schema(format = Int64, maximum = 4_294_967_295_u32)]
    cool_down_seconds: Option<u32>,
    /// When the sale begins; null: it has begun.
    #[serde(borrow, default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    opens: Option<Option<Text<'a>>>,
    /// When the sale ends; null: it does not.
    #[serde(borrow, default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    closes: Option<Option<Text<'a>>>,
    /// Whether single seats may be left by a choice by hand; usually they may.
    #[serde(default)]
    orphans: Option<OrphansWord>,
}

/// Tells null from a field that was left out.
fn given<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<Text<'a>>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Check for EventAsk<'_> {
    fn check(&self, faults: &mut Vec<Fault>) {
        ask::optional(faults, "title", self.title.as_ref(), TITLE_CHARS_MAX);
        let at_least_1 = [
            ("user_seats_max", self.user_seats_max),
            ("user_holds_max", self.user_holds_max),
        ];
        for (field, value) in at_least_1 {
            if value == Some(0) {
                faults.push(Fault::new(field, "must be at least 1"));
            }
        }
        if self
            .hold_seats_max
            .is_some_and(|seats| !(1..=GROUP_SEATS_MAX).contains(&seats))
        {
            let reason = format!("must be from 1 to {GROUP_SEATS_MAX}");
            faults.push(Fault::new("hold_seats_max", reason));
        }
        let mut found = Rules::DEFAULT;
        self.spans(&mut found, faults);
        self.dates(&mut found, faults);
    }
}

impl EventAsk<'_> {
    /// The name of the chart.
    pub(super) fn chart(&self) -> Option<&str> {
        self.chart.as_ref().map(|Text(text)| &**text)
    }

    /// The title.
    pub(super) fn title(&self) -> Option<&str> {
        self.title.as_ref().map(|Text(text)| &**text)
    }

    /// These rules, with what is said put in the place of what was.
    pub(super) fn rules(&self, mut rules: Rules) -> Result<Rules, Problem> {
        let mut faults = Vec::new();
        self.spans(&mut rules, &mut faults);
        self.dates(&mut rules, &mut faults);
        put(&mut rules.hold_seats_max, self.hold_seats_max);
        put(&mut rules.user_seats_max, self.user_seats_max);
        put(&mut rules.user_holds_max, self.user_holds_max);
        put(&mut rules.user_waste_max, self.user_waste_max);
        put(&mut rules.cool_down_seconds, self.cool_down_seconds);
        let orphans = self.orphans.map(|word| match word {
            OrphansWord::Allowed => Orphans::Allowed,
            OrphansWord::Refused => Orphans::Refused,
        });
        put(&mut rules.orphans, orphans);
        if faults.is_empty() {
            Ok(rules)
        } else {
            Err(Problem::invalid(faults))
        }
    }

    fn spans(&self, rules: &mut Rules, faults: &mut Vec<Fault>) {
        let spans = [
            (
                "hold_ttl_seconds",
                self.hold_ttl_seconds,
                &mut rules.hold_ttl,
            ),
            (
                "hold_longest_seconds",
                self.hold_longest_seconds,
                &mut rules.hold_longest,
            ),
            ("paying_seconds", self.paying_seconds, &mut rules.paying),
        ];
        for (field, seconds, rule) in spans {
            match seconds.map(|seconds| Ttl::new(Duration::from_secs(seconds.into()))) {
                None => {}
                Some(Ok(ttl)) => *rule = ttl,
                Some(Err(error)) => faults.push(Fault::new(field, error.to_string())),
            }
        }
    }

    fn dates(&self, rules: &mut Rules, faults: &mut Vec<Fault>) {
        let dates = [
            ("opens", &self.opens, &mut rules.on_sale.opens),
            ("closes", &self.closes, &mut rules.on_sale.closes),
        ];
        for (field, said, rule) in dates {
            match said.as_ref().map(|said| read(said.as_ref())) {
                None => {}
                Some(Ok(date)) => *rule = date,
                Some(Err(reason)) => faults.push(Fault::new(field, reason)),
            }
        }
    }
}

fn read(said: Option<&Text>) -> Result<Option<Date>, &'static str> {
    let Some(Text(text)) = said else {
        return Ok(None);
    };
    let date = date::parse(text).map(Some);
    date.ok_or("must be a date from 1970 to 2554 with an offset, such as 2026-11-22T20:00:00Z")
}

fn put<T>(rule: &mut T, said: Option<T>) {
    if let Some(said) = said {
        *rule = said;
    }
}
