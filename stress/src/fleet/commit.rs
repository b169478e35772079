//! What etcd does at the end of a round: compares, writes, and tells.

use seatlock::limits;

use super::{
    change::{Change, Kind, QUIET},
    etcd::{Request, What},
    fault::Fault,
    ground::name_of,
    queue::Happening,
    shard::PIECE_BYTES,
    time::nanos,
    world::World,
};

/// Bytes of a value that says whose a shard is, or where its snapshot ends.
const SMALL_VALUE: f64 = 120.0;

impl World<'_> {
    /// All of a round is done, and answered.
    pub(super) fn round_ends(&mut self, etcd: u16, number: u64) {
        let Some(round) = self.etcds[usize::from(etcd)].end(number) else {
            return;
        };
        // The members of a cluster are as far from one another as nodes are from them. While most of them take a round down, the
        // next one is under way already.
        let members = nanos(self.plan.round_trip);
        let half = members / 2;
        for request in &round {
            self.commit(etcd, request);
            if !matches!(request.what, What::Renew | What::LeaseEnds) {
                let (shard, term) = (request.from, self.term_of(request));
                let answered = Happening::Answered { shard, term };
                self.queue.put(self.now + members + half, answered);
            }
        }
        self.etcds[usize::from(etcd)].give_back(round);
        self.begin_round(etcd);
    }

    fn term_of(&self, request: &Request) -> u32 {
        match request.what {
            What::Append { term, .. }
            | What::Piece { term }
            | What::Turn { term }
            | What::Read { term } => term,
            _ => self.shards[usize::from(request.from)].term,
        }
    }

    /// Does what is asked, if what it compares is so. What was done before is left as it is.
    pub(super) fn commit(&mut self, etcd: u16, request: &Request) {
        match request.what {
            What::Append { term, slot } => self.commit_append(request.from, term, slot, request),
            What::Piece { .. } => {
                let bytes = request.bytes as f64;
                let file = &mut self.etcds[usize::from(etcd)].file;
                file.write(&self.plan.costs, 1.0, bytes);
            }
            What::Turn { .. } => self.commit_turn(request.from),
            What::Take { node } => {
                let shard = &mut self.shards[usize::from(request.from)];
                shard.kept.term = shard.term;
                shard.owner = node;
                self.overwrite(etcd);
                self.tell_all(etcd);
            }
            What::LeaseEnds => {
                self.overwrite(etcd);
                self.tell_all(etcd);
                self.take_over(etcd, request.from);
            }
            What::Read { .. } | What::Renew => {}
        }
    }

    /// A small value in the place of another.
    fn overwrite(&mut self, etcd: u16) {
        let (file, costs) = (&mut self.etcds[usize::from(etcd)].file, &self.plan.costs);
        file.write(costs, 1.0, SMALL_VALUE);
        file.remove(costs, 1.0, SMALL_VALUE);
    }

    /// Every node watches nodes and owners.
    fn tell_all(&mut self, etcd: u16) {
        let alive = self.nodes.iter().filter(|node| node.is_alive).count();
        self.etcds[usize::from(etcd)].tell(alive as u64);
    }

    fn commit_append(&mut self, shard: u16, term: u32, slot: u64, request: &Request) {
        let kept = &mut self.shards[usize::from(shard)].kept;
        let is_fenced = kept.term != term && self.plan.fault != Fault::NoFence;
        if is_fenced {
            self.tally.fenced += 1;
            return;
        }
        self.tally.checks[1] += 1;
        if slot <= kept.slots && kept.last_by == term {
            // It was done before the leader was lost, and is asked for again.
            return;
        }
        if slot != kept.slots + 1 {
            let what = format!(
                "{}: slot {slot} of term {term} after slot {} of term {}",
                name_of(shard),
                kept.slots,
                kept.last_by
            );
            return self.note(Err(what));
        }
        kept.slots = slot;
        kept.last_by = term;
        kept.log.slots += 1;
        kept.log.bytes += request.bytes;
        let etcd = usize::from(self.shards[usize::from(shard)].etcd);
        let bytes = request.bytes as f64;
        self.etcds[etcd].file.write(&self.plan.costs, 1.0, bytes);
        self.commit_batch(shard, term);
    }

    /// With its last part a batch is there.
    fn commit_batch(&mut self, shard: u16, term: u32) {
        let late = &mut self.trouble.late;
        let is_late = term != self.shards[usize::from(shard)].term;
        let batch = if is_late {
            std::mem::take(late)
        } else {
            let serves = &mut self.shards[usize::from(shard)];
            if serves.parts > 1 {
                return;
            }
            std::mem::take(&mut serves.batch)
        };
        for change in &batch {
            let applied = self.apply(shard, change);
            self.note(applied);
        }
        if !is_late {
            self.shards[usize::from(shard)].batch = batch;
        }
    }

    /// Takes a change down. It must follow from what there was.
    fn apply(&mut self, shard: u16, change: &Change) -> Result<(), String> {
        let kept = &mut self.shards[usize::from(shard)].kept;
        kept.state_bytes += u64::from(change.stays);
        // Of a hold without a seat of its own the answer of a day ago is forgotten for it.
        if change.keeps && change.hold != QUIET && kept.answers < self.weights.answers_max {
            kept.answers += 1;
            kept.state_bytes += self.weights.answer;
        }
        if matches!(change.kind, Kind::Release | Kind::Expire) {
            kept.ended += 1;
            if kept.ended > limits::ENDED_HOLDS_MAX as u64 {
                kept.ended -= 1;
                let size = usize::from(change.seats).max(1) - 1;
                let forgotten = self.weights.hold[size.min(self.weights.hold.len() - 1)];
                kept.state_bytes = kept.state_bytes.saturating_sub(forgotten);
            }
        }
        if change.hold == QUIET {
            return Ok(());
        }
        self.tally.checks[2] += 1;
        let hold = &mut self.holds[change.hold as usize];
        if hold.kept.stage != change.kind.follows() {
            return Err(format!(
                "{}: {:?} of hold {} follows {:?}",
                name_of(shard),
                change.kind,
                change.hold,
                hold.kept.stage
            ));
        }
        hold.kept.stage = change.kind.leads_to();
        hold.kept.until = change.until;
        let seats = &mut self.sales[usize::from(hold.sale)].kept;
        let (before, after) = match change.kind {
            Kind::Hold | Kind::Retake => (0, change.hold),
            Kind::Pay | Kind::Confirm => (change.hold, change.hold),
            Kind::Release | Kind::Expire => (change.hold, 0),
        };
        for seat in hold.seats() {
            let found = std::mem::replace(&mut seats[*seat as usize], after);
            if found != before {
                return Err(format!(
                    "{}: {:?} of hold {} finds seat {seat} with hold {found}",
                    name_of(shard),
                    change.kind,
                    change.hold
                ));
            }
        }
        Ok(())
    }

    fn commit_turn(&mut self, shard: u16) {
        let serves = &mut self.shards[usize::from(shard)];
        let Some(snapshot) = serves.snapshot else {
            return;
        };
        let kept = &mut serves.kept;
        let before = kept.snapshot_bytes;
        kept.snapshot_bytes = snapshot.bytes;
        kept.log.slots -= snapshot.log.slots.min(kept.log.slots);
        kept.log.bytes -= snapshot.log.bytes.min(kept.log.bytes);
        let (costs, etcd) = (&self.plan.costs, usize::from(serves.etcd));
        let file = &mut self.etcds[etcd].file;
        let pieces = before.div_ceil(PIECE_BYTES) as f64;
        file.remove(costs, pieces, before as f64);
        file.remove(costs, snapshot.log.slots as f64, snapshot.log.bytes as f64);
        self.overwrite(u16::try_from(etcd).unwrap_or(0));
    }
}
