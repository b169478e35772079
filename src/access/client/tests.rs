//! Addresses and headers, honest and spoofed, one case a row.

use proptest::prelude::*;

use super::*;

const PROXY: &str = "10.0.0.1";

fn proxies(by: ForwardedBy) -> Proxies {
    Proxies::parse("10.0.0.0/8, 192.0.2.7,fd00::/8", by).expect("a good list")
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn client(by: ForwardedBy, peer: &str, lines: &[&str]) -> String {
    let lines = lines.iter().map(|line| line.as_bytes());
    proxies(by).client(address(peer), lines).to_string()
}

#[test]
fn a_client_is_an_address_or_the_network_of_one() {
    let cases = [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
    ];
    for (from, expected) in cases {
        assert_eq!(Client::at(address(from)).to_string(), expected);
    }
}

#[test]
fn x_forwarded_for_is_read_from_the_right_past_trusted_proxies() {
    let cases: &[(&str, &[&str], &str)] = &[
        // A stranger's claims are not looked at.
        ("203.0.113.7", &["198.51.100.1"], "203.0.113.7"),
        ("192.0.2.8", &["198.51.100.1"], "192.0.2.8"),
        // The proxy's word, and what it adds to a client's claim.
        (PROXY, &["198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        (PROXY, &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        (PROXY, &["10.0.0.9, 198.51.100.1"], "198.51.100.1"),
        (PROXY, &["garbage\", ,, 198.51.100.1"], "198.51.100.1"),
        (PROXY, &["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        // Chains of proxies, over one line or several.
        (
            PROXY,
            &["1.1.1.1, 198.51.100.1, 192.0.2.7,10.1.2.3"],
            "198.51.100.1",
        ),
        (
            PROXY,
            &["1.1.1.1,198.51.100.1", "fd00::5", "10.1.2.3"],
            "198.51.100.1",
        ),
        (
            PROXY,
            &["::ffff:198.51.100.1 ,\t::ffff:10.1.2.3"],
            "198.51.100.1",
        ),
        (PROXY, &["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
        // Ports and brackets, as some proxies write them.
        (PROXY, &["198.51.100.1:4711"], "198.51.100.1"),
        (PROXY, &["2001:db8::1"], "2001:db8::/64"),
        (PROXY, &["[2001:db8::1]:4711"], "2001:db8::/64"),
        (PROXY, &["[2001:db8::1]"], "2001:db8::/64"),
        // What can't be read is the proxy's own.
        (PROXY, &[], PROXY),
        (PROXY, &[""], PROXY),
        (PROXY, &["198.51.100.1, unknown"], PROXY),
        (PROXY, &["198.51.100.1, "], PROXY),
        (
            PROXY,
            &["198.51.100.1, 10.0.0.3, nonsense, 10.0.0.2"],
            PROXY,
        ),
        (PROXY, &["198.51.100.256"], PROXY),
        (PROXY, &["[198.51.100.1]"], PROXY),
        (PROXY, &["198.51.100.1:99999"], PROXY),
    ];
    for (peer, lines, expected) in cases {
        assert_eq!(
            client(ForwardedBy::XForwardedFor, peer, lines),
            *expected,
            "{peer} {lines:?}"
        );
    }
}

#[test]
fn forwarded_is_read_strictly_element_by_element() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("203.0.113.7", &["for=198.51.100.1"], "203.0.113.7"),
        (PROXY, &["for=198.51.100.1"], "198.51.100.1"),
        (PROXY, &["For=\"198.51.100.1:80\""], "198.51.100.1"),
        (
            PROXY,
            &["proto=https;for=\"[2001:db8::1]:4711\";by=_gate"],
            "2001:db8::/64",
        ),
        (
            PROXY,
            &["for=1.1.1.1, for=198.51.100.1;host=\"a;b=\\\"c\", for=10.2.2.2"],
            "198.51.100.1",
        ),
        // A quote that the client never closed does not swallow what the proxy appended.
        (PROXY, &["for=\"1.1.1.1, for=198.51.100.1"], "198.51.100.1"),
        // A host with a comma in it is no way to forge an element.
        (PROXY, &["for=198.51.100.1;host=\"a,for=6.6.6.6\""], PROXY),
        (
            PROXY,
            &["for=198.51.100.1;host=\"a,for=6.6.6.6;x=\""],
            PROXY,
        ),
        (
            PROXY,
            &["for=198.51.100.1;host=\"a,for=6.6.6.6;x=\\\"y\""],
            PROXY,
        ),
        (
            PROXY,
            &["for=198.51.100.1;host=\"a,for=\\\"6.6.6.6\\\"\""],
            PROXY,
        ),
        // What names no address, and what is no element.
        (PROXY, &["for=unknown"], PROXY),
        (PROXY, &["for=_hidden"], PROXY),
        (PROXY, &["proto=https"], PROXY),
        (PROXY, &["for=198.51.100.1;for=198.51.100.2"], PROXY),
        (PROXY, &["for=198.51.100.1:80"], PROXY),
        (PROXY, &["for=2001:db8::1"], PROXY),
        (PROXY, &["for = 198.51.100.1"], PROXY),
        (PROXY, &["for=\"198.51.100.1\"x"], PROXY),
        (PROXY, &["198.51.100.1"], PROXY),
    ];
    for (peer, lines, expected) in cases {
        assert_eq!(
            client(ForwardedBy::Forwarded, peer, lines),
            *expected,
            "{peer} {lines:?}"
        );
    }
}

#[test]
fn a_chain_of_proxies_has_a_length() {
    let chain = |hops: usize| format!("198.51.100.1{}", ", 10.0.0.2".repeat(hops));
    let client = |hops| client(ForwardedBy::XForwardedFor, PROXY, &[&chain(hops)]);
    assert_eq!(client(limits::PROXY_HOPS_MAX), "198.51.100.1");
    assert_eq!(client(limits::PROXY_HOPS_MAX + 1), PROXY);
}

#[test]
fn without_a_list_nobody_is_trusted() {
    let none = Proxies::parse(" ", ForwardedBy::XForwardedFor).expect("an empty list");
    assert_eq!(none, Proxies::default());
    assert!(!none.trusts(address("127.0.0.1")));
}

#[test]
fn a_list_is_refused_with_all_its_faults() {
    let list = "10.0.0.0/33, 10.0.0.1, localhost, ::ffff:10.0.0.0/104";
    let ProxyErrors(errors) =
        Proxies::parse(list, ForwardedBy::Forwarded).expect_err("three faults");
    let expected = [
        ("10.0.0.0/33".into(), ProxyFault::Syntax),
        ("localhost".into(), ProxyFault::Syntax),
        ("::ffff:10.0.0.0/104".into(), ProxyFault::Mapped),
    ];
    assert_eq!(errors, expected);
    let long = "10.0.0.1,".repeat(limits::PROXIES_MAX);
    assert!(Proxies::parse(&long, ForwardedBy::Forwarded).is_ok());
    let longer = Proxies::parse(&(long + "10.0.0.2"), ForwardedBy::Forwarded);
    assert_eq!(
        longer,
        Err(ProxyErrors(vec![("10.0.0.2".into(), ProxyFault::TooMany)]))
    );
}

proptest! {
    /// Whatever a client sends, the address that the proxy appended to it is the one that counts.
    #[test]
    fn nothing_that_a_client_sends_changes_who_he_is(
        claim in prop::collection::vec(any::<u8>(), 0..60),
        tokens in prop::collection::vec(prop::sample::select(vec!["for=", "\"", "\\", ",", ";", "1.1.1.1", "10.0.0.1", "[::1]"]), 0..12),
    ) {
        let spoofed = [claim, tokens.concat().into_bytes()].concat();
        for (by, own) in [(ForwardedBy::XForwardedFor, "198.51.100.1"), (ForwardedBy::Forwarded, "for=198.51.100.1")] {
            let appended = [&spoofed[..], b", ", own.as_bytes()].concat();
            for lines in [vec![&appended[..]], vec![&spoofed[..], own.as_bytes()]] {
                let client = proxies(by).client(address(PROXY), lines);
                prop_assert_eq!(client.to_string(), "198.51.100.1");
            }
        }
    }
}
