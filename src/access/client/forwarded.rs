//! One entry of `X-Forwarded-For`, one element of `Forwarded`.
//!
//! Lists are cut at each comma, also at those within quotes. That is sound because an element is read strictly: a piece
//! of a quoted string ends in a quote that opens nothing, and is refused. A reader that minded the quotes from the
//! left would let a client swallow what the proxies append, by a quote that never closes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

/// An address, with or without a port.
pub(super) fn plain(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim_matches([' ', '\t']);
    let bare = || entry.parse::<IpAddr>().ok();
    let address = bare().or_else(|| node(entry))?;
    Some(address.to_canonical())
}

/// The `for` of an element such as `for="[2001:db8::1]:4711";proto=https` (RFC 7239, section 4).
pub(super) fn element(element: &[u8]) -> Option<IpAddr> {
    let mut rest = std::str::from_utf8(element).ok()?.trim_matches([' ', '\t']);
    let mut found = None;
    while !rest.is_empty() {
        let (name, value) = rest.split_once('=')?;
        if !is_token(name) {
            return None;
        }
        let (value, after) = value_of(value)?;
        if name.eq_ignore_ascii_case("for") && found.replace(node(value)?).is_some() {
            return None;
        }
        rest = match after.strip_prefix(';') {
            Some(next) => next,
            None if after.is_empty() => after,
            None => return None,
        };
    }
    found.map(|address| address.to_canonical())
}

/// Splits off a token or a quoted string, without its quotes. One with escapes in it is no address, nor anything else
/// that matters here, so it is only stepped over.
fn value_of(text: &str) -> Option<(&str, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        let (value, after) = text.split_at(end);
        return is_token(value).then_some((value, after));
    };
    let mut escaped = false;
    for (place, byte) in quoted.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((&quoted[..place], &quoted[place + 1..])),
            _ => {}
        }
    }
    None
}

/// An address as RFC 7239, section 6, has it: IPv6 in brackets, perhaps a port. `unknown` and names are none.
fn node(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let v6 = || bracketed().or_else(|| text.parse().ok().map(|socket: SocketAddrV6| *socket.ip()));
    let v4 = || text.parse().ok().map(|socket: SocketAddrV4| *socket.ip());
    if text.starts_with('[') {
        v6().map(|address: Ipv6Addr| address.into())
    } else {
        let bare = text.parse().ok();
        bare.or_else(v4).map(|address: Ipv4Addr| address.into())
    }
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}
