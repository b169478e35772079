//! TLS to etcd: whom it is that we trust, and who we are.

use std::{error, fmt, io, sync::Arc};

use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        self, ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    },
};

use super::endpoint::Endpoint;

/// What TLS to etcd needs.
#[derive(Clone)]
pub struct EtcdTls(TlsConnector);

/// A certificate that etcd knows us by, and its key; both as PEM.
pub struct Identity<'pem> {
    /// The certificate, followed by those of its issuers.
    pub certificate: &'pem [u8],
    /// Its private key.
    pub key: &'pem [u8],
}

/// Why TLS can't be spoken with these.
#[derive(Debug)]
pub enum EtcdTlsError {
    /// There is no certificate in what is to be trusted.
    NobodyTrusted,
    /// There is no certificate, or no key, in what we should show.
    NoIdentity,
    /// rustls refuses one of them.
    Unfit(rustls::Error),
}

impl EtcdTls {
    /// Trusts who shows a certificate that one of those in `trusted` (PEM) has signed, and shows `identity` if etcd asks.
    ///
    /// # Errors
    /// [`EtcdTlsError`].
    pub fn new(trusted: &[u8], identity: Option<Identity<'_>>) -> Result<Self, EtcdTlsError> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(trusted).ok_or(EtcdTlsError::NobodyTrusted)? {
            roots.add(certificate).map_err(EtcdTlsError::Unfit)?;
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(EtcdTlsError::Unfit)?
            .with_root_certificates(roots);
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            Some(Identity { certificate, key }) => {
                let chain = certificates(certificate).ok_or(EtcdTlsError::NoIdentity)?;
                let key =
                    PrivateKeyDer::from_pem_slice(key).map_err(|_none| EtcdTlsError::NoIdentity)?;
                builder
                    .with_client_auth_cert(chain, key)
                    .map_err(EtcdTlsError::Unfit)?
            }
        };
        // gRPC is spoken over HTTP/2 alone.
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    pub(super) async fn connect(
        &self,
        endpoint: &Endpoint,
        stream: TcpStream,
    ) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(endpoint.host().to_owned()).map_err(io::Error::other)?;
        self.0.connect(name, stream).await
    }
}

fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .ok()
        .filter(|chain| !chain.is_empty())
}

impl fmt::Debug for EtcdTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EtcdTls")
    }
}

impl fmt::Display for EtcdTlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NobodyTrusted => f.write_str("there is no certificate in PEM to trust etcd by"),
            Self::NoIdentity => f.write_str("certificate and key for etcd must both be in PEM"),
            Self::Unfit(error) => write!(f, "TLS to etcd can't be spoken with these: {error}"),
        }
    }
}

impl error::Error for EtcdTlsError {}
