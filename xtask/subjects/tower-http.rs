// tower-http's `CorsLayer`, configured for a policy as its documentation says; shared by the
// subjects that use it.

use std::time::Duration;

use http::header::{HeaderName, HeaderValue, InvalidHeaderName};
use http::method::InvalidMethod;
use http::Method;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Any, CorsLayer, ExposeHeaders};

use crate::policy::{AnyOr, Policy, cannot};

/// The layer; ends the program when the library cannot express the policy.
pub fn layer(policy: &Policy) -> CorsLayer {
    let credentials = policy.allow_credentials;
    let origin = match &policy.allow_origins {
        AnyOr::Any(_) if credentials => cannot("any origin with credentials is refused"),
        AnyOr::Any(_) => AllowOrigin::any(),
        AnyOr::Listed(origins) => {
            if origins.iter().any(|origin| origin.contains('*')) {
                cannot("there are no patterns; a predicate is the application's own code");
            }
            let origins: Result<Vec<HeaderValue>, _> =
                origins.iter().map(|origin| HeaderValue::from_str(origin)).collect();
            AllowOrigin::list(origins.unwrap_or_else(|error| cannot(error)))
        }
    };
    // With credentials its wildcards are refused; the documentation advises to repeat the request.
    let methods = match &policy.allow_methods {
        AnyOr::Any(_) if credentials => AllowMethods::mirror_request(),
        AnyOr::Any(_) => AllowMethods::any(),
        AnyOr::Listed(methods) => {
            let methods: Result<Vec<Method>, InvalidMethod> =
                methods.iter().map(|method| method.parse()).collect();
            AllowMethods::list(methods.unwrap_or_else(|error| cannot(error)))
        }
    };
    let headers = match &policy.allow_headers {
        AnyOr::Any(_) if credentials => AllowHeaders::mirror_request(),
        AnyOr::Any(_) => Any.into(),
        AnyOr::Listed(names) => AllowHeaders::list(parsed(names)),
    };
    let exposed = match &policy.expose_headers {
        AnyOr::Any(_) if credentials => cannot("exposing any header with credentials is refused"),
        AnyOr::Any(_) => Any.into(),
        AnyOr::Listed(names) => ExposeHeaders::list(parsed(names)),
    };
    let layer = CorsLayer::new()
        .allow_origin(origin)
        .allow_credentials(credentials)
        .allow_methods(methods)
        .allow_headers(headers)
        .expose_headers(exposed);
    match policy.max_age {
        Some(seconds) => layer.max_age(Duration::from_secs(seconds.into())),
        None => layer,
    }
}

fn parsed(names: &[String]) -> Vec<HeaderName> {
    let names: Result<_, InvalidHeaderName> = names.iter().map(|name| name.parse()).collect();
    names.unwrap_or_else(|error| cannot(error))
}
