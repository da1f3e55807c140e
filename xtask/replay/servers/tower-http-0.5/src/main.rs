//! hyper behind tower-http's `CorsLayer`, as the versions since 0.5 have it.

mod policy;

use std::convert::Infallible;
use std::time::Duration;

use http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tower::ServiceBuilder;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::policy::{cannot, port, resource_headers, AnyOr, Policy};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let policy = Policy::read();
    let mut layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(parsed::<HeaderValue>(&policy.allow_origins)))
        .allow_credentials(policy.allow_credentials)
        .allow_methods(parsed::<http::Method>(&policy.allow_methods))
        .allow_headers(parsed::<http::HeaderName>(&policy.allow_headers))
        .expose_headers(parsed::<http::HeaderName>(&policy.expose_headers));
    if let Some(seconds) = policy.max_age {
        layer = layer.max_age(Duration::from_secs(seconds.into()));
    }
    let service = ServiceBuilder::new().layer(layer).service_fn(
        |request: Request<Incoming>| async move { Ok::<_, Infallible>(answer(&request)) },
    );
    let address = (std::net::Ipv4Addr::LOCALHOST, port("missing vary"));
    let listener = tokio::net::TcpListener::bind(address).await.expect("the port is free");
    loop {
        let (stream, _) = listener.accept().await.expect("it accepts");
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

fn answer(request: &Request<Incoming>) -> Response<String> {
    let mut response = Response::builder();
    match request.uri().path() {
        "/resource" => {
            for (name, value) in resource_headers() {
                response = response.header(name, value);
            }
        }
        "/vary" => response = response.header("vary", "Accept-Encoding"),
        _ => response = response.status(404),
    }
    response.body(String::new()).expect("its parts are sound")
}

fn parsed<T: std::str::FromStr>(list: &AnyOr) -> Vec<T> {
    let AnyOr::Listed(entries) = list else { cannot("everything is not replayed") };
    let entries = entries.iter().map(|entry| match entry.contains('*') {
        true => cannot("patterns are not replayed"),
        false => entry.parse().unwrap_or_else(|_| cannot(format!("{entry:?} makes no sense"))),
    });
    entries.collect()
}
