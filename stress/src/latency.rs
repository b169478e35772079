//! How long operations took, by kind and by how they ended.

use hdrhistogram::Histogram;

/// Ten seconds in nanoseconds: what took longer counts as this long.
const LATENCY_NANOS_MAX: u64 = 10_000_000_000;

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Done.
    Done,
    /// Nothing to do.
    Already,
    /// Refused.
    Refused,
    /// No room, or too many lost races.
    Busy,
    /// No answer came (over HTTP).
    Lost,
}

impl Ended {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 5] = [
        Self::Done,
        Self::Already,
        Self::Refused,
        Self::Busy,
        Self::Lost,
    ];

    /// In one word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Already => "already",
            Self::Refused => "refused",
            Self::Busy => "busy",
            Self::Lost => "no answer",
        }
    }
}

/// Operations of one kind that ended in one way.
#[derive(Debug)]
pub struct Entry {
    /// How many there were.
    pub count: u64,
    /// How long those took whose time was taken.
    pub nanos: Histogram<u64>,
}

/// One histogram for each kind of operation and each end.
#[derive(Debug)]
pub struct Book {
    kinds: &'static [&'static str],
    entries: Vec<Option<Box<Entry>>>,
}

impl Book {
    /// An empty book for these kinds.
    pub fn new(kinds: &'static [&'static str]) -> Self {
        Self {
            kinds,
            entries: (0..kinds.len() * Ended::ALL.len()).map(|_| None).collect(),
        }
    }

    /// Counts an operation of the kind with this number and, if its time was taken, records it.
    #[inline]
    pub fn record(&mut self, kind: usize, ended: Ended, nanos: Option<u64>) {
        let entry =
            self.entries[kind * Ended::ALL.len() + ended as usize].get_or_insert_with(Entry::boxed);
        entry.count += 1;
        if let Some(nanos) = nanos {
            entry.nanos.saturating_record(nanos);
        }
    }

    /// Adds the records of another book of the same kinds.
    pub fn add(&mut self, other: &Self) {
        for (mine, entry) in self.entries.iter_mut().zip(&other.entries) {
            if let Some(entry) = entry {
                let mine = mine.get_or_insert_with(Entry::boxed);
                mine.count += entry.count;
                mine.nanos
                    .add(&entry.nanos)
                    .expect("all have the same bounds");
            }
        }
    }

    /// Everything, by kind and end.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, Ended, &Entry)> {
        let keys = self
            .kinds
            .iter()
            .flat_map(|kind| Ended::ALL.map(|ended| (*kind, ended)));
        keys.zip(&self.entries)
            .filter_map(|((kind, ended), entry)| Some((kind, ended, entry.as_deref()?)))
    }

    /// How many operations there were that ended so, or at all.
    pub fn count(&self, ended: Option<Ended>) -> u64 {
        self.entries()
            .filter(|(_, end, _)| ended.is_none_or(|ended| ended == *end))
            .map(|(.., entry)| entry.count)
            .sum()
    }
}

impl Entry {
    fn boxed() -> Box<Self> {
        let nanos =
            Histogram::new_with_max(LATENCY_NANOS_MAX, 3).expect("3 digits up to ten seconds");
        Box::new(Self { count: 0, nanos })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_add_up() {
        let mut all = Book::new(&["hold", "read"]);
        for _ in 0..2 {
            let mut book = Book::new(&["hold", "read"]);
            book.record(0, Ended::Done, Some(100));
            book.record(0, Ended::Done, None);
            book.record(0, Ended::Busy, Some(u64::MAX));
            all.add(&book);
        }
        assert_eq!(
            (
                all.count(None),
                all.count(Some(Ended::Done)),
                all.count(Some(Ended::Lost))
            ),
            (6, 4, 0)
        );
        let timed: Vec<_> = all
            .entries()
            .map(|(_, _, entry)| entry.nanos.len())
            .collect();
        assert_eq!(timed, [2, 2]);
    }
}
