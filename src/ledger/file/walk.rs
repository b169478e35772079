//! Reads the segments of a folder one after the other, and changes nothing.

use std::{cmp::Ordering, io, ops::RangeInclusive};

use bytes::Bytes;

use super::{
    fault::{Damage, Flaw, OpenError},
    frame::{Frame, Kind, Seal},
    header::{self, Found, HEADER_BYTES, Header, Named, VERSION},
    payload::Payload,
    recovery::{self, FileDecision, FileFinding, FrameDecision, FrameFinding, Here},
};
use crate::{
    ledger::storage::{Storage, StoredFile},
    limits,
};

/// Where a reader is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    /// The file.
    pub(super) file: &'p str,
    /// Bytes from its beginning.
    pub(super) offset: usize,
    /// The batch.
    pub(super) batch: u64,
    /// All of the file.
    bytes: &'p Bytes,
}

/// Who is shown what is read.
pub(super) trait Reader {
    /// From here on it is read from this segment.
    fn segment(&mut self, segment: &Segment);

    /// The next batch.
    fn batch(&mut self, place: Place<'_>, payload: &Payload<'_>) -> Result<(), Flaw>;

    /// So many bytes more were read.
    fn progress(&mut self, bytes: u64);
}

/// A segment in memory.
#[derive(Debug)]
pub(super) struct Segment {
    /// Its number.
    pub(super) number: u32,
    /// Its name.
    pub(super) name: String,
    /// The ledger that it is part of.
    pub(super) ledger: [u8; 16],
    /// The number of its first batch, if it has one.
    pub(super) first: Option<u64>,
    seal: Seal,
    bytes: Bytes,
}

/// How far a segment was read.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    offset: usize,
    /// Where the last batch that was taken ends.
    taken_to: usize,
    next: u64,
    /// Where the last batch of this segment is.
    last: Option<usize>,
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

/// Reads all of a file that is no longer than a segment can be.
fn read_whole(file: &dyn StoredFile, name: &str) -> Result<Vec<u8>, OpenError> {
    let bytes = file.bytes().map_err(OpenError::io(name))?;
    let len = usize::try_from(bytes)
        .ok()
        .filter(|_| bytes <= limits::LEDGER_FILE_BYTES_MAX);
    let Some(len) = len else {
        return Err(damage(name, 0, 0, Flaw::Length));
    };
    let mut content = vec![0; len];
    let read = read_patiently(file, &mut content).map_err(OpenError::io(name))?;
    content.truncate(read);
    Ok(content)
}

fn read_patiently(file: &dyn StoredFile, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read_at(0, into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

fn damage(file: &str, offset: usize, batch: u64, what: Flaw) -> OpenError {
    OpenError::Damaged(Damage {
        file: file.to_owned(),
        offset: offset as u64,
        batch,
        what,
    })
}

impl Segment {
    /// Reads a segment. `ledger` is the one that it must be part of.
    pub(super) fn read(
        number: u32,
        file: &dyn StoredFile,
        ledger: Option<[u8; 16]>,
    ) -> Result<Self, OpenError> {
        let name = header::name(number);
        let bytes = read_whole(file, &name)?;
        let (mut finding, mut found, mut version) = (FileFinding::BadHeader, None, 0);
        match Header::read(&bytes) {
            Found::Newer(newer) => (finding, version) = (FileFinding::Newer, newer),
            Found::Header(header) if ledger.is_some_and(|ledger| ledger != header.ledger) => {
                finding = FileFinding::Foreign;
            }
            Found::Header(header) if header.segment == number => {
                let seal = Seal::new(header.ledger, number);
                let first = Frame::find(&bytes, HEADER_BYTES, 0..=u64::MAX, seal);
                finding = first_finding(first.as_ref());
                found = Some((header, seal, first.map(|(_, frame)| frame.number)));
            }
            _ => {}
        }
        match (recovery::file(finding), found) {
            (FileDecision::RefuseNewer, _) => Err(OpenError::NewerFormat {
                file: name,
                version,
                known: VERSION,
            }),
            (FileDecision::RefuseForeign, _) => Err(OpenError::ForeignSegment { file: name }),
            (
                FileDecision::Read | FileDecision::Remove,
                Some((Header { ledger, .. }, seal, first)),
            ) => Ok(Self {
                number,
                name,
                ledger,
                first,
                seal,
                bytes: bytes.into(),
            }),
            (_, found) => {
                let first = found.and_then(|(_, _, first)| first).unwrap_or(0);
                let (offset, flaw) =
                    found.map_or((0, Flaw::Header), |_| (HEADER_BYTES, Flaw::Frame));
                Err(damage(&name, offset, first, flaw))
            }
        }
    }

    /// Bytes of its file.
    pub(super) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// A part of it that outlives it, and keeps all of its memory for as long.
    pub(super) fn share(&self, part: &[u8]) -> Bytes {
        self.bytes.slice_ref(part)
    }

    /// Reads its batches from the first to the one before `until`, all of which must be there.
    pub(super) fn batches(
        &self,
        until: u64,
        visit: &mut dyn FnMut(&Payload<'_>),
    ) -> Result<(), OpenError> {
        let mut cursor = self.start(until);
        self.read_on(&mut cursor, Some(until), &mut |_, payload| {
            visit(payload);
            Ok(())
        })?;
        Ok(())
    }

    fn start(&self, otherwise: u64) -> Cursor {
        Cursor {
            offset: HEADER_BYTES,
            taken_to: HEADER_BYTES,
            next: self.first.unwrap_or(otherwise),
            last: None,
        }
    }

    /// Reads on until the next segment's first batch, or the end. Answers with whether something is torn there.
    fn read_on(
        &self,
        at: &mut Cursor,
        until: Option<u64>,
        visit: Visit<'_>,
    ) -> Result<bool, OpenError> {
        loop {
            let rest = self.bytes.get(at.offset..).unwrap_or_default();
            let here = Frame::read(rest, self.seal);
            let left = until == Some(at.next);
            let behind = if here.is_none() && !left {
                Frame::find(&self.bytes, at.offset, self.possible(at.next), self.seal)
            } else {
                None
            };
            let finding = FrameFinding {
                until: until.map(|until| until.cmp(&at.next)),
                here: seen(
                    here.as_ref(),
                    behind.as_ref().map(|(_, frame)| frame),
                    at.next,
                ),
            };
            let place = Place {
                file: &self.name,
                offset: at.offset,
                batch: at.next,
                bytes: &self.bytes,
            };
            match (recovery::frame(finding), here, behind) {
                (FrameDecision::Leave, ..) => return Ok(false),
                (FrameDecision::Cut, ..) => return Ok(rest.iter().any(|byte| *byte != 0)),
                (FrameDecision::Take, Some(frame), _) => {
                    self.take(place, &frame, visit)?;
                    at.last = Some(at.offset);
                    at.next += 1;
                    at.offset += frame.len();
                    at.taken_to = at.offset;
                }
                (FrameDecision::Pass, Some(frame), _) => at.offset += frame.len(),
                (FrameDecision::Skip, _, Some((offset, _))) => at.offset = offset,
                (FrameDecision::RefuseMissing, ..) => {
                    return Err(OpenError::Missing {
                        file: self.name.clone(),
                        batch: at.next,
                    });
                }
                (FrameDecision::RefuseDamaged, ..) => return Err(place.damage(Flaw::Frame)),
                _ => return Err(place.damage(Flaw::Order)),
            }
        }
    }

    fn take(&self, place: Place<'_>, frame: &Frame<'_>, visit: Visit<'_>) -> Result<(), OpenError> {
        let payload = Payload::read(frame.payload).ok_or(Flaw::Sense);
        let taken = payload.and_then(|payload| visit(place, &payload));
        taken.map_err(|flaw| place.damage(flaw))
    }

    /// Numbers of frames that can be behind one that is broken: of a mark of the batch before, and of as many batches
    /// as there is room for.
    fn possible(&self, next: u64) -> RangeInclusive<u64> {
        next.saturating_sub(1)..=next.saturating_add(self.len())
    }

    fn payload(&self, offset: usize) -> Option<Vec<u8>> {
        Frame::read(&self.bytes[offset..], self.seal).map(|frame| frame.payload.to_vec())
    }
}

type Visit<'v> = &'v mut dyn FnMut(Place<'_>, &Payload<'_>) -> Result<(), Flaw>;

impl Place<'_> {
    /// A part of the file that outlives the reading, and keeps all of the file's memory for as long.
    pub(super) fn share(&self, part: &[u8]) -> Bytes {
        self.bytes.slice_ref(part)
    }

    fn damage(&self, what: Flaw) -> OpenError {
        damage(self.file, self.offset, self.batch, what)
    }
}

/// A segment begins with a batch, directly behind its header, if it has any frame.
fn first_finding(first: Option<&(usize, Frame<'_>)>) -> FileFinding {
    match first {
        None => FileFinding::Empty,
        Some((HEADER_BYTES, frame)) if frame.kind == Kind::Batch => FileFinding::Used,
        Some(_) => FileFinding::Beheaded,
    }
}

fn seen(here: Option<&Frame<'_>>, behind: Option<&Frame<'_>>, next: u64) -> Here {
    match (here, behind.map(|frame| order(frame, next))) {
        (Some(frame), _) if frame.kind == Kind::Batch => Here::Batch(order(frame, next)),
        (Some(frame), _) => Here::Mark(order(frame, next)),
        (None, None) => Here::BadThenNothing,
        (None, Some(Ordering::Greater)) => Here::BadThenLater,
        (None, Some(_)) => Here::BadThenNext,
    }
}

/// How a frame compares with the batch that comes next: a mark comes after the batch of which it speaks.
fn order(frame: &Frame<'_>, next: u64) -> Ordering {
    match frame.kind {
        Kind::Batch => frame.number.cmp(&next),
        Kind::Mark => frame.number.saturating_add(1).cmp(&next),
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
