//! Reads the segments of a folder one after the other, and changes nothing.

use std::io;

use super::{
    fault::{Flaw, OpenError},
    header::{self, Named},
    payload::Payload,
    recovery::{self, FileDecision, FileFinding},
    segment::{Place, Segment},
};
use crate::ledger::storage::{Storage, StoredFile};

/// Who is shown what is read.
pub(super) trait Reader {
    /// From here on it is read from this segment.
    fn segment(&mut self, segment: &Segment);

    /// The next batch.
    fn batch(&mut self, place: Place<'_>, payload: &Payload<'_>) -> Result<(), Flaw>;

    /// So many bytes more were read.
    fn progress(&mut self, bytes: u64);
}

/// What a walk has found.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// The ledger, if there is a segment.
    pub(super) ledger: Option<[u8; 16]>,
    /// The highest number of a segment, or zero.
    pub(super) highest: u32,
    /// Segments without a frame.
    pub(super) empty: Vec<u32>,
    /// Number and payload of the last batch, where it was read from.
    pub(super) last: Option<(u64, Vec<u8>)>,
    /// File and offset at which the log ends.
    pub(super) end: Option<(String, u64)>,
    /// Whether there is something at the end that is no whole frame.
    pub(super) torn: bool,
}

/// The files of a folder, by what their names say.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Segments, in order.
    pub(super) segments: Vec<u32>,
    /// Names of segments that were being made.
    pub(super) temporary: Vec<String>,
}

impl Listing {
    /// What is there.
    pub(super) fn of(storage: &dyn Storage) -> io::Result<Self> {
        let mut listing = Self::default();
        for name in storage.list()? {
            let (finding, segment) = match header::named(&name) {
                Named::Foreign => (FileFinding::OtherName, None),
                Named::Temporary => (FileFinding::TemporaryName, None),
                Named::Segment(number) => (FileFinding::Used, Some(number)),
            };
            match (recovery::file(finding), segment) {
                (FileDecision::Remove, _) => listing.temporary.push(name),
                (_, Some(number)) => listing.segments.push(number),
                _ => {}
            }
        }
        listing.segments.sort_unstable();
        Ok(listing)
    }
}

/// A segment and its file, which stays there for us even if somebody removes it.
pub(super) type Opened = (u32, Box<dyn StoredFile>);

/// Opens the segments of a folder. They are opened before any is read, so that a running server takes none away.
pub(super) fn open_all(storage: &dyn Storage, segments: &[u32]) -> Result<Vec<Opened>, OpenError> {
    let open = |number: &u32| {
        let name = header::name(*number);
        let file = storage.open(&name).map_err(OpenError::io(&name))?;
        Ok((*number, file))
    };
    segments.iter().map(open).collect()
}

/// Bytes of all of them.
pub(super) fn bytes_of(files: &[Opened]) -> Result<u64, OpenError> {
    let mut total = 0_u64;
    for (number, file) in files {
        total = total.saturating_add(
            file.bytes()
                .map_err(OpenError::io(&header::name(*number)))?,
        );
    }
    Ok(total)
}

/// Reads all of them.
pub(super) fn walk(files: &[Opened], reader: &mut dyn Reader) -> Result<Walked, OpenError> {
    let mut walk = Walk {
        walked: Walked::default(),
        current: None,
        next: None,
        reader,
    };
    let mut blank: Vec<&Opened> = Vec::new();
    for opened in files {
        let segment = walk.look(opened)?;
        walk.reader.progress(segment.len());
        if segment.first.is_none() {
            blank.push(opened);
            continue;
        }
        // While a server writes, one that was blank when it was looked at may have been filled before this one was begun.
        for before in blank.drain(..) {
            let segment = walk.look(before)?;
            walk.enter(segment, before)?;
        }
        walk.enter(segment, opened)?;
    }
    let Walk {
        mut walked,
        current,
        next,
        reader,
    } = walk;
    walked.empty.extend(blank.iter().map(|opened| opened.0));
    if let Some(last) = current {
        read_segment(last, next, None, reader, &mut walked)?;
    }
    Ok(walked)
}

/// A walk under way.
struct Walk<'f, 'r> {
    walked: Walked,
    /// What is read as soon as it is known where the next one begins.
    current: Option<(Segment, &'f Opened)>,
    next: Option<u64>,
    reader: &'r mut dyn Reader,
}

impl<'f> Walk<'f, '_> {
    fn look(&mut self, opened: &Opened) -> Result<Segment, OpenError> {
        let read = || Segment::read(opened.0, opened.1.as_ref(), self.walked.ledger);
        let segment = match read() {
            Err(error) if error.may_be_haste() => read()?,
            done => done?,
        };
        self.walked.ledger = Some(segment.ledger);
        self.walked.highest = self.walked.highest.max(segment.number);
        Ok(segment)
    }

    fn enter(&mut self, segment: Segment, opened: &'f Opened) -> Result<(), OpenError> {
        let Some(first) = segment.first else {
            self.walked.empty.push(segment.number);
            return Ok(());
        };
        if let Some(before) = self.current.replace((segment, opened)) {
            let next = read_segment(
                before,
                self.next,
                Some(first),
                self.reader,
                &mut self.walked,
            );
            self.next = Some(next?);
        }
        Ok(())
    }
}

/// Reads one of them to its end, and answers with the number of the batch that comes next.
fn read_segment(
    (mut segment, opened): (Segment, &Opened),
    next: Option<u64>,
    until: Option<u64>,
    reader: &mut dyn Reader,
    walked: &mut Walked,
) -> Result<u64, OpenError> {
    let mut cursor = segment.start(0);
    debug_assert!(
        next.is_none_or(|next| next == cursor.next),
        "the last segment was left there"
    );
    reader.segment(&segment);
    let mut visit = |place: Place<'_>, payload: &Payload<'_>| reader.batch(place, payload);
    let mut end = segment.read_on(&mut cursor, until, &mut visit);
    if end.as_ref().is_err_and(OpenError::may_be_haste) {
        // While a server writes, what is early in a file may have been read before it was there, and what is late
        // after that. Read once more, all is there that came before what was seen.
        segment = Segment::read(opened.0, opened.1.as_ref(), walked.ledger)?;
        // What was passed by as broken may be whole now.
        cursor.offset = cursor.taken_to;
        end = segment.read_on(&mut cursor, until, &mut visit);
    }
    walked.torn = end?;
    walked.end = Some((segment.name.clone(), cursor.offset as u64));
    let payload = cursor.last.and_then(|offset| segment.payload(offset));
    if let Some(payload) = payload {
        walked.last = Some((cursor.next - 1, payload));
    }
    Ok(cursor.next)
}
