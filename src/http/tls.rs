//! TLS by rustls: 1.2 and 1.3, and inside it HTTP/1.1 alone.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use tokio::net::TcpStream;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
    server::TlsStream,
};

use crate::limits::TLS_BUFFER_BYTES;

/// A certificate and its key, from two PEM files that can be read again while connections go on.
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<ServerConfig>>,
}

/// Why TLS can't be spoken with these files.
#[derive(Debug)]
pub enum TlsError {
    /// A file can't be read.
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file has no certificate in PEM, or something that claims to be one and is not.
    NoCertificate {
        /// Which file.
        path: PathBuf,
    },
    /// The file has no private key in PEM.
    NoKey {
        /// Which file.
        path: PathBuf,
    },
    /// rustls refuses the two: most often because the key is another certificate's.
    Unfit {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What rustls says.
        error: rustls::Error,
    },
}

impl Tls {
    /// Reads the certificate, followed by those of its issuers, and the key.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn from_files(certificate: PathBuf, key: PathBuf) -> Result<Self, TlsError> {
        let config = read(&certificate, &key)?;
        Ok(Self {
            certificate,
            key,
            current: RwLock::new(config),
        })
    }

    /// Reads both files again. New connections get the new certificate; those that there are keep theirs.
    ///
    /// # Errors
    /// [`TlsError`]; the certificate is then the one that it was.
    pub fn reload(&self) -> Result<(), TlsError> {
        let config = read(&self.certificate, &self.key)?;
        // Nothing panics while it holds this lock.
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    /// Shakes hands on `stream`. It may take as long as the client likes: a limit is the caller's affair.
    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let config = Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner));
        let mut stream = TlsAcceptor::from(config).accept(stream).await?;
        let (_socket, session) = stream.get_mut();
        // Encrypted bytes that the client doesn't take count as taken, so there must be few of them.
        session.set_buffer_limit(Some(TLS_BUFFER_BYTES));
        Ok(stream)
    }
}

fn read(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let chain = CertificateDer::pem_slice_iter(&bytes_of(certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| TlsError::NoCertificate {
            path: certificate.to_owned(),
        })?;
    let secret =
        PrivateKeyDer::from_pem_slice(&bytes_of(key)?).map_err(|_none| TlsError::NoKey {
            path: key.to_owned(),
        })?;
    let unfit = |error| TlsError::Unfit {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        error,
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unfit)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(unfit)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|error| TlsError::Unreadable {
        path: path.to_owned(),
        error,
    })
}

/// Shows where the key is, and not the key.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("certificate", &self.certificate)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, error } => {
                write!(f, "{} can't be read: {error}", path.display())
            }
            Self::NoCertificate { path } => {
                write!(f, "{} has no valid certificate in PEM", path.display())
            }
            Self::NoKey { path } => write!(f, "{} has no private key in PEM", path.display()),
            Self::Unfit {
                certificate,
                key,
                error,
            } => write!(
                f,
                "the certificate {} and the key {} don't fit: {error}",
                certificate.display(),
                key.display()
            ),
        }
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { error, .. } => Some(error),
            Self::Unfit { error, .. } => Some(error),
            Self::NoCertificate { .. } | Self::NoKey { .. } => None,
        }
    }
}
