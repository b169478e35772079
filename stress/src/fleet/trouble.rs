//! What goes wrong: a node dies in the midst of an append, and an etcd loses its leader.

use super::{
    change::{Change, Stage as Fate},
    etcd::{LOOKS_EVERY, Request, What},
    queue::Happening,
    shard::{PIECE_BYTES, Stage},
    time::{nanos, whole},
    world::World,
};
use seatlock::cluster::tenure::PAGE_SLOTS;

/// Bytes of an owner or a checkpoint that is read.
const SMALL_BYTES: u64 = 300;

/// What has gone wrong so far.
#[derive(Debug, Default)]
pub struct Trouble {
    /// The great sale's owner dies with his next append.
    pub is_armed: bool,
    /// Who died, and when.
    pub dead: Option<(u16, u64)>,
    /// When its lease had ended, and others knew.
    pub noticed: Option<u64>,
    /// Shards that it had, and when each was served again.
    pub served: Vec<(u16, u64)>,
    /// How many it had.
    pub orphans: usize,
    /// What it has sent last, which comes late.
    pub request: Option<Request>,
    /// The batch in it.
    pub late: Vec<Change>,
    /// When a leader was lost, and when there was another.
    pub leader: [Option<u64>; 2],
}

impl World<'_> {
    /// The owner of a shard dies, an append of his on its way.
    pub(super) fn die(&mut self, shard: u16) {
        let node = self.shards[usize::from(shard)].owner;
        self.trouble.is_armed = false;
        self.trouble.dead = Some((node, self.now));
        self.nodes[usize::from(node)].is_alive = false;
        for number in 0..self.ground.shards {
            let at = usize::from(number);
            if self.shards[at].owner != node {
                continue;
            }
            self.trouble.orphans += 1;
            self.shards[at].stage = Stage::Orphaned;
            self.forget_waiting(number);
            if number == shard {
                // Its last request hangs somewhere on the way, and arrives when another has the shard. Those of its other shards
                // arrive as if nothing had happened, and nobody hears the answers.
                self.trouble.request = self.shards[at].asked.take();
                let batch = std::mem::take(&mut self.shards[at].batch);
                if self.shards[at].parts == 1 {
                    self.trouble.late = batch;
                }
            }
        }
        self.queue.put(self.lease_end(node), Happening::LeaseEnds);
    }

    fn lease_end(&self, node: u16) -> u64 {
        let ends = self.nodes[usize::from(node)].renewed + nanos(self.plan.lease);
        ends.div_ceil(LOOKS_EVERY) * LOOKS_EVERY
    }

    /// A lease ends, unless it has started over meanwhile, as all do when the leader changes.
    pub(super) fn lease_ends(&mut self) {
        let Some((node, _)) = self.trouble.dead else {
            return;
        };
        let due = self.lease_end(node);
        if due > self.now {
            return self.queue.put(due, Happening::LeaseEnds);
        }
        for etcd in 0..self.plan.etcd_clusters {
            self.ask(etcd, node, What::LeaseEnds, 0);
        }
    }

    /// All who are left learn that a node is gone, and each takes a part of its shards.
    pub(super) fn take_over(&mut self, etcd: u16, node: u16) {
        self.trouble.noticed.get_or_insert(self.now);
        let alive = |place: &u16| self.nodes[usize::from(*place)].is_alive;
        let takers: Vec<u16> = (0..self.plan.nodes).filter(alive).collect();
        let mut next = 0;
        for number in 0..self.ground.shards {
            let shard = &mut self.shards[usize::from(number)];
            if shard.owner != node || shard.etcd != etcd || shard.stage != Stage::Orphaned {
                continue;
            }
            shard.taker = takers[next % takers.len()];
            next += 1;
            shard.term = shard.kept.term + 1;
            shard.stage = Stage::Looking;
            shard.batch.clear();
            shard.snapshot = None;
            let term = shard.term;
            self.send(number, What::Read { term }, SMALL_BYTES);
        }
    }

    /// What a new owner has asked for is answered.
    pub(super) fn has_read(&mut self, number: u16) {
        let start = self.plan.costs.start_byte_ns;
        let shard = &mut self.shards[usize::from(number)];
        let (term, node) = (shard.term, shard.taker);
        match shard.stage {
            Stage::Looking => {
                shard.stage = Stage::Taking;
                return self.send(number, What::Take { node }, SMALL_BYTES);
            }
            Stage::Taking => {
                shard.stage = Stage::Reading;
                shard.has_read = shard.kept.snapshot_bytes + shard.kept.log.bytes;
                shard.to_read = pages(shard.kept.log.slots, shard.kept.log.bytes);
                let pieces = shard.kept.snapshot_bytes.div_ceil(PIECE_BYTES);
                shard.to_read.extend((0..pieces).map(|_| PIECE_BYTES));
                shard.to_read.push(SMALL_BYTES);
            }
            _ => {}
        }
        if let Some(bytes) = shard.to_read.pop() {
            return self.send(number, What::Read { term }, bytes);
        }
        shard.stage = Stage::Starting;
        let takes = whole(shard.has_read as f64 * start);
        let serves = Happening::Serves {
            shard: number,
            term,
        };
        self.queue.put(self.now + takes, serves);
    }

    /// A new owner serves, with what etcd has.
    pub(super) fn serve(&mut self, number: u16, term: u32) {
        let shard = &mut self.shards[usize::from(number)];
        if shard.term != term || shard.stage != Stage::Starting {
            return;
        }
        shard.stage = Stage::Idle;
        (shard.log_bytes, shard.slots) = (shard.kept.log.bytes, shard.kept.slots);
        self.trouble.served.push((number, self.now));
        for place in 1..self.holds.len() {
            let hold = &mut self.holds[place];
            if self.sales[usize::from(hold.sale)].shard != number {
                continue;
            }
            hold.now = hold.kept;
            self.tally.checks[3] += 1;
            if !hold.is_kept(hold.told) {
                let (told, has) = (hold.told, hold.kept.stage);
                let what = format!(
                    "hold {place} was answered as {told:?}, and after the takeover it is {has:?}"
                );
                return self.note(Err(what));
            }
            if hold.now.stage == Fate::Held {
                let at = hold.now.until.max(self.now);
                let place = u32::try_from(place).unwrap_or(0);
                self.queue.put(at, Happening::Deadline(place));
            }
        }
        for sale in &mut self.sales {
            if sale.shard == number {
                sale.restore();
            }
        }
        if self.trouble.request.is_some() && number == self.ground.great {
            self.queue.put(self.now, Happening::ComesLate);
        }
    }

    /// What the dead node has sent last arrives.
    pub(super) fn come_late(&mut self) {
        if let Some(request) = self.trouble.request.take() {
            let etcd = self.shards[usize::from(request.from)].etcd;
            self.ask(etcd, request.from, request.what, request.bytes);
        }
    }

    /// The great sale's etcd loses its leader.
    pub(super) fn lose_leader(&mut self) {
        let etcd = self.shards[usize::from(self.ground.great)].etcd;
        self.trouble.leader[0] = Some(self.now);
        for request in self.etcds[usize::from(etcd)].lose_leader() {
            // Everything else is the same done twice.
            if matches!(request.what, What::Append { .. }) {
                self.commit(etcd, &request);
            }
        }
        let lasts = whole(self.plan.costs.leader_change_ms * 1e6);
        self.queue.put(self.now + lasts, Happening::HasLeader);
    }

    /// It has another, and all leases start over.
    pub(super) fn has_leader(&mut self) {
        let etcd = self.shards[usize::from(self.ground.great)].etcd;
        self.trouble.leader[1] = Some(self.now);
        self.etcds[usize::from(etcd)].is_stalled = false;
        for node in &mut self.nodes {
            node.renewed = self.now;
        }
        self.begin_round(etcd);
    }
}

/// Bytes of each page of a log.
fn pages(slots: u64, bytes: u64) -> Vec<u64> {
    let count = slots.div_ceil(PAGE_SLOTS.into()).max(1);
    vec![bytes / count; usize::try_from(count).unwrap_or(0)]
}
