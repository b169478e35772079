//! Whose share a shard is, of the nodes that there are.
//!
//! By rendezvous hashing (Thaler and Ravishankar, 'Using name-based mappings to increase hit rates', 1998): each node has a
//! number for each shard, and the largest has it. All nodes come to the same result without asking one another; when a node
//! goes, only its shards move, and when one comes, only those that become its own.
//!
//! This says who *should* serve a shard. Who does is for the owner's key to say.

use twox_hash::XxHash3_64;

use super::{owner::Node, placement::ShardId};

/// The node whose share it is; `None` if there are no nodes.
pub fn rightful<'n>(shard: ShardId, nodes: impl IntoIterator<Item = &'n Node>) -> Option<&'n Node> {
    let nodes = nodes.into_iter();
    // Two that were given the same name are told apart by what they live by.
    nodes.max_by_key(|node| (number(shard, &node.name), node.lease))
}

fn number(shard: ShardId, name: &str) -> u64 {
    XxHash3_64::oneshot_with_seed(u64::from(shard.get()), name.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::cluster::store::LeaseId;

    fn nodes(names: &str) -> Vec<Node> {
        let node = |name: char| Node {
            name: name.into(),
            address: String::new(),
            lease: LeaseId::new(1),
        };
        names.chars().map(node).collect()
    }

    fn shares(nodes: &[Node]) -> BTreeMap<u16, &str> {
        let share = |shard| Some((shard, &*rightful(ShardId::new(shard), nodes)?.name));
        (0..1_024).filter_map(share).collect()
    }

    #[test]
    fn everybody_has_about_as_much() {
        let nodes = nodes("abcd");
        let mut counts = BTreeMap::<_, u32>::new();
        for name in shares(&nodes).into_values() {
            *counts.entry(name).or_default() += 1;
        }
        assert_eq!(counts.len(), 4);
        let about = 256 - 60..256 + 60;
        assert!(counts.values().all(|count| about.contains(count)));
    }

    #[test]
    fn who_goes_leaves_his_share_and_nothing_else_moves() {
        let (all, fewer) = (nodes("abcd"), nodes("abd"));
        let after = shares(&fewer);
        for (shard, name) in shares(&all) {
            assert!(name == "c" || after[&shard] == name);
        }
        assert!(shares(&[]).is_empty());
    }

    /// Nodes of different versions must come to the same result.
    #[test]
    fn shares_are_what_the_first_version_made_them() {
        let nodes = nodes("abc");
        let names: String = shares(&nodes).into_values().take(16).collect();
        assert_eq!(names, EXPECTED);
    }

    const EXPECTED: &str = "aabbbccabaaabbba";
}
