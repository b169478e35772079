//! What is in a file of a simulated disk, as it is seen and as it is durable.

use std::ops::Range;

use rand::{Rng, RngExt, seq::IndexedRandom};

/// Bytes that a disk writes whole or not at all.
pub(super) const SECTOR: usize = 512;

/// A file's bytes.
#[derive(Debug, Default)]
pub(super) struct Content {
    seen: Vec<u8>,
    durable: Vec<u8>,
    /// What was written since the file was synced, in order.
    fresh: Vec<Write>,
}

#[derive(Debug)]
struct Write {
    offset: usize,
    bytes: Vec<u8>,
}

impl Content {
    pub(super) fn seen(&self) -> &[u8] {
        &self.seen
    }

    pub(super) fn write(&mut self, offset: usize, bytes: &[u8]) {
        lay(&mut self.seen, offset, bytes);
        self.fresh.push(Write {
            offset,
            bytes: bytes.to_vec(),
        });
    }

    /// Makes all that was written durable.
    pub(super) fn sync(&mut self) {
        for write in self.fresh.drain(..) {
            lay(&mut self.durable, write.offset, &write.bytes);
        }
    }

    /// Has a sync fail. A part of it may have become durable. The rest never will: it still reads well, and is taken for
    /// written.
    pub(super) fn fail_to_sync(&mut self, chance: &mut impl Rng) {
        for write in self.fresh.drain(..) {
            if chance.random() {
                write.tear(&mut self.durable, chance);
            }
        }
    }

    /// Makes one of the files of it that a power cut can leave. It never gets shorter than it was when it was synced.
    pub(super) fn lose_power(&mut self, chance: &mut impl Rng) {
        let shortest = self.durable.len();
        let ends: Vec<usize> = self.fresh.iter().map(Write::end).collect();
        for write in self.fresh.drain(..) {
            write.tear(&mut self.durable, chance);
        }
        // The length is written for itself: there may be zeros where nothing has arrived yet, or bytes behind the end.
        if chance.random_ratio(1, 4)
            && let Some(end) = ends.choose(chance)
        {
            let at = if chance.random() { *end } else { shortest };
            self.durable.resize(at.max(shortest), 0);
        }
        self.seen.clone_from(&self.durable);
    }

    /// Flips a bit wherever the byte is kept. False: there is no such byte.
    pub(super) fn flip(&mut self, place: usize, bit: u32) -> bool {
        let mask = 1 << (bit % u8::BITS);
        let fresh = self.fresh.iter_mut().filter_map(|write| {
            let place = place.checked_sub(write.offset)?;
            write.bytes.get_mut(place)
        });
        let durable = self.durable.get_mut(place);
        durable
            .into_iter()
            .chain(fresh)
            .for_each(|byte| *byte ^= mask);
        let seen = self.seen.get_mut(place);
        seen.map(|byte| *byte ^= mask).is_some()
    }
}

impl Write {
    fn end(&self) -> usize {
        self.offset + self.bytes.len()
    }

    /// The parts of it that lie in one sector each.
    fn sectors(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (offset, len) = (self.offset, self.bytes.len());
        let mut start = 0;
        std::iter::from_fn(move || {
            let end = (start + SECTOR - (offset + start) % SECTOR).min(len);
            let sector = start..end;
            start = end;
            (!sector.is_empty()).then_some(sector)
        })
    }

    /// Puts down what a power cut leaves of it.
    fn tear(&self, into: &mut Vec<u8>, chance: &mut impl Rng) {
        match chance.random_range(0..5) {
            0 => {}
            1 => lay(into, self.offset, &self.bytes),
            2 => {
                let length = chance.random_range(0..=self.bytes.len());
                lay(into, self.offset, &self.bytes[..length]);
            }
            manner => {
                for sector in self
                    .sectors()
                    .filter(|_| chance.random())
                    .collect::<Vec<_>>()
                {
                    let mut bytes = self.bytes[sector.clone()].to_vec();
                    if manner == 4 {
                        chance.fill_bytes(&mut bytes);
                    }
                    lay(into, self.offset + sector.start, &bytes);
                }
            }
        }
    }
}

/// Puts bytes in their place.
fn lay(into: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if into.len() < end {
        into.resize(end, 0);
    }
    into[offset..end].copy_from_slice(bytes);
}
