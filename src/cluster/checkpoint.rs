//! Where a shard's past lies: a snapshot in pieces, and behind it the log.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::keys::Slot;

/// The value of a shard's checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Checkpoint {
    /// What the snapshot comes to is what the slots up to and with this one come to. This slot is still in the log, those
    /// before it are not.
    pub through: Slot,
    /// Pieces of the snapshot. A shard that was founded and never more has none.
    pub pieces: u32,
}

/// As it is written, in JSON, so that an operator can read it.
#[derive(Serialize, Deserialize)]
struct Written {
    v: u8,
    through: u64,
    pieces: u32,
}

/// The layout of the value.
const VERSION: u8 = 1;

impl Checkpoint {
    /// The value, as it is written.
    pub fn encode(self) -> Bytes {
        let written = Written {
            v: VERSION,
            through: self.through.get(),
            pieces: self.pieces,
        };
        serde_json::to_vec(&written)
            .expect("it has nothing that JSON has not")
            .into()
    }

    /// Reads what [`Checkpoint::encode`] has written. `None`: a later version has, or it is broken.
    pub fn decode(value: &[u8]) -> Option<Self> {
        let written: Written = serde_json::from_slice(value).ok()?;
        (written.v == VERSION).then_some(Self {
            through: Slot::new(written.through),
            pieces: written.pieces,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_back_and_a_later_version_is_not() {
        let checkpoint = Checkpoint {
            through: Slot::new(40),
            pieces: 3,
        };
        let value = checkpoint.encode();
        assert_eq!(value, r#"{"v":1,"through":40,"pieces":3}"#);
        assert_eq!(Checkpoint::decode(&value), Some(checkpoint));
        for value in [r#"{"v":2,"through":40,"pieces":3}"#, "", "{}"] {
            assert_eq!(Checkpoint::decode(value.as_bytes()), None);
        }
    }
}
