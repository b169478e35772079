//! What a shard's owner does: gathers changes, appends them, writes snapshots, and answers; as `cluster::shard_ledger` does.

use super::{
    change::{Change, Kind, QUIET, Stage as Fate},
    etcd::{Request, What},
    fault::Fault,
    queue::Happening,
    shard::{Snapshot, Stage},
    time::{nanos, whole},
    world::World,
};

/// What etcd is told besides a batch or a piece.
const SMALL_BYTES: u64 = 400;

impl World<'_> {
    /// A change is made in a shard's memory, and is to be durable.
    pub(super) fn change(&mut self, shard: u16, change: Change) {
        let serves = &mut self.shards[usize::from(shard)];
        if !serves.is_served() {
            return;
        }
        serves.gathering.push(change);
        let is_idle = serves.stage == Stage::Idle;
        if self.plan.fault == Fault::EarlyAnswer {
            self.acknowledge(shard, change);
        }
        if is_idle {
            self.append_next(shard);
        }
    }

    /// A hold's deadline has come, unless it has ended or was moved.
    pub(super) fn deadline(&mut self, hold: u32) {
        let entry = &self.holds[hold as usize];
        let shard = self.sales[usize::from(entry.sale)].shard;
        // Who takes the shard over looks at all deadlines.
        let is_due = entry.now.stage == Fate::Held && entry.now.until <= self.now;
        if is_due && self.shards[usize::from(shard)].is_served() {
            let until = entry.now.until;
            self.make(hold, Kind::Expire, until, false);
        }
    }

    /// Has etcd be asked by a node that is not far away.
    pub(super) fn ask(&mut self, etcd: u16, from: u16, what: What, bytes: u64) {
        self.etcds[usize::from(etcd)].take(Request { from, what, bytes });
        self.begin_round(etcd);
    }

    pub(super) fn begin_round(&mut self, etcd: u16) {
        let asked = &mut self.etcds[usize::from(etcd)];
        self.tally.waiting_most = self.tally.waiting_most.max(asked.waiting());
        if let Some((lasts, number)) = asked.begin(&self.plan.costs) {
            self.queue
                .put(self.now + lasts, Happening::RoundEnds { etcd, number });
        }
    }

    fn append_next(&mut self, shard: u16) {
        let serves = &mut self.shards[usize::from(shard)];
        if !serves.gather(self.weights.batch) {
            serves.stage = Stage::Idle;
            return;
        }
        self.append_part(shard);
    }

    fn append_part(&mut self, shard: u16) {
        let serves = &mut self.shards[usize::from(shard)];
        serves.stage = Stage::Appending;
        let what = What::Append {
            term: serves.term,
            slot: serves.slots + 1,
        };
        let bytes = serves.part_bytes + self.weights.envelope;
        self.send(shard, what, bytes);
        // The worst moment: somebody waits for what is under way.
        let batch = &self.shards[usize::from(shard)].batch;
        let is_waited_for = batch.iter().any(|change| change.kind.is_asked_for());
        if self.trouble.is_armed && shard == self.ground.great && is_waited_for {
            self.die(shard);
        }
    }

    /// Sends a shard's one request.
    pub(super) fn send(&mut self, shard: u16, what: What, bytes: u64) {
        self.shards[usize::from(shard)].asked = Some(Request {
            from: shard,
            what,
            bytes,
        });
        let half = nanos(self.plan.round_trip) / 2;
        self.queue.put(self.now + half, Happening::Reaches(shard));
    }

    /// A shard's request arrives.
    pub(super) fn reach(&mut self, shard: u16) {
        let serves = &mut self.shards[usize::from(shard)];
        if let Some(request) = serves.asked.take() {
            let etcd = serves.etcd;
            self.ask(etcd, request.from, request.what, request.bytes);
        }
    }

    /// An answer arrives.
    pub(super) fn answered(&mut self, shard: u16, term: u32) {
        let serves = &mut self.shards[usize::from(shard)];
        if serves.term != term {
            return;
        }
        match serves.stage {
            Stage::Appending => self.appended(shard),
            Stage::Writing => {
                if let Some(snapshot) = &mut serves.snapshot {
                    snapshot.written += 1;
                }
                self.append_next(shard);
            }
            Stage::Turning => {
                serves.snapshot = None;
                self.append_next(shard);
            }
            Stage::Looking | Stage::Taking | Stage::Reading => self.has_read(shard),
            Stage::Idle | Stage::Packing | Stage::Orphaned | Stage::Starting => {}
        }
    }

    fn appended(&mut self, shard: u16) {
        let serves = &mut self.shards[usize::from(shard)];
        serves.slots += 1;
        serves.log_bytes += serves.part_bytes;
        serves.parts = serves.parts.saturating_sub(1);
        if serves.parts > 0 {
            return self.append_part(shard);
        }
        self.acknowledge_batch(shard);
        self.tend(shard);
    }

    /// A step of the snapshot, once whoever waited for the batch is told; the next batch waits for it.
    fn tend(&mut self, shard: u16) {
        let serves = &mut self.shards[usize::from(shard)];
        let log_most = self.plan.log_most(serves.kept.snapshot_bytes);
        if serves.log_bytes > log_most && serves.snapshot.is_none() {
            serves.stage = Stage::Packing;
            serves.log_bytes = 0;
            serves.snapshot = Some(Snapshot {
                bytes: serves.kept.state_bytes,
                written: 0,
                log: serves.kept.log,
            });
            let packs = whole(serves.kept.state_bytes as f64 * self.plan.costs.pack_byte_ns);
            let term = serves.term;
            let at = self.now + packs;
            return self.queue.put(at, Happening::Packed { shard, term });
        }
        self.go_on_with_snapshot(shard);
    }

    /// The state is packed.
    pub(super) fn packed(&mut self, shard: u16, term: u32) {
        let serves = &self.shards[usize::from(shard)];
        if serves.term == term && serves.stage == Stage::Packing {
            self.go_on_with_snapshot(shard);
        }
    }

    fn go_on_with_snapshot(&mut self, shard: u16) {
        let serves = &mut self.shards[usize::from(shard)];
        let term = serves.term;
        if serves.snapshot.is_none() {
            return self.append_next(shard);
        }
        match serves.next_piece() {
            Some(bytes) => {
                serves.stage = Stage::Writing;
                self.send(shard, What::Piece { term }, bytes + SMALL_BYTES);
            }
            None => {
                serves.stage = Stage::Turning;
                self.send(shard, What::Turn { term }, SMALL_BYTES);
            }
        }
    }

    fn acknowledge_batch(&mut self, shard: u16) {
        let batch = std::mem::take(&mut self.shards[usize::from(shard)].batch);
        if self.plan.fault != Fault::EarlyAnswer {
            for change in &batch {
                self.acknowledge(shard, *change);
            }
        }
        let serves = &mut self.shards[usize::from(shard)];
        // What is acknowledged may have led to a change, but not to a batch: this one was in its way.
        serves.batch = batch;
        serves.batch.clear();
    }

    /// Whoever waits for a change is told that it is durable.
    fn acknowledge(&mut self, shard: u16, change: Change) {
        self.tally.changes[change.kind as usize] += 1;
        self.tally.change_bytes += u64::from(change.bytes);
        self.tally.changes_lately += 1;
        if change.kind.is_asked_for() {
            let took = self.now - change.asked;
            let is_great = shard == self.ground.great;
            if is_great && change.kind == Kind::Hold {
                self.tally.great_holds_lately += 1;
            }
            for (place, counts) in [(0, true), (1, is_great)] {
                if counts {
                    self.tally.times[place].record(took);
                    self.tally.lately[place].record(took);
                }
            }
        }
        if change.hold == QUIET {
            return;
        }
        let hold = &mut self.holds[change.hold as usize];
        if self.plan.fault != Fault::EarlyAnswer {
            self.tally.checks[0] += 1;
            if !hold.is_kept(change.kind.leads_to()) {
                let what = format!(
                    "hold {} is answered as {:?}, and etcd has it as {:?}",
                    change.hold,
                    change.kind.leads_to(),
                    hold.kept.stage
                );
                return self.note(Err(what));
            }
        }
        if change.kind != Kind::Expire {
            hold.told = change.kind.leads_to();
            let agent = hold.agent;
            self.is_told(agent, change.hold, change.kind);
        }
    }

    /// What buyers whose requests die with their owner do: nobody answers them, and they ask again.
    pub(super) fn forget_waiting(&mut self, shard: u16) {
        let serves = &mut self.shards[usize::from(shard)];
        let mut lost = serves.batch.clone();
        lost.append(&mut serves.gathering);
        for change in lost {
            let waits = change.hold != QUIET && change.kind != Kind::Expire;
            if waits && self.plan.fault != Fault::EarlyAnswer {
                self.is_not_answered(change);
            }
        }
    }

    /// The seats of a change's hold, in memory, are free or its own from now on.
    pub(super) fn remember(&mut self, hold: u32, kind: Kind, until: u64) {
        let entry = &mut self.holds[hold as usize];
        entry.now.stage = kind.leads_to();
        entry.now.until = until;
        let seats = &mut self.sales[usize::from(entry.sale)].now;
        match (kind.leads_to(), kind) {
            (Fate::Held | Fate::Sold, Kind::Hold | Kind::Retake) => {
                seats.take(entry.seats(), hold);
            }
            (Fate::Ended, _) => seats.give_back(entry.seats()),
            _ => {}
        }
    }
}
