//! Who is at the other end of a connection, and how many connections come from there.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use ipnet::IpNet;

use super::answer::Refusal;

/// The address that a request's connection comes from: an extension of each request that the server hands over. Behind
/// a proxy it is the proxy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        let peer = parts.extensions.get().copied();
        // Missing only where a router is called by something else than the server.
        peer.ok_or_else(|| Refusal::OurFault.answer())
    }
}

/// Connections by the owner of their address.
type Counts = HashMap<IpAddr, usize>;

/// Counts connections by the address that they come from. As large as there are connections, and no larger.
#[derive(Debug)]
pub(super) struct Peers {
    places_each: usize,
    uncounted: Vec<IpNet>,
    counts: Arc<Mutex<Counts>>,
}

/// One connection's place; given back when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    /// None if the address is not counted.
    of: Option<(IpAddr, Arc<Mutex<Counts>>)>,
}

impl Peers {
    /// With room for `places_each` connections from each address, except from the networks `uncounted`.
    pub(super) fn new(places_each: usize, uncounted: Vec<IpNet>) -> Self {
        Self {
            places_each,
            uncounted,
            counts: Arc::default(),
        }
    }

    /// A place for one more connection from `address`, if there is one.
    pub(super) fn admit(&self, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        if self
            .uncounted
            .iter()
            .any(|network| network.contains(&address))
        {
            return Some(Place { of: None });
        }
        let owner = owner(address);
        let mut counts = lock(&self.counts);
        let count = counts.entry(owner).or_default();
        if *count >= self.places_each {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Place {
            of: Some((owner, Arc::clone(&self.counts))),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((owner, counts)) = &self.of else {
            return;
        };
        let mut counts = lock(counts);
        if let Some(count) = counts.get_mut(owner) {
            *count -= 1;
            if *count == 0 {
                counts.remove(owner);
            }
        }
    }
}

/// Whoever has one IPv6 address has its /64: providers give out no less.
fn owner(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let network = address.to_bits() & (u128::MAX << 64);
            Ipv6Addr::from_bits(network).into()
        }
    }
}

fn lock(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    // Nothing panics while it holds this lock.
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn each_address_has_its_places_and_gets_them_back() {
        let peers = Peers::new(2, Vec::new());
        let first = peers.admit(ip("192.0.2.1")).expect("a place");
        let _second = peers.admit(ip("::ffff:192.0.2.1")).expect("a place");
        assert!(peers.admit(ip("192.0.2.1")).is_none());
        assert!(peers.admit(ip("192.0.2.2")).is_some());
        drop(first);
        assert!(peers.admit(ip("192.0.2.1")).is_some());
    }

    #[test]
    fn addresses_of_one_64_share_their_places() {
        let peers = Peers::new(1, Vec::new());
        let _place = peers.admit(ip("2001:db8::1")).expect("a place");
        assert!(peers.admit(ip("2001:db8::ffff:0:0:1")).is_none());
        assert!(peers.admit(ip("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn uncounted_networks_have_no_limit() {
        let network = "10.0.0.0/8".parse().expect("a network");
        let peers = Peers::new(0, vec![network]);
        assert!(peers.admit(ip("10.1.2.3")).is_some());
        assert!(peers.admit(ip("11.1.2.3")).is_none());
    }

    #[test]
    fn addresses_without_connections_take_no_memory() {
        let peers = Peers::new(1, Vec::new());
        for bits in 0..100_000_u32 {
            let address = IpAddr::V4(bits.into());
            drop(peers.admit(address).expect("a place"));
        }
        assert!(lock(&peers.counts).is_empty());
    }
}
