//! Whose request it is when limits are counted by address.
//!
//! An IPv4 address is one client. Of an IPv6 address the first 64 bits are, as whoever has one address there usually
//! has all that share them (RFC 6177). An IPv4 address that is mapped into IPv6 is the IPv4 address.
//!
//! # Behind proxies
//! `X-Forwarded-For` and `Forwarded` (RFC 7239) are claims, and anybody can send them. They are read only if the
//! connection itself comes from a trusted proxy, and only the one header that the proxies are known to write. Each
//! proxy appends the address that it was asked from, so the list is read from the right, past the trusted proxies, to
//! the first address that is none: the last that somebody trusted has seen. What stands left of it is never looked
//! at. If the list can't be read up to there, the request counts as the proxy's own.

mod forwarded;
#[cfg(test)]
mod tests;

use std::{
    error::Error,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use ipnet::IpNet;

use crate::limits;

/// A client, as far as limits by address are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Client {
    /// One IPv4 address.
    V4(Ipv4Addr),
    /// The first 64 bits of IPv6 addresses.
    V6([u16; 4]),
}

impl Client {
    /// The client that has this address.
    pub fn at(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}

/// The header that the trusted proxies write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ForwardedBy {
    /// `X-Forwarded-For`: addresses between commas.
    #[default]
    XForwardedFor,
    /// `Forwarded`, of RFC 7239.
    Forwarded,
}

impl ForwardedBy {
    /// The header's name in lower case.
    pub const fn header(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }
}

/// The proxies that are believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    trusted: Vec<IpNet>,
    by: ForwardedBy,
}

impl Proxies {
    /// Reads a list of addresses and networks between commas: `127.0.0.1, 10.0.0.0/8, fd00::/8`. An empty list trusts
    /// nobody.
    ///
    /// # Errors
    /// [`ProxyErrors`] with every entry that is wrong.
    pub fn parse(list: &str, by: ForwardedBy) -> Result<Self, ProxyErrors> {
        let (mut trusted, mut errors) = (Vec::new(), Vec::new());
        let entries = list.split(',').map(str::trim);
        for entry in entries.filter(|entry| !entry.is_empty()) {
            match network(entry) {
                Ok(_) if trusted.len() == limits::PROXIES_MAX => {
                    errors.push((entry.into(), ProxyFault::TooMany));
                    break;
                }
                Ok(network) => trusted.push(network),
                Err(fault) => errors.push((entry.into(), fault)),
            }
        }
        if errors.is_empty() {
            Ok(Self { trusted, by })
        } else {
            Err(ProxyErrors(errors))
        }
    }

    /// The name of the header whose lines [`Proxies::client`] wants, in lower case.
    pub const fn header(&self) -> &'static str {
        self.by.header()
    }

    /// Whether this address is a trusted proxy's.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted
            .iter()
            .any(|network| network.contains(&address))
    }

    /// Whose request it is: `peer` is the other end of the connection, `lines` are the values of the header
    /// [`Proxies::header`] in the order in which they came. They are not looked at unless the peer is trusted.
    pub fn client<'h, L>(&self, peer: IpAddr, lines: L) -> Client
    where
        L: IntoIterator<Item = &'h [u8]>,
        L::IntoIter: DoubleEndedIterator,
    {
        if self.trusts(peer) {
            self.forwarded(lines.into_iter())
                .map_or(Client::at(peer), Client::at)
        } else {
            Client::at(peer)
        }
    }

    /// The last address that is no trusted proxy's; the first one if all are. `None` for an unreadable list.
    fn forwarded<'h>(&self, lines: impl DoubleEndedIterator<Item = &'h [u8]>) -> Option<IpAddr> {
        let read = match self.by {
            ForwardedBy::XForwardedFor => forwarded::plain,
            ForwardedBy::Forwarded => forwarded::element,
        };
        let mut furthest = None;
        let entries = lines
            .rev()
            .flat_map(|line| line.rsplit(|byte| *byte == b','));
        for (hops, entry) in entries.enumerate() {
            let address = read(entry)?;
            furthest = Some(address);
            if !self.trusts(address) {
                break;
            }
            if hops == limits::PROXY_HOPS_MAX {
                return None;
            }
        }
        furthest
    }
}

/// Every entry of a list of proxies that is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyErrors(pub Vec<(Box<str>, ProxyFault)>);

/// What can be wrong with a trusted proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyFault {
    /// Neither an address nor a network.
    Syntax,
    /// An IPv4 address in IPv6's clothes, which would match nothing.
    Mapped,
    /// There are [`limits::PROXIES_MAX`] entries before it. What follows has not been read.
    TooMany,
}

fn network(entry: &str) -> Result<IpNet, ProxyFault> {
    let address = || entry.parse::<IpAddr>().map(IpNet::from);
    let network = entry.parse::<IpNet>().or_else(|_| address());
    match network.map_err(|_| ProxyFault::Syntax)? {
        IpNet::V6(network) if network.addr().to_ipv4_mapped().is_some() => Err(ProxyFault::Mapped),
        network => Ok(network),
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V4(address) => address.fmt(f),
            Self::V6([a, b, c, d]) => write!(f, "{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)),
        }
    }
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax => f.write_str("neither an address nor a network such as 10.0.0.0/8"),
            Self::Mapped => f.write_str("write it as an IPv4 address"),
            Self::TooMany => write!(f, "there can be {} trusted proxies", limits::PROXIES_MAX),
        }
    }
}

impl fmt::Display for ProxyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (entry, fault)) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { "\n" };
            write!(f, "{separator}trusted proxy '{entry}': {fault}")?;
        }
        Ok(())
    }
}

impl Error for ProxyErrors {}
