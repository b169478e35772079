//! The hop: how a node hands a request to another, and how that one knows that it comes from a node.
//!
//! | header | what it says |
//! |---|---|
//! | `seatlock-hop` | the cluster's watchword: a node asks, so it is answered here or not at all |
//! | `seatlock-hop-for` | the address of the client that has asked the node |
//! | `seatlock-node` | in an answer: the node that has given it |
//! | `seatlock-owner` | in an answer 421: the node that serves what was asked for, as `name address lease shard` |
//!
//! Whoever doesn't know the watchword is a client, whatever he sends.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{CONNECTION, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
    },
};
use subtle::ConstantTimeEq;

use crate::{
    cluster::{owner::Node as Owner, placement::ShardId, roster::Watchword, store::LeaseId},
    http::Peer,
};

const HOP: HeaderName = HeaderName::from_static("seatlock-hop");
const HOP_FOR: HeaderName = HeaderName::from_static("seatlock-hop-for");
const OWNER: HeaderName = HeaderName::from_static("seatlock-owner");

/// In an answer: the node that has given it.
pub(super) const NODE: HeaderName = HeaderName::from_static("seatlock-node");

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// A client.
    Client,
    /// Another node, which has asked whom it takes for the owner.
    Node,
}

/// Says who asks. For the handlers a node's request is the client's that it hands on.
pub(super) fn receive(request: &mut Request, watchword: &Watchword) -> From {
    let headers = request.headers_mut();
    let presented = headers.remove(HOP);
    let client = headers.remove(HOP_FOR);
    let is_node = presented.is_some_and(|presented| {
        let is_equal = presented.as_bytes().ct_eq(watchword.bytes());
        is_equal.into()
    });
    if !is_node {
        return From::Client;
    }
    if let Some(address) = client.and_then(|client| client.to_str().ok()?.parse::<IpAddr>().ok()) {
        let peer = Peer(SocketAddr::new(address, 0));
        request.extensions_mut().insert(peer);
    }
    From::Node
}

/// The headers of a request as another node is to have them.
pub(super) fn send(asked: &HeaderMap, client: Option<IpAddr>, watchword: &Watchword) -> HeaderMap {
    let mut headers = end_to_end(asked);
    headers.remove(HOST);
    // Hexadecimal digits are a header's value, and so is an address.
    if let Ok(watchword) = HeaderValue::from_bytes(watchword.bytes()) {
        headers.insert(HOP, watchword);
    }
    let client = client.and_then(|client| HeaderValue::try_from(client.to_string()).ok());
    if let Some(client) = client {
        headers.insert(HOP_FOR, client);
    }
    headers
}

/// Without what is about one connection (RFC 9110, section 7.6.1).
pub(super) fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    for name in [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE] {
        kept.remove(name);
    }
    for name in ["keep-alive", "proxy-connection"] {
        kept.remove(name);
    }
    kept
}

/// Names the owner in an answer.
pub(super) fn name_owner(headers: &mut HeaderMap, owner: &Owner, shard: ShardId) {
    let lease = owner.lease.get();
    let text = format!("{} {} {lease:x} {shard}", owner.name, owner.address);
    // A name that is no header's value is not told.
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.insert(OWNER, value);
    }
}

/// The owner that an answer names, and of which shard.
pub(super) fn named_owner(headers: &HeaderMap) -> Option<(Owner, ShardId)> {
    let mut parts = headers.get(OWNER)?.to_str().ok()?.split(' ');
    let (name, address, lease) = (parts.next()?, parts.next()?, parts.next()?);
    let lease = u64::from_str_radix(lease, 16).ok()?;
    let shard = parts.next()?.parse().ok()?;
    let owner = Owner {
        name: name.to_owned(),
        address: address.to_owned(),
        lease: LeaseId::new(lease.cast_signed()),
    };
    Some((owner, ShardId::new(shard)))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use axum::body::Body;

    use super::*;

    fn request(headers: HeaderMap) -> Request {
        let mut request = Request::new(Body::empty());
        *request.headers_mut() = headers;
        let local = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 1);
        request.extensions_mut().insert(Peer(local));
        request
    }

    fn peer(request: &Request) -> IpAddr {
        let Peer(address) = request.extensions().get().expect("it has a peer");
        address.ip()
    }

    #[test]
    fn who_knows_the_watchword_speaks_for_his_client() {
        let watchword = Watchword::of([3; 32]);
        let client: IpAddr = "203.0.113.9".parse().expect("an address");
        let headers = send(&HeaderMap::new(), Some(client), &watchword);
        let mut received = request(headers.clone());
        assert_eq!(receive(&mut received, &watchword), From::Node);
        assert_eq!(peer(&received), client);
        let mut received = request(headers);
        let other = Watchword::of([4; 32]);
        assert_eq!(receive(&mut received, &other), From::Client);
        assert_eq!(peer(&received), Ipv4Addr::LOCALHOST);
        assert!(received.headers().is_empty());
    }

    #[test]
    fn what_is_about_a_connection_ends_with_it() {
        let mut headers = HeaderMap::new();
        for name in ["connection", "keep-alive", "te", "host", "idempotency-key"] {
            let value = HeaderValue::from_static("x");
            headers.insert(HeaderName::from_static(name), value);
        }
        let sent = send(&headers, None, &Watchword::of([0; 32]));
        let names: Vec<_> = sent.keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["idempotency-key", "seatlock-hop"]);
    }

    #[test]
    fn an_owner_is_read_as_it_was_named() {
        let owner = Owner {
            name: "a".into(),
            address: "http://10.0.0.1:3000".into(),
            lease: LeaseId::new(-5),
        };
        let mut headers = HeaderMap::new();
        let shard = ShardId::new(41);
        name_owner(&mut headers, &owner, shard);
        assert_eq!(named_owner(&headers), Some((owner, shard)));
        assert_eq!(named_owner(&HeaderMap::new()), None);
    }
}
