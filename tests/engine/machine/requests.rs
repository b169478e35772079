//! Requests that need more than a line: each is made of the engine, and the model is told what it said.

use seatlock::{
    engine::{
        ChangeEvent, CloseEvent, CreateEvent, Entry, HoldKey, Part, PutChart, State, Told, Want,
    },
    event::User,
    ids::SeatId,
};

use super::{
    script::{Some as Few, Wanted},
    side_by_side::{EVENTS, SideBySide, USERS},
    translate::{order_of, places, rules_of, text},
};
use crate::{house, model::DEFAULT};

impl SideBySide {
    pub(super) fn put_chart(&mut self) {
        let said = self.engine.put_chart(house::name("house"), house::chart());
        let had = std::mem::replace(&mut self.has_chart, true);
        assert_eq!(
            said,
            if had {
                PutChart::Replaced
            } else {
                PutChart::Created
            }
        );
        assert_eq!(self.engine.chart("house").as_deref(), Some(&house::chart()));
    }

    pub(super) fn create(&mut self, event: usize, rules: usize, state: State) {
        let name = EVENTS[event % EVENTS.len()];
        let said =
            self.engine
                .create_event(house::spec(name, "house", rules_of(name, rules), state));
        match said {
            CreateEvent::NoSuchChart => assert!(!self.has_chart),
            CreateEvent::Exists(Entry::Alive(_)) => assert!(self.model.sale(name).is_some()),
            CreateEvent::Exists(Entry::Closed(_)) => {
                assert!(self.model.sale(name).is_none() && self.was_there(name))
            }
            CreateEvent::Created(event) => {
                assert!(self.has_chart);
                self.model.created(name, &event);
            }
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn change(&mut self, event: usize, rules: usize, state: State) {
        // What has expired is counted by the rules of its time.
        self.settle();
        if let Some((event, sale)) = self.event(event) {
            let rules = rules_of(event.name().as_str(), rules);
            let told = Told {
                title: format!("{rules:?}").into(),
                rules,
            };
            let said = self.engine.change_event(&event, told.clone(), state);
            assert!(matches!(said, ChangeEvent::Changed(_)));
            let sale = &mut self.model.sales[sale];
            (sale.title, sale.rules, sale.state) = (told.title, told.rules, state);
        }
    }

    pub(super) fn close(&mut self, event: usize) {
        let name = EVENTS[event % EVENTS.len()];
        match (self.engine.close_event(name), self.model.sale(name)) {
            (CloseEvent::IsDefault, Some(DEFAULT)) => {}
            (CloseEvent::NoSuchEvent, None) => {}
            (CloseEvent::Closed(closed), sale) => {
                assert_eq!(closed.name.as_str(), name);
                if let Some(sale) = sale {
                    self.model.closed(sale);
                }
            }
            (said, sale) => panic!("{said:?} of {sale:?}"),
        }
    }

    pub(super) fn hold(&mut self, event: usize, user: usize, wanted: &Wanted, order: Option<u8>) {
        let Some((event, sale)) = self.event(event) else {
            return;
        };
        let (user, asked) = (USERS[user % USERS.len()], order_of(event.chart(), wanted));
        let want = Want {
            user: User::new(user),
            order: text(order),
            asks: asked.asks.clone(),
        };
        let said = self.engine.hold(&event, want.clone());
        self.model.held(sale, user, &want, &asked, &said);
    }

    pub(super) fn add(&mut self, hold: usize, wanted: &Wanted) {
        self.settle();
        self.on_hold(hold, |both, hold, key| {
            let asked = order_of(&both.model.sales[both.model.holds[hold].sale].chart, wanted);
            let said = both.engine.add(&key, &asked.asks);
            both.model.added(hold, &asked, &said);
        });
    }

    /// Does something with one of the last holds that have a token.
    pub(super) fn on_hold(&mut self, number: usize, act: impl FnOnce(&mut Self, usize, HoldKey)) {
        let holds = self.model.holds.iter().enumerate().rev();
        let keys: Vec<_> = holds
            .filter_map(|(hold, of)| Some((hold, of.key?)))
            .take(6)
            .collect();
        if let Some((hold, key)) = keys.get(number % keys.len().max(1)) {
            act(self, *hold, *key);
        }
    }

    pub(super) fn part(&self, hold: usize, few: &Few) -> Part {
        let hold = &self.model.holds[hold];
        let chart = &self.model.sales[hold.sale].chart;
        let own = few
            .own
            .iter()
            .filter(|_| !hold.seats.is_empty())
            .map(|place| hold.seats[place % hold.seats.len()]);
        Part {
            seats: own
                .chain(few.any.map(|seat| SeatId::new(seat % chart.seat_count())))
                .collect(),
            areas: places(chart, few.places),
        }
    }
}
