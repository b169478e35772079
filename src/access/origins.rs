//! Which web pages may read the answers: the allow-list of CORS (WHATWG Fetch, "HTTP CORS protocol").
//!
//! A browser sends the origin of the page that asks, and lets the page read the answer if
//! `Access-Control-Allow-Origin` names that origin or is `*`. Keys travel in headers that a page sets itself, never
//! in cookies, so answers never allow credentials and `*` gives nothing away that a page couldn't fetch by its own
//! server. Origins are compared byte by byte, in the form in which browsers send them (RFC 6454, section 6.2).

use std::{error::Error, fmt};

use crate::limits;

/// The origins whose pages may read answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origins {
    /// No page of another origin.
    #[default]
    None,
    /// Every page.
    Any,
    /// Pages of exactly these origins.
    List(Vec<Box<str>>),
}

impl Origins {
    /// Reads `*` for all, nothing or `none` for none, or origins between commas:
    /// `https://shop.example, http://localhost:3000`. Capital letters are made small, as browsers do.
    ///
    /// # Errors
    /// [`OriginErrors`] with every entry that no browser could send as an origin, or that would allow too many.
    pub fn parse(text: &str) -> Result<Self, OriginErrors> {
        match text.trim() {
            "" | "none" => return Ok(Self::None),
            "*" => return Ok(Self::Any),
            _ => {}
        }
        let (mut list, mut errors) = (Vec::new(), Vec::new());
        let entries = text.split(',').map(str::trim);
        for entry in entries.filter(|entry| !entry.is_empty()) {
            match check(entry) {
                Ok(()) if list.len() == limits::ORIGINS_MAX => {
                    errors.push((entry.into(), OriginFault::TooMany));
                    break;
                }
                Ok(()) => list.push(entry.to_ascii_lowercase().into()),
                Err(fault) => errors.push((entry.into(), fault)),
            }
        }
        if !errors.is_empty() {
            Err(OriginErrors(errors))
        } else if list.is_empty() {
            Ok(Self::None)
        } else {
            Ok(Self::List(list))
        }
    }

    /// What `Access-Control-Allow-Origin` answers to a page of this origin; `None` for no such header.
    pub fn allows(&self, origin: &str) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Any => Some("*"),
            Self::List(list) => list
                .iter()
                .map(|allowed| &**allowed)
                .find(|allowed| *allowed == origin),
        }
    }

    /// Whether the answer depends on who asks, so that caches must be told by `Vary: Origin`, also where the
    /// origin is not allowed.
    pub const fn varies(&self) -> bool {
        matches!(self, Self::List(_))
    }
}

/// Every entry of an allow-list that is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginErrors(pub Vec<(Box<str>, OriginFault)>);

/// Why an entry is not an origin that can be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginFault {
    /// It does not begin with a scheme and `://`.
    Scheme,
    /// There is no host, or it has characters that browsers don't send: they write names as RFC 5890 does, `xn--…`.
    Host,
    /// The port is not a number from 1 to 65535 without leading zeros.
    Port,
    /// Browsers leave out the port that the scheme implies, so this would match nothing.
    DefaultPort,
    /// Something follows the host and its port; an origin has no path, not even `/`.
    Path,
    /// Wildcards are not matched: `*` stands for all, alone.
    Wildcard,
    /// `null` is the origin of any sandboxed page and of local files: it is everybody's.
    Null,
    /// There are [`limits::ORIGINS_MAX`] entries before it. What follows has not been read.
    TooMany,
}

fn check(entry: &str) -> Result<(), OriginFault> {
    if entry == "null" {
        return Err(OriginFault::Null);
    }
    if entry.contains('*') {
        return Err(OriginFault::Wildcard);
    }
    let (scheme, authority) = entry.split_once("://").ok_or(OriginFault::Scheme)?;
    let in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    if !scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        || !scheme.bytes().all(in_scheme)
    {
        return Err(OriginFault::Scheme);
    }
    if authority.contains(['/', '?', '#']) {
        return Err(OriginFault::Path);
    }
    let (host, port) = split_port(authority);
    check_host(host)?;
    port.map_or(Ok(()), |port| check_port(scheme, port))
}

/// Cuts `host:port`, where an IPv6 host has colons of its own, in brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn check_host(host: &str) -> Result<(), OriginFault> {
    let bracketed = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let valid = match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            !host.is_empty() && host.bytes().all(in_name)
        }
    };
    valid.then_some(()).ok_or(OriginFault::Host)
}

fn check_port(scheme: &str, text: &str) -> Result<(), OriginFault> {
    let port = text
        .parse::<u16>()
        .ok()
        .filter(|port| *port > 0 && port.to_string() == text);
    match (scheme.to_ascii_lowercase().as_str(), port) {
        (_, None) => Err(OriginFault::Port),
        ("http", Some(80)) | ("https", Some(443)) => Err(OriginFault::DefaultPort),
        _ => Ok(()),
    }
}

impl fmt::Display for OriginFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "an origin begins with https:// or another scheme",
            Self::Host => {
                "this is not a host as browsers send it; write other letters than a-z as xn--…"
            }
            Self::Port => "a port is a number from 1 to 65535",
            Self::DefaultPort => "leave out this port: browsers do, and it would never match",
            Self::Path => "an origin ends after the host and its port, without a slash",
            Self::Wildcard => "an origin is matched as a whole; to allow all write * alone",
            Self::Null => "the origin null is everybody's",
            Self::TooMany => return write!(f, "there can be {} origins", limits::ORIGINS_MAX),
        })
    }
}

impl fmt::Display for OriginErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (entry, fault)) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { "\n" };
            write!(f, "{separator}origin '{entry}': {fault}")?;
        }
        Ok(())
    }
}

impl Error for OriginErrors {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_allows_what_is_in_it_exactly() {
        let text = " https://shop.example,HTTP://LocalHost:3000, capacitor://localhost,http://[::1]:8080,https://xn--bcher-kva.example,";
        let origins = Origins::parse(text).expect("a good list");
        let allowed = [
            "https://shop.example",
            "http://localhost:3000",
            "capacitor://localhost",
            "http://[::1]:8080",
            "https://xn--bcher-kva.example",
        ];
        for origin in allowed {
            assert_eq!(origins.allows(origin), Some(origin));
        }
        let others = [
            "",
            "null",
            "*",
            "http://shop.example",
            "https://shop.example:8443",
            "https://shop.example.evil.example",
            "https://evil-shop.example",
            "https://evil.example/https://shop.example",
            "https://shop.example/",
            "https://SHOP.example",
            "https://shop.example,http://localhost:3000",
        ];
        for origin in others {
            assert_eq!(origins.allows(origin), None, "{origin}");
        }
        assert!(origins.varies());
    }

    #[test]
    fn all_and_none_have_a_word_each() {
        for text in ["", " ", "none", " , "] {
            assert_eq!(Origins::parse(text), Ok(Origins::None));
        }
        assert_eq!(Origins::None.allows("https://shop.example"), None);
        assert_eq!(Origins::parse(" * "), Ok(Origins::Any));
        assert_eq!(Origins::Any.allows("null"), Some("*"));
        assert!(!Origins::Any.varies() && !Origins::None.varies());
    }

    #[test]
    fn what_no_browser_sends_is_refused_with_its_reason() {
        let cases = [
            ("shop.example", OriginFault::Scheme),
            ("://shop.example", OriginFault::Scheme),
            ("1https://shop.example", OriginFault::Scheme),
            ("https://", OriginFault::Host),
            ("https://bücher.example", OriginFault::Host),
            ("https://user@shop.example", OriginFault::Host),
            ("https://shop .example", OriginFault::Host),
            ("https://[::g]", OriginFault::Host),
            ("https://::1", OriginFault::Host),
            ("https://shop.example:", OriginFault::Port),
            ("https://shop.example:0", OriginFault::Port),
            ("https://shop.example:08443", OriginFault::Port),
            ("https://shop.example:+1", OriginFault::Port),
            ("https://shop.example:65536", OriginFault::Port),
            ("https://shop.example:443", OriginFault::DefaultPort),
            ("HTTP://shop.example:80", OriginFault::DefaultPort),
            ("https://shop.example/", OriginFault::Path),
            ("https://shop.example?x", OriginFault::Path),
            ("https://*.shop.example", OriginFault::Wildcard),
            ("null", OriginFault::Null),
        ];
        for (entry, fault) in cases {
            let text = format!("https://good.example, {entry}");
            let errors = Origins::parse(&text).expect_err(entry);
            assert_eq!(errors.0, [(entry.into(), fault)]);
        }
        let all: Vec<&str> = cases.map(|(entry, _)| entry).into();
        let OriginErrors(errors) = Origins::parse(&all.join(",")).expect_err("all wrong");
        assert_eq!(errors.len(), cases.len(), "all of them at once");
    }

    #[test]
    fn one_origin_too_many_is_refused() {
        let entry = |number: usize| format!("https://shop-{number}.example");
        let full: Vec<String> = (0..limits::ORIGINS_MAX).map(entry).collect();
        assert!(Origins::parse(&full.join(",")).is_ok());
        let over = format!("{},{}", full.join(","), entry(limits::ORIGINS_MAX));
        let OriginErrors(errors) = Origins::parse(&over).expect_err("one too many");
        assert_eq!(errors[0].1, OriginFault::TooMany);
    }
}
