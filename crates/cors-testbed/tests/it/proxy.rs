//! A small HTTP proxy on loopback that notes what it is asked: it forwards requests that name their
//! server, and makes tunnels.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Header lines that it passes on; cases send a thousand and more.
const LINES: usize = 8192;
const HEAD: usize = 4 << 20;

/// A proxy that runs until it is dropped.
pub(crate) struct Proxy {
    pub(crate) address: std::net::SocketAddr,
    /// The heads of the requests to it, without those within tunnels.
    pub(crate) asked: Arc<Mutex<Vec<Request<()>>>>,
    _tasks: JoinSet<()>,
}

type Answer = Response<BoxBody<Bytes, hyper::Error>>;

fn empty(status: StatusCode) -> Answer {
    let body = Empty::new().map_err(|never: Infallible| match never {});
    let mut answer = Response::new(body.boxed());
    *answer.status_mut() = status;
    answer
}

impl Proxy {
    /// One that wants these credentials, when there are some.
    pub(crate) async fn start(wants: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Request<()>>>> = Arc::default();
        let (mut tasks, noted) = (JoinSet::new(), Arc::clone(&asked));
        tasks.spawn(async move {
            let mut served = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let noted = Arc::clone(&noted);
                let service = service_fn(move |request: Request<Incoming>| {
                    let noted = Arc::clone(&noted);
                    async move {
                        let mut head = Request::new(());
                        *head.method_mut() = request.method().clone();
                        *head.uri_mut() = request.uri().clone();
                        *head.headers_mut() = request.headers().clone();
                        noted.lock().unwrap().push(head);
                        let given = request.headers().get("proxy-authorization");
                        if given.map(|line| line.to_str().unwrap()) != wants {
                            let status = StatusCode::PROXY_AUTHENTICATION_REQUIRED;
                            return Ok::<_, hyper::Error>(empty(status));
                        }
                        if request.method() == Method::CONNECT {
                            Ok(tunnel(request).await)
                        } else {
                            forward(request).await
                        }
                    }
                });
                served.spawn(async move {
                    let connection = hyper::server::conn::http1::Builder::new()
                        .max_headers(LINES)
                        .max_buf_size(HEAD)
                        .serve_connection(TokioIo::new(stream), service);
                    let _ = connection.with_upgrades().await;
                });
            }
        });
        Self {
            address,
            asked,
            _tasks: tasks,
        }
    }

    /// What it was asked, as method and target.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let shown = |head: &Request<()>| format!("{} {}", head.method(), head.uri());
        asked.iter().map(shown).collect()
    }
}

async fn tunnel(request: Request<Incoming>) -> Answer {
    let end = request.uri().authority().unwrap().to_string();
    let Ok(mut server) = TcpStream::connect(end).await else {
        return empty(StatusCode::BAD_GATEWAY);
    };
    tokio::spawn(async move {
        if let Ok(client) = hyper::upgrade::on(request).await {
            let _ = tokio::io::copy_bidirectional(&mut TokioIo::new(client), &mut server).await;
        }
    });
    empty(StatusCode::OK)
}

async fn forward(mut request: Request<Incoming>) -> Result<Answer, hyper::Error> {
    let end = request.uri().authority().unwrap().to_string();
    let path = request.uri().path_and_query().unwrap().clone();
    *request.uri_mut() = path.into();
    request.headers_mut().remove("proxy-authorization");
    let Ok(server) = TcpStream::connect(end).await else {
        return Ok(empty(StatusCode::BAD_GATEWAY));
    };
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_headers(LINES)
        .max_buf_size(HEAD)
        .handshake(TokioIo::new(server))
        .await?;
    tokio::spawn(connection);
    let answer = sender.send_request(request).await?;
    Ok(answer.map(http_body_util::BodyExt::boxed))
}
