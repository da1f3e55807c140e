//! The reference server answers right.

use cors_harness::kit::{Manifest, ManifestEntry, nonsense, path};
use cors_testbed::application::ENDPOINTS;
use cors_testbed::{Kit, Server, Service};
use cors_vectors::policy::{AnyOr, Policy};
use tower::ServiceExt;

use crate::common::{A, B, EVIL, ask, lines, listed, nobody, one, one_any, open, tokens};

const GRANTS: [&str; 6] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
    "access-control-expose-headers",
];

fn reference(policy: &Policy) -> Server {
    Server::reference(policy).unwrap()
}

#[test]
fn every_endpoint_has_its_status_and_the_headers_of_the_policy() {
    let statuses = [200, 404, 500, 500, 302, 200, 200, 200, 200, 401];
    for policy in [listed(), one(), one_any(), open()] {
        let server = reference(&policy);
        for (endpoint, status) in ENDPOINTS.into_iter().zip(statuses) {
            let path = &format!("/{}", path(endpoint));
            for method in ["GET", "HEAD", "POST", "PUT", "OPTIONS"] {
                let reply = ask(&server, method, path, &[("Origin", A)]).unwrap();
                assert_eq!(reply.status(), status, "{method} {path}");
                let any = policy == open();
                let origin = if any { "*" } else { A };
                assert_eq!(lines(&reply, GRANTS[0]), [origin], "{method} {path}");
                assert_eq!(
                    lines(&reply, GRANTS[1]).len(),
                    usize::from(policy.allow_credentials)
                );
                for only_preflight in &GRANTS[2..5] {
                    assert_eq!(lines(&reply, only_preflight), [""; 0], "{method} {path}");
                }
                assert_eq!(tokens(&reply, "vary").contains(&"origin".to_owned()), !any);
            }
        }
    }
}

#[test]
fn a_foreign_origin_is_served_without_grants() {
    for policy in [listed(), one(), one_any(), nobody()] {
        let server = reference(&policy);
        for endpoint in ENDPOINTS {
            let path = &format!("/{}", path(endpoint));
            let refused = ask(&server, "GET", path, &[("Origin", EVIL)]).unwrap();
            let absent = ask(&server, "GET", path, &[]).unwrap();
            assert_eq!(refused.status(), absent.status());
            for reply in [refused, absent] {
                for grant in GRANTS {
                    assert_eq!(lines(&reply, grant), [""; 0], "{path} {grant}");
                }
                assert!(
                    tokens(&reply, "vary").contains(&"origin".to_owned()),
                    "{path}"
                );
            }
        }
    }
}

#[test]
fn origins_are_compared_byte_for_byte() {
    let server = reference(&listed());
    for (origin, allowed) in [
        (A, true),
        (B, true),
        ("https://x.wild.example", true),
        ("https://wild.example", false),
        ("https://x.wild.example:8443", false),
        ("http://x.wild.example", false),
        ("https://evilwild.example", false),
        ("https://x.wild.example.evil.example", false),
        ("https://a.example.evil.example", false),
        ("https://evila.example", false),
        ("http://a.example", false),
        ("https://a.example:443", false),
        ("https://A.example", false),
        ("https://a.example/", false),
        ("http://b.example", false),
        ("null", false),
        ("", false),
        ("https://\u{e9}.example", false),
        ("https://a.example, https://evil.example", false),
    ] {
        let reply = ask(&server, "GET", "/resource", &[("Origin", origin)]).unwrap();
        let expected: &[&str] = if allowed { &[origin] } else { &[] };
        assert_eq!(
            lines(&reply, "access-control-allow-origin"),
            expected,
            "{origin}"
        );
    }
    let twice = ask(&server, "GET", "/resource", &[("Origin", A), ("Origin", A)]).unwrap();
    assert_eq!(lines(&twice, "access-control-allow-origin"), [""; 0]);
    let null = ask(
        &reference(&one_any()),
        "GET",
        "/resource",
        &[("Origin", "null")],
    )
    .unwrap();
    assert_eq!(lines(&null, "access-control-allow-origin"), ["null"]);
}

#[test]
fn preflights_are_granted_or_refused_as_a_whole() {
    // Policy, requested method, requested headers; granted or not.
    let cases: &[(Policy, &str, &[&str], bool)] = &[
        (listed(), "PUT", &[], true),
        (listed(), "GET", &["x-token"], true),
        (listed(), "PATCH", &["X-TOKEN , ,content-type,"], true),
        (listed(), "PUT", &["x-token", "x-second"], true),
        (listed(), "PUT", &["accept"], true),
        (listed(), "PUT", &[""], true),
        (listed(), "patch", &[], false),
        (listed(), "PU", &[], false),
        (listed(), "PUT,DELETE", &[], false),
        (listed(), "", &[], false),
        (listed(), "PUT", &["x-token", "x-evil"], false),
        (listed(), "PUT", &["x-tok"], false),
        (listed(), "PUT", &["x token"], false),
        (listed(), "PUT", &["*"], false),
        (one(), "POST", &[], true),
        (one(), "PUT", &[], false),
        (one(), "GET", &["x-token"], false),
        (one_any(), "QUERY", &["x-anything", "authorization"], true),
        (open(), "QUERY", &["x-anything", "authorization"], true),
        (open(), "", &[], false),
        (nobody(), "GET", &[], false),
    ];
    for (policy, method, headers, granted) in cases {
        let server = reference(policy);
        let mut request = vec![("Origin", A), ("Access-Control-Request-Method", *method)];
        request.extend(
            headers
                .iter()
                .map(|line| ("Access-Control-Request-Headers", *line)),
        );
        for endpoint in ENDPOINTS {
            let reply = ask(
                &server,
                "OPTIONS",
                &format!("/{}", path(endpoint)),
                &request,
            )
            .unwrap();
            let context = format!("{method} {headers:?} {:?}", reply.headers());
            assert_eq!(
                reply.status(),
                if *granted { 204 } else { 403 },
                "{context}"
            );
            let vary = tokens(&reply, "vary");
            assert!(
                vary.contains(&"access-control-request-headers".to_owned()),
                "{context}"
            );
            assert!(reply.body().is_empty());
            assert_eq!(lines(&reply, "x-options-handler"), [""; 0]);
            if *granted {
                assert_eq!(lines(&reply, GRANTS[0]).len(), 1, "{context}");
                let allowed = tokens(&reply, "access-control-allow-headers");
                for name in headers.iter().flat_map(|line| line.split(',')) {
                    let name = name.trim().to_ascii_lowercase();
                    let wildcard = allowed.contains(&"*".to_owned()) && name != "authorization";
                    assert!(
                        name.is_empty() || wildcard || allowed.contains(&name),
                        "{context}"
                    );
                }
            } else {
                for grant in GRANTS {
                    assert_eq!(lines(&reply, grant), [""; 0], "{context}");
                }
            }
        }
    }
}

#[test]
fn values_are_those_of_the_policy() {
    let preflight = |policy: &Policy| {
        let request = [
            ("Origin", A),
            ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "x-token"),
        ];
        ask(&reference(policy), "OPTIONS", "/resource", &request).unwrap()
    };
    let of_list = preflight(&listed());
    let expected: [&[&str]; 6] = [
        &[A],
        &["true"],
        &["PUT, DELETE, PATCH"],
        &["Content-Type, X-Token, X-Second"],
        &["600"],
        &[],
    ];
    assert_eq!(GRANTS.map(|grant| lines(&of_list, grant)), expected);
    let of_open = preflight(&open());
    let expected: [&[&str]; 6] = [&["*"], &[], &["*"], &["*, authorization"], &["0"], &[]];
    assert_eq!(GRANTS.map(|grant| lines(&of_open, grant)), expected);
    let of_any = preflight(&one_any());
    let expected: [&[&str]; 6] = [&[A], &["true"], &["PUT"], &["x-token"], &["0"], &[]];
    assert_eq!(GRANTS.map(|grant| lines(&of_any, grant)), expected);

    let get = |policy: &Policy| {
        let reply = ask(&reference(policy), "GET", "/missing", &[("Origin", A)]).unwrap();
        lines(&reply, "access-control-expose-headers")
    };
    assert_eq!(get(&listed()), ["X-Request-Id, X-Shown"]);
    assert_eq!(get(&open()), ["*"]);
    assert_eq!(get(&one()), [""; 0]);
    assert!(get(&one_any())[0].contains("x-request-id"));
}

#[test]
fn the_application_does_its_part() {
    let server = reference(&listed());
    let get = |path: &str, headers: &[(&str, &str)]| ask(&server, "GET", path, headers).unwrap();
    assert_eq!(lines(&get("/resource", &[]), "x-calls"), ["1"]);
    let preflight = [("Origin", A), ("Access-Control-Request-Method", "PUT")];
    ask(&server, "OPTIONS", "/resource", &preflight).unwrap();
    let second = get("/resource", &[("Origin", A)]);
    assert_eq!(lines(&second, "x-calls"), ["2"]);
    for name in ["x-request-id", "x-shown", "x-unexposed", "etag"] {
        assert_eq!(lines(&second, name).len(), 1, "{name}");
    }
    let options = ask(&server, "OPTIONS", "/options", &[("Origin", A)]).unwrap();
    assert_eq!(lines(&options, "x-options-handler"), ["application"]);
    let bare = ask(
        &server,
        "OPTIONS",
        "/options",
        &[("Access-Control-Request-Method", "PUT")],
    );
    assert_eq!(lines(&bare.unwrap(), "x-options-handler"), ["application"]);
    let etag = lines(&get("/not-modified", &[]), "etag")[0].clone();
    let revalidation = get("/not-modified", &[("Origin", A), ("If-None-Match", &etag)]);
    assert_eq!(revalidation.status(), 304);
    assert_eq!(lines(&revalidation, "access-control-allow-origin"), [A]);
    assert_eq!(
        tokens(&get("/vary", &[("Origin", A)]), "vary"),
        ["accept-encoding", "accept-language", "origin"]
    );
    assert_eq!(
        lines(
            &get("/own-headers", &[("Origin", A)]),
            "access-control-allow-origin"
        ),
        [A]
    );
    assert_eq!(lines(&get("/redirect", &[]), "location"), ["/resource"]);
    assert_eq!(
        lines(&get("/unauthorized", &[]), "www-authenticate").len(),
        1
    );
}

fn origins<L: FromIterator<String>>(origin: &str) -> AnyOr<L> {
    AnyOr::Listed(std::iter::once(origin.to_owned()).collect())
}

#[test]
fn nonsense_cannot_be_expressed() {
    let with = |change: fn(&mut Policy)| {
        let mut policy = listed();
        change(&mut policy);
        Server::reference(&policy)
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    for (refused, expected) in [
        (
            with(|p| p.allow_origins = origins("https://a.example/")),
            "no path",
        ),
        (
            with(|p| p.allow_origins = origins("a.example")),
            "no scheme",
        ),
        (
            with(|p| p.allow_origins = origins("https://A.example")),
            "upper-case",
        ),
        (
            with(|p| p.allow_origins = origins("https://a.example:443")),
            "default port",
        ),
        (
            with(|p| p.allow_origins = origins("https://a.example:99999")),
            "no origin",
        ),
        (
            with(|p| p.allow_origins = origins("https://a*b*.example")),
            "star",
        ),
        (with(|p| p.allow_origins = origins("*")), "without a list"),
        (with(|p| p.allow_methods = origins("PU T")), "no method"),
        (
            with(|p| p.allow_methods = origins("TRACE")),
            "no page can use",
        ),
        (
            with(|p| p.allow_headers = origins("*")),
            "`\"any\"`, without a list",
        ),
        (with(|p| p.expose_headers = origins("")), "no header name"),
    ] {
        let error = refused.unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    assert!(Server::reference(&nonsense()).is_err());
    for fine in [
        "http://[::1]:8080",
        "chrome-extension://abc",
        "https://*.a.example:8443",
        "null",
    ] {
        let policy = Policy {
            allow_origins: origins(fine),
            ..listed()
        };
        assert!(Server::reference(&policy).is_ok(), "{fine}");
    }
}

#[tokio::test]
async fn the_kit_lists_its_policies_and_serves_each_below_its_path() {
    let (good, odd) = (
        listed(),
        Policy {
            allow_methods: AnyOr::Listed(vec![String::new()]),
            ..one()
        },
    );
    let kit = Kit::new(
        [("good", &good), ("odd", &odd)],
        &cors_testbed::Behaviour::REFERENCE,
    );
    let get = async |path: &str| {
        let request = http::Request::get(path)
            .header("Origin", A)
            .body(String::new())
            .unwrap();
        let (parts, body) = Service(kit.clone())
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        let body = http_body_util::BodyExt::collect(body)
            .await
            .unwrap()
            .to_bytes();
        (parts, String::from_utf8(body.to_vec()).unwrap())
    };
    let manifest: Manifest = serde_json::from_str(&get("/kit.json").await.1).unwrap();
    assert_eq!(manifest, kit.manifest());
    assert_eq!(manifest.kit, Manifest::VERSION);
    let [(_, ManifestEntry::Here(good)), (_, ManifestEntry::Not(odd))] =
        manifest.policies.iter().collect::<Vec<_>>()[..]
    else {
        panic!("{manifest:?}");
    };
    assert_eq!((good.base.as_str(), good.endpoints.len()), ("p/good/", 9));
    assert!(odd.unsupported.contains("allow_methods"));
    let (parts, _) = get("/p/good/redirect").await;
    assert_eq!(parts.status, 302);
    assert_eq!(parts.headers["location"], "/p/good/resource");
    assert_eq!(parts.headers["access-control-allow-origin"], A);
    for (path, status) in [("/p/odd/resource", 501), ("/p/unknown", 501), ("/", 404)] {
        assert_eq!(get(path).await.0.status, status, "{path}");
    }
    assert!(
        get("/p/unknown")
            .await
            .1
            .starts_with("cannot be expressed: ")
    );
}
