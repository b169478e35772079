//! Walks through a JSON text and knows on which line it is.
//!
//! `serde_json` says first whether the text is JSON at all. What walks here relies on that for its sense, but not for
//! its safety: in a text that isn't JSON it finds nonsense, and comes to an end.
//!
//! A reader is a place in the text. Copied, it marks the place to come back to: so the fields of an object can be read
//! in the order that checks need, not in the order in which they stand. Nothing here recurses, however deep the
//! text is.

use std::borrow::Cow;

use serde::de::IgnoredAny;

/// A place in a JSON text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

/// A value, of which lists and objects are left unread.
#[derive(Debug, PartialEq)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    /// As it stands in the text, so that its reader decides how exact it is to be.
    Number(&'a str),
    Flag(bool),
    Null,
    List,
    Object,
}

impl<'a> Reader<'a> {
    /// At the start of a text, if it is JSON; otherwise the line where it isn't, and why.
    pub(super) fn new(text: &'a str) -> Result<Self, (u32, String)> {
        if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
            let line = u32::try_from(error.line()).unwrap_or(u32::MAX).max(1);
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or_default();
            return Err((line, format!("{what} (column {})", error.column())));
        }
        let mut reader = Self {
            text,
            at: 0,
            line: 1,
        };
        reader.skip_space();
        Ok(reader)
    }

    /// The line of the value that comes next, counted from one.
    pub(super) fn line(&self) -> u32 {
        self.line
    }

    /// Whether the value that comes next is a text, a list or an object: its first character.
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Reads the value that comes next.
    pub(super) fn value(&mut self) -> Value<'a> {
        let first = self.peek();
        let token = self.skip();
        match first {
            Some(b'"') => Value::Text(unquoted(token)),
            Some(b'[') => Value::List,
            Some(b'{') => Value::Object,
            Some(b't') => Value::Flag(true),
            Some(b'f') => Value::Flag(false),
            Some(b'n') => Value::Null,
            _ => Value::Number(token),
        }
    }

    /// Hands each item of a list to `each`, which has to go past it. `false` if what comes next isn't a list.
    pub(super) fn list(&mut self, mut each: impl FnMut(&mut Self)) -> bool {
        if !self.eat(b'[') {
            return false;
        }
        while !self.eat(b']') && self.peek().is_some() {
            each(self);
            self.eat(b',');
        }
        true
    }

    /// Hands the key and the place of each field of an object to `each`. `false` if what comes next isn't an object.
    pub(super) fn object(&mut self, mut each: impl FnMut(Cow<'a, str>, Self)) -> bool {
        if !self.eat(b'{') {
            return false;
        }
        while !self.eat(b'}') && self.peek().is_some() {
            let key = unquoted(self.skip());
            self.eat(b':');
            each(key, *self);
            self.skip();
            self.eat(b',');
        }
        true
    }

    /// Goes past the value that comes next and the space after it; returns the value's own text.
    pub(super) fn skip(&mut self) -> &'a str {
        let begin = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                None => break,
                Some(b'"') => self.skip_text(),
                Some(b'[' | b'{') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b']' | b'}') => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                Some(b',' | b':') => self.at += 1,
                Some(b' ' | b'\t' | b'\r' | b'\n') => {
                    self.skip_space();
                    continue;
                }
                Some(_) => self.skip_word(),
            }
            if depth == 0 {
                break;
            }
        }
        let token = self.text.get(begin..self.at).unwrap_or_default();
        self.skip_space();
        token
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
            self.skip_space();
        }
        found
    }

    fn skip_space(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.line += u32::from(byte == b'\n');
            self.at += 1;
        }
    }

    fn skip_text(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    fn skip_word(&mut self) {
        let ends = |byte: u8| matches!(byte, b',' | b':' | b']' | b'}' | b'"') || byte <= b' ';
        while self.peek().is_some_and(|byte| !ends(byte)) {
            self.at += 1;
        }
    }
}

/// The text that a JSON string stands for. One that names half a character, such as `"\ud800"`, stands for the
/// replacement character.
fn unquoted(token: &str) -> Cow<'_, str> {
    let inner = token.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('\\') => Cow::Borrowed(inner),
        _ => Cow::Owned(serde_json::from_str(token).unwrap_or_else(|_| "\u{FFFD}".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value as Json;

    use super::*;

    /// What the reader makes of the value that comes next, with the lines at which it saw values begin.
    fn walk(reader: &mut Reader<'_>, lines: &mut Vec<u32>) -> Json {
        lines.push(reader.line());
        match reader.peek() {
            Some(b'[') => {
                let mut items = Vec::new();
                assert!(reader.list(|item| items.push(walk(item, lines))));
                items.into()
            }
            Some(b'{') => {
                let mut fields = serde_json::Map::new();
                assert!(reader.object(|key, mut value| {
                    fields.insert(key.into_owned(), walk(&mut value, lines));
                }));
                fields.into()
            }
            _ => match reader.value() {
                Value::Text(text) => text.into(),
                Value::Number(text) => serde_json::from_str(text).expect("a number"),
                Value::Flag(flag) => flag.into(),
                Value::Null => Json::Null,
                Value::List | Value::Object => unreachable!("they begin with a bracket"),
            },
        }
    }

    /// How many values begin on each line of a text that `serde_json` laid out: one, or none on a line that closes
    /// a list or an object.
    fn lines_with_a_value(text: &str) -> Vec<u32> {
        let begins = |line: &&str| !line.trim_start().starts_with([']', '}']);
        let lines = (1..).zip(text.lines());
        lines
            .filter(|(_, line)| begins(line))
            .map(|(number, _)| number)
            .collect()
    }

    fn json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            "[a\"\\\\{}\\[\\],:é\u{1F600}\n]{0,6}".prop_map(Json::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            let key = "[a-c\"\\\\{}é]{0,4}";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
                prop::collection::btree_map(key, inner, 0..6)
                    .prop_map(|fields| fields.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_what_serde_json_writes(value in json()) {
            for text in [value.to_string(), format!("{value:#}"), format!("\n\t{value:#}\r\n ")] {
                let mut reader = Reader::new(&text).expect("it is JSON");
                let mut lines = Vec::new();
                prop_assert_eq!(&walk(&mut reader, &mut lines), &value);
                prop_assert_eq!(reader.peek(), None);
            }
            let text = format!("{value:#}");
            let mut lines = Vec::new();
            walk(&mut Reader::new(&text).expect("it is JSON"), &mut lines);
            prop_assert_eq!(lines, lines_with_a_value(&text));
        }
    }
}
