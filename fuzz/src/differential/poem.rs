//! poem's `Cors` middleware around an endpoint.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use cors_harness::kit::HttpService;
use cors_vectors::policy::{AnyOr, Policy};
use cors_vectors::server::Level;
use http::Response;
use http_body_util::combinators::BoxBody;
use poem::middleware::Cors;
use poem::{Endpoint, EndpointExt as _};

use super::application::Application;
use super::compare::run as compare;
use super::known::{Known, NINE, PREFLIGHT};
use super::library::{Library, Request, listed};

/// poem.
#[derive(Debug)]
pub struct Poem;

impl Library for Poem {
    const TARGET: &'static str = "differential_poem";
    const KNOWN: &'static [Known] = KNOWN;

    fn bend(policy: &mut Policy) {
        // An empty list is how it says "any".
        if policy.allow_headers == AnyOr::Listed(Vec::new()) {
            policy.allow_headers = AnyOr::Listed(vec!["x-a".to_owned()]);
        }
        // What is exposed has to be named.
        listed(&mut policy.expose_headers, &["x-request-id"]);
        // It always sends one, and this where none was stated.
        policy.max_age.get_or_insert(86_400);
    }

    fn service(policy: &Policy, application: Application) -> impl HttpService {
        let endpoint = poem::endpoint::make_sync(move |request: poem::Request| {
            let (parts, _) = http::Request::from(request).into_parts();
            let answer = application.answer(parts.method, parts.uri, parts.headers);
            let (parts, body) = answer.into_parts();
            let mut told = poem::Response::builder().status(parts.status).body(body);
            *told.headers_mut() = parts.headers;
            told
        });
        let endpoint = Arc::new(endpoint.with(cors(policy)));
        tower::service_fn(move |request: Request| {
            let endpoint = Arc::clone(&endpoint);
            async move {
                let (parts, _) = request.into_parts();
                let mut asked = poem::Request::builder()
                    .method(parts.method)
                    .uri(parts.uri)
                    .finish();
                *asked.headers_mut() = parts.headers;
                let answer: Response<BoxBody<Bytes, std::io::Error>> =
                    endpoint.get_response(asked).await.into();
                Ok::<_, Infallible>(answer)
            }
        })
    }
}

/// The library, configured as its documentation says.
fn cors(policy: &Policy) -> Cors {
    let mut cors = Cors::new().allow_credentials(policy.allow_credentials);
    // Without any, all are allowed.
    if let AnyOr::Listed(origins) = &policy.allow_origins {
        for origin in origins.iter() {
            cors = if origin.contains('*') {
                cors.allow_origin_regex(origin)
            } else {
                cors.allow_origin(origin.as_str())
            };
        }
    }
    if let AnyOr::Listed(methods) = &policy.allow_methods {
        // What is not listed is refused, so the methods that need no leave have to be.
        cors = cors
            .allow_methods(["GET", "HEAD", "POST"])
            .allow_methods(methods.iter().map(String::as_str));
    }
    if let AnyOr::Listed(names) = &policy.allow_headers {
        cors = cors.allow_headers(names.iter().map(String::as_str));
    }
    if let AnyOr::Listed(names) = &policy.expose_headers {
        cors = cors.expose_headers(names.iter().map(String::as_str));
    }
    match policy.max_age.map(i32::try_from) {
        Some(Ok(seconds)) => cors.max_age(seconds),
        Some(Err(_)) | None => cors,
    }
}

/// Runs one input.
pub fn run(data: &[u8]) {
    compare::<Poem>(data);
}

/// Files are those of `src` in poem 3.1.12.
const KNOWN: &[Known] = &[
    Known {
        name: "does-not-vary",
        rules: &["vary"],
        when: |seen| {
            let listed = match &seen.policy.allow_origins {
                AnyOr::Any(_) => &[][..],
                AnyOr::Listed(origins) => &origins[..],
            };
            let exact = |origin: &str| listed.iter().any(|entry| entry == origin);
            seen.status() == 403
                || seen
                    .asked("origin")
                    .first()
                    .is_none_or(|origin| exact(origin))
        },
        reason: "True: middleware/cors.rs writes Vary only where an origin is allowed by no entry \
                 of the list itself: not for the others of the list, not for refusals, and not \
                 without an Origin. A shared cache hands the answer for one origin to another.",
    },
    Known {
        name: "replaces-the-applications-vary",
        rules: &["vary-kept"],
        when: |seen| seen.got("vary") == ["Origin"],
        reason: "True: middleware/cors.rs writes Vary over what the application wrote.",
    },
    Known {
        name: "exposes-an-empty-list",
        rules: &["exposed-not-empty"],
        when: |seen| seen.is_preflight(),
        reason: "Benign: build_preflight_response in middleware/cors.rs writes \
                 Access-Control-Expose-Headers on every preflight, empty where nothing is exposed.",
    },
    Known {
        name: "any-method-is-one-of-nine",
        rules: &["shared", "method"],
        when: |seen| {
            let asked = seen.asked("access-control-request-method");
            matches!(seen.policy.allow_methods, AnyOr::Any(_))
                && asked.iter().any(|method| !NINE.contains(method))
        },
        reason: "True: with no method listed, which is how any is said, build_preflight_response \
                 in middleware/cors.rs lists nine.",
    },
    Known {
        name: "other-options-are-refused",
        rules: &[
            "reached",
            "granted",
            "credentials",
            "shared",
            "reads",
            "exposed",
        ],
        when: |seen| seen.is_other_options() && seen.status() == 403,
        reason: "True: middleware/cors.rs takes OPTIONS with Origin for a preflight and answers \
                 403 when Access-Control-Request-Method is missing, so that the application's own \
                 handler is not called, and no page can send OPTIONS.",
    },
    Known {
        name: "a-star-stands-for-anything",
        rules: &["refused", "no-echo", "no-evil", "grammar"],
        when: |seen| {
            // Of pages only those that no name in the DNS has.
            (seen.failure.rule != "refused" || seen.failure.level == Level::Should)
                && seen.policy.patterns().next().is_some()
                && seen.repeats("origin", "access-control-allow-origin")
        },
        reason: "Benign: in allow_origin_regex a star stands for any characters, so that what is \
                 no origin is allowed and echoed, as `https://evil.example/.app.example`, and a \
                 subdomain with an empty label too; no page has such an origin.",
    },
    Known {
        name: "panics-at-bytes-beyond-ascii",
        rules: &["answered"],
        when: |seen| seen.policy.patterns().next().is_some() && seen.status() == 0,
        reason: "True: is_valid_origin in middleware/cors.rs unwraps to_str where there are \
                 patterns, so that an Origin with a byte beyond ASCII ends the connection's task.",
    },
    Known {
        name: "a-line-without-a-name-is-refused",
        rules: PREFLIGHT,
        when: |seen| {
            let listed = |name: &&str| seen.policy.allows_header(name.as_bytes());
            matches!(seen.policy.allow_headers, AnyOr::Listed(_))
                && seen.status() == 403
                && !seen.first_names().is_empty()
                && !seen.first_names().iter().any(listed)
        },
        reason: "Benign: check_allow_headers in middleware/cors.rs wants the first line to have a \
                 name that is listed, so that a line without any name is refused; no browser sends \
                 one.",
    },
    Known {
        name: "repeats-the-first-line",
        rules: &["header"],
        when: |seen| seen.repeats_one_line_of_several(),
        reason: "Benign: build_preflight_response in middleware/cors.rs takes the first line of \
                 several; browsers send one.",
    },
    Known {
        name: "repeats-what-is-no-name",
        rules: &["headers-tokens", "headers-not-empty"],
        when: |seen| seen.repeats_names(),
        reason: "Benign: build_preflight_response in middleware/cors.rs repeats the line as it is, \
                 be it no list of names; no browser sends such a line.",
    },
];
