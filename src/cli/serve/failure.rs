//! Why nothing can be served, in one line each.

use std::{fmt, io, net::SocketAddr, path::PathBuf};

use seatlock::{engine::StartError, http::TlsError, node::JoinError};

/// See the module.
#[derive(Debug)]
pub(crate) enum Failure {
    Listen {
        address: SocketAddr,
        error: io::Error,
    },
    WouldBeOpen {
        address: SocketAddr,
    },
    HalfTls {
        missing: &'static str,
    },
    /// The keys or whatever else the door goes by.
    Gate(String),
    Tls(TlsError),
    Ledger {
        folder: PathBuf,
        reason: String,
    },
    Engine(StartError),
    /// Nodes ask each other in the clear.
    ClusterTls,
    /// How etcd is to be reached.
    Etcd(String),
    Join(JoinError),
    Runtime(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, error } => write!(f, "cannot listen on {address}: {error}"),
            Self::WouldBeOpen { address } => write!(
                f,
                "no API key is configured, so whoever can reach {address} could do everything: \
                 give keys by --key-file, listen on 127.0.0.1, or say --open"
            ),
            Self::HalfTls { missing } => {
                write!(
                    f,
                    "TLS needs a certificate and its key: {missing} is missing"
                )
            }
            Self::ClusterTls => f.write_str(
                "nodes ask each other over plain HTTP, so --tls-cert cannot be used with --etcd: \
                 put what speaks TLS in front of the nodes",
            ),
            Self::Gate(reason) => f.write_str(reason),
            Self::Tls(error) => write!(f, "cannot speak TLS: {error}"),
            Self::Ledger { folder, reason } => write!(
                f,
                "cannot use the data in {}: {reason} (--data names another folder, --memory keeps nothing)",
                folder.display()
            ),
            Self::Engine(error) => error.fmt(f),
            Self::Etcd(reason) => f.write_str(reason),
            Self::Join(error) => write!(f, "cannot come to the cluster: {error}"),
            Self::Runtime(error) => write!(f, "cannot start: {error}"),
        }
    }
}
