//! The gate row by row, on a clock that stands still.

use std::time::Duration;

use axum::http::StatusCode;

use super::*;
use crate::{
    access::{client::ForwardedBy, key::Key, rate::RetryAfter},
    clock::{Clock, ManualClock},
};

const HERE: &str = "192.0.2.1";

struct Asking {
    gate: Gate,
    clock: ManualClock,
}

impl Asking {
    fn at(gate: GateConfig) -> Self {
        Self {
            gate: Gate::new(gate),
            clock: ManualClock::new(),
        }
    }

    fn now(&self) -> Now {
        Now {
            moment: self.clock.now(),
            date: self.clock.date(),
        }
    }

    fn enter(
        &self,
        from: &str,
        headers: &[(&'static str, &str)],
        needed: Role,
    ) -> Result<Caller, Denied> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().expect("a header"));
        }
        let peer = from.parse().expect("an address");
        self.gate.enter(&map, Some(peer), needed, self.now())
    }

    fn with_key(&self, key: &str, needed: Role) -> Result<Caller, Denied> {
        let bearer = format!("Bearer {key}");
        self.enter(HERE, &[("authorization", &bearer)], needed)
    }

    fn without(&self, from: &str) -> Result<Caller, Denied> {
        self.enter(from, &[], Role::Public)
    }
}

fn key(role: Role) -> Key {
    Key::make([role as u8; 32])
}

/// A key of each role; that for sales has a rate of its own.
fn keys() -> Keys {
    let line = |role: Role, rate| format!("{0} {0} {1} {rate}\n", role.name(), key(role).hash());
    let lines = [
        line(Role::Public, ""),
        line(Role::Sales, "5/s"),
        line(Role::Admin, ""),
    ];
    Keys::parse(&lines.concat()).expect("a valid file")
}

fn guarded() -> GateConfig {
    GateConfig {
        keys: keys(),
        ..GateConfig::default()
    }
}

fn is_too_often(denied: &Result<Caller, Denied>) -> bool {
    matches!(denied, Err(Denied::TooOften(_)))
}

#[test]
fn each_role_may_do_its_own_and_what_the_smaller_may() {
    let asking = Asking::at(guarded());
    for has in Role::ALL {
        for needed in Role::ALL {
            let entered = asking.with_key(key(has).text(), needed);
            let role = entered.map(|caller| caller.role());
            let too_small = Denied::RoleTooSmall { needed, has };
            let expected = if has >= needed {
                Ok(has)
            } else {
                Err(too_small)
            };
            assert_eq!(role, expected);
        }
    }
}

#[test]
fn without_a_key_there_is_what_is_public() {
    let asking = Asking::at(guarded());
    let caller = asking.without(HERE).expect("public");
    assert_eq!((caller.role(), caller.key()), (Role::Public, None));
    for needed in [Role::Sales, Role::Admin] {
        let denied = asking.enter(HERE, &[], needed).expect_err("no key");
        assert_eq!(denied, Denied::KeyMissing { needed });
        assert_eq!(denied.status(), StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn what_is_no_key_is_refused_also_where_none_is_needed() {
    let asking = Asking::at(guarded());
    let right = key(Role::Admin);
    let admin = format!("Bearer {}", right.text());
    let long = format!("Bearer {}", "x".repeat(10_000));
    let bare = right.text();
    let basic = format!("Basic {bare}");
    let twice = [
        ("authorization", admin.as_str()),
        ("authorization", admin.as_str()),
    ];
    for wrong in [
        "Bearer sk_guess",
        "Bearer",
        "Bearer ",
        "",
        &long,
        bare,
        &basic,
    ] {
        let entered = asking.enter(HERE, &[("authorization", wrong)], Role::Public);
        assert_eq!(entered.expect_err(wrong), Denied::UnknownKey);
    }
    let entered = asking.enter(HERE, &twice, Role::Public);
    assert_eq!(entered.expect_err("two keys"), Denied::UnknownKey);
    let shouted = format!("BEARER  {bare}");
    let entered = asking.enter(HERE, &[("authorization", &shouted)], Role::Admin);
    assert!(entered.is_ok(), "a scheme's name has no case");
}

#[test]
fn without_any_key_everybody_is_an_administrator() {
    let asking = Asking::at(GateConfig::default());
    assert!(asking.gate.is_open());
    let entered = asking.with_key("sk_of_another_server", Role::Admin);
    assert_eq!(entered.map(|caller| caller.role()), Ok(Role::Admin));
}

#[test]
fn a_key_has_its_own_rate_or_that_of_all_keys_wherever_it_comes_from() {
    let asking = Asking::at(GateConfig {
        rate_per_key: Rate::new(2, 2),
        rate_per_client: Rate::new(1, 1),
        ..guarded()
    });
    for (role, burst) in [(Role::Sales, 5), (Role::Admin, 2)] {
        for _ in 0..burst {
            assert!(asking.with_key(key(role).text(), role).is_ok(), "{role}");
        }
        let denied = asking.with_key(key(role).text(), role).expect_err("spent");
        assert_eq!(denied.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(denied.retry_after_seconds(), Some(1), "rounded up");
    }
    asking.clock.advance(Duration::from_millis(500));
    assert!(
        asking
            .with_key(key(Role::Admin).text(), Role::Admin)
            .is_ok()
    );
    assert!(asking.without(HERE).is_ok(), "the address was not charged");
}

#[test]
fn clients_without_keys_and_failed_attempts_share_their_addresses_rate() {
    let asking = Asking::at(GateConfig {
        rate_per_client: Rate::new(1, 3),
        ..guarded()
    });
    assert!(asking.without("2001:db8::1").is_ok());
    let wrong = [("authorization", "Bearer sk_guess")];
    let failed = asking.enter("2001:db8::2", &wrong, Role::Public);
    assert_eq!(failed.expect_err("wrong"), Denied::UnknownKey);
    let refused = asking.enter("2001:db8::3", &[], Role::Admin);
    assert!(matches!(refused, Err(Denied::KeyMissing { .. })));
    assert!(is_too_often(&asking.without("2001:db8::4")));
    assert!(asking.without("2001:db8:0:1::1").is_ok(), "another network");
    assert!(
        asking
            .with_key(key(Role::Sales).text(), Role::Sales)
            .is_ok()
    );
}

#[test]
fn only_a_trusted_proxy_is_believed_and_only_about_whom_it_saw() {
    let asking = Asking::at(GateConfig {
        rate_per_client: Rate::new(1, 1),
        proxies: Proxies::parse("10.0.0.0/8", ForwardedBy::XForwardedFor).expect("a network"),
        ..guarded()
    });
    let from = |peer: &str, forwarded: &str| {
        asking.enter(peer, &[("x-forwarded-for", forwarded)], Role::Public)
    };
    assert!(from("203.0.113.1", "198.51.100.1").is_ok());
    assert!(
        is_too_often(&from("203.0.113.1", "198.51.100.2")),
        "spoofed"
    );
    assert!(from("10.0.0.1", "198.51.100.1").is_ok());
    let made_up = "198.51.100.77, 198.51.100.1";
    assert!(
        is_too_often(&from("10.0.0.1", made_up)),
        "left of what the proxy saw"
    );
    assert!(from("10.0.0.1", "198.51.100.2").is_ok());
}

#[test]
fn after_some_guesses_further_ones_are_answered_429_and_the_right_key_still_works() {
    let asking = Asking::at(guarded());
    let guess = || asking.with_key("sk_guess", Role::Public);
    for _ in 0..limits::GUESSES_AT_ONCE {
        assert_eq!(guess().expect_err("wrong"), Denied::UnknownKey);
    }
    let wait = Duration::from_secs(60) / limits::GUESSES_A_MINUTE;
    let denied = guess().expect_err("too many");
    assert_eq!(denied, Denied::TooOften(RetryAfter(wait)));
    assert!(
        asking
            .with_key(key(Role::Sales).text(), Role::Sales)
            .is_ok()
    );
    asking.clock.advance(wait);
    assert_eq!(guess().expect_err("wrong"), Denied::UnknownKey);
    assert!(is_too_often(&guess()));
}

#[test]
fn wrong_tokens_are_guesses_of_the_client_with_whatever_key_he_comes() {
    let asking = Asking::at(guarded());
    let sales = key(Role::Sales);
    let caller = asking.with_key(sales.text(), Role::Sales).expect("a key");
    for _ in 0..limits::GUESSES_AT_ONCE {
        assert_eq!(asking.gate.wrong_token(&caller), Ok(()));
    }
    let anonymous = asking.without(HERE).expect("public");
    let denied = asking.gate.wrong_token(&anonymous).expect_err("too many");
    assert_eq!(denied.status(), StatusCode::TOO_MANY_REQUESTS);
    let elsewhere = asking.without("192.0.2.2").expect("public");
    assert_eq!(asking.gate.wrong_token(&elsewhere), Ok(()));
}

#[test]
fn no_name_of_a_key_is_the_scope_of_an_address() {
    let named = Grant {
        name: "192.0.2.1".into(),
        role: Role::Sales,
        rate: None,
    };
    let asking = Asking::at(guarded());
    let anonymous = asking.without(HERE).expect("public");
    let with_key = Caller::with_key(&named, anonymous.client(), anonymous.now());
    assert_ne!(with_key.scope(), anonymous.scope());
    assert_eq!(anonymous.scope(), "client:192.0.2.1");
}

#[test]
fn a_million_addresses_take_no_memory_and_are_still_limited() {
    let asking = Asking::at(GateConfig {
        rate_per_client: Rate::new(1, 1),
        ..guarded()
    });
    let entered = (0..1_000_000_u32).filter(|number| {
        let peer = IpAddr::V4((*number).into());
        let headers = HeaderMap::new();
        let entered = asking
            .gate
            .enter(&headers, Some(peer), Role::Public, asking.now());
        entered.is_ok()
    });
    let entered = entered.count();
    assert!(entered <= limits::RATE_BUCKETS, "{entered} at one moment");
}
