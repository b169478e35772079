//! The shape of JSON: how deep it is, objects that are really objects, and where in a body an error is.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::limits::JSON_DEPTH_MAX;

/// Whether arrays and objects are nested deeper than [`JSON_DEPTH_MAX`]. Found by looking at the bytes, before anything is
/// read.
pub(super) fn is_too_deep(body: &[u8]) -> bool {
    // Most bodies don't have that many of either, wherever they are.
    let opens = |byte: &&u8| **byte == b'[' || **byte == b'{';
    let opened = body.iter().filter(opens).count();
    opened > JSON_DEPTH_MAX as usize && nests_too_deep(body)
}

fn nests_too_deep(body: &[u8]) -> bool {
    let mut depth = 0_u32;
    let mut is_inside = false;
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            // Whatever is escaped ends no string.
            b'\\' if is_inside => drop(bytes.next()),
            b'"' => is_inside = !is_inside,
            b'[' | b'{' if !is_inside => {
                depth += 1;
                if depth > JSON_DEPTH_MAX {
                    return true;
                }
            }
            b']' | b'}' if !is_inside => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// What is written as an object. Left to itself serde takes an array of the fields' values for a struct too.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }
        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

/// A text, as it stands in the body where it has no escapes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl<'de> Visitor<'de> for Whole {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Whole)
    }
}

impl Text<'_> {
    /// Whether it has so many characters.
    pub(super) fn has(&self, chars_min: usize, chars_max: usize) -> bool {
        // A character has at most four bytes, so nearly every text is measured by its length alone.
        let bytes = self.0.len();
        bytes >= chars_min && (bytes <= chars_max || self.0.chars().count() <= chars_max)
    }
}

/// The field that a reader's error at this line and column is about, and what is left to say of it.
pub(super) fn fault_at(body: &[u8], line: usize, column: usize, reason: &str) -> (String, String) {
    let end = offset(body, line, column);
    let mut steps = steps_before(&body[..end]);
    let missing = reason
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'));
    let Some(missing) = missing else {
        return (written(&steps), reason.to_owned());
    };
    // It is told at the end of the object, whose last field has nothing to do with it.
    if let Some(Step::Field(last)) = steps.last_mut() {
        last.replace_range(.., missing);
    }
    (written(&steps), "must be given".to_owned())
}

fn offset(body: &[u8], line: usize, column: usize) -> usize {
    let before = body
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len);
    (before.sum::<usize>() + column).min(body.len())
}

/// Where in a document somebody is who has read so much of it.
#[derive(Debug)]
enum Step {
    Item(usize),
    Field(String),
}

fn steps_before(read: &[u8]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut at = 0;
    while at < read.len() {
        match read[at] {
            b'{' => steps.push(Step::Field(String::new())),
            b'[' => steps.push(Step::Item(0)),
            // The value that has just ended is what an error at the end is about.
            b'}' | b']' if at + 1 < read.len() => drop(steps.pop()),
            b',' => match steps.last_mut() {
                Some(Step::Item(index)) => *index += 1,
                Some(Step::Field(name)) => name.clear(),
                None => {}
            },
            b'"' => {
                let end = string_end(read, at);
                if let Some(Step::Field(name)) = steps.last_mut()
                    && name.is_empty()
                {
                    *name = String::from_utf8_lossy(&read[at + 1..end.max(at + 1)]).into_owned();
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    steps
}

/// Where the string that begins here ends.
fn string_end(read: &[u8], begin: usize) -> usize {
    let mut at = begin + 1;
    while at < read.len() && read[at] != b'"' {
        at += if read[at] == b'\\' { 2 } else { 1 };
    }
    at.min(read.len())
}

fn written(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Item(index) => path += &format!("[{index}]"),
            Step::Field(name) if path.is_empty() || name.is_empty() => path += name,
            Step::Field(name) => {
                path.push('.');
                path += name;
            }
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read alone")]
    struct Outer {
        name: String,
        #[serde(default)]
        inner: Vec<Object<Inner>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read alone")]
    struct Inner {
        count: u32,
    }

    fn fault(body: &str) -> (String, String) {
        let error = serde_json::from_str::<Object<Outer>>(body).expect_err("a fault");
        let text = error.to_string();
        let reason = &text[..text.rfind(" at line ").expect("a place")];
        fault_at(body.as_bytes(), error.line(), error.column(), reason)
    }

    #[test]
    fn an_error_is_told_with_the_field_that_it_is_about() {
        let table = [
            (r#"{"name":1}"#, "name"),
            ("{\n\"inner\":[],\n\"name\":\n[]}", "name"),
            (
                r#"{"name":"a","inner":[{"count":1},{"count":"x"}]}"#,
                "inner[1].count",
            ),
            (r#"{"name":"a","inner":[[1]]}"#, "inner[0]"),
            (r#"{"name":"a","inner":[{"count":1},{}]}"#, "inner[1].count"),
            (r#"{"inner":[{"count":1}]}"#, "name"),
            (r#"{"name":"a","nome":"b"}"#, "nome"),
            (r#"{"name":"a","name":"b"}"#, "name"),
            (
                r#"{"name":"a","inner":[{"count":1,"extra":[]}]}"#,
                "inner[0].extra",
            ),
            (r#"["a",[]]"#, ""),
        ];
        for (body, field) in table {
            assert_eq!(fault(body).0, field, "{body}");
        }
        assert_eq!(fault("{}").1, "must be given");
    }

    #[test]
    fn depth_is_counted_outside_of_strings() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        let deepest = usize::try_from(JSON_DEPTH_MAX).expect("small");
        assert!(!is_too_deep(nested(deepest).as_bytes()));
        assert!(is_too_deep(nested(deepest + 1).as_bytes()));
        assert!(!is_too_deep("[],".repeat(deepest + 1).as_bytes()));
        let quoted = format!("\"\\\"{}\"", "[".repeat(100));
        assert!(!is_too_deep(quoted.as_bytes()));
    }

    #[test]
    fn a_text_is_measured_in_characters() {
        let has = |text: &'static str, min, max| Text(text.into()).has(min, max);
        assert!(has("äöü", 1, 3) && has("abc", 1, 3) && has("", 0, 3));
        assert!(!has("äöüß", 1, 3) && !has("", 1, 3));
    }
}
