//! tower-http's `CorsLayer` in an axum application, under the suite.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderValue;
use axum::routing::any;
use cors_conformance_test::{AnyOr, HttpService, Implementation, Policy, Unsupported};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer, ExposeHeaders};

struct MyLibrary;

impl Implementation for MyLibrary {
    fn service(&self, policy: &Policy) -> Result<impl HttpService, Unsupported> {
        // The application: 200 to every method, and a count of its calls.
        let calls = Arc::new(AtomicUsize::new(0));
        let resource = any(async move || {
            let calls = calls.fetch_add(1, Ordering::Relaxed) + 1;
            ([("x-calls", calls.to_string())], "hello")
        });
        let router = Router::new().route("/resource", resource);
        Ok(router.layer(layer(policy)?))
    }
}

/// The library under test, configured for the policy as its documentation says.
fn layer(policy: &Policy) -> Result<CorsLayer, Unsupported> {
    if !policy.rules.is_empty() || !policy.resources.is_empty() {
        return Err(Unsupported::because(
            "one policy holds for all origins and paths",
        ));
    }
    if !policy.examples.is_empty() {
        return Err(Unsupported::because("there are no expressions of origins"));
    }
    let is_prefix = |name: &String| name.ends_with('*');
    let prefix = Unsupported::because("there are no prefixes of names");
    let wildcard = Unsupported::because("the wildcard is refused with credentials");
    let origins = match &policy.allow_origins {
        AnyOr::Any(_) if policy.allow_credentials => return Err(wildcard),
        AnyOr::Any(_) => AllowOrigin::any(),
        AnyOr::Listed(origins) if origins.iter().any(|origin| origin.contains('*')) => {
            return Err(Unsupported::because("there are no patterns"));
        }
        AnyOr::Listed(origins) => AllowOrigin::list(parsed::<HeaderValue>(origins)?),
    };
    let methods = match &policy.allow_methods {
        AnyOr::Any(_) if policy.allow_credentials => AllowMethods::mirror_request(),
        AnyOr::Any(_) => AllowMethods::any(),
        AnyOr::Listed(methods) => AllowMethods::list(parsed(methods)?),
    };
    let headers = match &policy.allow_headers {
        AnyOr::Any(_) if policy.allow_credentials => AllowHeaders::mirror_request(),
        AnyOr::Any(_) => AllowHeaders::any(),
        AnyOr::Listed(headers) if headers.iter().any(is_prefix) => return Err(prefix),
        AnyOr::Listed(headers) => AllowHeaders::list(parsed(headers)?),
    };
    let exposed = match &policy.expose_headers {
        AnyOr::Any(_) if policy.allow_credentials => return Err(wildcard),
        AnyOr::Any(_) => ExposeHeaders::any(),
        AnyOr::Listed(headers) if headers.iter().any(is_prefix) => return Err(prefix),
        AnyOr::Listed(headers) => ExposeHeaders::list(parsed(headers)?),
    };
    let layer = CorsLayer::new()
        .allow_origin(origins)
        .allow_credentials(policy.allow_credentials)
        .allow_methods(methods)
        .allow_headers(headers)
        .expose_headers(exposed);
    Ok(match policy.max_age {
        Some(seconds) => layer.max_age(Duration::from_secs(seconds.into())),
        None => layer,
    })
}

fn parsed<T: FromStr<Err: Display>>(texts: &[String]) -> Result<Vec<T>, Unsupported> {
    let parsed: Result<_, T::Err> = texts.iter().map(|text| text.parse()).collect();
    parsed.map_err(Unsupported::because)
}

cors_conformance_test::conformance_test!(
    MyLibrary,
    known: {
        "methods/none-listed-listener" => "without methods the list is left out, which behind an \
                                           upload listener allows any",
    },
);
