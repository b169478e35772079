//! Turns a setting's texts into its value, or says in a few words what it must be.

use std::{
    fmt::Display,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use axum::http::Uri;
use ipnet::IpNet;
use seatlock::{
    access::{origins::Origins, rate::Rate},
    cluster::etcd::{Endpoint, EndpointError},
    limits,
    tick::Ttl,
};
use tracing_subscriber::EnvFilter;

use super::settings::LogFormat;

/// Why a text is no value of a setting.
pub(crate) type Reason = String;

/// Exactly one value, be it the default.
pub(crate) fn one<T>(
    check: impl Fn(&str) -> Result<T, Reason>,
) -> impl Fn(&[String]) -> Result<T, Reason> {
    move |texts| check(texts.first().map_or("", String::as_str))
}

/// One value, or none where nothing is set.
pub(crate) fn maybe<T>(
    check: impl Fn(&str) -> Result<T, Reason>,
) -> impl Fn(&[String]) -> Result<Option<T>, Reason> {
    move |texts| texts.first().map(|text| check(text)).transpose()
}

/// A list of values.
pub(crate) fn many<T>(
    check: impl Fn(&str) -> Result<T, Reason>,
) -> impl Fn(&[String]) -> Result<Vec<T>, Reason> {
    move |texts| texts.iter().map(|text| check(text)).collect()
}

/// A whole number from `least` to `most`.
pub(crate) fn within<N: FromStr + Ord + Display + Copy>(
    least: N,
    most: N,
) -> impl Fn(&str) -> Result<N, Reason> {
    move |text| {
        let number = text.parse().ok();
        number
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| format!("must be a number from {least} to {most}"))
    }
}

pub(crate) fn at_least_one(text: &str) -> Result<u32, Reason> {
    within(1, u32::MAX)(text)
}

/// A span, or none at all.
pub(crate) fn grace(text: &str) -> Result<Duration, Reason> {
    let span: Option<Duration> = humantime::parse_duration(text).ok();
    span.filter(|span| *span <= Ttl::MAX.span())
        .ok_or_else(|| "must be a span of 30 days at most, such as 0s, 30s or 5m".into())
}

pub(crate) fn switch(text: &str) -> Result<bool, Reason> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err("must be true or false".into()),
    }
}

pub(crate) fn address(text: &str) -> Result<SocketAddr, Reason> {
    let address = text.parse();
    address.map_err(|_invalid| {
        "must be an address and a port, such as 127.0.0.1:3000 or [::]:80".into()
    })
}

pub(crate) fn network(text: &str) -> Result<IpNet, Reason> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    let network = text.parse().or(address);
    network.map_err(|_invalid| "must be an address or a network, such as 10.0.0.0/8".into())
}

pub(crate) fn origins(texts: &[String]) -> Result<Origins, Reason> {
    Origins::parse(&texts.join(",")).map_err(|errors| errors.to_string().replace('\n', "; "))
}

/// `50/200`: fifty a second, two hundred at once.
pub(crate) fn rate(text: &str) -> Result<Rate, Reason> {
    let rate = || {
        let (per_second, burst) = text.split_once('/')?;
        Rate::new(per_second.parse().ok()?, burst.parse().ok()?)
    };
    rate().ok_or_else(|| "must be requests a second and at once, such as 50/200".into())
}

pub(crate) fn ttl(text: &str) -> Result<Ttl, Reason> {
    let span = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    Ttl::new(span).map_err(|error| error.to_string())
}

pub(crate) fn path(text: &str) -> Result<PathBuf, Reason> {
    if text.is_empty() {
        Err("must be the path of a file".into())
    } else {
        Ok(text.into())
    }
}

pub(crate) fn any(text: &str) -> Result<String, Reason> {
    Ok(text.to_owned())
}

pub(crate) fn variable(text: &str) -> Result<String, Reason> {
    if text.is_empty() || text.contains(['=', '\0']) {
        Err("must be the name of an environment variable".into())
    } else {
        Ok(text.to_owned())
    }
}

/// The address of a member of etcd.
pub(crate) fn member(text: &str) -> Result<Endpoint, Reason> {
    let endpoint: Result<Endpoint, _> = text.parse();
    endpoint.map_err(|error: EndpointError| error.to_string())
}

/// What a node is called: something that is plain in a log and in a header.
pub(crate) fn node_name(text: &str) -> Result<String, Reason> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if text.is_empty() || text.len() > limits::NODE_NAME_BYTES_MAX || !text.bytes().all(is_plain) {
        return Err("must be a few letters and digits, such as a or box-office-1".into());
    }
    Ok(text.to_owned())
}

/// Where other nodes reach this one.
pub(crate) fn advertised(text: &str) -> Result<String, Reason> {
    let uri: Option<Uri> = text.parse().ok();
    let is_address = uri.is_some_and(|uri| {
        uri.scheme_str() == Some("http") && uri.host().is_some() && matches!(uri.path(), "" | "/")
    });
    if is_address {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("must be an address such as http://10.0.0.1:3000".into())
    }
}

/// What keys in etcd begin with.
pub(crate) fn prefix(text: &str) -> Result<String, Reason> {
    let is_path = text.starts_with('/') && !text.ends_with('/') && text.is_ascii();
    if is_path {
        Ok(text.to_owned())
    } else {
        Err("must be a path such as /seatlock".into())
    }
}

/// How long a lease lasts: etcd counts whole seconds.
pub(crate) fn lease(text: &str) -> Result<Duration, Reason> {
    let span = humantime::parse_duration(text).ok();
    let within = limits::LEASE_TTL_MIN..=limits::LEASE_TTL_MAX;
    span.filter(|span| within.contains(span) && span.subsec_nanos() == 0)
        .ok_or_else(|| "must be whole seconds from 2s to 5m".into())
}

pub(crate) fn log_filter(text: &str) -> Result<String, Reason> {
    match EnvFilter::builder().parse(text) {
        Ok(_) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err("must be a filter, such as warn or info,seatlock::http=debug".into()),
    }
}

pub(crate) fn log_format(text: &str) -> Result<LogFormat, Reason> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be text or json".into()),
    }
}
