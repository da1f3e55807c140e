//! Servers on a socket, and how they end.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt;

use crate::exchange::ConnectionId;
use crate::kit::Kit;
use crate::server::{Body, HungUp, Server};

/// Header lines that a request may have. Cases send a thousand and more.
const MAX_HEADERS: usize = 8192;
/// Bytes that the head of a request may have.
const MAX_HEAD: usize = 4 << 20;

/// A service of the testbed that can be put on a socket.
pub trait Serve:
    tower::Service<Request<Incoming>, Response = Response<Body>, Error = HungUp, Future: Send>
    + Clone
    + Send
    + 'static
{
    /// Whether header names go out in title case.
    fn title_case(&self) -> bool;
}

impl Serve for Server {
    fn title_case(&self) -> bool {
        self.title_case_headers()
    }
}

impl Serve for Kit {
    fn title_case(&self) -> bool {
        self.title_case_headers()
    }
}

/// A server on a socket. It ends when this is dropped; [`Running::stop`] waits until it has.
#[derive(Debug)]
pub struct Running {
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
        format!("http://{}", self.address)
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

/// Serves HTTP/1.1 with keep-alive. Must be called within a Tokio runtime; fails when the
/// listener's address cannot be read.
pub fn serve<S: Serve>(listener: TcpListener, service: S) -> io::Result<Running> {
    accept(listener, move |id, stream| {
        connection(stream, ConnectionId(id), service.clone())
    })
}

/// Like [`serve`], on this machine's own address at a port, or at any free one for 0. Fails when the
/// port is taken.
pub async fn serve_at<S: Serve>(port: u16, service: S) -> io::Result<Running> {
    serve(
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?,
        service,
    )
}

async fn connection<S: Serve>(stream: TcpStream, id: ConnectionId, service: S) {
    // Small answers must not wait for the acknowledgement of earlier ones.
    let _ = stream.set_nodelay(true);
    let title_case = service.title_case();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(id);
        service.clone().oneshot(request)
    });
    // An error is the client's doing or a wanted hang-up; either way the connection is over.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD)
        .title_case_headers(title_case)
        .serve_connection(TokioIo::new(stream), service)
        .await;
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
        address,
        stop: Some(stop),
        task,
    })
}
