//! Servers on a socket, and how they end.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http::Request;
use http::header::{HOST, HeaderValue};
use http::request::Parts;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::behaviour::ConnectionId;
use crate::service::{Answers, Service};

/// Header lines that a request may have. Cases send a thousand and more.
const MAX_HEADERS: usize = 2048;
/// Bytes that the head of a request may have.
const MAX_HEAD: usize = 4 << 20;

/// A server on a socket. It ends when this is dropped; [`Running::stop`] waits until it has.
#[derive(Debug)]
pub struct Running {
    scheme: &'static str,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Ends it and waits until the listener and all connections are closed.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // The receiver is gone only when the task has ended by itself.
            let _ = stop.send(());
        }
        let _ = (&mut self.task).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves HTTP/1.1 with keep-alive, and HTTP/2 to whom begins with it. Must be called within a Tokio
/// runtime; fails when the listener's address cannot be read.
pub fn serve<S: Answers>(listener: TcpListener, server: S) -> io::Result<Running> {
    accept(listener, move |id, stream| {
        connection(stream, ConnectionId(id), server.clone())
    })
}

/// Like [`serve`], with TLS on top.
pub fn serve_tls<S: Answers>(
    listener: TcpListener,
    server: S,
    tls: Arc<ServerConfig>,
) -> io::Result<Running> {
    let acceptor = TlsAcceptor::from(tls);
    let mut running = accept(listener, move |id, stream| {
        let (acceptor, server) = (acceptor.clone(), server.clone());
        async move {
            let _ = stream.set_nodelay(true);
            // A client that cannot agree on TLS has gone.
            if let Ok(stream) = acceptor.accept(stream).await {
                exchanges(stream, ConnectionId(id), server).await;
            }
        }
    })?;
    running.scheme = "https";
    Ok(running)
}

/// What a server needs for TLS: a certificate (DER), its key (PKCS #8, DER), and the protocols
/// among which clients may choose, the preferred one first, such as `h2`.
pub fn tls_config(
    certificate: Vec<u8>,
    key: Vec<u8>,
    protocols: &[&[u8]],
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificates = vec![CertificateDer::from(certificate)];
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, PrivatePkcs8KeyDer::from(key).into())?;
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}

/// Like [`serve`], on this machine's own address at a port, or at any free one for 0. Fails when the
/// port is taken.
pub async fn serve_at<S: Answers>(port: u16, server: S) -> io::Result<Running> {
    serve(
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?,
        server,
    )
}

async fn connection<S: Answers>(stream: TcpStream, id: ConnectionId, server: S) {
    // Small answers must not wait for the acknowledgement of earlier ones.
    let _ = stream.set_nodelay(true);
    exchanges(stream, id, server).await;
}

async fn exchanges<S, I>(stream: I, id: ConnectionId, server: S)
where
    S: Answers,
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    if let Some(wire) = server.wire() {
        let answer = move |parts: &Parts| server.now()(parts);
        return crate::wire::serve(stream, wire, answer).await;
    }
    let title_case = server.title_case();
    let service = Service(server);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(id);
        name_host(&mut request);
        service.clone().oneshot(request)
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD)
        .title_case_headers(title_case);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX));
    // An error is the client's doing or a wanted hang-up; either way the connection is over.
    let _ = builder
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Adds the `Host` line that HTTP/2 has in another form, so that servers find it where it is.
fn name_host(request: &mut Request<Incoming>) {
    if !request.headers().contains_key(HOST)
        && let Some(host) = request.uri().authority()
        && let Ok(host) = HeaderValue::try_from(host.as_str())
    {
        request.headers_mut().insert(HOST, host);
    }
}

/// Runs `handle` with a running number for each connection until the returned handle ends it all.
pub(crate) fn accept<F, H>(listener: TcpListener, mut handle: H) -> io::Result<Running>
where
    F: Future<Output = ()> + Send + 'static,
    H: FnMut(u64, TcpStream) -> F + Send + 'static,
{
    let address = listener.local_addr()?;
    let (stop, mut stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        let mut number = 0;
        loop {
            tokio::select! {
                _ = &mut stopped => break,
                accepted = listener.accept() => {
                    // A failed accept concerns that connection, or passes once others have ended.
                    let Ok((stream, _)) = accepted else {
                        tokio::task::yield_now().await;
                        continue;
                    };
                    number += 1;
                    connections.spawn(handle(number, stream));
                }
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
            }
        }
        drop(listener);
        connections.shutdown().await;
    });
    Ok(Running {
        scheme: "http",
        address,
        stop: Some(stop),
        task,
    })
}
