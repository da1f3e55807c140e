//! hyper behind tower-http's `CorsLayer`, as 0.3 has it. With the setting `very-permissive` it is
//! made from that preset, which allows credentials of its own accord.

mod policy;

use std::convert::Infallible;
use std::time::Duration;

use http::{HeaderValue, Request, Response};
use hyper::{Body, Server};
use tower::make::Shared;
use tower::ServiceBuilder;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::policy::{cannot, port, resource_headers, AnyOr, Policy};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let policy = Policy::read();
    let origins = parsed::<HeaderValue>(&policy.allow_origins);
    let preset = std::env::var("REPLAY_SETTINGS").is_ok_and(|set| set == "very-permissive");
    let layer = match preset {
        true => CorsLayer::very_permissive(),
        false => CorsLayer::new().allow_credentials(policy.allow_credentials),
    };
    let mut layer = layer
        .allow_origin(AllowOrigin::list(origins))
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
