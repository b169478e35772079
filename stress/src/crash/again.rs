//! A clerk after a restart: sends again what he has sent before.

use std::mem;

use serde_json::Value;

use super::{
    clerk::Clerk,
    cut,
    deed::Deed,
    face::Face,
    journal::{Birth, Kept, Pending, Record, Subject, Version},
    look::unanswered,
    time::{self, Gap},
    verdict::{Broken, Promise},
};
use crate::http::client::Answer;

/// Answers of one life that are asked for again after it, and of all lives before.
const KEPT_MAX: usize = 200;
const KEPT_BEFORE_MAX: usize = 40;

impl Clerk {
    /// Asks again for answers that must be there: given under a key, for changes up to the cut.
    pub(super) fn ask_again(&mut self, cut: u64) -> Result<(), Broken> {
        let mut kept = mem::take(&mut self.kept);
        kept.retain(|kept| kept.lsn <= cut);
        let mut kept = kept.split_off(kept.len().saturating_sub(KEPT_MAX));
        let before = mem::take(&mut self.kept_before);
        for kept in before.iter().chain(&kept) {
            self.must_be_replayed(kept)?;
        }
        self.checks.add(Promise::Replays, before.len() + kept.len());
        kept.truncate(KEPT_BEFORE_MAX / 4);
        self.kept_before = kept
            .into_iter()
            .chain(before)
            .take(KEPT_BEFORE_MAX)
            .collect();
        Ok(())
    }

    fn must_be_replayed(&mut self, kept: &Kept) -> Result<(), Broken> {
        let answer = self.send(&kept.call);
        let answer = answer.map_err(|error| unanswered(&kept.call.path, &error))?;
        let is_same = answer.status == kept.status && answer.body == kept.body;
        if answer.is_replayed && is_same {
            return Ok(());
        }
        let what = if answer.is_replayed {
            "a repeated request is answered otherwise than the first time"
        } else {
            "a repeated request is carried out again"
        };
        Err(Broken::new(Promise::Replays, what).with([
            format!("asked: {:?}, change {}", kept.call, kept.lsn),
            format!("answered: {} {}", kept.status, text(&kept.body)),
            format!("now: {} {}", answer.status, text(&answer.body)),
        ]))
    }

    /// Sends again what was under way and has a key. Answers with the holds that were asked for without one: whether
    /// they were made only the map can tell.
    pub(super) fn take_up(&mut self, gap: &Gap) -> Result<Vec<Birth>, Broken> {
        for at in 0..self.records.len() {
            if let Some(pending) = self.records[at].pending.take()
                && pending.call.key.is_some()
            {
                self.take_up_change(at, &pending, gap)?;
            }
        }
        self.records.retain(|record| *record.face() != Face::ABSENT);
        let (named, nameless) = mem::take(&mut self.births)
            .into_iter()
            .partition(|birth: &Birth| birth.call.key.is_some());
        for birth in named {
            self.take_up_birth(&birth)?;
        }
        Ok(nameless)
    }

    fn take_up_change(&mut self, at: usize, pending: &Pending, gap: &Gap) -> Result<(), Broken> {
        self.checks.add(Promise::Once, 1);
        let answer = self.send(&pending.call);
        let answer = answer.map_err(|error| unanswered(&pending.call.path, &error))?;
        let is_done = self.was_done(at, pending, gap);
        let is_told = answer.is_replayed && answer.status < 300;
        if is_done.is_some_and(|is_done| is_done != is_told) {
            let what = if is_told {
                "its answer outlived the crash, and what it tells of did not"
            } else {
                "it outlived the crash, and its answer did not"
            };
            return Err(twice(what, &answer).with(pending.story.clone()));
        }
        if answer.status >= 300 || is_told {
            return Ok(());
        }
        let version = self.told_of(at, pending, &answer)?;
        if let Some(version) = version {
            self.records[at].versions.push(version);
        }
        Ok(())
    }

    /// Whether what was under way had been done, if that can be told.
    fn was_done(&self, at: usize, pending: &Pending, gap: &Gap) -> Option<bool> {
        let record = &self.records[at];
        let (seen, asked) = record.seen.as_ref()?;
        let asked_for = Record {
            event: record.event,
            subject: record.subject.clone(),
            versions: Vec::new(),
            pending: Some(pending.clone()),
            seen: None,
        };
        let fits = cut::is_done(&asked_for, seen, gap, *asked);
        let is_plain = !matches!(pending.deed, Deed::Extend | Deed::Pay);
        let is_over = pending.face.stage.is_live() && !seen.stage.is_live();
        (is_plain && !is_over).then_some(fits)
    }

    /// What a change that was carried out only now has made.
    fn told_of(
        &mut self,
        at: usize,
        pending: &Pending,
        answer: &Answer,
    ) -> Result<Option<Version>, Broken> {
        let Some(lsn) = answer.lsn else {
            return Ok(None);
        };
        let face = match self.records[at].subject.clone() {
            Subject::Hold { id, .. } => self.look_at(&id)?.0,
            Subject::Block(_) => pending.face.clone(),
        };
        Ok(Some(self.version(face, pending.deed, lsn)))
    }

    fn take_up_birth(&mut self, birth: &Birth) -> Result<(), Broken> {
        self.checks.add(Promise::Once, 1);
        let answer = self.send(&birth.call);
        let answer = answer.map_err(|error| unanswered(&birth.call.path, &error))?;
        if answer.status != 201 {
            return Ok(());
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let id = body["id"].as_str().unwrap_or_default().to_owned();
        let token = body["token"].as_str().unwrap_or_default().to_owned();
        let told = Face::read(&self.hall, &body);
        let (seen, _) = self.look_at(&id)?;
        if !told.is_some_and(|told| told.fits_but_for_time(&seen)) {
            let what = "a hold that was under way is not what its answer says";
            let there = format!("there: {}", seen.text(&self.hall));
            return Err(twice(what, &answer).with([there]));
        }
        let subject = Subject::Hold { id, token };
        let record = if answer.is_replayed {
            Record::of(birth.event, subject, seen)
        } else {
            let version = self.version(seen, Deed::Hold, answer.lsn.unwrap_or_default());
            Record::new(birth.event, subject, version)
        };
        self.records.push(record);
        Ok(())
    }

    /// Notes what has just been made of something.
    fn version(&mut self, face: Face, deed: Deed, lsn: u64) -> Version {
        let is_durable = self.is_promised(deed);
        self.told = self.told.max(lsn);
        if is_durable {
            self.durable = self.durable.max(lsn);
        }
        Version {
            face,
            deed: deed.name(),
            lsn,
            is_durable,
            at: time::now(),
        }
    }
}

fn twice(what: &str, answer: &Answer) -> Broken {
    let said = format!(
        "sent again: {} {}{}",
        answer.status,
        text(&answer.body),
        if answer.is_replayed {
            " (replayed)"
        } else {
            ""
        }
    );
    Broken::new(Promise::Once, what).with([said])
}

fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).into_owned()
}
