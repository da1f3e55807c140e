//! tower-http's `CorsLayer` as a tower service.

use std::convert::Infallible;
use std::time::Duration;

use cors_harness::kit::HttpService;
use cors_vectors::policy::{AnyOr, Policy};
use http::{HeaderName, HeaderValue, Method};
use http_body_util::Full;
use tower::ServiceBuilder;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Any, CorsLayer, ExposeHeaders};

use super::application::Application;
use super::compare::run as compare;
use super::known::{Known, is_upload_of_no_method};
use super::library::{Library, Request, listed};

/// tower-http.
#[derive(Debug)]
pub struct TowerHttp;

impl Library for TowerHttp {
    const TARGET: &'static str = "differential_tower_http";
    const KNOWN: &'static [Known] = KNOWN;

    fn bend(policy: &mut Policy) {
        // It refuses a star with credentials, and has nothing that repeats what is there.
        if policy.allow_credentials {
            listed(&mut policy.expose_headers, &["x-request-id"]);
        }
    }

    fn service(policy: &Policy, application: Application) -> impl HttpService {
        let application = tower::service_fn(move |request: Request| {
            let (parts, _) = request.into_parts();
            let answer = application.answer(parts.method, parts.uri, parts.headers);
            std::future::ready(Ok::<_, Infallible>(answer.map(Full::new)))
        });
        ServiceBuilder::new()
            .layer(layer(policy))
            .service(application)
    }
}

fn layer(policy: &Policy) -> CorsLayer {
    let credentials = policy.allow_credentials;
    let origin = match &policy.allow_origins {
        AnyOr::Any(_) => AllowOrigin::any(),
        AnyOr::Listed(_) if policy.patterns().next().is_some() => {
            let policy = policy.clone();
            AllowOrigin::predicate(move |origin, _| policy.allows_origin(origin.as_bytes()))
        }
        AnyOr::Listed(origins) => {
            let origins = origins.iter();
            let mut origins = origins.map(|origin| {
                origin
                    .parse::<HeaderValue>()
                    .expect("made-up origins are text")
            });
            match (origins.len(), origins.next()) {
                (1, Some(one)) => AllowOrigin::exact(one),
                (_, first) => AllowOrigin::list(first.into_iter().chain(origins)),
            }
        }
    };
    // Its documentation: with credentials the wildcards are refused, and the request is mirrored.
    let methods = match &policy.allow_methods {
        AnyOr::Any(_) if credentials => AllowMethods::mirror_request(),
        AnyOr::Any(_) => AllowMethods::any(),
        AnyOr::Listed(methods) => AllowMethods::list(methods.iter().map(|method| {
            Method::from_bytes(method.as_bytes()).expect("made-up methods are tokens")
        })),
    };
    let headers = match &policy.allow_headers {
        AnyOr::Any(_) if credentials => AllowHeaders::mirror_request(),
        AnyOr::Any(_) => Any.into(),
        AnyOr::Listed(names) => AllowHeaders::list(parsed(names)),
    };
    let exposed = match &policy.expose_headers {
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

fn parsed(names: &[String]) -> impl Iterator<Item = HeaderName> {
    names
        .iter()
        .map(|name| name.parse().expect("made-up names are tokens"))
}

/// Runs one input.
pub fn run(data: &[u8]) {
    compare::<TowerHttp>(data);
}

/// Files are those of `src/cors` in 0.7.1.
const KNOWN: &[Known] = &[
    Known {
        name: "promises-credentials-to-others",
        rules: &["no-promise"],
        when: |seen| seen.policy.allow_credentials && !seen.is_allowed(),
        reason: "Benign: mod.rs writes Access-Control-Allow-Credentials without a look at the \
                 origin; without Access-Control-Allow-Origin it gives nothing.",
    },
    Known {
        name: "takes-every-options",
        rules: &["reached", "reads", "exposed", "exposed-stated"],
        when: |seen| seen.is_other_options(),
        reason: "True: mod.rs answers every OPTIONS request as a preflight, so that the \
                 application's own handler is never called and a page that sends OPTIONS reads \
                 nothing. https://github.com/tower-rs/tower-http/issues/497",
    },
    Known {
        name: "any-is-a-bare-star",
        rules: &["shared", "header"],
        when: |seen| seen.is_authorization_by_star(),
        reason: "True: `Any` in allow_headers.rs is a star, which covers everything but \
                 Authorization, and nothing can be listed beside it. \
                 https://github.com/tower-rs/tower-http/issues/526",
    },
    Known {
        name: "repeats-the-first-line",
        rules: &["header"],
        when: |seen| seen.repeats_one_line_of_several(),
        reason: "Benign: mirror_request in allow_headers.rs takes the first line of several; \
                 browsers send one.",
    },
    Known {
        name: "repeats-what-is-no-name",
        rules: &["headers-tokens", "headers-not-empty"],
        when: |seen| seen.repeats_names(),
        reason: "Benign: mirror_request in allow_headers.rs repeats the line as it is, be it no \
                 list of names; no browser sends such a line.",
    },
    Known {
        name: "repeats-what-is-no-method",
        rules: &["methods-tokens", "methods-not-empty"],
        when: |seen| seen.repeats_method(),
        reason: "Benign: mirror_request in allow_methods.rs repeats the line as it is, be it no \
                 method; no browser sends such a line.",
    },
    Known {
        name: "leaves-the-applications-own-header",
        rules: &["ours"],
        when: |seen| !seen.is_allowed(),
        reason: "True: the future in mod.rs adds lines and takes none away, so that what the \
                 application wrote into Access-Control-Allow-Origin stays for who is not allowed.",
    },
    Known {
        name: "no-method-is-any-method-for-uploads",
        rules: &["refused"],
        when: is_upload_of_no_method,
        reason: "True: an empty list is no line at all in allow_methods.rs. Every preflight \
                 succeeds, and for a page that listens to its upload a browser takes the missing \
                 line for a permission of the method that it asked for: \
                 https://fetch.spec.whatwg.org/#cors-preflight-fetch-0",
    },
];
