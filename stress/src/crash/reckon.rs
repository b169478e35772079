//! The reckoning after a restart: is everything there, and nothing that must not be?

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{
    Fate,
    clerk::Clerk,
    cut::{self, Ranges},
    deed::EVENTS,
    face::Stage,
    follow::{Compared, Follower},
    look::Lost,
    run::Run,
    seats::{self, Ghost},
    time::Gap,
    verdict::{Broken, Promise},
};
use crate::{
    process::End,
    streams::{client::Map, line},
};

/// How long the reaper and the followers may take to show what is so.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

impl Run<'_> {
    /// Looks at everything, and judges it.
    pub(super) fn reckon(&mut self, fate: Fate, gap: &Gap) -> Result<(), Broken> {
        let maps = self.maps()?;
        self.each(|clerk| clerk.look(&maps))?;
        let mut all = Vec::new();
        for clerk in &mut self.clerks {
            all.push(clerk.judge(gap)?);
        }
        let cut = self.cut(fate, &all)?;
        let bookings = |clerk: &Clerk| {
            let seen = clerk
                .records
                .iter()
                .filter_map(|record| record.seen.as_ref());
            seen.filter(|(face, _)| face.stage == Stage::Booked).count()
        };
        let bookings: usize = self.clerks.iter().map(bookings).sum();
        self.figures.bookings_checked += u64::try_from(bookings).unwrap_or(u64::MAX);
        let mut lost = Lost::default();
        for clerk in &mut self.clerks {
            lost.add(clerk.settle(cut, gap.ended));
        }
        self.figures.changes_lost += lost.changes;
        self.figures.holds_lost += lost.holds;
        let oldest = &mut self.figures.oldest_lost_millis;
        *oldest = lost.oldest.max(*oldest);
        self.each(|clerk| clerk.ask_again(cut))?;
        for clerk in &mut self.clerks {
            clerk.turn_the_page(cut);
        }
        for at in 0..self.clerks.len() {
            let nameless = self.clerks[at].take_up(gap)?;
            let ghosts = nameless.into_iter().map(|birth| Ghost {
                event: birth.event,
                seats: birth.seats,
            });
            self.ghosts.extend(ghosts);
        }
        self.compare_seats()
    }

    /// Where the order of all changes was cut.
    fn cut(&mut self, fate: Fate, all: &[Vec<Ranges>]) -> Result<u64, Broken> {
        let last = |of: fn(&Clerk) -> u64| self.clerks.iter().map(of).max().unwrap_or_default();
        let (durable, told) = (last(|clerk| clerk.durable), last(|clerk| clerk.told));
        let cut = cut::find(all.iter().flatten(), durable)
            .map_err(|place| self.torn(Promise::Prefix, all, place, durable))?;
        if fate.end == End::Kill {
            return Ok(cut);
        }
        let records = self.clerks.iter().flat_map(|clerk| &clerk.records);
        let changes = records.map(|record| record.versions.len() - 1).sum();
        self.checks.add(Promise::Stop, changes);
        cut::find(all.iter().flatten(), told)
            .map_err(|place| self.torn(Promise::Stop, all, place, told))
    }

    /// Who does not agree that the cut is at `place`.
    fn torn(&self, promise: Promise, all: &[Vec<Ranges>], place: u64, from: u64) -> Broken {
        let mut stories = Vec::new();
        for (clerk, of_clerk) in self.clerks.iter().zip(all) {
            let records = clerk.records.iter().filter(|record| record.seen.is_some());
            for (record, ranges) in records.zip(of_clerk) {
                if !ranges.iter().any(|range| range.contains(&place)) {
                    stories.extend(record.story(&self.hall));
                }
            }
        }
        let what = format!(
            "no place in the order of all changes, from {from} on, explains what is there; \
             nearest is {place}, and these are not as they were there"
        );
        // A promise about durability, if that is what was lost.
        let is_early = cut::find(all.iter().flatten(), 0).is_ok();
        let promise = match promise {
            Promise::Prefix if is_early => Promise::Durable,
            other => other,
        };
        Broken::new(promise, what).with(stories)
    }

    /// Has all clerks do something at the same time.
    fn each(
        &mut self,
        work: impl Fn(&mut Clerk) -> Result<(), Broken> + Sync,
    ) -> Result<(), Broken> {
        let work = &work;
        let done: Vec<_> = thread::scope(|scope| {
            let clerks = self.clerks.iter_mut();
            let threads: Vec<_> = clerks
                .map(|clerk| scope.spawn(move || work(clerk)))
                .collect();
            threads
                .into_iter()
                .map(thread::ScopedJoinHandle::join)
                .collect()
        });
        for done in done {
            done.map_err(|_| self.server.broken("a clerk has panicked"))??;
        }
        Ok(())
    }

    fn maps(&self) -> Result<Vec<Map>, Broken> {
        EVENTS
            .iter()
            .map(|rules| {
                let path = format!("/v1/events/{}/seats", rules.name);
                let map = self
                    .runtime
                    .block_on(line::map(self.server.address(), &path));
                map.map_err(|error| self.server.broken(&format!("its map: {error}")))
            })
            .collect()
    }

    /// Compares the maps with the journals, until what has just expired has been reclaimed.
    fn compare_seats(&mut self) -> Result<(), Broken> {
        let began = Instant::now();
        loop {
            let maps = self.maps()?;
            let mut mismatches = Vec::new();
            for (event, map) in maps.iter().enumerate() {
                let (clerks, ghosts) = (&self.clerks, &mut self.ghosts);
                mismatches.extend(seats::compare(event, map, clerks, ghosts, &self.hall));
            }
            let Some(first) = mismatches.first() else {
                let seats = self.hall.seats() as usize * EVENTS.len();
                self.checks.add(Promise::OneOwner, seats);
                return Ok(());
            };
            if began.elapsed() > PATIENCE {
                let others = format!("{} seats in all do not fit", mismatches.len());
                let broken = Broken::new(Promise::OneOwner, first.what.clone());
                return Err(broken.with(first.claims.clone()).with([others]));
            }
            thread::sleep(PAUSE);
            self.each(Clerk::look_again)?;
        }
    }

    pub(super) fn compare_streams(&mut self, begun: &[u64]) -> Result<(), Broken> {
        let began = Instant::now();
        loop {
            let maps = self.maps()?;
            let compared = self.followers.iter().zip(&maps).zip(begun);
            let compared: Vec<Compared> = compared
                .map(|((follower, map), begun)| follower.compare(map, *begun))
                .collect();
            for compared in &compared {
                if let Compared::Wrong(wrong) = compared {
                    return Err(Broken::new(Promise::Stream, wrong.clone()));
                }
            }
            if compared.iter().all(|compared| *compared == Compared::Same) {
                self.checks.add(Promise::Stream, compared.len());
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                let places = self.followers.iter().map(Follower::place);
                let positions = maps
                    .iter()
                    .map(|map| format!("the map: {}", map.position()));
                let what = "a follower does not come to the server's map";
                let broken = Broken::new(Promise::Stream, what);
                return Err(broken.with(places).with(positions));
            }
            thread::sleep(PAUSE);
        }
    }
}
