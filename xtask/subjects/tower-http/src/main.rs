//! hyper behind tower-http's `CorsLayer`: one service, without a router of its own.

#[path = "../../policy.rs"]
mod policy;
#[path = "../../tower-http.rs"]
mod tower_http_layer;

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;

use http::{Method, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use crate::policy::{Policy, port, resource_headers};

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let service = ServiceBuilder::new()
        .layer(tower_http_layer::layer(&Policy::read()))
        .layer(CatchPanicLayer::new())
        .service_fn(|request: Request<Incoming>| async move {
            Ok::<_, Infallible>(answer(&request))
        });

    let endpoints =
        "missing error throws redirect not_modified vary own_headers options unauthorized";
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port(endpoints))).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

fn answer(request: &Request<Incoming>) -> Response<String> {
    let fresh = request.headers().get("if-none-match").is_some_and(|tag| tag == "\"v1\"");
    let response = Response::builder().header("content-type", "text/plain");
    let response = match request.uri().path() {
        "/resource" => resource_headers()
            .into_iter()
            .fold(response, |response, (name, value)| response.header(name, value)),
        "/error" => response.status(500),
        "/throws" => panic!("nobody handles this"),
        "/redirect" => response.status(302).header("location", "/resource"),
        "/not-modified" => {
            response.status(if fresh { 304 } else { 200 }).header("etag", "\"v1\"")
        }
        "/vary" => response.header("vary", "Accept-Encoding"),
        "/own-headers" => response.header("access-control-allow-origin", "https://own.example"),
        "/options" if request.method() == Method::OPTIONS => {
            response.header("x-options-handler", "1")
        }
        "/options" => response,
        "/unauthorized" => {
            response.status(401).header("www-authenticate", "Basic realm=\"subject\"")
        }
        _ => response.status(404),
    };
    response.body(String::new()).expect("its parts are sound")
}
