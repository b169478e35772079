//! How many bytes changes are, weighed on the real engine.
//!
//! An engine without threads holds, confirms, gives back and lets expire, one thing at a time, and each batch that it hands
//! to its ledger is packed as it goes to etcd. A batch's bytes are those of an empty one and of each change in it, so a
//! few weighings tell those of any batch; what stays of a change in the shard's state is weighed in the same way.

use std::sync::{Arc, Mutex, PoisonError};

use seatlock::{
    chart::GridPlan,
    clock::ManualClock,
    cluster::{
        keys::{ClusterKeys, Slot},
        placement::ShardId,
    },
    engine::{
        Archive, Asks, CreateEvent, Engine, EngineConfig, Event, EventSpec, IfFree, NewHold,
        State as OnSale, Told, Want,
    },
    entropy::SeededEntropy,
    event::{Name, Rules, User, best::Wish},
    ledger::{AppendError, Batch, Key, Ledger, NoteList, NoteRef, State},
    limits,
    repeat::{Answer, Fingerprint, Kept, RepeatId, Secret},
};

use super::change::{Kind, PARTY_MAX};

/// A chart as many small halls have it.
const HALL: &str = "sections=1 rows=10 seats=20";

/// The body of an answer, as `limits::REPEATS_BYTES_MAX` reckons with.
const ANSWER_BODY: [u8; 400] = [b'x'; 400];

/// What a buyer is called by his shop, and what the shop calls his order.
const USER: &str = "customer-00123456789";
const ORDER: &str = "order-0012345678";

/// Bytes of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// Of an empty batch.
    pub batch: u64,
    /// What each change of so many seats adds to a batch, without a kept answer.
    pub change: [[u64; PARTY_MAX]; Kind::COUNT],
    /// What a kept answer adds to a batch, and what stays of it.
    pub answer: u64,
    /// For how many answers a shard has room.
    pub answers_max: u64,
    /// What forgetting something adds to a batch.
    pub forgetting: u64,
    /// What stays of a hold of so many seats in the shard's state, whatever becomes of it.
    pub hold: [u64; PARTY_MAX],
    /// What stays of a seat once it was taken.
    pub word: u64,
    /// What stays of an event, with its chart.
    pub event: u64,
    /// Bytes of an append beside its batch: the names of keys, and what frames them.
    pub envelope: u64,
}

/// A ledger that weighs.
#[derive(Clone, Default)]
struct Scale(Arc<Mutex<Pan>>);

#[derive(Default)]
struct Pan {
    /// Bytes of all batches since it was last looked at.
    bytes: u64,
    batches: u64,
    state: State,
}

/// An engine on the scale.
struct Bench {
    scale: Scale,
    clock: ManualClock,
    engine: Engine,
    event: Arc<Event>,
    /// What the event has added to the state.
    event_bytes: u64,
}

impl Weights {
    /// Weighs.
    ///
    /// # Errors
    /// Why the engine could not be had on the scale.
    pub fn weigh() -> Result<Self, String> {
        let batch = Bench::batch_of(&[]);
        let mut weights = Self {
            batch,
            change: [[0; PARTY_MAX]; Kind::COUNT],
            answer: 0,
            answers_max: answers_max(),
            forgetting: Bench::batch_of(&[NoteRef::Forget(Key { kind: 5, id: 1 })]) - batch,
            hold: [0; PARTY_MAX],
            word: 0,
            event: 0,
            envelope: envelope(),
        };
        for party in 1..=PARTY_MAX {
            weights.weigh_party(party)?;
        }
        // What two more seats leave beside what a hold's note grows by is their words: 12 bytes each, told apart by a hold
        // whose seats were taken before.
        let mut bench = Bench::open()?;
        weights.event = bench.event_bytes;
        weights.word = bench.word()?;
        for hold in &mut weights.hold.iter_mut().zip(1..) {
            *hold.0 -= weights.word * hold.1;
        }
        weights.answer = bench.answer(batch)?;
        Ok(weights)
    }

    /// Bytes that a change adds to a batch.
    pub fn of(&self, kind: Kind, party: usize, keeps_answer: bool) -> u64 {
        let answer = if keeps_answer && kind.is_asked_for() {
            self.answer
        } else {
            0
        };
        self.change[kind as usize][party.clamp(1, PARTY_MAX) - 1] + answer
    }

    /// What stays of a hold of a party of this size on average.
    pub fn hold_of(&self, party: f64) -> f64 {
        let [one, two] = [self.hold[0] as f64, self.hold[1] as f64];
        one + (two - one) * (party - 1.0)
    }

    /// What a change of a party of this size adds to a batch on average.
    pub fn change_of(&self, kind: Kind, party: f64) -> f64 {
        let of = |size: usize| self.change[kind as usize][size - 1] as f64;
        of(1) + (of(2) - of(1)) * (party - 1.0)
    }

    fn weigh_party(&mut self, party: usize) -> Result<(), String> {
        let mut put = |kind: Kind, bytes: u64| {
            self.change[kind as usize][party - 1] = bytes.saturating_sub(self.batch);
        };
        let bench = Bench::open()?;
        let before = bench.state();
        let held = bench.hold(party)?;
        put(Kind::Hold, bench.turn());
        self.hold[party - 1] = bench.state() - before;
        bench.engine.pay(&key(&held)).map_err(text)?;
        put(Kind::Pay, bench.turn());
        let confirmed = bench.engine.confirm(&key(&held), IfFree::Leave, None);
        confirmed.map_err(text)?;
        put(Kind::Confirm, bench.turn());

        let other = bench.hold(party)?;
        bench.turn();
        bench.engine.release(&key(&other)).map_err(text)?;
        put(Kind::Release, bench.turn());

        let late = bench.hold(party)?;
        bench.turn();
        bench
            .clock
            .advance(late.view.now.until(late.view.deadline) * 2);
        put(Kind::Expire, bench.turn());
        let retaken = bench.engine.confirm(&key(&late), IfFree::Retake, None);
        retaken.map_err(text)?;
        put(Kind::Retake, bench.turn());
        Ok(())
    }
}

impl Bench {
    fn open() -> Result<Self, String> {
        let (scale, clock) = (Scale::default(), ManualClock::new());
        let archive = Archive::new(Box::new(scale.clone()), State::new());
        let config = EngineConfig {
            seats: 0,
            ..EngineConfig::default()
        };
        let entropy = SeededEntropy::new(1);
        let engine = Engine::start_by_hand(config, clock.clone(), entropy, archive);
        let engine = engine.map_err(|error| error.to_string())?;
        engine.turn();
        let before = scale.state();
        let [hall, name] = ["hall", "an-evening-2026-11-27"].map(Name::new);
        let (hall, name) = (hall.map_err(text)?, name.map_err(text)?);
        let chart = GridPlan::parse(HALL).map_err(text)?.chart().map_err(text)?;
        let _put = engine.put_chart(hall.clone(), chart);
        let spec = EventSpec {
            name,
            chart: hall,
            told: Told {
                title: "An evening with somebody well known".into(),
                rules: Rules::default(),
            },
            state: OnSale::Open,
        };
        let CreateEvent::Created(event) = engine.create_event(spec) else {
            return Err("the event could not be made".into());
        };
        engine.turn();
        let event_bytes = scale.state() - before;
        scale.take();
        Ok(Self {
            scale,
            clock,
            engine,
            event,
            event_bytes,
        })
    }

    /// What the engine's scribe has written by now, in bytes of batches.
    fn turn(&self) -> u64 {
        self.engine.turn();
        self.scale.take()
    }

    fn state(&self) -> u64 {
        self.scale.state()
    }

    fn hold(&self, party: usize) -> Result<NewHold, String> {
        let wish = Wish::new(u32::try_from(party).map_err(text)?);
        let want = Want {
            user: User::new(USER),
            order: Some(ORDER.into()),
            asks: Asks {
                best: vec![wish.map_err(text)?],
                ..Asks::default()
            },
        };
        self.engine.hold(&self.event, want).map_err(text)
    }

    /// What a seat leaves: a hold of a seat that was taken before leaves that much less.
    fn word(&mut self) -> Result<u64, String> {
        let before = self.state();
        let first = self.hold(1)?;
        self.turn();
        let fresh = self.state() - before;
        self.engine.release(&key(&first)).map_err(text)?;
        self.turn();
        let before = self.state();
        self.hold(1)?;
        self.turn();
        Ok(fresh - (self.state() - before))
    }

    /// What a kept answer adds to a batch.
    fn answer(&mut self, batch: u64) -> Result<u64, String> {
        let [scope, header] = ["shop", "0b7e6a4c-8a8f-4c2e-9d5a-3f1f4a9f8a10"];
        let headers = [
            ("content-type", "application/json"),
            ("location", "/v1/holds/0123456789abcdef"),
        ];
        let answer = Answer::new(201, &headers, &ANSWER_BODY).map_err(text)?;
        let held = self.hold(2)?;
        self.turn();
        let kept = Kept {
            id: RepeatId::of(scope, header).ok_or("no key")?,
            fingerprint: Fingerprint::of(&[b"a request"]),
            answer: Arc::new(answer),
            until: held.view.deadline,
        };
        let secret = Secret::of(scope, header).ok_or("no key")?;
        self.engine.keep_answer(&kept, &secret, held.view.lsn);
        Ok(self.turn() - batch)
    }

    /// Bytes of a batch of these notes.
    fn batch_of(notes: &[NoteRef<'_>]) -> u64 {
        let list: NoteList = notes.iter().map(NoteRef::to_note).collect();
        let batch = seatlock::ledger::OwnedBatch {
            notes: list,
            ..Default::default()
        };
        packed(&batch.borrow())
    }
}

impl Scale {
    fn pan(&self) -> std::sync::MutexGuard<'_, Pan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> u64 {
        std::mem::take(&mut self.pan().bytes)
    }

    fn state(&self) -> u64 {
        let mut bytes = Vec::new();
        // A state of one event is far from being too large.
        let _packed = self.pan().state.pack(&mut bytes);
        bytes.len() as u64
    }
}

impl Ledger for Scale {
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        let mut pan = self.pan();
        pan.bytes += packed(batch);
        pan.batches += 1;
        let applied = pan.state.apply(batch);
        applied.map_err(|change| {
            AppendError::Failed(std::io::Error::other(format!("{change:?} does not follow")))
        })
    }

    fn is_durable(&self) -> bool {
        true
    }
}

fn packed(batch: &Batch<'_>) -> u64 {
    let mut bytes = Vec::new();
    let _packed = batch.pack(&mut bytes);
    bytes.len() as u64
}

fn key(held: &NewHold) -> seatlock::engine::HoldKey {
    seatlock::engine::HoldKey {
        id: held.view.id,
        token: held.token,
    }
}

fn text(what: impl std::fmt::Debug) -> String {
    format!("{what:?}")
}

/// A shard keeps answers in so many bytes, of which each takes a place besides its own.
fn answers_max() -> u64 {
    const PLACE: usize = 256;
    const HEADERS: usize = 128;
    let each = PLACE + size_of::<Answer>() + HEADERS + ANSWER_BODY.len();
    (limits::SHARD_REPEATS_BYTES_MAX / each) as u64
}

/// Bytes of an append's keys: the owner's is compared and read, the slot's compared, written and read, and the one before it
/// compared. Protobuf frames each of these six with about ten bytes.
fn envelope() -> u64 {
    let shard = ClusterKeys::new("/seatlock", 1).shard(ShardId::new(1));
    let (owner, slot) = (shard.owner().len(), shard.slot(Slot::new(1)).len());
    (2 * owner + 4 * slot + 6 * 10) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the simulation rests on: a batch of several changes is as long as they are, one by one.
    #[test]
    fn a_batch_is_as_long_as_its_changes() {
        let weights = Weights::weigh().expect("a scale");
        let bench = Bench::open().expect("a scale");
        let held = [2, 4, 1].map(|party| bench.hold(party).expect("room"));
        let bytes = [2, 4, 1].map(|party| weights.of(Kind::Hold, party, false));
        assert_eq!(bench.turn(), weights.batch + bytes.iter().sum::<u64>());
        bench.engine.release(&key(&held[0])).expect("alive");
        bench.hold(3).expect("room");
        let bytes = weights.of(Kind::Release, 2, false) + weights.of(Kind::Hold, 3, false);
        assert_eq!(bench.turn(), weights.batch + bytes);
    }

    #[test]
    fn what_stays_of_a_hold_is_its_note_and_of_a_seat_its_word() {
        let weights = Weights::weigh().expect("a scale");
        let bench = Bench::open().expect("a scale");
        let before = bench.state();
        for party in [1, 3] {
            bench.hold(party).expect("room");
        }
        bench.turn();
        let expected = weights.hold[0] + weights.hold[2] + 4 * weights.word;
        assert_eq!(bench.state() - before, expected);
    }
}
