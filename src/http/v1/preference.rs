//! What a client prefers: lists such as `gzip;q=0.5, *;q=0` (RFC 9110, section 12.4.2).

use axum::http::{HeaderMap, HeaderName};

/// The weight of the entry `name` in the lists of this header, in thousandths; 0 is 'not this'. `None` when no entry
/// has exactly that name. An entry whose weight can't be read counts as 'not this'.
pub(in crate::http) fn of(asked: &HeaderMap, header: &HeaderName, name: &str) -> Option<u16> {
    let lists = asked.get_all(header).into_iter();
    lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','))
        .find_map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let is_named = parts.next()?.eq_ignore_ascii_case(name);
            is_named.then(|| parts.find_map(weight).unwrap_or(1_000))
        })
}

fn weight(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    name.trim_end()
        .eq_ignore_ascii_case("q")
        .then(|| thousandths(value.trim()).unwrap_or(0))
}

/// `0`, `1` and up to three digits after the point.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let is_weight = matches!(whole, "0" | "1")
        && rest.len() <= 3
        && rest.bytes().all(|byte| byte.is_ascii_digit());
    let weight: u16 = is_weight.then(|| format!("{whole}{rest:0<3}").parse().ok())??;
    (weight <= 1_000).then_some(weight)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header::ACCEPT_ENCODING};

    use super::*;

    #[test]
    fn weights_are_read_and_default_to_one() {
        let table = [
            ("", None),
            ("br", None),
            ("gzip", Some(1_000)),
            ("br, GZip ; q=0.5 , deflate", Some(500)),
            ("gzip;q=0", Some(0)),
            ("gzip;q=0.000, br", Some(0)),
            ("gzip;Q=0.125", Some(125)),
            ("gzip;q=1.001", Some(0)),
            ("gzip;q=2", Some(0)),
            ("gzip;q=0.1234", Some(0)),
            ("gzip;q=-1", Some(0)),
            ("gzip;level=9;q=0.3", Some(300)),
            ("gzipped", None),
        ];
        for (list, expected) in table {
            let mut asked = HeaderMap::new();
            asked.insert(ACCEPT_ENCODING, HeaderValue::from_static(list));
            assert_eq!(of(&asked, &ACCEPT_ENCODING, "gzip"), expected, "{list:?}");
        }
    }
}
