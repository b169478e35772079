//! How far an upload has come, on a line that is written over and over.

use std::io::{self, Read, Write};

/// A body that shows on `screen` how much of it was sent. Without a screen it is silent. The line is gone when the
/// body is dropped, so that what is said next stands in its place.
#[derive(Debug)]
pub(crate) struct Upload<'b, S: Write> {
    body: &'b [u8],
    sent: usize,
    shown: Option<Progress>,
    screen: Option<S>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Percent(usize),
    Sent,
}

impl<'b, S: Write> Upload<'b, S> {
    pub(crate) fn new(body: &'b [u8], screen: Option<S>) -> Self {
        Self {
            body,
            sent: 0,
            shown: None,
            screen,
        }
    }

    /// Shows how far it has come, at most a hundred times, however short the pieces are that are sent.
    fn show(&mut self) {
        let progress = match self.sent {
            all if all == self.body.len() => Progress::Sent,
            some => Progress::Percent(some * 100 / self.body.len()),
        };
        let Some(screen) = self
            .screen
            .as_mut()
            .filter(|_| self.shown != Some(progress))
        else {
            return;
        };
        self.shown = Some(progress);
        let megabytes = |bytes: usize| format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10);
        let all = megabytes(self.body.len());
        let text = match progress {
            Progress::Percent(percent) => {
                format!("{} of {all} sent ({percent} %)", megabytes(self.sent))
            }
            Progress::Sent => format!("{all} sent, the server is building the chart"),
        };
        show_line(screen, &text);
    }
}

impl<S: Write> Read for Upload<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.body[self.sent..];
        let piece = &rest[..rest.len().min(buffer.len())];
        buffer[..piece.len()].copy_from_slice(piece);
        self.sent += piece.len();
        self.show();
        Ok(piece.len())
    }
}

impl<S: Write> Drop for Upload<'_, S> {
    fn drop(&mut self) {
        if let (Some(screen), Some(_)) = (&mut self.screen, self.shown) {
            show_line(screen, "");
        }
    }
}

/// Writes over the line. What can't be shown is no reason to give up.
fn show_line(screen: &mut impl Write, text: &str) {
    const BACK_AND_CLEAR: &str = "\r\x1b[K";
    drop(write!(screen, "{BACK_AND_CLEAR}{text}"));
    drop(screen.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is on the screen after each read of `piece` bytes, and at the end.
    fn lines(body: &[u8], piece: usize) -> Vec<String> {
        let mut screen = Vec::new();
        let mut upload = Upload::new(body, Some(&mut screen));
        let mut buffer = vec![0; piece];
        while upload.read(&mut buffer).expect("it is in memory") > 0 {}
        drop(upload);
        let text = String::from_utf8(screen).expect("UTF-8");
        text.split("\r\x1b[K").skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn it_says_how_much_was_sent_then_what_the_server_does_and_then_nothing() {
        assert_eq!(
            lines(&[0; 10_000_000], 4_000_000),
            [
                "4.0 MB of 10.0 MB sent (40 %)",
                "8.0 MB of 10.0 MB sent (80 %)",
                "10.0 MB sent, the server is building the chart",
                "",
            ]
        );
    }

    #[test]
    fn short_pieces_are_not_shown_one_by_one() {
        assert_eq!(lines(&[0; 10_000], 1).len(), 102);
        assert_eq!(lines(&[], 10).len(), 2);
    }

    #[test]
    fn what_is_sent_is_the_body() {
        let body: Vec<u8> = (0..=255).collect();
        let mut sent = Vec::new();
        let silent: Option<Vec<u8>> = None;
        let mut upload = Upload::new(&body, silent);
        upload.read_to_end(&mut sent).expect("it is in memory");
        assert_eq!(sent, body);
    }
}
