//! One HTTP/2 connection to one member, which can tell whether a request has left.

use std::{
    error, fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use hyper::{
    Request, Response,
    body::Incoming,
    client::conn::http2,
    http::{Uri, uri::PathAndQuery},
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use prost::Message;
use tokio::net::TcpStream;
use tonic::{Status, Streaming, body::Body, client::Grpc};
use tonic_prost::ProstCodec;
use tower_service::Service;

use super::{calls::Call, endpoint::Endpoint, tls::EtcdTls};
use crate::limits::ETCD_ANSWER_BYTES_MAX;

/// A line on which answers are awaited is asked for a sign of life this often. etcd hangs up on who asks more often than
/// each 5 s (its `--grpc-keepalive-min-time`).
const SIGN_OF_LIFE: Duration = Duration::from_secs(6);

/// A connection; copies share it.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) endpoint: Arc<Endpoint>,
    origin: Uri,
    sender: http2::SendRequest<Body>,
}

/// What ended a request on its way, as the source of tonic's status.
#[derive(Debug)]
pub(super) enum Broken {
    /// Not a byte of it has left.
    Unsent(hyper::Error),
    /// It has left, or a part of it has.
    Lost(hyper::Error),
}

type Answer = Pin<Box<dyn Future<Output = Result<Response<Incoming>, Broken>> + Send>>;

impl Line {
    /// Connects. How long that may take is the caller's affair.
    pub(super) async fn connect(
        endpoint: Arc<Endpoint>,
        tls: Option<&EtcdTls>,
        patience: Duration,
    ) -> io::Result<Self> {
        let stream = TcpStream::connect((endpoint.host(), endpoint.port())).await?;
        stream.set_nodelay(true)?;
        let sender = match tls.filter(|_| endpoint.is_encrypted()) {
            Some(tls) => shake_hands(tls.connect(&endpoint, stream).await?, patience).await?,
            None => shake_hands(stream, patience).await?,
        };
        Ok(Self {
            origin: endpoint.origin(),
            endpoint,
            sender,
        })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Asks, and waits for the one answer.
    pub(super) async fn ask<Q, A>(
        &self,
        call: &Call<Q, A>,
        request: tonic::Request<Q>,
    ) -> Result<A, Status>
    where
        Q: Message + 'static,
        A: Message + Default + 'static,
    {
        let (answer, mut rest) = self.open(call, request).await?;
        // The status comes after the answer.
        rest.trailers().await?;
        Ok(answer)
    }

    /// Asks, and waits for the first answer; others may follow.
    pub(super) async fn open<Q, A>(
        &self,
        call: &Call<Q, A>,
        request: tonic::Request<Q>,
    ) -> Result<(A, Streaming<A>), Status>
    where
        Q: Message + 'static,
        A: Message + Default + 'static,
    {
        let mut grpc = Grpc::with_origin(self.clone(), self.origin.clone())
            .max_decoding_message_size(ETCD_ANSWER_BYTES_MAX);
        let path = PathAndQuery::from_static(call.path);
        let codec = ProstCodec::<Q, A>::default();
        let answers = grpc.server_streaming(request, path, codec).await?;
        let mut answers = answers.into_inner();
        match answers.message().await? {
            Some(first) => Ok((first, answers)),
            None => Err(Status::internal("there was no answer")),
        }
    }
}

/// Speaks HTTP/2 on a stream, in a task that ends with the last copy of the line.
async fn shake_hands<S>(stream: S, patience: Duration) -> io::Result<http2::SendRequest<Body>>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(SIGN_OF_LIFE)
        .keep_alive_timeout(patience)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    tokio::spawn(async move {
        // Whoever waits for an answer is told of the error, too.
        let _ = connection.await;
    });
    Ok(sender)
}

impl Service<Request<Body>> for Line {
    type Response = Response<Incoming>;
    type Error = Broken;
    type Future = Answer;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Answer {
        let answer = self.sender.try_send_request(request);
        Box::pin(async move {
            answer.await.map_err(|mut error| {
                // hyper gives back what it has not begun to send.
                match error.take_message() {
                    Some(_) => Broken::Unsent(error.into_error()),
                    None => Broken::Lost(error.into_error()),
                }
            })
        })
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Unsent(error) | Self::Lost(error)) = self;
        write!(f, "{error}")
    }
}

impl error::Error for Broken {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        let (Self::Unsent(error) | Self::Lost(error)) = self;
        Some(error)
    }
}
