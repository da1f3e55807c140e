//! warp's `cors` around a filter.

use cors_harness::kit::HttpService;
use cors_vectors::policy::{AnyOr, Policy};
use http::{HeaderMap, Method};
use warp::Filter as _;
use warp::filters::cors::Builder;
use warp::path::FullPath;

use super::application::Application;
use super::compare::run as compare;
use super::known::{Known, PREFLIGHT};
use super::library::{Library, listed};

/// warp.
#[derive(Debug)]
pub struct Warp;

impl Library for Warp {
    const TARGET: &'static str = "differential_warp";
    const KNOWN: &'static [Known] = KNOWN;

    fn bend(policy: &mut Policy) {
        // There are no patterns, and what is no URL ends the program.
        if let AnyOr::Listed(origins) = &mut policy.allow_origins {
            let exact = origins.exact().filter(|origin| *origin != "null");
            let mut known: Vec<String> = exact.map(str::to_owned).collect();
            if known.is_empty() {
                known.push("https://app.example".to_owned());
            }
            *origins = known.into();
        }
        // There is no "any" but for origins.
        listed(&mut policy.allow_methods, &["PUT", "DELETE", "PATCH"]);
        listed(&mut policy.allow_headers, &["x-a", "content-type"]);
        listed(&mut policy.expose_headers, &["x-request-id"]);
    }

    fn service(policy: &Policy, application: Application) -> impl HttpService {
        let routes = warp::any()
            .and(warp::method())
            .and(warp::path::full())
            .and(warp::header::headers_cloned())
            .map(move |method: Method, path: FullPath, headers: HeaderMap| {
                let uri = path.as_str().parse().expect("it is one already");
                application.answer(method, uri, headers)
            })
            .with(cors(policy));
        warp::service(routes)
    }
}

/// The library, configured as its documentation says.
fn cors(policy: &Policy) -> Builder {
    let cors = warp::cors().allow_credentials(policy.allow_credentials);
    let cors = match &policy.allow_origins {
        AnyOr::Any(_) => cors.allow_any_origin(),
        AnyOr::Listed(origins) => cors.allow_origins(origins.iter().map(String::as_str)),
    };
    // What is not listed is refused, so the methods that need no leave have to be.
    let cors = cors.allow_methods(["GET", "HEAD", "POST"]);
    let cors = cors.allow_methods(names(&policy.allow_methods));
    let cors = cors.allow_headers(names(&policy.allow_headers));
    let cors = cors.expose_headers(names(&policy.expose_headers));
    match policy.max_age {
        Some(seconds) => cors.max_age(seconds),
        None => cors,
    }
}

fn names(listed: &AnyOr<Vec<String>>) -> impl Iterator<Item = &str> {
    let names: &[String] = match listed {
        AnyOr::Any(_) => &[],
        AnyOr::Listed(names) => names,
    };
    names.iter().map(String::as_str)
}

/// Runs one input.
pub fn run(data: &[u8]) {
    compare::<Warp>(data);
}

/// Functions are those of `src/filters/cors.rs` in warp 0.4.3.
const KNOWN: &[Known] = &[
    Known {
        name: "does-not-vary",
        rules: &["vary"],
        when: |seen| {
            seen.got("vary")
                .iter()
                .all(|line| ["Accept-Encoding", "Accept-Language"].contains(line))
        },
        reason: "True: nothing writes Vary, though the origin is echoed. A shared cache hands the \
                 answer for one origin to another.",
    },
    Known {
        name: "other-options-are-no-cors",
        rules: &["granted", "credentials", "shared", "reads", "exposed"],
        when: |seen| seen.is_other_options(),
        reason: "True: check_request takes OPTIONS with Origin and without \
                 Access-Control-Request-Method for a request of no page, so that no page can send \
                 OPTIONS.",
    },
    Known {
        name: "allows-an-empty-list",
        rules: &["headers-not-empty"],
        when: |seen| seen.policy.allow_headers == AnyOr::Listed(Vec::new()),
        reason: "Benign: append_preflight_headers writes Access-Control-Allow-Headers also where \
                 nothing is listed.",
    },
    Known {
        name: "an-empty-element-is-an-error",
        rules: PREFLIGHT,
        when: |seen| seen.status() == 403 && seen.first_names().contains(&""),
        reason: "Benign: check_request takes an empty element for a name that is not listed, where \
                 HTTP wants recipients to skip it; no browser sends one.",
    },
];
