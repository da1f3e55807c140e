//! tower-http's `CorsLayer` under the suite, as the author of a library would write it.
//!
//! `cargo test --test tower_http` and `cargo nextest run --test tower_http` list each case. Copy
//! this file, put your own library into `layer`, and empty the list at the end.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cors_conformance_test::{
    AnyOr, Endpoint, HttpService, Implementation, Level, Policy, RequestBody, Unsupported,
};
use http::header::{HeaderName, HeaderValue, InvalidHeaderName};
use http::method::InvalidMethod;
use http::{Method, Request, Response};
use tower::ServiceBuilder;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Any, CorsLayer, ExposeHeaders};

struct TowerHttp;

impl Implementation for TowerHttp {
    fn endpoints(&self) -> BTreeSet<Endpoint> {
        // All but `throws`: what becomes of a panic is the server's affair.
        let endpoints = Endpoint::ALL.into_iter();
        endpoints
            .filter(|endpoint| *endpoint != Endpoint::Throws)
            .collect()
    }

    fn service(&self, policy: &Policy) -> Result<impl HttpService, Unsupported> {
        let calls = Arc::new(AtomicUsize::new(0));
        let application = tower::service_fn(move |request: Request<RequestBody>| {
            let calls = Arc::clone(&calls);
            async move { Ok::<_, Infallible>(answer(&request, &calls)) }
        });
        Ok(ServiceBuilder::new()
            .layer(layer(policy)?)
            .service(application))
    }
}

/// The application behind the layer: a path for each endpoint.
fn answer(request: &Request<RequestBody>, calls: &AtomicUsize) -> Response<String> {
    let calls = calls.fetch_add(1, Ordering::Relaxed) + 1;
    let response = Response::builder().header("x-calls", calls);
    let fresh = request.headers().contains_key("if-none-match");
    let response = match request.uri().path() {
        "/error" => response.status(500),
        "/unauthorized" => response.status(401).header("www-authenticate", "Basic"),
        "/redirect" => response.status(302).header("location", "/resource"),
        "/not-modified" => response
            .status(if fresh { 304 } else { 200 })
            .header("etag", "\"1\""),
        "/vary" => response.header("vary", "Accept-Encoding"),
        "/own-headers" => response.header("access-control-allow-origin", "https://own.example"),
        "/options" if request.method() == Method::OPTIONS => {
            response.header("x-options-handler", "1")
        }
        "/resource" | "/options" => response,
        _ => response.status(404),
    };
    response.body(String::new()).unwrap_or_default()
}

/// The library, configured for a policy as its documentation says.
fn layer(policy: &Policy) -> Result<CorsLayer, Unsupported> {
    if !policy.rules.is_empty() || !policy.resources.is_empty() {
        return Err(Unsupported::because(
            "one policy holds for all origins and paths",
        ));
    }
    if !policy.examples.is_empty() {
        return Err(Unsupported::because("there are no expressions of origins"));
    }
    for list in [&policy.allow_headers, &policy.expose_headers] {
        if let AnyOr::Listed(names) = list
            && names.iter().any(|name| name.ends_with('*'))
        {
            return Err(Unsupported::because("there are no prefixes of names"));
        }
    }
    let credentials = policy.allow_credentials;
    let origin = match &policy.allow_origins {
        AnyOr::Any(_) if credentials => {
            return Err(Unsupported::because(
                "any origin with credentials is refused",
            ));
        }
        AnyOr::Any(_) => AllowOrigin::any(),
        AnyOr::Listed(origins) => {
            if origins.iter().any(|origin| origin.contains('*')) {
                let said = "there are no patterns; a predicate is the application's own code";
                return Err(Unsupported::because(said));
            }
            let origins: Result<Vec<_>, _> = origins
                .iter()
                .map(|origin| HeaderValue::from_str(origin))
                .collect();
            AllowOrigin::list(origins.map_err(Unsupported::because)?)
        }
    };
    // Its documentation: with credentials the wildcards are refused, and the request is mirrored.
    let methods = match &policy.allow_methods {
        AnyOr::Any(_) if credentials => AllowMethods::mirror_request(),
        AnyOr::Any(_) => AllowMethods::any(),
        AnyOr::Listed(methods) => {
            let methods: Result<Vec<Method>, InvalidMethod> =
                methods.iter().map(|method| method.parse()).collect();
            AllowMethods::list(methods.map_err(Unsupported::because)?)
        }
    };
    let headers = match &policy.allow_headers {
        AnyOr::Any(_) if credentials => AllowHeaders::mirror_request(),
        AnyOr::Any(_) => Any.into(),
        AnyOr::Listed(names) => AllowHeaders::list(parsed(names)?),
    };
    let exposed = match &policy.expose_headers {
        AnyOr::Any(_) if credentials => {
            return Err(Unsupported::because(
                "exposing any header with credentials is refused",
            ));
        }
        AnyOr::Any(_) => Any.into(),
        AnyOr::Listed(names) => ExposeHeaders::list(parsed(names)?),
    };
    let layer = CorsLayer::new()
        .allow_origin(origin)
        .allow_credentials(credentials)
        .allow_methods(methods)
        .allow_headers(headers)
        .expose_headers(exposed);
    Ok(match policy.max_age {
        Some(seconds) => layer.max_age(Duration::from_secs(seconds.into())),
        None => layer,
    })
}

fn parsed(names: &[String]) -> Result<Vec<HeaderName>, Unsupported> {
    let names: Result<_, InvalidHeaderName> = names.iter().map(|name| name.parse()).collect();
    names.map_err(Unsupported::because)
}

cors_conformance_test::conformance_test!(
    TowerHttp,
    fail_on: Level::Should,
    known: {
        "classification/options-without-headers" => ANY_OPTIONS,
        "classification/options-with-origin" => ANY_OPTIONS,
        "classification/options-with-headers" => ANY_OPTIONS,
        "classification/options-with-method" => ANY_OPTIONS,
        "classification/plain-options-is-no-login" => ANY_OPTIONS,
        "credentials/foreign" => NOT_DECIDED,
        "credentials/foreign-preflight" => NOT_DECIDED,
        "methods/none-listed-listener" => "without methods the list is left out, which behind an upload \
                                           listener allows any",
        "request-headers/any-two-lines" => "mirror_request looks at the first line of several",
        "request-headers/authorization-any" => "Any is a bare star, which does not cover it",
        "robustness/own-header-refused" => "what the application sets itself stays when the layer \
                                            allows nothing",
    },
);

const ANY_OPTIONS: &str = "every OPTIONS request is answered as a preflight, whatever it asks";
const NOT_DECIDED: &str = "the lines beside Access-Control-Allow-Origin do not look at the origin";
