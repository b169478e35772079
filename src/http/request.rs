//! What a request asks: which seat, for which user; and whether who asks may.
//!
//! Both are read as Express read them. A seat is its number as decimal text, the way `GET /seats` writes it: `01`,
//! `+1` and `1.0` name no seat. The user is the query parameter `user`, the first if there are several, where `+`
//! stands for a space and `%XX` for a byte; the empty text is a user too. Text that `decodeURIComponent` refuses,
//! because an escape is cut short or the bytes are not UTF-8, is nobody's name: the request is answered 400.

use std::{borrow::Cow, marker::PhantomData};

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};

use super::{
    answer::{self, Refusal},
    routes::Api,
    v1::gate::{Denied, HasGate},
};
use crate::event::User;

/// Who acts where the request does not say.
const ANONYMOUS: &str = "anonymous";

/// The seat that a path ends in, counted from one; it exists.
#[derive(Debug)]
pub(super) struct SeatNumber(pub(super) u32);

/// The user that the query names.
#[derive(Debug)]
pub(super) struct Buyer(pub(super) User);

/// Somebody whom the gate lets in as `Who`. To be asked for before anything else.
#[derive(Debug)]
pub(super) struct LetIn<Who>(PhantomData<Who>);

impl<Who: FromRequestParts<Api, Rejection = Denied>> FromRequestParts<Api> for LetIn<Who> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Response> {
        // Who it is doesn't matter here, so where there is nothing to ask nobody is.
        if !api.gate().asks_nothing() {
            let entered = Who::from_request_parts(parts, api).await;
            entered.map_err(answer::denied)?;
        }
        Ok(Self(PhantomData))
    }
}

impl FromRequestParts<Api> for SeatNumber {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Response> {
        seat_number(parts.uri.path())
            .filter(|number| (1..=api.engine().seat_count()).contains(number))
            .map(Self)
            .ok_or_else(|| Refusal::NoSuchSeat.answer())
    }
}

impl FromRequestParts<Api> for Buyer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _api: &Api) -> Result<Self, Response> {
        match user(parts.uri.query().unwrap_or_default()) {
            Ok(text) => Ok(Self(User::new(&text))),
            Err(NotText) => Err(Refusal::UserNotText.answer()),
        }
    }
}

/// An escape is incomplete, or what the escapes stand for is not UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotText;

fn seat_number(path: &str) -> Option<u32> {
    let (_call, text) = path.rsplit_once('/')?;
    let text = decode(text, Plus::IsPlus).ok()?;
    let is_canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if is_canonical {
        text.parse().ok()
    } else {
        None
    }
}

fn user(query: &str) -> Result<Cow<'_, str>, NotText> {
    parameter(query, "user").unwrap_or(Ok(Cow::Borrowed(ANONYMOUS)))
}

/// The first parameter of this name in a query.
pub(super) fn parameter<'q>(query: &'q str, wanted: &str) -> Option<Result<Cow<'q, str>, NotText>> {
    query.split('&').find_map(|parameter| {
        let (name, text) = parameter.split_once('=').unwrap_or((parameter, ""));
        let is_meant = decode(name, Plus::IsSpace).is_ok_and(|name| name == wanted);
        is_meant.then(|| decode(text, Plus::IsSpace))
    })
}

/// A part of a path without its escapes.
pub(super) fn decoded_part(part: &str) -> Result<Cow<'_, str>, NotText> {
    decode(part, Plus::IsPlus)
}

/// What a `+` stands for: a space in a query, itself in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plus {
    IsPlus,
    IsSpace,
}

fn decode(text: &str, plus: Plus) -> Result<Cow<'_, str>, NotText> {
    let is_plain = |byte| byte != b'%' && (byte != b'+' || plus == Plus::IsPlus);
    if text.bytes().all(is_plain) {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex_digit(rest.next())? << 4 | hex_digit(rest.next())?,
            b'+' if plus == Plus::IsSpace => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes)
        .map(Cow::Owned)
        .map_err(|_not_utf8| NotText)
}

fn hex_digit(byte: Option<u8>) -> Result<u8, NotText> {
    match byte {
        Some(digit @ b'0'..=b'9') => Ok(digit - b'0'),
        Some(letter @ b'A'..=b'F') => Ok(letter - b'A' + 10),
        Some(letter @ b'a'..=b'f') => Ok(letter - b'a' + 10),
        _ => Err(NotText),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_named_by_its_decimal_number_alone() {
        assert_eq!(seat_number("/lock/1"), Some(1));
        assert_eq!(seat_number("/lock/4294967295"), Some(u32::MAX));
        assert_eq!(seat_number("/lock/%31%30"), Some(10));
        let others = [
            "", "0", "01", "+1", "-1", "1.5", "1.0", "1e3", "abc", "1 ", "%201", "%2B1", "%FF",
            "%3", "１",
        ];
        for text in others
            .into_iter()
            .chain(["4294967296", "99999999999999999999"])
        {
            assert_eq!(seat_number(&format!("/lock/{text}")), None, "{text:?}");
        }
    }

    #[test]
    fn a_user_is_any_text_and_anonymous_where_there_is_none() {
        for (query, expected) in [
            ("", "anonymous"),
            ("other=x", "anonymous"),
            ("users=x", "anonymous"),
            ("User=x", "anonymous"),
            ("user=ada", "ada"),
            ("user=", ""),
            ("user", ""),
            ("a=1&user=ada&b=2", "ada"),
            ("user=ada&user=bob", "ada"),
            ("%75ser=ada", "ada"),
            ("%zz=1&user=ada", "ada"),
            ("user=a+b%20c", "a b c"),
            ("user=a%2Bb", "a+b"),
            ("user=a=b%3dc", "a=b=c"),
            ("user=%F0%9F%8E%AB", "🎫"),
            ("user=🎫", "🎫"),
            ("user=%00", "\0"),
        ] {
            assert_eq!(user(query).as_deref(), Ok(expected), "{query}");
        }
    }

    #[test]
    fn what_is_not_percent_encoded_utf8_is_no_user() {
        for text in [
            "%",
            "%4",
            "%zz",
            "%+1",
            "%FF",
            "%C3",
            "%C3%28",
            "%ED%A0%80",
            "ok%80",
        ] {
            assert_eq!(user(&format!("user={text}")), Err(NotText), "{text}");
        }
    }
}
