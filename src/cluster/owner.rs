//! Who serves a shard, and since when.
//!
//! The owner's key goes with no lease: it stays when its node is gone, until somebody else takes the shard. A lease that was
//! lost by accident then harms nobody: the owner appends until it has been replaced.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::store::{LeaseId, Revision};

/// Who is the owner because of which transaction: the revision at which the owner's key was last written.
///
/// It only grows, and whoever writes to a shard has the store compare it with his own: that is the fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(Revision);

/// A node, as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node {
    /// What its operator calls it.
    pub name: String,
    /// Where other nodes reach it.
    pub address: String,
    /// What it lives by. A node that has lost its lease gets another one.
    pub lease: LeaseId,
}

/// The value of an owner's key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// Who serves the shard.
    pub node: Node,
    /// What the key's revision was before this value was written. As only one transaction can replace that revision, no two
    /// values are equal, and a node knows its own transaction by the value that it has left.
    pub after: Revision,
}

/// As it is written, in JSON, so that an operator can read it.
#[derive(Serialize, Deserialize)]
struct Written {
    v: u8,
    node: String,
    address: String,
    lease: i64,
    after: u64,
}

/// The layout of the value.
const VERSION: u8 = 1;

impl Term {
    /// The term that begins with a revision of the owner's key.
    pub const fn new(revision: Revision) -> Self {
        Self(revision)
    }

    /// What the store compares.
    pub const fn revision(self) -> Revision {
        self.0
    }
}

impl Owner {
    /// The value, as it is written.
    pub fn encode(&self) -> Bytes {
        let written = Written {
            v: VERSION,
            node: self.node.name.clone(),
            address: self.node.address.clone(),
            lease: self.node.lease.get(),
            after: self.after.get(),
        };
        serde_json::to_vec(&written)
            .expect("it has nothing that JSON has not")
            .into()
    }

    /// Reads what [`Owner::encode`] has written. `None`: a later version has, or it is broken.
    pub fn decode(value: &[u8]) -> Option<Self> {
        let written: Written = serde_json::from_slice(value).ok()?;
        (written.v == VERSION).then(|| Self {
            node: Node {
                name: written.node,
                address: written.address,
                lease: LeaseId::new(written.lease),
            },
            after: Revision::new(written.after),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_back_and_a_later_version_is_not() {
        let owner = Owner {
            node: Node {
                name: "a".into(),
                address: "http://10.0.0.1:8080".into(),
                lease: LeaseId::new(-7),
            },
            after: Revision::new(41),
        };
        let value = owner.encode();
        let text = r#"{"v":1,"node":"a","address":"http://10.0.0.1:8080","lease":-7,"after":41}"#;
        assert_eq!(value, text);
        assert_eq!(Owner::decode(&value), Some(owner));
        let later = text.replace("\"v\":1", "\"v\":2");
        for value in [&later, "", "{}"] {
            assert_eq!(Owner::decode(value.as_bytes()), None);
        }
    }
}
