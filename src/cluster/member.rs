//! A node as it says of itself, under the one key that goes with its lease.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{owner::Node, store::LeaseId};

/// What a node says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Member {
    /// What its operator calls it. No two should have the same name.
    pub name: String,
    /// Where other nodes reach it.
    pub address: String,
    /// It hands over what it has, and takes nothing more.
    pub is_leaving: bool,
}

/// As it is written, in JSON, so that an operator can read it.
#[derive(Serialize, Deserialize)]
struct Written {
    v: u8,
    name: String,
    address: String,
    leaving: bool,
}

/// The layout of the value.
const VERSION: u8 = 1;

impl Member {
    /// As others see it, living by this lease.
    pub fn under(&self, lease: LeaseId) -> Node {
        Node {
            name: self.name.clone(),
            address: self.address.clone(),
            lease,
        }
    }

    /// The value, as it is written.
    pub fn encode(&self) -> Bytes {
        let written = Written {
            v: VERSION,
            name: self.name.clone(),
            address: self.address.clone(),
            leaving: self.is_leaving,
        };
        serde_json::to_vec(&written)
            .expect("it has nothing that JSON has not")
            .into()
    }

    /// Reads what [`Member::encode`] has written. `None`: a later version has, or it is broken.
    pub fn decode(value: &[u8]) -> Option<Self> {
        let written: Written = serde_json::from_slice(value).ok()?;
        (written.v == VERSION).then_some(Self {
            name: written.name,
            address: written.address,
            is_leaving: written.leaving,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_back_and_a_later_version_is_not() {
        let member = Member {
            name: "a".into(),
            address: "http://10.0.0.1:3000".into(),
            is_leaving: true,
        };
        let value = member.encode();
        let text = r#"{"v":1,"name":"a","address":"http://10.0.0.1:3000","leaving":true}"#;
        assert_eq!(value, text);
        assert_eq!(Member::decode(&value), Some(member));
        let later = text.replace("\"v\":1", "\"v\":2");
        for value in [&later, "", "{}"] {
            assert_eq!(Member::decode(value.as_bytes()), None);
        }
    }
}
