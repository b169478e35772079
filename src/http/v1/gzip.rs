//! A gzip stream (RFC 1952) strung together from pieces that were compressed each for itself, at any time.
//!
//! Each piece is a part of a deflate stream (RFC 1951) that ends on a byte's boundary and refers to nothing before it. The
//! checksum of the whole, which gzip wants at the end, is combined from theirs. `pigz` compresses in parallel by the
//! same means.

use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compression, Crc, write::DeflateEncoder};

/// No name, no time, and an unknown system.
const HEAD: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// The last block of a deflate stream, an empty one.
const LAST_BLOCK: &[u8] = &[0x03, 0x00];

/// A piece, and the checksum of what is in it.
#[derive(Debug)]
pub(super) struct Packed {
    deflated: Bytes,
    sum: Crc,
}

/// The checksum of what was sent so far.
#[derive(Debug, Default)]
pub(super) struct Sum(Crc);

impl Packed {
    /// Compresses a piece.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut sum = Crc::new();
        sum.update(text);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        // A flush brings the stream to a byte's boundary. Nothing here can fail: it is written to a vector.
        let _ = encoder.write_all(text);
        let _ = encoder.flush();
        Self {
            deflated: Bytes::copy_from_slice(encoder.get_ref()),
            sum,
        }
    }
}

impl Sum {
    /// The stream up to the end of its first piece.
    pub(super) fn begin(&mut self, piece: &Packed) -> Bytes {
        self.0.combine(&piece.sum);
        [HEAD, &piece.deflated].concat().into()
    }

    /// One more piece.
    pub(super) fn go_on(&mut self, piece: &Packed) -> Bytes {
        self.0.combine(&piece.sum);
        piece.deflated.clone()
    }

    /// The last piece, and the end of the stream.
    pub(super) fn end(&mut self, piece: &Packed) -> Bytes {
        self.0.combine(&piece.sum);
        let (sum, length) = (self.0.sum().to_le_bytes(), self.0.amount().to_le_bytes());
        let parts = [&piece.deflated[..], LAST_BLOCK, &sum, &length];
        parts.concat().into()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn pieces_of_any_length_make_one_stream() {
        for middle in [&b""[..], b"x", &[b'a'; 100_000]] {
            let mut sum = Sum::default();
            let (first, again, last) = (
                Packed::of(b"first"),
                Packed::of(middle),
                Packed::of(b"last"),
            );
            let parts = [
                sum.begin(&first),
                sum.go_on(&again),
                sum.go_on(&again),
                sum.end(&last),
            ];
            let mut text = Vec::new();
            let stream = parts.concat();
            GzDecoder::new(&stream[..])
                .read_to_end(&mut text)
                .expect("a stream with a right checksum");
            assert_eq!(text, [b"first", middle, middle, b"last"].concat());
        }
    }
}
