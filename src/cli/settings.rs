//! All settings of the server, in one table. A line here is a key of the configuration file, a flag, an environment
//! variable, a line of the help and of the template, and a checked field of [`Settings`].

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use seatlock::{
    access::{origins::Origins, rate::Rate},
    cluster::etcd::Endpoint,
    limits,
    tick::Ttl,
};

use super::{
    check::{self, many, maybe, one},
    setting::{Setting, Shape},
    sources::{Complaint, Sources},
};

macro_rules! settings {
    ($( $section:literal { $(
        $(#[doc = $help:literal])+
        $key:ident: $type:ty = $shape:ident($value_name:literal, $default:literal), $check:expr;
    )+ } )+) => {
        /// What the server is told, every value checked.
        #[derive(Debug)]
        pub(crate) struct Settings {
            $( $( $(#[doc = $help])+ pub(crate) $key: $type, )+ )+
        }

        /// Every setting, in the order of the help.
        pub(crate) const SETTINGS: &[Setting] = &[
            $( $( Setting {
                key: stringify!($key),
                section: $section,
                help: concat!($($help),+),
                shape: Shape::$shape,
                value_name: $value_name,
                default: $default,
            }, )+ )+
        ];

        impl Settings {
            /// Checks what the sources say.
            ///
            /// # Errors
            /// All that is wrong, and not only the first of it.
            pub(crate) fn check(sources: &Sources) -> Result<Self, Vec<Complaint>> {
                let mut complaints = Vec::new();
                $( $( let $key = sources.check(stringify!($key), $check, &mut complaints); )+ )+
                let ($( $( Some($key), )+ )+) = ($( $( $key, )+ )+) else {
                    return Err(complaints);
                };
                Ok(Self { $( $( $key, )+ )+ })
            }
        }
    };
}

settings! {
    "Seats" {
        /// How many seats there are, numbered from 1.
        seats: u32 = Number("COUNT", "10"), one(check::within(1, limits::SEATS_MAX));
        /// How long a lock lasts, such as 500ms, 1.5s, 2m or 1h30m; 30 days at most.
        lock_ttl: Ttl = Text("SPAN", "60s"), one(check::ttl);
        /// Leaves out POST /unlock, by which anybody can release anybody's lock.
        no_unlock: bool = Switch("BOOL", "false"), one(check::switch);
    }
    "What outlives it" {
        /// The folder in which everything is kept that must not be lost; it is made if there is none.
        data: PathBuf = Text("FOLDER", "seatlock-data"), one(check::path);
        /// Keeps nothing: when the server stops, its seats are forgotten.
        memory: bool = Switch("BOOL", "false"), one(check::switch);
        /// Answers holds, too, only when a power cut cannot undo them, as bookings always are.
        durable_holds: bool = Switch("BOOL", "false"), one(check::switch);
        /// How long holds that were alive when the server stopped last from its next start on, at least.
        restart_grace: Duration = Text("SPAN", "30s"), one(check::grace);
        /// MiB of the folder that may be taken by what no longer counts, beside as much as what counts.
        ledger_budget: u32 = Number("MIB", "256"), one(check::within(1, 1 << 20));
    }
    "One of several" {
        /// Members of etcd, in which everything is kept instead of in a folder, such as http://10.0.0.1:2379. Whoever names the same is another node of the same cluster.
        etcd: Vec<Endpoint> = List("URL,..", ""), many(check::member);
        /// What this node is called; no two of a cluster have the same name.
        node: Option<String> = Text("NAME", ""), maybe(check::node_name);
        /// Where the other nodes reach this one, such as http://10.0.0.1:3000.
        advertise: Option<String> = Text("URL", ""), maybe(check::advertised);
        /// How long a node that is silent is taken to be there; then others serve what it served.
        lease: Duration = Text("SPAN", "5s"), one(check::lease);
        /// In how many parts events are divided among nodes, if this one founds the cluster.
        shards: u16 = Number("COUNT", "64"), one(check::within(1, limits::SHARDS_MAX));
        /// What all keys in etcd begin with; each cluster has its own.
        etcd_prefix: String = Text("PATH", "/seatlock"), one(check::prefix);
        /// One more each time etcd was restored from a backup.
        etcd_incarnation: u32 = Number("COUNT", "1"), one(check::within(1, u32::MAX));
        /// The certificate of whoever has signed etcd's, in PEM, where its addresses are https.
        etcd_ca: Option<PathBuf> = Text("FILE", ""), maybe(check::path);
        /// The certificate that this node shows to etcd, in PEM.
        etcd_cert: Option<PathBuf> = Text("FILE", ""), maybe(check::path);
        /// The private key of that certificate, in PEM.
        etcd_key: Option<PathBuf> = Text("FILE", ""), maybe(check::path);
        /// Who this node is to etcd, if etcd asks.
        etcd_user: Option<String> = Text("NAME", ""), maybe(check::any);
        /// The file that has the password, in one line.
        etcd_password_file: Option<PathBuf> = Text("FILE", ""), maybe(check::path);
    }
    "Where it listens" {
        /// Address and port; port 0 takes any free one.
        listen: SocketAddr = Text("ADDRESS", "127.0.0.1:3000"), one(check::address);
        /// Where /metrics is served, instead of beside the API.
        metrics_listen: Option<SocketAddr> = Text("ADDRESS", ""), maybe(check::address);
        /// The certificate and those of its issuers, in PEM; with it, only TLS is spoken.
        tls_cert: Option<PathBuf> = Text("FILE", ""), maybe(check::path);
        /// The private key of the certificate, in PEM. SIGHUP reads both files again.
        tls_key: Option<PathBuf> = Text("FILE", ""), maybe(check::path);
    }
    "Who may" {
        /// The API keys, one a line. Without any key everybody may do everything.
        key_file: Option<PathBuf> = Text("FILE", ""), maybe(check::path);
        /// The environment variable that holds the API keys, with ; between them, where there is no file.
        key_env: String = Text("NAME", "SEATLOCK_KEYS"), one(check::variable);
        /// Lets everybody in who can reach the server, although no key is configured.
        open: bool = Switch("BOOL", "false"), one(check::switch);
        /// Networks of proxies whose word on a client's address is taken, such as 10.0.0.0/8.
        trusted_proxies: Vec<IpNet> = List("NETWORK,..", ""), many(check::network);
        /// Web origins whose scripts may call /v1, such as https://tickets.example; * for all.
        origins: Origins = List("ORIGIN,..", ""), check::origins;
    }
    "Limits" {
        /// Requests a second that a client without a key may make, and how many at once, such as 50/200.
        rate_per_client: Option<Rate> = Text("RATE/BURST", ""), maybe(check::rate);
        /// Requests a second that may be made with one API key, and how many at once, such as 500/2000.
        rate_per_key: Option<Rate> = Text("RATE/BURST", ""), maybe(check::rate);
        /// Connections at once; one more is answered 503.
        connections: u32 = Number("COUNT", "16384"), one(check::at_least_one);
        /// Connections at once from one address (IPv6: from one /64); proxies and this machine have no limit.
        connections_per_address: u32 = Number("COUNT", "1024"), one(check::at_least_one);
        /// Streams of seats at once, of which each is a connection too; one more is answered 503.
        streams: u32 = Number("COUNT", "12288"), one(check::at_least_one);
        /// Threads that serve connections; as many as there are cores unless given.
        workers: Option<u16> = Number("COUNT", ""), maybe(check::within(1, limits::WORKERS_MAX));
    }
    "Logs" {
        /// What is logged, on standard error: off, error, warn, info, debug or trace, also by module.
        log: String = Text("FILTER", "info"), one(check::log_filter);
        /// How it is logged: text for people, json for machines.
        log_format: LogFormat = Text("FORMAT", "text"), one(check::log_format);
    }
}

/// What a line of the log looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[cfg(test)]
#[path = "settings/tests.rs"]
mod tests;
