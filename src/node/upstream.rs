//! A stream of another node as it comes: cut into events, and what each says ([`super::telling`] has its text).

use std::{future::poll_fn, pin::Pin, str};

use axum::body::Body;
use bytes::{Bytes, BytesMut};

use crate::{event::Name, feed::Position, limits};

/// What was said of an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Start(Position),
    Seats(Position, Bytes),
    Reset(Position),
    Closed,
    Cut,
}

/// A stream to another node.
pub(super) struct Upstream {
    body: Body,
    rest: BytesMut,
}

impl Upstream {
    pub(super) fn new(body: Body) -> Self {
        Self {
            body,
            rest: BytesMut::new(),
        }
    }

    /// The next event, with the empty line that ends it. `None`: the stream has ended. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Option<BytesMut> {
        loop {
            if let Some(end) = self.rest.windows(2).position(|two| two == b"\n\n") {
                return Some(self.rest.split_to(end + 2));
            }
            if self.rest.len() > limits::RELAY_EVENT_BYTES_MAX {
                return None;
            }
            let frame = poll_fn(|cx| {
                let body = Pin::new(&mut self.body);
                hyper::body::Body::poll_frame(body, cx)
            });
            let data = frame.await?.ok()?.into_data().ok()?;
            self.rest.extend_from_slice(&data);
        }
    }
}

/// What an event says, and of which one. `None`: a comment, or something that a later version says.
pub(super) fn read(event: &[u8]) -> Option<(Name, Said)> {
    let (of, text) = str::from_utf8(event).ok()?.split_once('\n')?;
    let name = Name::new(of.strip_prefix("of: ")?).ok()?;
    let field = |name: &str| {
        let mut lines = text.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    let position = || field("id")?.parse().ok();
    let said = match field("event")? {
        "start" => Said::Start(position()?),
        // It is kept for longer than what came with it, of other events: so it gets memory of its own.
        "seats" => Said::Seats(position()?, Bytes::copy_from_slice(text.as_bytes())),
        "reset" => Said::Reset(position()?),
        "closed" => Said::Closed,
        "cut" => Said::Cut,
        _ => return None,
    };
    Some((name, said))
}

#[cfg(test)]
pub(super) mod tests {
    use std::{
        convert::Infallible,
        task::{Context, Poll},
    };

    use hyper::body::{Body as HttpBody, Frame};
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

    use super::*;
    use crate::{feed::Life, ids::Lsn};

    /// A body that comes in these pieces.
    struct Pieces(UnboundedReceiver<Bytes>);

    /// A stream, and what is put into it.
    pub(in crate::node) fn piecewise() -> (UnboundedSender<Bytes>, Upstream) {
        let (to, pieces) = unbounded_channel();
        (to, Upstream::new(Body::new(Pieces(pieces))))
    }

    impl HttpBody for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let piece = self.0.poll_recv(cx);
            piece.map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
        }
    }

    fn at(lsn: u64) -> Position {
        Position {
            life: Life::new(10),
            lsn: Lsn::new(lsn),
        }
    }

    #[test]
    fn each_event_says_what_the_owner_wrote() {
        let seats = "id: 0000000a-9\nevent: seats\ndata: {\"from\":3,\"to\":9,\"held\":[1]}\n\n";
        let table = [
            (
                "id: 0000000a-3\nevent: start\ndata: {\"position\":3}\n\n",
                Some(Said::Start(at(3))),
            ),
            (seats, Some(Said::Seats(at(9), Bytes::from(seats)))),
            (
                "id: 0000000a-3\nevent: reset\ndata: {\"position\":3}\n\n",
                Some(Said::Reset(at(3))),
            ),
            ("event: closed\ndata: {}\n\n", Some(Said::Closed)),
            ("event: cut\ndata: {}\n\n", Some(Said::Cut)),
            ("event: seats\n\n", None),
            ("event: later\n\n", None),
        ];
        for (text, said) in table {
            let of_gala = Name::new("gala").ok().zip(said);
            assert_eq!(read(format!("of: gala\n{text}").as_bytes()), of_gala);
            assert_eq!(read(text.as_bytes()), None, "nobody knows of which event");
        }
        for text in [":\n\n", "retry: 2000\n\n", "of: gala\n\n", "of: No name\n"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    #[tokio::test]
    async fn events_are_cut_wherever_the_bytes_are() {
        let text = "of: a\nevent: cut\ndata: {}\n\n:\n\nof: b\nevent: closed\n\nof: c";
        for length in 1..text.len() {
            let (to, mut upstream) = piecewise();
            for part in text.as_bytes().chunks(length) {
                to.send(Bytes::copy_from_slice(part)).expect("it is read");
            }
            drop(to);
            let mut events = Vec::new();
            while let Some(event) = upstream.next().await {
                events.push(String::from_utf8(event.to_vec()).expect("text"));
            }
            assert_eq!(events.concat(), text.trim_end_matches("of: c"));
            assert_eq!(events.len(), 3, "by {length} bytes");
        }
    }
}
