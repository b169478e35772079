//! One line of CSV and its fields, as RFC 4180 has them, except that no field goes on in the next line.
//!
//! A name can't have a line break in it. So a quote that is never closed is a fault of its own line, rather than of
//! everything up to the next quote.

use std::borrow::Cow;

use crate::{chart::fault::Reason, limits};

/// Splits a line into its fields, which replace those in `fields`.
pub(super) fn split<'a>(line: &'a str, fields: &mut Vec<Cow<'a, str>>) -> Result<(), Reason> {
    fields.clear();
    let mut rest = line;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                (Cow::Borrowed(field), after)
            }
        };
        if fields.len() == limits::CSV_FIELDS_MAX {
            let what = format!("has more than {} fields", limits::CSV_FIELDS_MAX);
            return Err(Reason::Syntax(what));
        }
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(()),
            None => {
                let what = "a quoted field ends with a quote and a comma";
                return Err(Reason::Syntax(what.to_owned()));
            }
        }
    }
}

/// A field so written that [`split`] reads it as one. One that begins with `#` is quoted, so that no line that begins
/// with it is taken for a directive.
pub(crate) fn quoted(field: &str) -> Cow<'_, str> {
    if field.contains([',', '"', '\r', '\n']) || field.starts_with('#') {
        Cow::Owned(format!("\"{}\"", field.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(field)
    }
}

/// The field whose opening quote was just passed, and what follows its closing quote.
fn unquoted(text: &str) -> Result<(Cow<'_, str>, &str), Reason> {
    let mut field = Cow::Borrowed("");
    let mut rest = text;
    loop {
        let Some((part, after)) = rest.split_once('"') else {
            let what = "a quote is never closed";
            return Err(Reason::Syntax(what.to_owned()));
        };
        field += part;
        match after.strip_prefix('"') {
            Some(more) => {
                field += "\"";
                rest = more;
            }
            None => return Ok((field, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields(line: &str) -> Option<Vec<String>> {
        let mut fields = Vec::new();
        split(line, &mut fields).ok()?;
        Some(fields.into_iter().map(Cow::into_owned).collect())
    }

    #[test]
    fn fields_are_split_at_commas_outside_of_quotes() {
        for (line, expected) in [
            ("", Some(vec![""])),
            (",", Some(vec!["", ""])),
            ("a,b", Some(vec!["a", "b"])),
            (r#""a,b",c"#, Some(vec!["a,b", "c"])),
            (r#""a ""b""","#, Some(vec![r#"a "b""#, ""])),
            (r#"a"b,c"#, Some(vec![r#"a"b"#, "c"])),
            (r#""a"#, None),
            (r#""a"b,c"#, None),
            (r#"""#, None),
        ] {
            let expected = expected.map(|fields| fields.into_iter().map(str::to_owned).collect());
            assert_eq!(fields(line), expected, "{line}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(texts in prop::collection::vec("[a-b\",# é]{0,6}", 1..5)) {
            let line: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
            prop_assert_eq!(fields(&line.join(",")), Some(texts));
        }
    }
}
