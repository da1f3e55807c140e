//! hyper behind tower-http's `CorsLayer`, as the versions before 0.3 have it.

mod policy;

use std::convert::Infallible;
use std::time::Duration;

use http::{HeaderValue, Request, Response};
use hyper::{Body, Server};
use tower::make::Shared;
use tower::ServiceBuilder;
use tower_http::cors::{CorsLayer, Origin};

use crate::policy::{cannot, port, resource_headers, AnyOr, Policy};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let policy = Policy::read();
    let origins = parsed::<HeaderValue>(&policy.allow_origins);
    let mut layer = CorsLayer::new()
        .allow_origin(Origin::list(origins))
        .allow_credentials(policy.allow_credentials)
        .allow_methods(parsed::<http::Method>(&policy.allow_methods))
        .allow_headers(parsed::<http::HeaderName>(&policy.allow_headers))
        .expose_headers(parsed::<http::HeaderName>(&policy.expose_headers));
    if let Some(seconds) = policy.max_age {
        layer = layer.max_age(Duration::from_secs(seconds.into()));
    }
    let service = ServiceBuilder::new()
        .layer(layer)
        .service_fn(|request: Request<Body>| async move { Ok::<_, Infallible>(answer(&request)) });
    let address = ([127, 0, 0, 1], port("missing")).into();
    Server::bind(&address).serve(Shared::new(service)).await.expect("it serves");
}

fn answer(request: &Request<Body>) -> Response<Body> {
    let mut response = Response::builder();
    if request.uri().path() == "/resource" {
        for (name, value) in resource_headers() {
            response = response.header(name, value);
        }
    } else {
        response = response.status(404);
    }
    response.body(Body::empty()).expect("its parts are sound")
}

fn parsed<T: std::str::FromStr>(list: &AnyOr) -> Vec<T> {
    let AnyOr::Listed(entries) = list else { cannot("everything is not replayed") };
    let entries = entries.iter().map(|entry| match entry.contains('*') {
        true => cannot("patterns are not replayed"),
        false => entry.parse().unwrap_or_else(|_| cannot(format!("{entry:?} makes no sense"))),
    });
    entries.collect()
}
