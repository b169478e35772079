//! What comes over a stream's connection, taken apart by hand: a body in chunks, in it events, in them deltas.

use seatlock::feed::Shown;

/// Takes the chunks off a body (RFC 9112, section 7.1), in whatever pieces it comes.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    /// In a line that is to be a size, of which so much is known.
    #[default]
    Start,
    Size(usize),
    Data(usize),
    /// Between the data and its line's end.
    AfterData,
    End,
}

/// A delta whose changes are still text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delta<'t> {
    pub(crate) from: u64,
    pub(crate) to: u64,
    lists: &'t [u8],
}

impl Chunks {
    /// Appends what `bytes` bring of the body. `None` for what is no body in chunks.
    pub(crate) fn take(&mut self, mut bytes: &[u8], body: &mut Vec<u8>) -> Option<()> {
        while let [byte, after @ ..] = bytes {
            if let State::Data(left) = self.state {
                let (now, later) = bytes.split_at(left.min(bytes.len()));
                body.extend_from_slice(now);
                self.state = if now.len() == left {
                    State::AfterData
                } else {
                    State::Data(left - now.len())
                };
                bytes = later;
                continue;
            }
            self.state = self.state.next(*byte)?;
            bytes = after;
        }
        Some(())
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.state == State::End
    }
}

impl State {
    fn next(self, byte: u8) -> Option<Self> {
        let digit = || {
            char::from(byte)
                .to_digit(16)
                .and_then(|digit| usize::try_from(digit).ok())
        };
        match (self, byte) {
            (Self::Size(_) | Self::AfterData | Self::End, b'\r') => Some(self),
            (Self::AfterData, b'\n') => Some(Self::Start),
            (Self::Size(0) | Self::End, b'\n') => Some(Self::End),
            (Self::Size(size), b'\n') => Some(Self::Data(size)),
            (Self::Start, _) => digit().map(Self::Size),
            (Self::Size(size), _) => Some(Self::Size(size.checked_mul(16)? + digit()?)),
            _ => None,
        }
    }
}

/// The first event of `text`, without the empty line that ends it, and what follows.
pub(crate) fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.windows(2).position(|two| two == b"\n\n")?;
    Some((&text[..end], &text[end + 2..]))
}

/// The value of a field of an event.
pub(crate) fn field<'t>(event: &'t [u8], name: &str) -> Option<&'t [u8]> {
    let lines = event.split(|byte| *byte == b'\n');
    let mut named =
        lines.filter_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b": "));
    named.next()
}

/// The number that a field of `data` has, such as the position of a start.
pub(crate) fn number(data: &[u8], name: &str) -> Option<u64> {
    let mut data = data;
    skip(&mut data, b"{\"")?;
    skip(&mut data, name.as_bytes())?;
    skip(&mut data, b"\":")?;
    digits(&mut data)
}

impl<'t> Delta<'t> {
    pub(crate) fn parse(data: &'t [u8]) -> Option<Self> {
        let mut rest = data;
        skip(&mut rest, b"{\"from\":")?;
        let from = digits(&mut rest)?;
        skip(&mut rest, b",\"to\":")?;
        let to = digits(&mut rest)?;
        Some(Self {
            from,
            to,
            lists: rest,
        })
    }

    /// Calls `each` with every run of seats, its first and its last. `None` for what is no list of changes.
    pub(crate) fn changes(self, mut each: impl FnMut(Shown, u32, u32)) -> Option<()> {
        let mut rest = self.lists;
        for shown in Shown::ALL {
            let Some(list) = opened(rest, shown) else {
                continue;
            };
            rest = list;
            loop {
                let (first, last) = run(&mut rest)?;
                each(shown, first, last);
                if skip(&mut rest, b"]").is_some() {
                    break;
                }
                skip(&mut rest, b",")?;
            }
        }
        (rest == b"}").then_some(())
    }
}

/// What follows `,"held":[`, where that is the status.
fn opened(mut text: &[u8], shown: Shown) -> Option<&[u8]> {
    skip(&mut text, b",\"")?;
    skip(&mut text, shown.name().as_bytes())?;
    skip(&mut text, b"\":[")?;
    Some(text)
}

/// `7` or `[7,9]`.
fn run(text: &mut &[u8]) -> Option<(u32, u32)> {
    let seat = |text: &mut &[u8]| digits(text).and_then(|number| u32::try_from(number).ok());
    if skip(text, b"[").is_none() {
        let only = seat(text)?;
        return Some((only, only));
    }
    let first = seat(text)?;
    skip(text, b",")?;
    let last = seat(text)?;
    skip(text, b"]")?;
    (first < last).then_some((first, last))
}

fn skip(text: &mut &[u8], what: &[u8]) -> Option<()> {
    *text = text.strip_prefix(what)?;
    Some(())
}

fn digits(text: &mut &[u8]) -> Option<u64> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(count);
    *text = rest;
    (count > 0).then(|| {
        digits.iter().try_fold(0_u64, |number, digit| {
            number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        })
    })?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_come_in_any_pieces() {
        let body = b"5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n";
        for piece in 1..body.len() {
            let (mut chunks, mut taken) = (Chunks::default(), Vec::new());
            for bytes in body.chunks(piece) {
                assert!(chunks.take(bytes, &mut taken).is_some());
            }
            assert_eq!(taken, b"hello0123456789abcdef");
            assert!(chunks.has_ended());
        }
        for broken in ["x\r\n", "1\r\nab", "\r\n", "ffffffffffffffffff\r\n"] {
            assert_eq!(
                Chunks::default().take(broken.as_bytes(), &mut Vec::new()),
                None,
                "{broken:?}"
            );
        }
    }

    #[test]
    fn events_are_taken_off_one_by_one() {
        let (event, rest) =
            split(b"id: 1-2\nevent: seats\ndata: {}\n\n:\n\nrest").expect("an event");
        assert_eq!(field(event, "event"), Some(&b"seats"[..]));
        assert_eq!(field(event, "data"), Some(&b"{}"[..]));
        assert_eq!(field(event, "retry"), None);
        assert_eq!(split(rest), Some((&b":"[..], &b"rest"[..])));
        assert_eq!(split(b"data: {}\n"), None);
        assert_eq!(number(b"{\"position\":17}", "position"), Some(17));
    }

    #[test]
    fn a_delta_lists_runs_by_status() {
        let delta =
            Delta::parse(br#"{"from":3,"to":9,"available":[20],"held":[[0,1],3],"withheld":[2]}"#);
        let delta = delta.expect("a delta");
        assert_eq!((delta.from, delta.to), (3, 9));
        let mut changes = Vec::new();
        assert!(
            delta
                .changes(|shown, first, last| changes.push((shown, first, last)))
                .is_some()
        );
        use Shown::{Available, Held, Withheld};
        assert_eq!(
            changes,
            [
                (Available, 20, 20),
                (Held, 0, 1),
                (Held, 3, 3),
                (Withheld, 2, 2)
            ]
        );
    }

    #[test]
    fn what_is_no_delta_is_not_taken_for_one() {
        for lists in [
            "",
            ",\"held\":[]}",
            ",\"held\":[1}",
            ",\"held\":[[2,2]]}",
            ",\"sold\":[1]}",
            ",\"held\":[1]",
            ",\"booked\":[1],\"held\":[2]}",
            ",\"held\":[4294967296]}",
        ] {
            let text = format!("{{\"from\":1,\"to\":2{lists}");
            let delta = Delta::parse(text.as_bytes()).expect("its beginning is right");
            assert_eq!(delta.changes(|_, _, _| ()), None, "{lists}");
        }
    }
}
