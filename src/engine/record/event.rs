//! Events as they are written down.
//!
//! ```text
//! version 1, state 1, name, chart name, title, rules
//! alive:   created 8, chart's number 4, seats 4, its lot (4 numbers)
//! closed:  seats of each status (4 numbers)
//!
//! rules:   hold_ttl 8, hold_longest 8, paying 8 (nanoseconds), seats a hold, seats a user, holds a user, waste a user,
//!          cool-down seconds (4 each), opens, closes (maybe 8 each), orphans 1
//! ```

use std::{sync::Arc, time::Duration};

use bytes::Bytes;

use super::super::{
    event::{Event, State, Told},
    registry::ClosedEvent,
};
use crate::{
    event::{Name, OnSale, Orphans, Rules},
    feed::Counts,
    ids::EventId,
    ledger::{Fields, Note, Reading, Unreadable},
    tick::{Date, Ttl},
    venue::Lot,
};

const VERSION: u8 = 1;

/// An event that was alive.
#[derive(Debug)]
pub(crate) struct Seated {
    pub(crate) name: Name,
    pub(crate) chart_name: Name,
    pub(crate) told: Told,
    pub(crate) state: State,
    pub(crate) created: Date,
    pub(crate) chart: u32,
    pub(crate) seats: u32,
    pub(crate) lot: Lot,
}

/// An event that was closed.
#[derive(Debug)]
pub(crate) struct Closed {
    pub(crate) name: Name,
    pub(crate) chart_name: Name,
    pub(crate) told: Told,
    pub(crate) counts: Counts,
}

pub(super) fn write(event: &Event) -> Bytes {
    let told = event.told();
    let fields = begin(event.state(), &event.name, &event.chart_name, &told);
    let lot = event.seats.trail().lot();
    fields
        .date(event.created)
        .number(event.chart_number)
        .number(event.seats.count())
        .number(lot.field.0)
        .number(lot.field.1)
        .number(lot.blocks.0)
        .number(lot.blocks.1)
        .end()
}

impl ClosedEvent {
    /// What is written down of it.
    pub(crate) fn note(&self) -> Note {
        let fields = begin(State::Closed, &self.name, &self.chart_name, &self.told);
        let counts = self.counts.all();
        let value = counts.into_iter().fold(fields, Fields::number).end();
        super::put(super::event_key(self.id), value)
    }
}

/// What is read of an event: alive, or closed.
pub(crate) fn read(value: &[u8]) -> Result<Result<Seated, Closed>, Unreadable> {
    let mut reading = Reading::of_version(value, VERSION)?;
    let reading = &mut reading;
    let state = match reading.byte()? {
        0 => State::Open,
        1 => State::Paused,
        2 => State::Closed,
        _ => return Err(Unreadable::Field("state")),
    };
    let (name, chart_name) = (name(reading)?, name(reading)?);
    let told = Told {
        title: reading.text()?.into(),
        rules: rules(reading)?,
    };
    let event = if state == State::Closed {
        let counts = [
            reading.number()?,
            reading.number()?,
            reading.number()?,
            reading.number()?,
        ];
        Err(Closed {
            name,
            chart_name,
            told,
            counts: Counts::from_all(counts),
        })
    } else {
        Ok(Seated {
            name,
            chart_name,
            told,
            state,
            created: reading.date()?,
            chart: reading.number()?,
            seats: reading.number()?,
            lot: Lot {
                field: (reading.number()?, reading.number()?),
                blocks: (reading.number()?, reading.number()?),
            },
        })
    };
    reading.end()?;
    Ok(event)
}

fn begin(state: State, name: &Name, chart_name: &Name, told: &Told) -> Fields {
    let Rules {
        hold_ttl,
        hold_longest,
        paying,
        hold_seats_max,
        user_seats_max,
        user_holds_max,
        user_waste_max,
        cool_down_seconds,
        on_sale,
        orphans,
    } = told.rules;
    let nanos = |ttl: Ttl| u64::try_from(ttl.span().as_nanos()).unwrap_or(u64::MAX);
    Fields::of_version(VERSION)
        .byte(state as u8)
        .text(name.as_str())
        .text(chart_name.as_str())
        .text(&told.title)
        .long(nanos(hold_ttl))
        .long(nanos(hold_longest))
        .long(nanos(paying))
        .number(hold_seats_max)
        .number(user_seats_max)
        .number(user_holds_max)
        .number(user_waste_max)
        .number(cool_down_seconds)
        .maybe(on_sale.opens, Fields::date)
        .maybe(on_sale.closes, Fields::date)
        .flag(orphans == Orphans::Refused)
}

fn name(reading: &mut Reading<'_>) -> Result<Name, Unreadable> {
    Name::new(reading.text()?).map_err(|_| Unreadable::Field("name"))
}

fn rules(reading: &mut Reading<'_>) -> Result<Rules, Unreadable> {
    Ok(Rules {
        hold_ttl: ttl(reading)?,
        hold_longest: ttl(reading)?,
        paying: ttl(reading)?,
        hold_seats_max: reading.number()?,
        user_seats_max: reading.number()?,
        user_holds_max: reading.number()?,
        user_waste_max: reading.number()?,
        cool_down_seconds: reading.number()?,
        on_sale: OnSale {
            opens: reading.maybe(Reading::date)?,
            closes: reading.maybe(Reading::date)?,
        },
        orphans: if reading.flag()? {
            Orphans::Refused
        } else {
            Orphans::Allowed
        },
    })
}

fn ttl(reading: &mut Reading<'_>) -> Result<Ttl, Unreadable> {
    let span = Duration::from_nanos(reading.long()?);
    Ttl::new(span).map_err(|_| Unreadable::Field("span"))
}

impl Closed {
    pub(crate) fn entry(self, id: EventId) -> Arc<ClosedEvent> {
        let Self {
            name,
            chart_name,
            told,
            counts,
        } = self;
        Arc::new(ClosedEvent {
            id,
            name,
            chart_name,
            told,
            counts,
        })
    }
}
