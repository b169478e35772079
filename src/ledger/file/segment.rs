//! One segment in memory, and its batches.

use std::{cmp::Ordering, io, ops::RangeInclusive};

use bytes::Bytes;

use super::{
    fault::{Damage, Flaw, OpenError},
    frame::{Frame, Kind, Seal},
    header::{self, Found, HEADER_BYTES, Header, VERSION},
    payload::Payload,
    recovery::{self, FileDecision, FileFinding, FrameDecision, FrameFinding, Here},
};
use crate::{ledger::storage::StoredFile, limits};

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
pub(super) struct Cursor {
    /// Where it goes on.
    pub(super) offset: usize,
    /// Where the last batch that was taken ends.
    pub(super) taken_to: usize,
    /// The number of the batch that comes next.
    pub(super) next: u64,
    /// Where the last batch of this segment is.
    pub(super) last: Option<usize>,
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

    /// At its first batch; where it has none, the number of the one that would come next.
    pub(super) fn start(&self, otherwise: u64) -> Cursor {
        Cursor {
            offset: HEADER_BYTES,
            taken_to: HEADER_BYTES,
            next: self.first.unwrap_or(otherwise),
            last: None,
        }
    }

    /// Reads on until the next segment's first batch, or the end. Answers with whether something is torn there.
    pub(super) fn read_on(
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

    /// What the frame there says.
    pub(super) fn payload(&self, offset: usize) -> Option<Vec<u8>> {
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
