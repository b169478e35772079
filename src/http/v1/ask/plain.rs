//! Reads the holds that are asked for most, without serde.
//!
//! Nearly all say who wants which seats, or how many of the best, in texts without escapes. To read one of those takes a
//! fifth of what the general reader does. Whatever is not so plain, or wrong, is left to that one: it knows what to say.

use super::{AdjacentWord, BestAsk, HoldAsk};
use crate::http::v1::shape::{Object, Text};

impl<'a> HoldAsk<'a> {
    /// The hold that this body asks for, if it does so in the plainest way; then it is what serde would read.
    pub(in crate::http::v1) fn plain(body: &'a [u8]) -> Option<Self> {
        let mut reader = Plain {
            whole: str::from_utf8(body).ok()?,
            rest: body,
        };
        let (mut user, mut order, mut seats, mut best) = (None, None, None, None);
        reader.list(b'{', b'}', |reader| {
            let field = reader.bytes()?;
            reader.sign(b':')?;
            match field {
                b"user" if user.is_none() => user = Some(Text(reader.text()?.into())),
                b"order" if order.is_none() => order = Some(Text(reader.text()?.into())),
                b"seats" if seats.is_none() => seats = Some(reader.texts()?),
                b"best" if best.is_none() => best = Some(reader.parties()?),
                _ => return None,
            }
            Some(())
        })?;
        reader.end()?;
        Some(Self {
            user: user?,
            order,
            seats: seats.unwrap_or_default(),
            best: best.unwrap_or_default(),
            areas: Vec::new(),
        })
    }
}

/// Most ask for no more seats, so that room for them need not be made twice.
const SEATS_USUALLY: usize = 4;

/// Most come as one party.
const PARTIES_USUALLY: usize = 1;

/// A body that is read.
struct Plain<'a> {
    /// All of it: that it is text is looked at once, and not again for each text in it.
    whole: &'a str,
    /// What of it is still to be read.
    rest: &'a [u8],
}

impl<'a> Plain<'a> {
    /// What is between two signs, its items parted by commas.
    #[inline]
    fn list(
        &mut self,
        begin: u8,
        end: u8,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.sign(begin)?;
        if self.sign(end).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            if self.sign(b',').is_none() {
                return self.sign(end);
            }
        }
    }

    fn texts(&mut self) -> Option<Vec<Text<'a>>> {
        let mut texts = Vec::with_capacity(SEATS_USUALLY);
        self.list(b'[', b']', |reader| {
            texts.push(Text(reader.text()?.into()));
            Some(())
        })?;
        Some(texts)
    }

    /// Parties of which nothing is said but how large they are.
    fn parties(&mut self) -> Option<Vec<Object<BestAsk<'a>>>> {
        let mut parties = Vec::with_capacity(PARTIES_USUALLY);
        self.list(b'[', b']', |reader| {
            reader.sign(b'{')?;
            (reader.bytes()? == b"quantity").then_some(())?;
            reader.sign(b':')?;
            let quantity = reader.number()?;
            reader.sign(b'}')?;
            parties.push(Object(BestAsk {
                quantity,
                categories: Vec::new(),
                sections: Vec::new(),
                adjacent: AdjacentWord::default(),
                accessible: 0,
            }));
            Some(())
        })?;
        Some(parties)
    }

    /// A text without escapes.
    #[inline]
    fn text(&mut self) -> Option<&'a str> {
        let length = self.bytes()?.len();
        // With the sign behind it.
        let end = self.whole.len() - self.rest.len() - 1;
        self.whole.get(end - length..end)
    }

    #[inline]
    fn bytes(&mut self) -> Option<&'a [u8]> {
        self.sign(b'"')?;
        let is_special = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < b' ';
        let length = self.rest.iter().position(is_special)?;
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest.strip_prefix(b"\"")?;
        Some(text)
    }

    /// A number of one digit or two: no request may have more of anything.
    fn number(&mut self) -> Option<u32> {
        self.skip_space();
        let length = self.rest.iter().take_while(|byte| byte.is_ascii_digit());
        let (digits, rest) = self.rest.split_at(length.count());
        let is_plain = matches!(digits, [b'0'..=b'9'] | [b'1'..=b'9', _])
            && matches!(rest.first(), Some(b',' | b'}' | b' '));
        self.rest = rest;
        let value = |value, digit: &u8| 10 * value + u32::from(digit - b'0');
        is_plain.then(|| digits.iter().fold(0, value))
    }

    #[inline]
    fn sign(&mut self, sign: u8) -> Option<()> {
        self.skip_space();
        self.rest = self.rest.strip_prefix(&[sign])?;
        Some(())
    }

    fn end(&mut self) -> Option<()> {
        self.skip_space();
        self.rest.is_empty().then_some(())
    }

    #[inline]
    fn skip_space(&mut self) {
        while let [b' ', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by_serde(body: &[u8]) -> Option<String> {
        let read = serde_json::from_slice::<Object<HoldAsk>>(body);
        read.ok().map(|Object(ask)| format!("{ask:?}"))
    }

    fn plainly(body: &[u8]) -> Option<String> {
        HoldAsk::plain(body).map(|ask| format!("{ask:?}"))
    }

    #[test]
    fn what_is_asked_for_most_is_read() {
        for body in [
            r#"{"user":"ada","seats":["Stalls/A/12"]}"#,
            r#"{"user": "ada", "seats": ["Stalls/A/12", "Stalls/A/13"], "order": "17"}"#,
            r#" { "seats" : [ ] , "user" : "ä" } "#,
            r#"{"user":"ada","best":[{"quantity":2}]}"#,
            r#"{"best": [{"quantity": 64}, {"quantity": 0}], "user": ""}"#,
            r#"{"user":"ada"}"#,
        ] {
            assert!(plainly(body.as_bytes()).is_some(), "{body}");
            assert_eq!(plainly(body.as_bytes()), by_serde(body.as_bytes()));
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_serde() {
        for body in [
            "",
            "{}",
            r#"{"seats":["A"]}"#,
            r#"{"user":"a\n"}"#,
            r#"{"user":"ada",}"#,
            r#"{"user":"ada"}}"#,
            r#"{"user":"ada","user":"bob"}"#,
            r#"{"user":"ada","order":null}"#,
            r#"{"user":"ada","areas":[]}"#,
            r#"{"user":"ada","seats":["A",]}"#,
            r#"{"user":"ada","best":[{"quantity":02}]}"#,
            r#"{"user":"ada","best":[{"quantity":2.5}]}"#,
            r#"{"user":"ada","best":[{"quantity":2e1}]}"#,
            r#"{"user":"ada","best":[{"quantity":}]}"#,
            r#"["ada"]"#,
        ] {
            assert_eq!(plainly(body.as_bytes()), None, "{body}");
        }
        assert_eq!(plainly(b"{\"user\":\"\xff\"}"), None, "it is not UTF-8");
    }

    /// Pieces that requests are made of, put together at random: many are nearly right.
    fn nearly_json() -> impl Strategy<Value = String> {
        let pieces = [
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
            "\"user\"",
            "\"seats\"",
            "\"best\"",
            "\"order\"",
            "\"quantity\"",
            "\"ada\"",
            "\"A\\n\"",
            "\"\"",
            "7",
            "0",
            "12",
            "100",
            "-1",
            "null",
            "{\"user\":\"ada\"",
            "\"seats\":[\"A\"]",
            "\"best\":[{\"quantity\":2}]",
        ];
        let any_of = proptest::sample::select(pieces.to_vec());
        prop::collection::vec(any_of, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn whatever_is_read_serde_reads_alike(body in nearly_json()) {
            if let Some(ask) = plainly(body.as_bytes()) {
                prop_assert_eq!(Some(ask), by_serde(body.as_bytes()));
            }
        }
    }
}
