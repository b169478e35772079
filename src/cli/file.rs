//! The configuration file: TOML, one line a setting.

use std::{collections::BTreeMap, ops::Range, path::Path};

use toml::de::{DeTable, DeValue};

use super::{
    check::Reason,
    setting::{Setting, Shape},
    settings::SETTINGS,
    sources::{Complaint, Given, Origin},
};

/// The settings in `text`, and everything in it that is none. `path` is for the complaints.
pub(crate) fn read(path: &Path, text: &str) -> (BTreeMap<&'static str, Given>, Vec<Complaint>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let complaint = |span: Range<usize>, reason: Reason| Complaint::Line {
        path: path.to_owned(),
        line: line_of(text, span.start),
        reason,
    };
    let mut complaints: Vec<Complaint> = errors
        .iter()
        .map(|error| complaint(error.span().unwrap_or(0..0), error.message().to_owned()))
        .collect();
    let mut settings = BTreeMap::new();
    for (key, value) in table.get_ref() {
        let name: &str = key.get_ref();
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == name) else {
            complaints.push(complaint(
                key.span(),
                format!("there is no setting {name:?}"),
            ));
            continue;
        };
        match texts(setting.shape, value.get_ref()) {
            Ok(texts) => {
                let origin = Origin::File {
                    path: path.to_owned(),
                    line: line_of(text, key.span().start),
                };
                settings.insert(setting.key, Given { texts, origin });
            }
            Err(reason) => complaints.push(complaint(key.span(), format!("{name} {reason}"))),
        }
    }
    complaints.sort_by_key(|complaint| match complaint {
        Complaint::Line { line, .. } => *line,
        Complaint::Value { .. } | Complaint::Unreadable { .. } => 0,
    });
    (settings, complaints)
}

/// The line of the setting with the value that `texts` are, as TOML.
pub(crate) fn write(setting: &Setting, texts: &[String]) -> String {
    let value = match (setting.shape, texts) {
        (Shape::Number | Shape::Switch, [text, ..]) => text.clone(),
        (Shape::Text, [text, ..]) => quoted(text),
        (Shape::List, items) => {
            let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
            format!("[{}]", items.join(", "))
        }
        (_, []) => return format!("# {} =", setting.key),
    };
    format!("{} = {value}", setting.key)
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().iter().take(at);
    before.filter(|byte| **byte == b'\n').count() + 1
}

fn texts(shape: Shape, value: &DeValue<'_>) -> Result<Vec<String>, Reason> {
    match (shape, value) {
        (Shape::Text, DeValue::String(text)) => Ok(vec![text.to_string()]),
        (Shape::Switch, DeValue::Boolean(switch)) => Ok(vec![switch.to_string()]),
        (Shape::Number, DeValue::Integer(number)) => {
            let number = i128::from_str_radix(number.as_str(), number.radix());
            let number = number.map_err(|_too_long| "is too long a number")?;
            Ok(vec![number.to_string()])
        }
        (Shape::List, DeValue::Array(items)) => items
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::String(text) => Ok(text.to_string()),
                _ => Err(must_be(shape)),
            })
            .collect(),
        _ => Err(must_be(shape)),
    }
}

fn must_be(shape: Shape) -> Reason {
    match shape {
        Shape::Text => "must be a text in quotation marks",
        Shape::Number => "must be a whole number",
        Shape::Switch => "must be true or false",
        Shape::List => "must be a list of texts, such as [\"one\", \"two\"]",
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> Vec<String> {
        let (_settings, complaints) = read(Path::new("x.toml"), text);
        complaints.iter().map(Complaint::to_string).collect()
    }

    #[test]
    fn all_that_is_no_setting_is_said_with_its_line() {
        let text = "seats = 5\nsetas = 6\n\nlock_ttl = 60\nopen = \"yes\"\norigins = [1]\n[listen]\nport = 1\n";
        assert_eq!(
            complaints(text),
            [
                r#"x.toml line 2: there is no setting "setas""#,
                "x.toml line 4: lock_ttl must be a text in quotation marks",
                "x.toml line 5: open must be true or false",
                r#"x.toml line 6: origins must be a list of texts, such as ["one", "two"]"#,
                "x.toml line 7: listen must be a text in quotation marks",
            ]
        );
    }

    #[test]
    fn what_is_not_toml_is_said_with_its_line() {
        for (text, line) in [
            ("seats = 1\nseats = 2\n", 2),
            ("\n\nseats 5\n", 3),
            ("seats = [1\n", 1),
        ] {
            let complaints = complaints(text);
            let place = format!("x.toml line {line}: ");
            assert!(
                complaints
                    .iter()
                    .any(|complaint| complaint.starts_with(&place)),
                "{text:?}: {complaints:?}"
            );
        }
    }

    #[test]
    fn numbers_may_be_written_as_toml_has_them() {
        for text in ["seats = 50_000", "seats = +50000", "seats = 0xC350"] {
            let (settings, _) = read(Path::new("x.toml"), text);
            assert_eq!(settings["seats"].texts, ["50000"], "{text}");
        }
    }
}
