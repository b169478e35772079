//! Measures what an etcd needs: appends as an owner makes them, reads of a log, renewals, watches, and how its file grows.
//!
//! So many shards append at once, each the next as soon as the one before is there; from how long that takes with how many
//! shards and bytes the costs are fitted. Whatever else the machine does is in the figures.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use seatlock::cluster::{
    etcd::{Etcd, EtcdConfig},
    keys::{ClusterKeys, Slot},
    owner::Node,
    placement::ShardId,
    store::{Action, Keys, LeaseId, Revision, Store, StoreError, Txn},
    tenure::{Heard, PAGE_SLOTS, Tenure},
};
use tokio::task::JoinSet;

use super::{
    costs::Costs,
    fit::{Point, Round},
};

/// How long each figure is measured, and how long nothing counts before.
const LASTS: Duration = Duration::from_millis(1_200);
const WARMS_UP: Duration = Duration::from_millis(200);

/// How many write at once.
const WRITERS: [u16; 5] = [1, 4, 16, 64, 256];

/// Bytes of what they write.
const SIZES: [usize; 4] = [300, 4 << 10, 32 << 10, (128 << 10) - 1];

/// No figure is measured with more bytes at once.
const BYTES_AT_ONCE: usize = 4 << 20;

/// What tells a figure's keys from those of others.
struct Bench {
    etcd: Arc<Etcd>,
    number: u64,
    lasts: Duration,
}

/// What was measured, and what was made of it.
pub struct Measured {
    /// As a table.
    pub table: String,
    /// As costs.
    pub costs: Costs,
}

/// Measures the etcd with these members; `share` shortens each figure.
///
/// # Errors
/// What was in its way.
pub fn measure(members: &[String], share: f64) -> Result<Measured, String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let endpoints = members.iter().map(|member| member.parse());
        let endpoints = endpoints
            .collect::<Result<_, _>>()
            .map_err(|error| format!("{error}"))?;
        let config = EtcdConfig {
            endpoints,
            timeout: Duration::from_secs(30),
            login: None,
            tls: None,
        };
        let etcd = Etcd::new(config).map_err(|error| error.to_string())?;
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
        let mut bench = Bench {
            etcd: Arc::new(etcd),
            number: since.map_or(1, |since| since.as_secs()) << 16,
            lasts: LASTS.mul_f64(share),
        };
        let measured = bench.all().await;
        measured.map_err(|error: StoreError| error.to_string())
    })
}

impl Bench {
    async fn all(&mut self) -> Result<Measured, StoreError> {
        let (mut points, mut spread, mut file) = (Vec::new(), 0.0, Vec::new());
        let mut table = format!(
            "{:>8} {:>9} {:>11} {:>8} {:>8} {:>8} {:>8}\n",
            "writers", "bytes", "appends/s", "mean ms", "p50", "p99", "fitted"
        );
        let mut rows = Vec::new();
        for bytes in SIZES {
            for writers in WRITERS {
                if usize::from(writers) * bytes > BYTES_AT_ONCE {
                    continue;
                }
                let before = self.file_bytes().await?;
                let (mut nanos, mean) = self.append(writers, bytes).await?;
                let grown = self.file_bytes().await?.saturating_sub(before);
                nanos.sort_unstable();
                let [p50, p99] = [50, 99].map(|part| nanos[nanos.len() * part / 100] as f64);
                if writers == 1 && bytes == SIZES[0] {
                    spread = (p99 / p50).ln() / 2.326;
                }
                file.push((nanos.len() as f64, bytes as f64, grown as f64));
                let (writers, bytes) = (f64::from(writers), bytes as f64);
                points.push(Point {
                    writers,
                    bytes,
                    nanos: mean,
                });
                rows.push([
                    writers,
                    bytes,
                    writers / mean * 1e9,
                    mean / 1e6,
                    p50 / 1e6,
                    p99 / 1e6,
                ]);
                eprintln!("{writers:>8} {bytes:>9} {:>8.2} ms", mean / 1e6);
            }
        }
        let round = Round::fit(&points);
        for (row, point) in rows.iter().zip(&points) {
            let [writers, bytes, a_second, mean, p50, p99] = row;
            let fitted = round.nanos(point) / 1e6;
            table += &format!(
                "{writers:>8} {bytes:>9} {a_second:>11.0} {mean:>8.2} {p50:>8.2} {p99:>8.2} {fitted:>8.2}\n"
            );
        }
        let (key, value) = file_costs(&file);
        let [read_us, read_byte_ns] = self.reads().await?;
        let costs = Costs {
            measured_on: "an etcd of yours: say which".into(),
            sync_us: round.sync / 1e3,
            write_us: round.write / 1e3,
            write_byte_ns: round.byte,
            read_us,
            read_byte_ns,
            renewal_us: self.renewals().await?,
            watch_us: self.watches().await?,
            spread,
            file_key_bytes: key,
            file_value_bytes: value,
            ..Costs::shipped()
        };
        Ok(Measured { table, costs })
    }

    fn keys(&mut self) -> ClusterKeys {
        self.number += 1;
        ClusterKeys::new("/seatlock-measures", self.number)
    }

    async fn file_bytes(&self) -> Result<u64, StoreError> {
        let status = self.etcd.status(&self.etcd.members()[0]).await?;
        Ok(status.bytes)
    }

    /// Nanoseconds of each append of so many shards at once, and from one to the next on average.
    async fn append(&mut self, writers: u16, bytes: usize) -> Result<(Vec<u64>, f64), StoreError> {
        let keys = self.keys();
        let me = put_node(&self.etcd, &keys).await?;
        let mut tasks = JoinSet::new();
        let start = Instant::now();
        for number in 0..writers {
            let tenure = Tenure::stranger(keys.shard(ShardId::new(number)), me.clone());
            let (etcd, lasts) = (Arc::clone(&self.etcd), self.lasts);
            tasks.spawn(async move { writes(&etcd, tenure, bytes, start, lasts).await });
        }
        let (mut nanos, mut mean) = (Vec::new(), 0.0);
        while let Some(done) = tasks.join_next().await {
            let some = done.map_err(|error| StoreError::Impossible(error.to_string()))??;
            mean += some.iter().sum::<u64>() as f64;
            nanos.extend(some);
        }
        mean /= nanos.len().max(1) as f64;
        Ok((nanos, mean))
    }

    /// Microseconds of a small read, and nanoseconds of each byte of a large one.
    async fn reads(&mut self) -> Result<[f64; 2], StoreError> {
        let keys = self.keys();
        let me = put_node(&self.etcd, &keys).await?;
        let shard = keys.shard(ShardId::new(0));
        let tenure = Tenure::stranger(shard.clone(), me);
        let (lasts, size) = (Duration::from_millis(400), SIZES[3]);
        writes(&self.etcd, tenure, size, Instant::now(), lasts).await?;
        let get = |keys, count| Txn {
            then: vec![Action::Get(keys, count)],
            ..Txn::default()
        };
        let owner = || get(Keys::one(shard.owner()), 1);
        let small = self.repeat(16, owner).await?;
        let log = || get(shard.log_from(Slot::new(1)), PAGE_SLOTS);
        let page = self.repeat(2, log).await?;
        let bytes = f64::from(PAGE_SLOTS) * size as f64;
        Ok([small / 1e3, (page - small).max(0.0) / bytes])
    }

    /// Nanoseconds of a transaction, with so many at once.
    async fn repeat(&self, at_once: usize, txn: impl Fn() -> Txn) -> Result<f64, StoreError> {
        let (start, mut tasks) = (Instant::now(), JoinSet::new());
        for _ in 0..at_once {
            let (etcd, txn, lasts) = (Arc::clone(&self.etcd), txn(), self.lasts);
            tasks.spawn(async move {
                let mut count = 0_u32;
                while start.elapsed() < lasts {
                    etcd.txn(txn.clone()).await?;
                    count += 1;
                }
                Ok::<_, StoreError>(count)
            });
        }
        counted(tasks, start).await
    }

    /// Microseconds of a renewal, with 16 at once.
    async fn renewals(&mut self) -> Result<f64, StoreError> {
        let (start, mut tasks) = (Instant::now(), JoinSet::new());
        for _ in 0..16 {
            let (etcd, lasts) = (Arc::clone(&self.etcd), self.lasts);
            tasks.spawn(async move {
                let lease = etcd.grant(Duration::from_secs(60)).await?;
                let mut count = 0_u32;
                while start.elapsed() < lasts {
                    etcd.renew(lease).await?;
                    count += 1;
                }
                etcd.revoke(lease).await?;
                Ok(count)
            });
        }
        Ok(counted(tasks, start).await? / 1e3)
    }

    /// Microseconds until one watcher of many has been told of a change, beside the change itself.
    async fn watches(&mut self) -> Result<f64, StoreError> {
        const WATCHERS: usize = 100;
        const CHANGES: usize = 40;
        let keys = self.keys();
        let mut watches = Vec::new();
        for _ in 0..WATCHERS {
            watches.push(self.etcd.watch(keys.roster(), Revision::MISSING).await?);
        }
        let mut nanos = [0_u128; 2];
        for _ in 0..CHANGES {
            let start = Instant::now();
            put_node(&self.etcd, &keys).await?;
            nanos[0] += start.elapsed().as_nanos();
            for watch in &mut watches {
                watch.next().await?;
            }
            nanos[1] += start.elapsed().as_nanos();
        }
        let told = nanos[1].saturating_sub(nanos[0]) as f64;
        Ok(told / (WATCHERS * CHANGES) as f64 / 1e3)
    }
}

async fn counted(
    mut tasks: JoinSet<Result<u32, StoreError>>,
    start: Instant,
) -> Result<f64, StoreError> {
    let mut count = 0;
    while let Some(done) = tasks.join_next().await {
        count += done.map_err(|error| StoreError::Impossible(error.to_string()))??;
    }
    Ok(start.elapsed().as_nanos() as f64 / f64::from(count.max(1)))
}

async fn put_node(etcd: &Etcd, keys: &ClusterKeys) -> Result<Node, StoreError> {
    let node = Node {
        name: "a".into(),
        address: "http://10.0.0.1:8080".into(),
        lease: LeaseId::new(1),
    };
    let put = Action::Put {
        key: keys.node(node.lease),
        value: "a".into(),
        lease: None,
    };
    let txn = Txn {
        then: vec![put],
        ..Txn::default()
    };
    etcd.txn(txn).await?;
    Ok(node)
}

/// Takes a shard, and then appends to it, one after the other. Nanoseconds of each append after some time.
async fn writes(
    etcd: &Etcd,
    mut tenure: Tenure,
    bytes: usize,
    start: Instant,
    lasts: Duration,
) -> Result<Vec<u64>, StoreError> {
    let _ = tenure.look();
    loop {
        match hear(etcd, &mut tenure).await? {
            Heard::Saw(None) => {
                let _ = tenure.take();
            }
            Heard::Ready(_) => break,
            _ => {}
        }
    }
    let (value, mut nanos) = (vec![7; bytes], Vec::new());
    loop {
        let before = Instant::now();
        let _ = tenure.append(value.clone().into());
        let heard = hear(etcd, &mut tenure).await?;
        let Heard::Appended(_) = heard else {
            return Err(StoreError::Impossible(format!("{heard:?}")));
        };
        if start.elapsed() > WARMS_UP {
            let took = before.elapsed().as_nanos();
            nanos.push(u64::try_from(took).unwrap_or(u64::MAX));
        }
        if start.elapsed() > WARMS_UP + lasts {
            return Ok(nanos);
        }
    }
}

async fn hear(etcd: &Etcd, tenure: &mut Tenure) -> Result<Heard, StoreError> {
    let Some(txn) = tenure.ask() else {
        return Err(StoreError::Impossible("nothing is to be asked".into()));
    };
    Ok(tenure.hear(etcd.txn(txn).await))
}

/// Bytes of the file for each key and for each byte of a value, from keys, bytes of values and how the file grew.
fn file_costs(grown: &[(f64, f64, f64)]) -> (f64, f64) {
    let of = |size: f64| {
        let rows = grown.iter().filter(move |(_, bytes, _)| *bytes == size);
        let sums = rows.fold((0.0, 0.0), |(keys, grown), row| {
            (keys + row.0, grown + row.2)
        });
        sums.1 / f64::max(sums.0, 1.0)
    };
    let (small, large) = (of(SIZES[0] as f64), of(SIZES[3] as f64));
    let [least, most] = [SIZES[0], SIZES[3]].map(|size| size as f64);
    let value = ((large - small) / (most - least)).max(1.0);
    ((small - value * least).max(0.0), value)
}
