//! The reference server realises what policies can say.

use cors_testbed::Server;
use cors_vectors::read::read_policy_toml;

use crate::common::{ask, lines, tokens};

fn server(text: &str) -> Server {
    let policy = read_policy_toml("policy.toml", text).unwrap();
    Server::reference(&policy).unwrap()
}

fn allowed(server: &Server, path: &str, origin: &str) -> Vec<String> {
    let reply = ask(server, "GET", path, &[("Origin", origin)]).unwrap();
    lines(&reply, "access-control-allow-origin")
}

#[test]
fn rules_decide_by_origin_and_prefixes_are_answered_with_names() {
    let server = server(
        r#"
        [[rules]]
        allow_origins = ["https://www.example"]
        allow_methods = ["GET"]
        allow_headers = []
        expose_headers = []
        [[rules]]
        allow_origins = ["https://*.example", { allowed = ["https://by.code.test"] }]
        allow_methods = ["PUT"]
        allow_headers = ["content-type", "x-amz-*"]
        expose_headers = ["etag", "x-amz-*"]
        max_age = "never"
        "#,
    );
    let preflight = |origin: &str, names: &str| {
        let headers = [
            ("Origin", origin),
            ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", names),
        ];
        ask(&server, "OPTIONS", "/resource", &headers).unwrap()
    };
    let www = preflight("https://www.example", "content-type");
    assert_eq!(www.status(), 403);
    assert!(lines(&www, "access-control-allow-origin").is_empty());
    let upload = preflight("https://upload.example", "content-type,x-amz-date");
    assert_eq!(upload.status(), 204);
    assert_eq!(
        tokens(&upload, "access-control-allow-headers"),
        ["content-type", "x-amz-date"]
    );
    assert_eq!(lines(&upload, "access-control-max-age"), ["0"]);
    assert_eq!(preflight("https://upload.example", "x-am").status(), 403);
    let read = ask(
        &server,
        "GET",
        "/resource",
        &[("Origin", "https://by.code.test")],
    )
    .unwrap();
    assert_eq!(
        tokens(&read, "access-control-expose-headers"),
        ["etag", "x-amz-one"]
    );
    assert_eq!(lines(&read, "vary"), ["Origin"]);
    assert!(allowed(&server, "/resource", "https://other.code.test").is_empty());
}

#[test]
fn resources_decide_by_path() {
    let server = server(
        r#"
        [[resources]]
        path = "/public/*"
        allow_origins = "any"
        allow_methods = []
        allow_headers = []
        expose_headers = []
        [[resources]]
        path = "/private"
        allow_origins = ["http://localhost:*"]
        allow_methods = []
        allow_headers = []
        expose_headers = []
        "#,
    );
    let page = "http://localhost:5173";
    assert_eq!(allowed(&server, "/public/resource", page), ["*"]);
    assert_eq!(allowed(&server, "/public/missing", page), ["*"]);
    assert_eq!(allowed(&server, "/private", page), [page]);
    assert!(allowed(&server, "/private", "http://localhost.evil.test").is_empty());
    for elsewhere in ["/resource", "/public", "/private/resource"] {
        assert!(allowed(&server, elsewhere, page).is_empty(), "{elsewhere}");
    }
    let status = |path: &str| ask(&server, "GET", path, &[]).unwrap().status();
    assert_eq!(status("/public/missing"), 404);
    assert_eq!(status("/private"), 200);
    let redirect = ask(&server, "GET", "/public/redirect", &[]).unwrap();
    assert_eq!(lines(&redirect, "location"), ["/public/resource"]);
}

#[test]
fn any_origin_with_credentials_is_any_origin_and_nothing_else() {
    let server = server(
        "allow_origins = \"any\"\nallow_credentials = true\ncredentials_for_any_origin = true\n\
         allow_methods = []\nallow_headers = []\nexpose_headers = []",
    );
    for origin in ["https://a.example", "null", "chrome-extension://abc"] {
        assert_eq!(allowed(&server, "/resource", origin), [origin]);
    }
    for nothing in ["https://a.example/", "undefined", "HTTPS://A.EXAMPLE", ""] {
        assert!(
            allowed(&server, "/resource", nothing).is_empty(),
            "{nothing}"
        );
    }
}
